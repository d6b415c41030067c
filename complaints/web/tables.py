"""The list of complaints as it is declared."""

from __future__ import annotations

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints.models import Complaint
from complaints.queries.lists import matching
from complaints.states import OPEN, Channel, Complexity, Gravity, Status
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.lists import cells, deadlines
from staff.queries import branch_choices, people_choices

GOING_ON = ("status", tuple(str(state) for state in OPEN))
COLOURS = {**{str(state): "blue" for state in OPEN}, "satisfied": "green", "closed": "green"}
SHOWN = 60


def _mine(rows: Any, user: User) -> Any:
    return rows.filter(owner__user=user)


def _content(row: lists.Row) -> str:
    return Truncator(row["content"]).chars(SHOWN)


def _ticket(row: lists.Row) -> str:
    number = row["ticket__number"]
    return cells.anchor(f"/tickets/{cells.quoted(number)}/", number) if number else cells.NONE


COMPLAINTS = lists.declare(
    lists.Declared(
        name="complaints",
        url_name="complaints",
        title=pgettext_lazy("plural", "投诉"),
        model=Complaint,
        key="number",
        columns=(
            cells.link("number", gettext_lazy("投诉"), "/complaints/%s/", order="number"),
            lists.Column(
                "content", gettext_lazy("内容"), lambda row: row["content"], ("content",), _content, css="cell-subject"
            ),
            cells.text("customer", gettext_lazy("客户"), "customer__name"),
            lists.Column(
                "ticket", gettext_lazy("工单"), lambda row: row["ticket__number"], ("ticket__number",), _ticket,
                css="text-nowrap",
            ),
            cells.choice("status", gettext_lazy("状态"), Status.choices, colours=COLOURS, css="text-nowrap"),
            cells.choice("gravity", gettext_lazy("情节"), Gravity.choices, colours={"serious": "red"}),
            deadlines.column(),
            deadlines.due_column(),
            cells.text("owner", gettext_lazy("投诉专人"), "owner__name"),
            cells.instant("reported_at", gettext_lazy("投诉时间"), order="reported", minor=True),
            cells.named("branch", gettext_lazy("网点"), shown=False, minor=True),
            cells.choice("channel", gettext_lazy("渠道"), Channel.choices, shown=False, minor=True),
            cells.choice("complexity", gettext_lazy("复杂程度"), Complexity.choices, shown=False, minor=True),
            cells.instant("registered_at", gettext_lazy("登记时间"), shown=False, minor=True),
            cells.instant("closed_at", gettext_lazy("结束时间"), shown=False, minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), Status.choices),
            lists.Choice("gravity", gettext_lazy("情节"), Gravity.choices),
            lists.Choice("channel", gettext_lazy("渠道"), Channel.choices),
            lists.Lookup("branch", gettext_lazy("网点"), "branch_id", branch_choices),
            lists.Lookup(
                "owner", gettext_lazy("投诉专人"), "owner_id", people_choices("agent", "supervisor", "manager", "quality")
            ),
            lists.Days("reported", gettext_lazy("投诉日期"), "reported_at", order="reported"),
        ),
        tabs=(
            lists.Tab("open", gettext_lazy("未结"), only=GOING_ON),
            lists.Tab("mine", gettext_lazy("我的"), _mine, only=GOING_ON),
            lists.Tab(
                "serious",
                gettext_lazy("情节重大"),
                lambda rows, user: rows.filter(gravity=Gravity.SERIOUS),
                only=GOING_ON,
            ),
            lists.Tab("all", gettext_lazy("全部")),
        ),
        orders=(
            lists.Order("number", gettext_lazy("登记先后"), ("id",), falling=True),
            lists.Order("reported", gettext_lazy("投诉时间"), ("reported_at", "id"), falling=True),
            deadlines.order(Complaint, going_on=GOING_ON),
        ),
        order="-number",
        search=lambda rows, text, user: matching(rows, text),
        search_label=gettext_lazy("投诉号、工单号或客户"),
        extras={deadlines.EXTRA: deadlines.load(Complaint)},
        empty=lists.Empty(
            title=gettext_lazy("这里没有投诉"),
            hint=gettext_lazy("换一个分类看看，或登记一件投诉。"),
            title_filtered=gettext_lazy("没有符合条件的投诉"),
        ),
        template="complaints/complaints.html",
    )
)  # fmt: skip

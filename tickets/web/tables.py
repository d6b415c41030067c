"""The list of tickets as it is declared: columns, filters, corners, orders, what may be done to several at once."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from customers.models import ProductLine
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.lists import cells, deadlines
from staff.models import Branch, Person
from tickets import states
from tickets.models import Ticket
from tickets.models.ticket_queryset import TicketQuerySet
from tickets.queries import search
from tickets.web import bulk

ENGINEERS = ("engineer",)
OWNERS = ("agent", "supervisor", "manager")
COLOURS = {
    **{str(state): "blue" for state in states.OPEN},
    "on_hold": "orange",
    "closed": "green",
    "answered": "green",
    "cancelled": "secondary",
    "refused": "secondary",
}


def _subject(row: lists.Row) -> str:
    if not row["is_critical"]:
        return str(row["subject"])
    return mark_safe(f"{escape(row['subject'])} {cells.badge('red', _('关键'))}")  # noqa: S308 - the text is escaped


COLUMNS = (
    cells.link("number", gettext_lazy("工单"), "/tickets/%s/", order="number"),
    lists.Column(
        "subject",
        pgettext_lazy("subject", "说明"),
        lambda row: row["subject"],
        ("subject", "is_critical"),
        _subject,
        css="cell-subject",
    ),
    cells.text("customer", gettext_lazy("客户"), "customer__name"),
    cells.choice("status", gettext_lazy("状态"), states.Status.choices, colours=COLOURS, css="text-nowrap"),
    cells.choice("tier", gettext_lazy("紧急程度"), states.Tier.choices),
    deadlines.column(),
    deadlines.due_column(),
    cells.text("owner", gettext_lazy("负责人"), "owner__name", minor=True),
    cells.text("assignee", gettext_lazy("工程师"), "assignee__name"),
    cells.instant("reported_at", gettext_lazy("报修时间"), order="reported", minor=True),
    cells.named("branch", gettext_lazy("网点"), shown=False, minor=True),
    cells.choice("channel", gettext_lazy("渠道"), states.Channel.choices, shown=False, minor=True),
    cells.choice("demand", gettext_lazy("诉求"), states.Demand.choices, shown=False, minor=True),
    cells.named("line", gettext_lazy("产品线"), "product_line", shown=False, minor=True),
    cells.named("model", gettext_lazy("产品型号"), "product_model", shown=False, minor=True),
    cells.text("serial", gettext_lazy("序列号"), "unit__serial", shown=False, minor=True),
    cells.choice(
        "category", gettext_lazy("服务类别"), states.ServiceCategory.choices, "service_category",
        shown=False, minor=True,
    ),
    cells.choice("mode", gettext_lazy("服务方式"), states.Mode.choices, shown=False, minor=True),
    cells.instant("expected_at", gettext_lazy("预计处理时间"), shown=False, minor=True),
    cells.number("reopen_count", gettext_lazy("重开次数"), shown=False, minor=True),
    cells.instant("closed_at", gettext_lazy("结束时间"), shown=False, minor=True),
)  # fmt: skip


def _branches(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    found = Branch.objects.order_by("code")
    return [
        (one.code, pick(one), one.pk) for one in (found if codes is None else found.filter(code__in=codes))
    ]


def _lines(user: User, codes: list[str] | None) -> Iterable[tuple[str, str, Any]]:
    found = ProductLine.objects.order_by("code")
    return [
        (one.code, pick(one), one.pk) for one in (found if codes is None else found.filter(code__in=codes))
    ]


def _people(*roles: str) -> Any:
    """People to choose from: those at work now; an address may also name somebody who has left."""

    def find(user: User, names: list[str] | None) -> Iterable[tuple[str, str, Any]]:
        people = Person.objects.visible_to(user)
        found = (
            people.at_work().with_role(*roles) if names is None else people.filter(user__username__in=names)
        )
        return found.order_by("name", "pk").values_list("user__username", "name", "pk")

    return find


FILTERS = (
    lists.Choice("status", gettext_lazy("状态"), states.Status.choices),
    lists.Choice("tier", gettext_lazy("紧急程度"), states.Tier.choices),
    lists.Choice("channel", gettext_lazy("渠道"), states.Channel.choices),
    lists.Lookup("branch", gettext_lazy("网点"), "branch_id", _branches),
    lists.Lookup("owner", gettext_lazy("负责人"), "owner_id", _people(*OWNERS)),
    lists.Lookup("engineer", gettext_lazy("工程师"), "assignee_id", _people(*ENGINEERS)),
    lists.Lookup("line", gettext_lazy("产品线"), "product_line_id", _lines),
    lists.Days("reported", gettext_lazy("报修日期"), "reported_at", order="reported"),
    lists.Flag("critical", gettext_lazy("只看关键问题"), lambda rows: rows.filter(is_critical=True)),
)


def _mine(rows: TicketQuerySet, user: User) -> TicketQuerySet:
    person = getattr(user, "person", None)
    return rows.filter(owner=person) if person is not None else rows.none()


OPEN = ("status", tuple(str(state) for state in states.OPEN))
TABS = (
    lists.Tab("open", gettext_lazy("未结"), only=OPEN),
    lists.Tab("mine", gettext_lazy("我的"), _mine, only=OPEN),
    lists.Tab("late", gettext_lazy("已超时"), lambda rows, user: rows.late(), only=OPEN),
    lists.Tab("at_risk", gettext_lazy("将超时"), lambda rows, user: rows.at_risk(), only=OPEN),
    lists.Tab("undispatched", gettext_lazy("待派工"), only=("status", ("classified",))),
    lists.Tab("to_call", gettext_lazy("待告知结果"), only=("status", ("handled",))),
    lists.Tab("in_hand", gettext_lazy("处理中"), only=("status", ("in_handling", "on_hold")), shown=False),
    lists.Tab("all", gettext_lazy("全部")),
)
QUEUE = lists.declare(
    lists.Declared(
        name="tickets",
        url_name="tickets",
        title=pgettext_lazy("plural", "工单"),
        model=Ticket,
        key="number",
        columns=COLUMNS,
        filters=FILTERS,
        tabs=TABS,
        orders=(
            lists.Order("number", gettext_lazy("登记先后"), ("id",), falling=True),
            lists.Order("reported", gettext_lazy("报修时间"), ("reported_at", "id"), falling=True),
            deadlines.order(Ticket, going_on=OPEN),
        ),
        order="-number",
        search=lambda rows, text, user: search.matching(rows, text),
        search_label=gettext_lazy("工单号、客户、序列号、说明"),
        extras={deadlines.EXTRA: deadlines.load(Ticket)},
        actions=bulk.ACTIONS,
        empty=lists.Empty(
            title=gettext_lazy("这里没有工单"),
            hint=gettext_lazy("换一个分类看看，或登记一张新工单。"),
            title_filtered=gettext_lazy("没有符合条件的工单"),
            hint_filtered=gettext_lazy("减少一个条件，或在“全部”里查找已结束的工单。"),
        ),
        template="tickets/tickets.html",
        split="/tickets/%s/",
    )
)

"""The lists of follow-up calls and of corrections, as they are declared."""

from __future__ import annotations

from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_center.kernel.languages import noted
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.lists import cells, deadlines
from staff.queries import branch_choices, people_choices
from surveys.models import FollowUp, Rectification
from surveys.states import OPEN, Cause, RectificationStatus, Status

GOING_ON = ("status", tuple(str(state) for state in OPEN))
ENDED = ("status", tuple(str(state) for state in Status if state not in OPEN))
CALLERS = ("agent", "supervisor", "manager")
SHOWN = 60


def _mine(rows: Any, user: User) -> Any:
    return rows.filter(owner__user=user)


def _about(row: lists.Row) -> str:
    return row["ticket__number"] or row["complaint__number"] or ""


def _about_cell(row: lists.Row) -> str:
    if row["ticket__number"]:
        return cells.anchor(f"/tickets/{cells.quoted(row['ticket__number'])}/", row["ticket__number"])
    if row["complaint__number"]:
        return cells.anchor(
            f"/complaints/{cells.quoted(row['complaint__number'])}/", row["complaint__number"]
        )
    return cells.NONE


def _cause(row: lists.Row) -> str:
    words = str(Cause(row["cause"]).label)
    return noted(words, _("客户申请")) if row["requested_at"] is not None else words


def _missing(row: lists.Row) -> str:
    return Truncator(row["missing"]).chars(SHOWN)


def _yes(key: str, label: Any) -> lists.Column:
    """Yes, no, or not asked yet."""

    def cell(row: lists.Row) -> str:
        return cells.NONE if row[key] is None else _("是") if row[key] else _("否")

    return lists.Column(key, label, lambda row: row[key], (key,), cell, minor=True)


FOLLOW_UPS = lists.declare(
    lists.Declared(
        name="follow-ups",
        url_name="follow-ups",
        title=pgettext_lazy("plural", "回访"),
        model=FollowUp,
        columns=(
            lists.Column(
                "customer", gettext_lazy("客户"), lambda row: row["customer__name"], ("customer__name",),
                lambda row: cells.anchor(f"/follow-ups/{row['pk']}/", row["customer__name"]),
                fixed=True,
            ),
            lists.Column(
                "about", gettext_lazy("工单或投诉"), _about, ("ticket__number", "complaint__number"), _about_cell,
                css="text-nowrap",
            ),
            lists.Column("cause", gettext_lazy("规则"), _cause, ("cause", "requested_at")),
            cells.choice(
                "status", gettext_lazy("状态"), Status.choices,
                colours={"due": "blue", "in_contact": "blue", "completed": "green"}, css="text-nowrap",
            ),
            deadlines.column(order=""),
            cells.instant("due_at", gettext_lazy("到期"), order="due"),
            cells.number("attempt_count", gettext_lazy("联系次数"), minor=True),
            cells.text("owner", gettext_lazy("负责人"), "owner__name"),
            lists.Column(
                "missing", gettext_lazy("意见"), lambda row: row["missing"], ("missing",), _missing,
                css="cell-subject", minor=True,
            ),
            cells.named("branch", gettext_lazy("网点"), shown=False, minor=True),
            _yes("solved", gettext_lazy("问题解决")),
            _yes("satisfied", gettext_lazy("满意")),
            cells.number("score", gettext_lazy("评分"), shown=False, minor=True),
            cells.instant("completed_at", gettext_lazy("完成时间"), shown=False, minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), Status.choices),
            lists.Choice("cause", gettext_lazy("规则"), Cause.choices),
            lists.Lookup("branch", gettext_lazy("网点"), "branch_id", branch_choices),
            lists.Lookup("owner", gettext_lazy("负责人"), "owner_id", people_choices(*CALLERS)),
            lists.Days("due", gettext_lazy("到期日"), "due_at"),
        ),
        tabs=(
            lists.Tab("open", gettext_lazy("待回访"), only=GOING_ON),
            lists.Tab("mine", gettext_lazy("我的"), _mine, only=GOING_ON),
            lists.Tab("done", gettext_lazy("已结束"), only=ENDED, order="-due"),
            lists.Tab("all", gettext_lazy("全部")),
        ),
        orders=(lists.Order("due", gettext_lazy("到期"), ("due_at", "id")),),
        order="due",
        extras={deadlines.EXTRA: deadlines.load(FollowUp)},
        empty=lists.Empty(
            title=gettext_lazy("没有要打的回访电话"),
            hint=gettext_lazy("工单关闭后，到时间的回访会自动出现在这里。"),
            title_filtered=gettext_lazy("没有符合条件的回访"),
        ),
    )
)  # fmt: skip

RECTIFICATIONS = lists.declare(
    lists.Declared(
        name="rectifications",
        url_name="rectifications",
        title=gettext_lazy("满意度整改"),
        model=Rectification,
        columns=(
            lists.Column(
                "number", gettext_lazy("整改"), lambda row: row["pk"], ("pk",),
                lambda row: cells.anchor(f"/rectifications/{row['pk']}/", row["pk"]),
                order="opened", fixed=True,
            ),
            lists.Column(
                "ticket", gettext_lazy("工单"), lambda row: row["ticket__number"], ("ticket__number",),
                lambda row: cells.anchor(f"/tickets/{cells.quoted(row['ticket__number'])}/", row["ticket__number"])
                if row["ticket__number"] else cells.NONE,
                css="text-nowrap",
            ),
            cells.number("score", gettext_lazy("满意度")),
            cells.text("engineer", gettext_lazy("工程师"), "engineer__name"),
            cells.choice(
                "status", gettext_lazy("状态"), RectificationStatus.choices,
                colours={"open": "orange", "analysed": "blue", "done": "green"},
            ),
            deadlines.column(order=""),
            cells.text("owner", gettext_lazy("负责人"), "owner__name"),
            cells.instant("due_at", gettext_lazy("完成期限"), order="due"),
            cells.named("branch", gettext_lazy("网点"), shown=False, minor=True),
            cells.text("cause", pgettext_lazy("fault", "原因"), shown=False, minor=True, css="cell-subject"),
            cells.text("measure", gettext_lazy("措施"), shown=False, minor=True, css="cell-subject"),
            cells.instant("opened_at", gettext_lazy("开始时间"), order="opened", shown=False, minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), RectificationStatus.choices),
            lists.Lookup("branch", gettext_lazy("网点"), "branch_id", branch_choices),
            lists.Lookup("owner", gettext_lazy("负责人"), "owner_id", people_choices(*CALLERS, "quality")),
            lists.Lookup("engineer", gettext_lazy("工程师"), "engineer_id", people_choices("engineer")),
        ),
        tabs=(
            lists.Tab("all", gettext_lazy("全部")),
            lists.Tab("open", gettext_lazy("未完成"), only=("status", ("open", "analysed"))),
            lists.Tab("mine", gettext_lazy("我的"), _mine),
        ),
        orders=(
            lists.Order("opened", gettext_lazy("开始先后"), ("id",), falling=True),
            lists.Order("due", gettext_lazy("完成期限"), ("due_at", "id")),
        ),
        order="-opened",
        extras={deadlines.EXTRA: deadlines.load(Rectification)},
        empty=lists.Empty(
            title=gettext_lazy("没有需要整改的低分评价"),
            hint=gettext_lazy("客户打了低分，整改单会自动出现在这里。"),
            title_filtered=gettext_lazy("没有符合条件的整改"),
        ),
    )
)  # fmt: skip

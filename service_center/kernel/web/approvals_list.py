"""The list of approvals as it is declared: what waits for me, what I asked for, all I may see."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_center.kernel.languages import noted, pick
from service_center.kernel.models import Approval, ApprovalStep, User
from service_center.kernel.web import lists
from service_center.kernel.web import rulebook_words as words
from service_center.kernel.web.lists import cells

KIND = "kind_name"
COLOURS = {"pending": "orange", "approved": "green", "rejected": "red", "withdrawn": "secondary"}


def kind_names() -> dict[str, str]:
    """Kinds of request by the name of their first step."""
    steps = ApprovalStep.objects.in_force(timezone.now()).order_by("-order", "-key")
    return {step.kind: pick(step) for step in steps}


def _load_kinds(rows: list[lists.Row], user: User) -> None:
    names = kind_names()
    for row in rows:
        row[KIND] = names.get(row["kind"], row["kind"])


def _requester(row: lists.Row) -> str:
    return row["requester__person__name"] or row["requester__username"]


def _status(row: lists.Row) -> str:
    label = str(Approval.Status(row["status"]).label)
    return noted(label, words.role(row["current_role"])) if row["current_role"] else label


def _awaiting(rows: Any, user: User) -> Any:
    return rows.filter(pk__in=Approval.objects.awaiting(user).values("pk"))


APPROVALS = lists.declare(
    lists.Declared(
        name="approvals",
        url_name="approvals",
        title=pgettext_lazy("plural", "审批"),
        model=Approval,
        columns=(
            lists.Column(
                "kind", gettext_lazy("申请"), lambda row: row[KIND], ("kind",),
                lambda row: cells.anchor(f"/approvals/{row['pk']}/", row[KIND]),
                extra=KIND, fixed=True,
            ),
            cells.text("subject", gettext_lazy("对象"), "subject_label"),
            lists.Column(
                "requester", gettext_lazy("申请人"), _requester, ("requester__person__name", "requester__username")
            ),
            cells.number("amount", gettext_lazy("金额")),
            cells.instant("requested_at", gettext_lazy("提交时间"), order="asked"),
            lists.Column(
                "status", gettext_lazy("状态"), _status, ("status", "current_role"),
                lambda row: cells.badge(COLOURS[row["status"]], _status(row)),
            ),
            cells.text("reason", gettext_lazy("理由"), minor=True, css="cell-subject"),
            cells.instant("decided_at", gettext_lazy("决定时间"), shown=False, minor=True),
            cells.text("note", gettext_lazy("意见"), shown=False, minor=True, css="cell-subject"),
        ),
        filters=(lists.Choice("status", gettext_lazy("状态"), Approval.Status.choices),),
        tabs=(
            lists.Tab("waiting", gettext_lazy("待我审批"), _awaiting),
            lists.Tab("mine", gettext_lazy("我提交的"), lambda rows, user: rows.filter(requester=user)),
            lists.Tab("all", gettext_lazy("全部")),
        ),
        tab_param="box",
        orders=(lists.Order("asked", gettext_lazy("提交先后"), ("id",), falling=True),),
        order="-asked",
        extras={KIND: _load_kinds},
        empty=lists.Empty(
            title=gettext_lazy("没有审批"),
            hint=gettext_lazy("需要您决定的申请会出现在“待我审批”。"),
            title_filtered=gettext_lazy("没有符合条件的审批"),
        ),
    )
)  # fmt: skip

"""The calls as a file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from service_center.kernel.exports import Column, Table
from service_center.kernel.languages import pick
from surveys.models.follow_ups import FollowUpQuerySet


def of(rows: FollowUpQuerySet) -> Table:
    """The calls as they are filtered and ordered."""
    return Table(
        "follow-ups",
        [
            Column(_("客户"), lambda row: row.customer.name),
            Column(_("工单"), lambda row: row.ticket.number if row.ticket else ""),
            Column(_("投诉"), lambda row: row.complaint.number if row.complaint else ""),
            Column(_("网点"), lambda row: pick(row.branch)),
            Column(_("规则"), lambda row: str(row.get_cause_display())),
            Column(_("状态"), lambda row: str(row.get_status_display())),
            Column(_("到期"), lambda row: row.due_at),
            Column(_("联系次数"), lambda row: row.attempt_count),
            Column(_("问题解决"), lambda row: row.solved),
            Column(_("满意"), lambda row: row.satisfied),
            Column(_("评分"), lambda row: row.score),
            Column(_("意见"), lambda row: row.missing),
            Column(_("负责人"), lambda row: row.owner.name if row.owner else ""),
        ],
        rows,
    )

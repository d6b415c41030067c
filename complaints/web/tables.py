"""The list of complaints as a file."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from complaints.models.complaint import ComplaintQuerySet
from service_center.kernel.exports import Column, Table
from service_center.kernel.languages import pick


def asked(request: HttpRequest) -> dict[str, str]:
    """The filters of the list, as the journal keeps them."""
    return {name: request.GET[name] for name in ("corner", "status", "q") if name in request.GET}


def of(rows: ComplaintQuerySet) -> Table:
    """The complaints as they are filtered, newest first."""
    return Table(
        "complaints",
        [
            Column(_("投诉"), lambda row: row.number),
            Column(_("客户"), lambda row: row.customer.name),
            Column(_("工单"), lambda row: row.ticket.number if row.ticket else ""),
            Column(_("网点"), lambda row: pick(row.branch)),
            Column(_("内容"), lambda row: row.content),
            Column(_("情节"), lambda row: str(row.get_gravity_display())),
            Column(_("状态"), lambda row: str(row.get_status_display())),
            Column(_("负责人"), lambda row: row.owner.name),
            Column(_("登记时间"), lambda row: row.registered_at),
            Column(_("结束时间"), lambda row: row.closed_at),
        ],
        rows.for_list().order_by("-pk"),
    )

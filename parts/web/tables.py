"""The catalogue as a file."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from parts import queries
from parts.models import Part
from service_center.kernel.exports import MAX_ROWS, Column, Table
from service_center.kernel.languages import pick


def asked(request: HttpRequest) -> dict[str, str]:
    """The filters of the list, as the journal keeps them."""
    return {name: request.GET[name] for name in ("part_class", "below_reorder", "q") if name in request.GET}


def of(rows: QuerySet[Part]) -> Table:
    """The parts as they are filtered, with their stock; one too many is fetched, so that too many are refused."""
    found = list(rows.order_by("code")[: MAX_ROWS + 1])
    stock = queries.figures(row.pk for row in found)
    return Table(
        "parts",
        [
            Column(_("编码"), lambda row: row.code),
            Column(_("名称"), lambda row: pick(row)),
            Column(_("分类"), lambda row: row.part_class.code),
            Column(_("货架"), lambda row: row.part_class.shelf),
            Column(_("单价"), lambda row: row.unit_price),
            Column(_("现有"), lambda row: stock[row.pk].on_hand),
            Column(_("预留"), lambda row: stock[row.pk].reserved),
            Column(_("在途"), lambda row: stock[row.pk].on_order),
            Column(_("库存位置"), lambda row: stock[row.pk].position),
            Column(_("补货点"), lambda row: stock[row.pk].reorder_point),
        ],
        found,
    )

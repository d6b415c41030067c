"""The parts' places in the navigation and the search box."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parts.models import Part
from parts.web import catalogue
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web import menu, palette, recents, search, tour

STORE = ("storekeeper", "parts", "inspector", "buyer", "manager", "director")

menu.add(
    pgettext_lazy("page", "发料"),
    "issue-desk",
    keys="g i",
    icon="package-export",
    order=30,
    roles=("storekeeper", "parts", "manager"),
    home_of=("storekeeper",),
)
menu.add(
    pgettext_lazy("plural", "配件"),
    "parts",
    keys="g p",
    icon="box",
    order=31,
    roles=(*STORE, "engineer", "agent", "supervisor", "accountant", "analyst", "quality"),
    home_of=("parts",),
)
menu.add(
    pgettext_lazy("plural", "采购建议"),
    "purchase-proposals",
    icon="shopping-cart",
    order=32,
    roles=("parts", "buyer", "manager", "director", "accountant"),
    home_of=("buyer",),
)
menu.add(
    pgettext_lazy("plural", "采购订单"),
    "purchase-orders",
    keys="g o",
    icon="truck-delivery",
    order=33,
    roles=("parts", "buyer", "storekeeper", "inspector", "manager", "director", "accountant"),
    home_of=("inspector",),
)


def _recent(user: User, ids: list[int]) -> dict[int, palette.Choice]:
    rows = Part.objects.visible_to(user).filter(pk__in=ids)
    return {
        row.pk: palette.Choice(row.code, reverse("part", args=[row.code]), "box", pick(row)) for row in rows
    }


recents.register(Part._meta.label_lower, _recent)
search.register("parts", pgettext_lazy("plural", "配件"), catalogue.find)

tour.add(
    ".page-title",
    _("等着领料的工单"),
    _("工程师需要的配件在这里按工单排好；核对序列号后发料，库存和台账立即更新。"),
    order=10,
    roles=("storekeeper",),
)
tour.add(
    ".page-title",
    _("每种配件的库存状况"),
    _("在库、已预留、在途和订货点并排显示；到订货点的配件会自动生成一张采购建议。"),
    order=10,
    roles=("parts",),
)
tour.add(
    ".page-title",
    _("该买什么"),
    _("系统按订货点提出采购建议，批准后在这里转成采购订单。"),
    order=10,
    roles=("buyer",),
)
tour.add(
    ".page-title",
    _("到货与检验"),
    _("到货的订单在这里登记检验结果；合格的入库，不合格的进隔离区。"),
    order=10,
    roles=("inspector",),
)

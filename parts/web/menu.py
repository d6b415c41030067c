"""The parts' places in the navigation and the search box."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from parts.web import catalogue
from service_center.kernel.web import menu, search

STORE = ("storekeeper", "parts", "inspector", "buyer", "manager", "director")

menu.add(
    pgettext_lazy("page", "发料"),
    "issue-desk",
    icon="package-export",
    order=30,
    roles=("storekeeper", "parts", "manager"),
    home_of=("storekeeper",),
)
menu.add(
    pgettext_lazy("plural", "配件"),
    "parts",
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
    icon="truck-delivery",
    order=33,
    roles=("parts", "buyer", "storekeeper", "inspector", "manager", "director", "accountant"),
    home_of=("inspector",),
)
search.register("parts", pgettext_lazy("plural", "配件"), catalogue.find)

"""The customers' places in the navigation and in the search box."""

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from customers import queries
from customers.models import Unit
from customers.models.units import clean_serial
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web import menu, search

DESK = ("agent", "supervisor", "manager", "quality", "analyst", "director")

menu.add(
    pgettext_lazy("plural", "客户"),
    "customers",
    icon="address-book",
    order=30,
    roles=(*DESK, "engineer", "expert", "trainer"),
)
menu.add(
    pgettext_lazy("plural", "产品"),
    "products",
    icon="device-desktop",
    order=34,
    roles=(*DESK, "trainer", "admin", "parts"),
)


def find_customers(user: User, text: str, limit: int) -> list[search.Hit]:
    """Files by number, last four digits, serial or name."""
    return [
        search.Hit(
            customer.name,
            f"{customer.masked_phone} · {customer.region}",
            reverse("customer", args=[customer.pk]),
            icon="address-book",
        )
        for customer in queries.look_up(text, user)[:limit]
    ]


def find_units(user: User, text: str, limit: int) -> list[search.Hit]:
    """Units by their whole serial number."""
    rows = Unit.objects.visible_to(user).filter(serial=clean_serial(text)).select_related("product_model")
    return [
        search.Hit(unit.serial, pick(unit.product_model), reverse("unit", args=[unit.pk]), icon="barcode")
        for unit in rows[:limit]
    ]


search.register("customers", pgettext_lazy("plural", "客户"), find_customers)
search.register("units", pgettext_lazy("plural", "机器"), find_units)

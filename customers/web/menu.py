"""The customers' places in the navigation and in the search box."""

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from customers import queries
from customers.models import Customer, Unit
from customers.models.units import clean_serial
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web import menu, palette, recents, search

DESK = ("agent", "supervisor", "manager", "quality", "analyst", "director")

menu.add(
    pgettext_lazy("plural", "客户"),
    "customers",
    keys="g k",
    icon="address-book",
    order=30,
    roles=(*DESK, "engineer", "expert", "trainer"),
)
menu.add(
    pgettext_lazy("plural", "机器"),
    "units",
    icon="wash-machine",
    order=30,
    roles=(*DESK, "engineer", "expert", "trainer"),
)
menu.add(
    pgettext_lazy("plural", "产品"),
    "products",
    keys="g m",
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


def _recent_customers(user: User, ids: list[int]) -> dict[int, palette.Choice]:
    rows = Customer.objects.visible_to(user).filter(pk__in=ids)
    return {
        row.pk: palette.Choice(
            row.name, reverse("customer", args=[row.pk]), "address-book", f"{row.masked_phone} · {row.region}"
        )
        for row in rows
    }


def _recent_units(user: User, ids: list[int]) -> dict[int, palette.Choice]:
    rows = Unit.objects.visible_to(user).filter(pk__in=ids).select_related("product_model")
    return {
        row.pk: palette.Choice(row.serial, reverse("unit", args=[row.pk]), "barcode", pick(row.product_model))
        for row in rows
    }


recents.register(Customer._meta.label_lower, _recent_customers)
recents.register(Unit._meta.label_lower, _recent_units)
search.register("customers", pgettext_lazy("plural", "客户"), find_customers)
search.register("units", pgettext_lazy("plural", "机器"), find_units)

"""What the intake screen and the pages ask."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet

from customers.models import Customer, ProductModel, Unit, WarrantyTerm
from customers.models.units import clean_serial
from customers.models.warranty import Warranty, judge, term_end
from customers.states import Coverage
from service_center.kernel import phones
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import User

_LAST4: Final = re.compile(r"[0-9]{4}")
_SERIAL: Final = re.compile(r"(?=.*[0-9])[0-9A-Za-z][0-9A-Za-z./-]{2,}")
FOUND_AT_MOST: Final = 20


def find_by_phone(text: str, user: User | None) -> QuerySet[Customer]:
    """Files the user may see with this full number, or with these last four digits; nothing for other
    texts.
    """
    rows = Customer.objects.visible_to(user).select_related("branch")
    digits = "".join(text.split())
    if _LAST4.fullmatch(digits):
        return rows.with_last4(digits)
    try:
        return rows.with_phone(phones.normalise(text))
    except Invalid:
        return rows.none()


def look_up(text: str, user: User | None) -> list[Customer]:
    """The intake look-up (TKT-01): by full number, last four digits, serial number or its end, or name.

    At most 20 files, newest first, with branch and units loaded. A text is tried as number, then serial,
    then name.
    """
    text = text.strip()
    for rows in (find_by_phone(text, user), _by_serial(text, user), _by_name(text, user)):
        found = list(
            rows.order_by("-pk").prefetch_related("units__product_model", "contacts")[:FOUND_AT_MOST]
        )
        if found:
            return found
    return []


def _by_serial(text: str, user: User | None) -> QuerySet[Customer]:
    rows = Customer.objects.visible_to(user).select_related("branch")
    if not _SERIAL.fullmatch(text):
        return rows.none()
    units = Unit.objects.visible_to(user)
    exact = units.filter(serial=clean_serial(text))
    return rows.filter(
        pk__in=(exact if exact.exists() else units.with_serial_ending(text)).values("customer")
    )


def _by_name(text: str, user: User | None) -> QuerySet[Customer]:
    return Customer.objects.visible_to(user).select_related("branch").matching(text)


def same_person(*, name: str, e164: str, branch_id: int) -> Customer | None:
    """The branch's file of the same name and number, if there is one already."""
    index = phones.index(e164)
    return Customer.objects.filter(name=name, phone_index=index, branch_id=branch_id).order_by("pk").first()


def term_months(model: ProductModel, *, sold_on: date | None, covers: str = Coverage.WHOLE) -> int:
    """The term promised with what was sold that day: a dated one, else the model's own (WTY-01)."""
    if sold_on is not None:
        term = WarrantyTerm.objects.filter(product_model=model, covers=covers).on(sold_on).first()
        if term is not None:
            return term.months
    return model.warranty_months


def warranty_on(
    unit: Unit, day: date, *, human_damage: bool = False, covers: str = Coverage.WHOLE
) -> Warranty:
    """The decision for a unit on a day, with the term of the day it was sold (WTY-06 to WTY-10)."""
    start = unit.purchased_on or unit.manufactured_on
    until = term_end(start, term_months(unit.product_model, sold_on=start, covers=covers))
    return judge(on=day, until=until, proof=unit.proof, human_damage=human_damage)

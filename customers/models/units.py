from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Self

from django.db import models
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from customers.models.access import visible_units
from customers.models.warranty import Warranty, judge, term_end
from customers.states import Proof, UnitStatus
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import User


MIN_SERIAL: Final = 3


class UnitQuerySet(models.QuerySet["Unit"]):
    def lock(self, pk: int) -> Unit:
        """The row with its model and owner, held until the transaction ends."""
        related = ("product_model", "customer__branch")
        return self.select_for_update(no_key=True, of=("self",)).select_related(*related).get(pk=pk)

    def visible_to(self, user: User | None) -> Self:
        """The units the user may see (contract C)."""
        allowed = visible_units(user)
        return self.none() if allowed is None else self.filter(allowed)

    def with_serial_ending(self, end: str) -> Self:
        """Units whose serial number ends so (the digits people read off the label); uses the reversed
        index.
        """
        return self.alias(mirrored=Reverse("serial")).filter(mirrored__startswith=clean_serial(end)[::-1])


class Unit(models.Model):
    """One machine with its serial number and its whole life: sale, use, repair, scrapping (CRM-14).

    `warranty_until` is the last day of the term (null = not known) as computed when the unit was last
    changed.
    """

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="units")
    product_model = models.ForeignKey("customers.ProductModel", models.PROTECT, related_name="units")
    serial = models.CharField(max_length=60)
    purchased_on = models.DateField(null=True, blank=True)
    manufactured_on = models.DateField(null=True, blank=True)
    installed_on = models.DateField(null=True, blank=True)
    proof = models.CharField(max_length=8, choices=Proof.choices, default=Proof.NONE)
    warranty_until = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=UnitStatus.choices, default=UnitStatus.IN_USE)
    registered_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["product_model", "serial"], name="unit_serial_per_model"),
        )
        indexes = (
            models.Index(fields=["serial"], name="unit_serial"),
            models.Index(Reverse("serial"), name="unit_serial_mirrored"),
        )

    def __str__(self) -> str:
        return self.serial

    def warranty(self, on: date, *, human_damage: bool = False) -> Warranty:
        """Whether the unit is in warranty that day (WTY-06 to WTY-10), from the row alone."""
        return judge(on=on, until=self.warranty_until, proof=self.proof, human_damage=human_damage)

    def set_term(self, months: int) -> None:
        """Compute the last day of the term; it runs from the purchase, or from what the serial number
        tells.
        """
        self.warranty_until = term_end(self.purchased_on or self.manufactured_on, months)

    def set_serial(self, serial: str, *, path: str) -> None:
        """Take a serial number. Raises Invalid when it is empty or far too short to be one."""
        cleaned = clean_serial(serial)
        if len(cleaned) < MIN_SERIAL or not cleaned.isprintable():
            raise Invalid(_("序列号有误，请照机身铭牌填写（至少 3 位）。"), field=f"{path}serial")
        self.serial = cleaned


def clean_serial(text: str) -> str:
    """A serial number as it is stored: no spaces, capitals."""
    return "".join(text.split()).upper()

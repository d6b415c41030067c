from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Reverse

from customers.models.access import visible_customers
from customers.states import Proof, UnitStatus

if TYPE_CHECKING:
    from service_center.kernel.models import User


class UnitQuerySet(models.QuerySet["Unit"]):
    def lock(self, pk: int) -> Unit:
        """The row with its model and owner, held until the transaction ends."""
        related = ("product_model", "customer__branch")
        return self.select_for_update(no_key=True, of=("self",)).select_related(*related).get(pk=pk)

    def visible_to(self, user: User | None) -> Self:
        """The units of the customers the user may see."""
        allowed = visible_customers(user, "customer__")
        return self.none() if allowed is None else self.filter(allowed)

    def with_serial_ending(self, end: str) -> Self:
        """Units whose serial number ends so (the digits people read off the label); uses the reversed index."""
        return self.alias(mirrored=Reverse("serial")).filter(mirrored__startswith=clean_serial(end)[::-1])


class Unit(models.Model):
    """One machine with its serial number and its whole life: sale, use, repair, scrapping (CRM-14).

    `warranty_until` is the last day of the term (null = not known) as computed when the unit was last changed.
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


def clean_serial(text: str) -> str:
    """A serial number as it is stored: no spaces, capitals."""
    return "".join(text.split()).upper()

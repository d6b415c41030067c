from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from customers.states import Coverage

if TYPE_CHECKING:
    from service_center.kernel.models import User


class ProductLine(models.Model):
    """A family of product models; engineers are licensed for lines."""

    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.code


class ProductModelQuerySet(models.QuerySet["ProductModel"]):
    def visible_to(self, user: User | None) -> Self:
        """The catalogue is open to everybody on the staff."""
        return self if getattr(user, "person", None) is not None else self.none()

    def lock(self, pk: int) -> ProductModel:
        return self.select_for_update(no_key=True, of=("self",)).get(pk=pk)

    def on_sale(self) -> Self:
        """Models that may be chosen for a new unit."""
        return self.filter(is_active=True)

    def claiming(self, serial: str) -> Self:
        """Models whose serial numbers begin as this one does."""
        asked = models.Value(serial, output_field=models.CharField())
        return (
            self.exclude(serial_prefix="")
            .alias(asked=asked)
            .filter(asked__startswith=models.F("serial_prefix"))
        )


class ProductModel(models.Model):
    """What was sold: one type of machine. `warranty_months` is its term unless a dated WarrantyTerm says
    otherwise.
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    line = models.ForeignKey(ProductLine, models.PROTECT, to_field="code", related_name="models")
    category = models.CharField(max_length=40, blank=True)
    warranty_months = models.PositiveSmallIntegerField(default=12)
    serial_prefix = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = ProductModelQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code

    def owns(self, serial: str) -> bool:
        """Whether the serial number is of this model, as far as its beginning tells."""
        return serial.startswith(self.serial_prefix)


class WarrantyTermQuerySet(models.QuerySet["WarrantyTerm"]):
    def on(self, day: date) -> Self:
        """Terms promised to what was sold on that day, the latest promise first."""
        return self.filter(Q(sold_to=None) | Q(sold_to__gte=day), sold_from__lte=day).order_by(
            "-sold_from", "-id"
        )


class WarrantyTerm(models.Model):
    """The term promised with units sold in a stretch of days, for the whole machine or its main parts
    (WTY-01).
    """

    product_model = models.ForeignKey(ProductModel, models.PROTECT, related_name="warranty_terms")
    covers = models.CharField(max_length=12, choices=Coverage.choices, default=Coverage.WHOLE)
    months = models.PositiveSmallIntegerField()
    sold_from = models.DateField()
    sold_to = models.DateField(null=True, blank=True)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = WarrantyTermQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["product_model", "covers", "sold_from"], name="warranty_term_once"
            ),
            models.CheckConstraint(
                condition=Q(sold_to=None) | Q(sold_to__gte=models.F("sold_from")),
                name="warranty_term_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product_model_id} {self.covers} {self.months} months from {self.sold_from}"

"""What a part is: its class, its price, how it is tracked, and when each store buys more of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from parts.states import Frequency, Function, Tracking, Use
from service_center.kernel import bigrams

if TYPE_CHECKING:
    from service_center.kernel.models import User


_CODE: Final = re.compile(r"[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*")


class ClassQuerySet(models.QuerySet["PartClass"]):
    def visible_to(self, user: User) -> ClassQuerySet:
        """Open to everyone with a role."""
        return self if getattr(user, "person", None) is not None else self.none()


class PartClass(models.Model):
    """Function, use and frequency of use together, and the shelves that hold the class (PRT-01)."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    function = models.CharField(max_length=12, choices=Function.choices)
    use = models.CharField(max_length=12, choices=Use.choices)
    frequency = models.CharField(max_length=8, choices=Frequency.choices)
    shelf = models.CharField(max_length=20)

    objects = ClassQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["function", "use", "frequency"], name="partclass_criteria"),
        )

    def __str__(self) -> str:
        return self.code


class PartQuerySet(models.QuerySet["Part"]):
    def lock(self, pk: int) -> Part:
        return self.select_for_update(no_key=True).get(pk=pk)

    def visible_to(self, user: User) -> PartQuerySet:
        """The catalogue is open to everyone with a role; a log-in without a person sees nothing."""
        return self if getattr(user, "person", None) is not None else self.none()

    def matching(self, text: str) -> PartQuerySet:
        """Parts found by a piece of their code, or whose code and names hold all the text's words (PRT-02)."""
        wanted = text.strip()
        terms = bigrams.query(wanted)
        if _CODE.fullmatch(wanted) or terms is None:
            return self.filter(code__icontains=wanted)
        return self.filter(search=terms)


class Part(models.Model):
    """One catalogue number. Its quantities live in balances, its history in the ledger and the journal."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    part_class = models.ForeignKey(PartClass, models.PROTECT, related_name="parts")
    tracked = models.CharField(max_length=6, choices=Tracking.choices, default=Tracking.NONE)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    minimum_order = models.PositiveIntegerField(default=1)
    pack_size = models.PositiveIntegerField(default=1)
    lead_time_days = models.PositiveIntegerField(default=7)
    warranty_months = models.PositiveIntegerField(default=0)
    is_original = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    search = SearchVectorField(null=True, editable=False)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)

    objects = PartQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="part_price_not_negative"),
            models.CheckConstraint(
                condition=Q(minimum_order__gte=1, pack_size__gte=1), name="part_order_sizes"
            ),
        )
        indexes = (GinIndex(fields=["search"], name="part_search"),)

    def __str__(self) -> str:
        return self.code

    @property
    def has_serials(self) -> bool:
        return self.tracked == Tracking.SERIAL

    def index_words(self) -> None:
        """Renew the search document of code and names; written with the row."""
        self.search = bigrams.vector(self.code, self.name_zh, self.name_en)

    def order_size(self, *, position: int, reorder_point: int, reorder_quantity: int) -> int:
        """How many to buy, 0 when the position is above the reorder point.

        Several Q when one does not bring the position above s, raised to the supplier's minimum and rounded
        up to whole packs: ceil(max(n·Q, MOQ) / pack) · pack with the smallest n such that position + n·Q > s.
        Equality triggers (the (s,Q) policy of ERPNext's reorder level; PRT-03).
        """
        if position > reorder_point:
            return 0
        times = (reorder_point - position) // reorder_quantity + 1
        wanted = max(times * reorder_quantity, self.minimum_order)
        return -(-wanted // self.pack_size) * self.pack_size


class StockPolicy(models.Model):
    """Safety stock and reorder point of a part in one store (PRT-03)."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="policies")
    location = models.ForeignKey("parts.Location", models.PROTECT, related_name="policies")
    safety_stock = models.PositiveIntegerField(default=0)
    reorder_point = models.PositiveIntegerField()
    reorder_quantity = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["part", "location"], name="policy_once"),
            models.CheckConstraint(condition=Q(reorder_quantity__gte=1), name="policy_buys_something"),
            models.CheckConstraint(
                condition=Q(safety_stock__lte=models.F("reorder_point")), name="policy_safety_below_reorder"
            ),
        )

    def __str__(self) -> str:
        return f"{self.part_id}@{self.location_id}: {self.reorder_point}"

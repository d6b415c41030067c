"""The stock ledger: append-only double entry. Each move's entries sum to zero per part; balances follow in
its transaction.

What PostgreSQL refuses (migration 0002): changing or deleting a move or entry, an unbalanced move, a serial
number in two places, a tracked part without its serial, issuing from anywhere but usable stock, a balance
below zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from parts.models.catalogue import Part
from parts.states import OUTSIDE, SEES_ALL_STOCK, Kind, MoveKind
from service_center.kernel import errors

if TYPE_CHECKING:
    from service_center.kernel.models import User


class OutOfStock(errors.DomainError):
    code = "out_of_stock"
    message = _("可用库存不足。请减少数量，或先预留排队等待到货。")


class SerialsNeeded(errors.Invalid):
    code = "serials_needed"
    message = _("此配件按序列号管理，请逐件选择在库的序列号。")


class NotTracked(errors.Invalid):
    code = "not_tracked"
    message = _("此配件不按序列号管理，请勿填写序列号。")


class LocationQuerySet(models.QuerySet["Location"]):
    def visible_to(self, user: User) -> LocationQuerySet:
        """All places for those who plan and oversee stock, the branch's own and the outside for others."""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        if person.has_role(*SEES_ALL_STOCK):
            return self
        return self.filter(Q(branch_id=person.branch_id) | Q(branch__isnull=True))


class Location(models.Model):
    """A place stock can be in. Outside places (supplier, customer, scrap, adjustment) belong to no branch."""

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    branch = models.ForeignKey("staff.Branch", models.PROTECT, null=True, related_name="stock_locations")
    holder = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="stock_locations")

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["branch", "kind"],
                condition=~Q(kind=Kind.ENGINEER),
                nulls_distinct=False,
                name="location_one_per_branch",
            ),
            models.UniqueConstraint(
                fields=["holder"], condition=Q(holder__isnull=False), name="location_one_holder"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.ENGINEER, holder__isnull=False)
                | (~Q(kind=Kind.ENGINEER) & Q(holder__isnull=True)),
                name="location_holder_is_engineer",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OUTSIDE, branch__isnull=True)
                | (~Q(kind__in=OUTSIDE) & Q(branch__isnull=False)),
                name="location_branch_inside",
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_counted(self) -> bool:
        """Whether its stock is ours and can therefore never be below zero."""
        return self.kind not in OUTSIDE


class MoveQuerySet(models.QuerySet["StockMove"]):
    def visible_to(self, user: User) -> MoveQuerySet:
        """Moves that touch a place the user may see from the inside."""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        if person.has_role(*SEES_ALL_STOCK):
            return self
        here = StockEntry.objects.filter(move=OuterRef("pk"), location__branch_id=person.branch_id)
        return self.filter(Exists(here))


class StockMove(models.Model):
    """One movement of stock. Immutable; a mistake is reversed by another move."""

    kind = models.CharField(max_length=12, choices=MoveKind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reservation = models.ForeignKey("parts.Reservation", models.PROTECT, null=True, related_name="moves")
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = MoveQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class StockEntry(models.Model):
    """One side of a move: so many of a part into (+) or out of (-) a place; serials one by one."""

    move = models.ForeignKey(StockMove, models.PROTECT, related_name="entries")
    part = models.ForeignKey(Part, models.PROTECT, related_name="entries")
    location = models.ForeignKey(Location, models.PROTECT, related_name="entries", db_index=False)
    quantity = models.IntegerField()
    serial = models.ForeignKey("parts.Serial", models.PROTECT, null=True, related_name="entries")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(quantity=0), name="entry_moves_something"),
            models.CheckConstraint(
                condition=Q(serial__isnull=True) | Q(quantity__in=(-1, 1)), name="entry_serial_is_one_piece"
            ),
        )
        indexes = (models.Index(fields=["location", "part"], name="entry_place"),)

    def __str__(self) -> str:
        return f"{self.part_id}@{self.location_id} {self.quantity:+d}"


class Balance(models.Model):
    """What lies where, kept by the ledger's statement in the transaction of each move."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="balances")
    location = models.ForeignKey(Location, models.PROTECT, related_name="balances")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["part", "location"], name="balance_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="balance_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="balance_reserved_not_negative"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="balance_reserved_is_there"),
        )

    def __str__(self) -> str:
        return f"{self.part_id}@{self.location_id}: {self.on_hand} ({self.reserved})"


class Serial(models.Model):
    """One numbered piece; the row's one location is where it is."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="serials")
    serial = models.CharField(max_length=60)
    location = models.ForeignKey(Location, models.PROTECT, related_name="serials")
    reservation = models.ForeignKey("parts.Reservation", models.PROTECT, null=True, related_name="serials")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "serial"], name="serial_once"),)

    def __str__(self) -> str:
        return self.serial

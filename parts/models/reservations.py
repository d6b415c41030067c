from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from parts.models.catalogue import Part
from parts.models.ledger import Location
from parts.states import SEES_ALL_STOCK, ReservationStatus
from service_center.kernel import errors

if TYPE_CHECKING:
    from service_center.kernel.models import User


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def lock(self, pk: int) -> Reservation:
        return (
            self.select_for_update(no_key=True, of=("self",))
            .select_related("part", "location__branch")
            .get(pk=pk)
        )

    def visible_to(self, user: User) -> ReservationQuerySet:
        """All for those who plan and oversee stock, the branch's own for others."""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        return self if person.has_role(*SEES_ALL_STOCK) else self.filter(location__branch_id=person.branch_id)

    def open(self) -> ReservationQuerySet:
        """Waiting for the storekeeper or for stock."""
        return self.filter(status__in=(ReservationStatus.RESERVED, ReservationStatus.SHORT))

    def waiting(self, part_id: int, location_id: int) -> ReservationQuerySet:
        """Short ones of a part at a place, oldest first."""
        return self.filter(part_id=part_id, location_id=location_id, status=ReservationStatus.SHORT).order_by(
            "id"
        )


class Reservation(FSMModelMixin, models.Model):
    """Stock promised to a job, from the promise to its use or return (requirement section 4.4).

    While `reserved` its quantity is within the balance's reserved column; while `short` it waits and counts
    as backorder. `source` is the row of a higher app that asked; `reference` is the number people know it by.
    """

    part = models.ForeignKey(Part, models.PROTECT, related_name="reservations")
    location = models.ForeignKey(Location, models.PROTECT, related_name="reservations")
    quantity = models.PositiveIntegerField()
    returned_quantity = models.PositiveIntegerField(default=0)
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    reference = models.CharField(max_length=40, blank=True)
    status = FSMField(
        max_length=10, choices=ReservationStatus.choices, default=ReservationStatus.RESERVED, protected=True
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="reservation_wants_something"),
            models.CheckConstraint(
                condition=Q(returned_quantity__lte=models.F("quantity")),
                name="reservation_returns_what_it_took",
            ),
        )
        indexes = (
            models.Index(
                fields=["part", "location", "id"],
                condition=Q(status=ReservationStatus.SHORT),
                name="reservation_waiting",
            ),
            models.Index(fields=["source_type", "source_id"], name="reservation_source"),
            models.Index(fields=["status", "id"], name="reservation_status"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.part_id} × {self.quantity}"

    @property
    def outstanding(self) -> int:
        """Pieces issued and not given back."""
        return self.quantity - self.returned_quantity

    @transition(field=status, source=ReservationStatus.SHORT, target=ReservationStatus.RESERVED)
    def fill(self) -> None:
        """Stock has come for it."""

    @transition(
        field=status,
        source=ReservationStatus.RESERVED,
        target=ReservationStatus.ISSUED,
        custom={"noun": "issue"},
    )
    def hand_out(self, *, at: datetime, by: User | None) -> None:
        self.issued_at, self.issued_by = at, by

    @transition(
        field=status,
        source=ReservationStatus.ISSUED,
        target=ReservationStatus.USED,
        custom={"noun": "consumption"},
    )
    def use_up(self, *, at: datetime) -> None:
        self.finished_at = at

    @transition(
        field=status,
        source=ReservationStatus.ISSUED,
        target=ReservationStatus.ISSUED,
        custom={"noun": "return"},
    )
    def take_back(self, quantity: int) -> None:
        """Count pieces coming back unused. Raises Invalid when more come back than went out."""
        if not 1 <= quantity <= self.outstanding:
            raise errors.Invalid(_("退回数量不能超过已领数量。"), field="quantity")
        self.returned_quantity += quantity

    @transition(field=status, source=ReservationStatus.ISSUED, target=ReservationStatus.RETURNED)
    def finish_returned(self, *, at: datetime) -> None:
        self.finished_at = at

    @transition(
        field=status,
        source=[ReservationStatus.RESERVED, ReservationStatus.SHORT],
        target=ReservationStatus.RELEASED,
        custom={"noun": "release"},
    )
    def let_go(self, *, at: datetime) -> None:
        self.finished_at = at

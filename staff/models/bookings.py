from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from service_center.kernel.errors import DomainError
from staff.states import LIVE_BOOKINGS, BookingKind, BookingStatus

EXCLUSION: Final = "booking_no_overlap"


class DoubleBooked(DomainError):
    """The person's time is taken already; PostgreSQL said so."""

    code = "double_booked"
    message = _("此员工在该时段已有安排，请换一个时间或另选一人。")


class BookingReleased(DomainError):
    """The time was given back; what is released stays released."""

    code = "booking_released"
    message = _("此安排已释放，请重新登记。")


class BookingQuerySet(models.QuerySet["Booking"]):
    def lock(self, pk: int) -> Booking:
        return self.select_for_update(of=("self",)).get(pk=pk)

    def live(self) -> Self:
        """Proposed and confirmed ones: those that take time."""
        return self.filter(status__in=LIVE_BOOKINGS)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        """Live bookings that take any of `[start, end)`."""
        return self.live().filter(span__overlap=(start, end))

    def of_source(self, source: models.Model) -> Self:
        """The bookings made for one row of whatever app."""
        return self.filter(source_type=source._meta.label_lower, source_id=source.pk)


class Booking(models.Model):
    """A stretch of a person's time that is taken: visit, leave, off shift, training.

    `span` is the half-open stretch with the way there; two live bookings of one person cannot overlap
    (exclusion constraint). `source` names the row the time is for, by kind and id.
    """

    person = models.ForeignKey("staff.Person", models.PROTECT, related_name="bookings")
    kind = models.CharField(max_length=12, choices=BookingKind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    span = DateTimeRangeField()
    status = models.CharField(max_length=10, choices=BookingStatus.choices, default=BookingStatus.CONFIRMED)
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = (
            ExclusionConstraint(
                name=EXCLUSION,
                expressions=[("person", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(status__in=["proposed", "confirmed"]),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
            models.CheckConstraint(
                condition=Q(span__startswith__lte=F("starts_at"), span__endswith__gte=F("ends_at")),
                name="booking_span_holds_work",
            ),
        )
        indexes = (models.Index(fields=["source_type", "source_id"], name="booking_source"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.starts_at:%Y-%m-%d %H:%M}"

    def confirm(self) -> None:
        """Turn a proposal into a fixed booking. Raises BookingReleased."""
        self._refuse_if_released()
        self.status = BookingStatus.CONFIRMED
        self.version += 1

    def release(self) -> None:
        """Give the time back. Raises BookingReleased."""
        self._refuse_if_released()
        self.status = BookingStatus.RELEASED
        self.version += 1

    def _refuse_if_released(self) -> None:
        if self.status == BookingStatus.RELEASED:
            raise BookingReleased

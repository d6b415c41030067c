"""People's time. PostgreSQL forbids two live bookings of one person to overlap; nothing here looks first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from staff import events, permissions
from staff.models import Booking, Person
from staff.models.bookings import EXCLUSION, DoubleBooked
from staff.states import BookingKind, BookingStatus

if TYPE_CHECKING:
    from service_center.kernel.models import User

NO_TRAVEL = timedelta(0)


def book(
    person: Person,
    *,
    starts_at: datetime,
    ends_at: datetime,
    kind: str,
    source: models.Model | None = None,
    travel: timedelta = NO_TRAVEL,
    proposed: bool = False,
    note: str = "",
    field: str = "starts_at",
    actor: User | None,
    at: datetime,
) -> Booking:
    """Take `[starts_at - travel, ends_at)` of somebody's time for `source`, a row of whatever app.

    The verb that calls has decided who may; `field` is its input that a clash belongs to. Raises DoubleBooked, AlreadyLeft, Invalid(field="ends_at").
    """
    person = Person.objects.lock(person.pk)
    person.refuse_if_left()
    booking = Booking(
        person=person,
        kind=kind,
        note=note,
        status=BookingStatus.PROPOSED if proposed else BookingStatus.CONFIRMED,
        source_type=source._meta.label_lower if source is not None else "",
        source_id=source.pk if source is not None else None,
    )
    _place(booking, starts_at=starts_at, ends_at=ends_at, travel=travel)
    with double_booking_refused(field):
        booking.save(force_insert=True)
    _record(events.BOOKED, booking, actor=actor, at=at)
    return booking


def rebook(
    booking: Booking,
    *,
    starts_at: datetime,
    ends_at: datetime,
    travel: timedelta = NO_TRAVEL,
    actor: User | None,
    at: datetime,
) -> Booking:
    """Move a live booking to another time. Raises DoubleBooked, BookingReleased, Invalid."""
    booking = Booking.objects.lock(booking.pk)
    booking.confirm()
    _place(booking, starts_at=starts_at, ends_at=ends_at, travel=travel)
    with double_booking_refused():
        booking.save(update_fields=["starts_at", "ends_at", "span", "status", "version"])
    _record(events.BOOKED, booking, actor=actor, at=at)
    return booking


def confirm_booking(booking: Booking, *, actor: User | None, at: datetime) -> Booking:
    """Fix a proposed time. Raises BookingReleased."""
    booking = Booking.objects.lock(booking.pk)
    booking.confirm()
    booking.save(update_fields=["status", "version"])
    _record(events.BOOKED, booking, actor=actor, at=at)
    return booking


def release(source: models.Model, *, actor: User | None, at: datetime) -> int:
    """Give back all time taken for a row; returns how many bookings. Harmless when there is none left."""
    bookings = list(Booking.objects.of_source(source).live().order_by("pk").select_for_update(of=("self",)))
    for booking in bookings:
        booking.release()
        booking.save(update_fields=["status", "version"])
        _record(events.BOOKING_RELEASED, booking, actor=actor, at=at)
    return len(bookings)


def block(
    person: Person,
    *,
    starts_at: datetime,
    ends_at: datetime,
    kind: str = BookingKind.LEAVE,
    note: str = "",
    actor: User | None,
    at: datetime,
) -> Booking:
    """Enter leave, a stretch off shift or training: dispatch passes the person by (contract A, double
    booking).

    Raises DoubleBooked when a visit stands there, which must be moved first; Invalid, AlreadyLeft.
    """
    require(permissions.can_block, actor, person)
    if kind == BookingKind.VISIT:
        raise Invalid(_("上门时间请在工单上预约。"), field="kind")
    booking = book(person, starts_at=starts_at, ends_at=ends_at, kind=kind, note=note, actor=actor, at=at)
    booking.origin_key = commands.origin_key()
    booking.save(update_fields=["origin_key"])
    return booking


def release_booking(booking: Booking, *, actor: User | None, at: datetime) -> Booking:
    """Take back leave, shift or training. Raises BookingReleased, Invalid for a visit."""
    booking = Booking.objects.lock(booking.pk)
    require(permissions.can_block, actor, booking.person)
    if booking.kind == BookingKind.VISIT:
        raise Invalid(_("上门时间请在工单上取消。"), field="kind")
    booking.release()
    booking.save(update_fields=["status", "version"])
    _record(events.BOOKING_RELEASED, booking, actor=actor, at=at)
    return booking


@contextmanager
def double_booking_refused(field: str = "starts_at") -> Iterator[None]:
    """The one place that reads a constraint's name: the exclusion constraint speaks as DoubleBooked.

    A savepoint, so that the transaction outlives the refused insert.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != EXCLUSION:
            raise
        raise DoubleBooked(field=field) from error


def _place(booking: Booking, *, starts_at: datetime, ends_at: datetime, travel: timedelta) -> None:
    if ends_at <= starts_at:
        raise Invalid(_("结束时间必须晚于开始时间。"), field="ends_at")
    booking.starts_at, booking.ends_at = starts_at, ends_at
    booking.span = DateTimeTZRange(starts_at - travel, ends_at, "[)")


def _record(kind: journal.EventType, booking: Booking, *, actor: User | None, at: datetime) -> None:
    journal.record(
        kind,
        booking.person,
        actor=actor,
        at=at,
        booking=booking.pk,
        purpose=booking.kind,
        starts_at=booking.starts_at.isoformat(),
        ends_at=booking.ends_at.isoformat(),
    )

"""At the customer's: agree a time, move it, drop it, come and leave (APT-01, APT-02)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from service_center.kernel import errors
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from service_center.kernel.late_truth import tolerance
from staff import actions as people
from tickets import events, permissions
from tickets.actions import late_truth, messages, timing
from tickets.actions.dispatch import ALIVE, travel_time
from tickets.actions.recording import keep, tell
from tickets.models import Ticket, Visit
from tickets.states import VisitStatus

if TYPE_CHECKING:
    from service_center.kernel.models import User


def appoint(
    ticket: Ticket, *, starts_at: datetime, ends_at: datetime, place: str, actor: User | None, at: datetime
) -> Visit:
    """Agree time and place with the customer and book the engineer; done again, the appointment is moved.

    Raises Forbidden, TransitionNotAllowed, Invalid, DoubleBooked.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_appoint, actor, ticket)
    ticket.appoint(at=at)
    _require_future(starts_at, ends_at, at)
    keep(ticket)
    moved = ticket.visits.filter(status=VisitStatus.CONFIRMED).first()
    if moved is not None:
        moved.status = VisitStatus.MOVED
        moved.save()
    row = Visit.objects.create(
        ticket=ticket,
        engineer=ticket.engineer,
        sequence=_sequence(ticket, moved),
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        at=at,
        by=actor,
    )
    _book(row, moved, actor=actor, at=at)
    messages.tell_appointment(row, moved=moved is not None, actor=actor, at=at)
    tell(
        events.MOVED if moved else events.APPOINTED,
        ticket,
        actor=actor,
        at=at,
        visit=row.pk,
        starts_at=starts_at.isoformat(),
        ends_at=ends_at.isoformat(),
    )
    return row


def _require_future(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid(_("结束时间必须晚于开始时间。"), field="ends_at")
    if ends_at < at - tolerance():
        raise Invalid(_("预约时间不能早于现在。"), field="starts_at")


def _sequence(ticket: Ticket, moved: Visit | None) -> int:
    """A moved visit keeps its number; a further one counts on from those that took place or fell through."""
    if moved is not None:
        return moved.sequence
    last = ticket.visits.order_by("-sequence").first()
    return 1 if last is None else last.sequence + 1


def _book(visit: Visit, moved: Visit | None, *, actor: User | None, at: datetime) -> None:
    """The agreed hours take the place of those booked at dispatch or for the time before."""
    for assignment in visit.ticket.assignments.filter(status__in=ALIVE):
        people.release(assignment, actor=actor, at=at)
    if moved is not None:
        people.release(moved, actor=actor, at=at)
    assert visit.starts_at is not None and visit.ends_at is not None
    people.book(
        visit.engineer,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        kind="visit",
        travel=travel_time(),
        source=visit,
        actor=actor,
        at=at,
    )


def drop(
    ticket: Ticket, *, reason: str, customer_absent: bool = True, actor: User | None, at: datetime
) -> Visit:
    """Call the appointment off, because the customer was absent or otherwise; the hours are free again.

    Raises Forbidden, TransitionNotAllowed, Invalid (no reason).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_appoint, actor, ticket)
    ticket.drop_appointment()
    if not reason.strip():
        raise Invalid(_("取消预约时必须填写原因。"), field="reason")
    row = ticket.visits.filter(status=VisitStatus.CONFIRMED).first()
    if row is None:
        raise errors.TransitionNotAllowed(state=ticket.status)
    keep(ticket)
    row.ticket, row.status, row.drop_reason, row.customer_absent = (
        ticket,
        VisitStatus.DROPPED,
        reason,
        customer_absent,
    )
    row.save()
    people.release(row, actor=actor, at=at)
    tell(events.DROPPED, ticket, actor=actor, at=at, visit=row.pk, customer_absent=customer_absent)
    return row


def arrive(
    ticket: Ticket,
    *,
    occurred_at: datetime | None = None,
    device_time: datetime | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    actor: User | None,
    at: datetime,
) -> Visit:
    """The engineer is there, or begins remotely; handling starts and the arrival clock is met. A doubted time waits for
    the supervisor (late_truth).

    Raises Forbidden, TransitionNotAllowed, Invalid (a time before the dispatch or in the future).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_visit, actor, ticket)
    moment = late_truth.heard(
        ticket, occurred_at, device_time=device_time, meets=timing.ARRIVAL,
        not_before=ticket.assigned_at or ticket.registered_at, actor=actor, at=at,
    )  # fmt: skip
    ticket.arrive(at=moment.counts)
    keep(ticket)
    row = ticket.visits.filter(status=VisitStatus.CONFIRMED).first() or Visit(
        engineer=ticket.engineer, sequence=_sequence(ticket, None), at=at, by=actor
    )
    row.ticket = ticket
    row.come(moment.counts, told=moment.doubted)
    row.arrived_latitude, row.arrived_longitude = rounded(latitude), rounded(longitude)
    row.save()
    timing.arrived(ticket, at=at, occurred_at=moment.counts)
    told = {"visit": row.pk, "sequence": row.sequence, "punctual": row.was_punctual, **moment.data}
    tell(events.ARRIVED, ticket, actor=actor, at=at, occurred_at=moment.counts, **told)
    late_truth.ask(late_truth.ARRIVAL, row, moment, actor=actor, at=at)
    return row


def depart(
    ticket: Ticket,
    *,
    occurred_at: datetime | None = None,
    device_time: datetime | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    actor: User | None,
    at: datetime,
) -> Visit:
    """The engineer leaves; hours still booked for this visit are free again.

    Raises Forbidden, TransitionNotAllowed, Invalid (a time before the arrival or in the future).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_visit, actor, ticket)
    ticket.depart()
    row = ticket.visits.get(status=VisitStatus.ARRIVED)
    moment = late_truth.heard(
        ticket, occurred_at, device_time=device_time, meets=(),
        not_before=row.arrival_told_at or row.arrived_at or ticket.registered_at, actor=actor, at=at,
    )  # fmt: skip
    keep(ticket)
    row.ticket = ticket
    row.leave(moment.counts)
    row.departed_latitude, row.departed_longitude = rounded(latitude), rounded(longitude)
    row.save()
    people.release(row, actor=actor, at=at)
    told = {"visit": row.pk, "sequence": row.sequence, **moment.data}
    tell(events.DEPARTED, ticket, actor=actor, at=at, occurred_at=row.departed_at, **told)
    return row


def rounded(degrees: Decimal | None) -> Decimal | None:
    """About a hundred metres: enough to show the engineer was there, too little to follow anybody."""
    return None if degrees is None else degrees.quantize(Decimal("0.001"))

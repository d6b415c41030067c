"""Attempts to reach the customer, the unsuccessful ones too (TKT-19, APT-01)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel.access import require
from tickets import events, permissions
from tickets.actions import late_truth, timing
from tickets.actions.recording import keep, tell
from tickets.models import CustomerContact, Ticket
from tickets.states import ContactOutcome

if TYPE_CHECKING:
    from service_center.kernel.models import User


def note(
    ticket: Ticket,
    *,
    channel: str,
    outcome: str,
    note: str = "",
    occurred_at: datetime | None = None,
    device_time: datetime | None = None,
    actor: User | None,
    at: datetime,
) -> CustomerContact:
    """Record a contact; the first one in which somebody reaches the customer is the first response: an attempt, an
    automatic message and a note among colleagues are none. A doubted time waits for the supervisor (late_truth).

    Raises Forbidden, TransitionNotAllowed, Invalid (a time before the report or in the future).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_contact, actor, ticket)
    reached = outcome == ContactOutcome.REACHED and actor is not None
    moment = late_truth.heard(
        ticket, occurred_at, device_time=device_time, meets=timing.RESPONSE if reached else (),
        not_before=ticket.reported_at, actor=actor, at=at,
    )  # fmt: skip
    ticket.note_contact(reached=reached, at=moment.counts)
    keep(ticket)
    row = CustomerContact.objects.create(
        ticket=ticket, occurred_at=moment.counts, told_at=moment.doubted, channel=channel, outcome=outcome, note=note,
        at=at, by=actor,
    )  # fmt: skip
    if reached:
        timing.responded(ticket, at=at, occurred_at=moment.counts)
    told = {"channel": channel, "outcome": outcome, "contact": row.pk, **moment.data}
    tell(events.CONTACTED, ticket, actor=actor, at=at, occurred_at=moment.counts, **told)
    late_truth.ask(late_truth.CONTACT, row, moment, actor=actor, at=at)
    return row

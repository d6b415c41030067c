"""Attempts to reach the customer, the unsuccessful ones too (TKT-19, APT-01)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel.access import require
from tickets import events, permissions
from tickets.actions import timing
from tickets.actions.recording import keep, tell, took_place_at
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
    actor: User | None,
    at: datetime,
) -> CustomerContact:
    """Record a contact; the first one that reaches the customer is the first response.

    Raises Forbidden, TransitionNotAllowed, Invalid (a time before the report or in the future).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_contact, actor, ticket)
    happened = took_place_at(occurred_at, not_before=ticket.reported_at, at=at)
    ticket.note_contact(reached=outcome == ContactOutcome.REACHED, at=happened)
    keep(ticket)
    row = CustomerContact.objects.create(
        ticket=ticket, occurred_at=happened, channel=channel, outcome=outcome, note=note, at=at, by=actor
    )
    if outcome == ContactOutcome.REACHED:
        timing.responded(ticket, at=at, occurred_at=happened)
    tell(
        events.CONTACTED,
        ticket,
        actor=actor,
        at=at,
        occurred_at=happened,
        channel=channel,
        outcome=outcome,
        contact=row.pk,
    )
    return row

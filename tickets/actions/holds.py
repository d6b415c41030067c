"""Waiting: the customer is told, contract clocks stand still, statutory and critical ones go on (CF-07)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from service_center.kernel.access import require
from tickets import events, permissions
from tickets.actions import timing
from tickets.actions.recording import keep, tell
from tickets.models import CustomerContact, Hold, Ticket
from tickets.states import ContactOutcome

if TYPE_CHECKING:
    from service_center.kernel.models import User


class Notice(TypedDict):
    """How the customer was told of the wait, and in which words."""

    channel: str
    text: str


def hold(ticket: Ticket, *, reason: str, notice: Notice, actor: User | None, at: datetime) -> Hold:
    """Let the ticket wait; the notice to the customer is part of it (SLA-14). Waiting for a part starts its cycle.

    Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_hold, actor, ticket)
    ticket.hold()
    keep(ticket)
    row = Hold.objects.create(
        ticket=ticket,
        reason=reason,
        notice_channel=notice["channel"],
        notice_text=notice["text"],
        at=at,
        by=actor,
    )
    CustomerContact.objects.create(
        ticket=ticket,
        occurred_at=at,
        channel=notice["channel"],
        outcome=ContactOutcome.REACHED,
        note=notice["text"],
        at=at,
        by=actor,
    )
    timing.held(ticket, reason=reason, at=at)
    tell(events.HELD, ticket, actor=actor, at=at, hold=row.pk, reason=reason)
    return row


def resume(ticket: Ticket, *, actor: User | None, at: datetime) -> Hold:
    """Go on: what was waited for is there. Raises Forbidden, TransitionNotAllowed."""
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_hold, actor, ticket)
    ticket.resume()
    keep(ticket)
    row = ticket.holds.get(ended_at=None)
    row.ticket, row.ended_at = ticket, at
    row.save()
    timing.resumed(ticket, at=at)
    tell(events.RESUMED, ticket, actor=actor, at=at, hold=row.pk, reason=row.reason)
    return row

"""Ending a ticket without doing it: asked for by an agent, decided by the manager (4.1, CF-28)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from service_center.kernel import approvals
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from service_center.kernel.models import Approval
from tickets import events, permissions
from tickets.actions import dispatch, part_lines, timing
from tickets.actions.recording import keep, tell
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.journal import EventType
    from service_center.kernel.models import User


def ask_cancellation(ticket: Ticket, *, reason: str, actor: User | None, at: datetime) -> Approval:
    """Ask the manager to cancel; the state stays until the decision.

    Raises Forbidden, TransitionNotAllowed, Invalid, AlreadyAsked.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_ask_to_end, actor, ticket)
    ticket.ask_cancellation()
    return _ask("ticket.cancel", "ticket.cancellation", events.CANCELLATION_ASKED, ticket, reason, actor, at)


def ask_refusal(ticket: Ticket, *, reason: str, actor: User | None, at: datetime) -> Approval:
    """Ask the manager to refuse the service; the state stays until the decision (CF-14).

    Raises Forbidden, TransitionNotAllowed, Invalid, AlreadyAsked.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_ask_to_end, actor, ticket)
    ticket.ask_refusal()
    return _ask("ticket.refuse", "ticket.refusal", events.REFUSAL_ASKED, ticket, reason, actor, at)


def _ask(
    verb: str, kind: str, event: EventType, ticket: Ticket, reason: str, actor: User | None, at: datetime
) -> Approval:
    if not reason.strip():
        raise Invalid(_("请填写原因。"), field="reason")
    keep(ticket)
    row = approvals.ask(verb, ticket, kind=kind, actor=actor, reason=reason, label=ticket.number, at=at)
    tell(event, ticket, actor=actor, at=at, approval=row.pk)
    return row


@approvals.performs("ticket.cancel")
def cancel(approval: Approval, *, actor: User | None, at: datetime) -> Ticket:
    """What the approved cancellation does, as the one who asked; the ticket may have moved on since."""
    ticket = Ticket.objects.lock(approval.subject_id)
    require(permissions.can_ask_to_end, actor, ticket)
    ticket.cancel(at=at)
    return _end(ticket, events.CANCELLED, approval, actor, at)


@approvals.performs("ticket.refuse")
def refuse(approval: Approval, *, actor: User | None, at: datetime) -> Ticket:
    """What the approved refusal does, as the one who asked."""
    ticket = Ticket.objects.lock(approval.subject_id)
    require(permissions.can_ask_to_end, actor, ticket)
    ticket.refuse(at=at)
    return _end(ticket, events.REFUSED, approval, actor, at)


def _end(ticket: Ticket, event: EventType, approval: Approval, actor: User | None, at: datetime) -> Ticket:
    """No clock runs, no part is held and no hour is booked for a ticket that ends so."""
    keep(ticket)
    ticket.holds.filter(ended_at=None).update(ended_at=at)
    timing.ended(ticket, at=at)
    part_lines.let_go_all(ticket, actor=actor, at=at)
    dispatch.free(ticket, actor=actor, at=at)
    tell(event, ticket, actor=actor, at=at, approval=approval.pk)
    return ticket

"""From the statement to the class: verify, answer at once, or classify (TKT-09, TKT-14, DSP-01, DSP-06)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel.access import require
from tickets import events, permissions
from tickets.actions import timing
from tickets.actions.recording import keep, tell
from tickets.models import Answer, Ticket, Triage, Verification

if TYPE_CHECKING:
    from customers.models import ProductLine
    from service_center.kernel.models import User


def verify(
    ticket: Ticket, *, confirmed: bool, note: str = "", actor: User | None, at: datetime
) -> Verification:
    """Record whether the reported problem is there, before a solution is proposed (TKT-14).

    Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_verify, actor, ticket)
    ticket.verify(at=at)
    keep(ticket)
    row = Verification.objects.create(ticket=ticket, confirmed=confirmed, note=note, at=at, by=actor)
    tell(events.VERIFIED, ticket, actor=actor, at=at, confirmed=confirmed)
    return row


def answer(ticket: Ticket, *, text: str, actor: User | None, at: datetime) -> Answer:
    """Answer a simple question at the first contact and end the ticket; the follow-up is still due (TKT-09).

    Meets response and solution. Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_answer, actor, ticket)
    ticket.answer(at=at)
    keep(ticket)
    row = Answer.objects.create(ticket=ticket, text=text, at=at, by=actor)
    timing.answered(ticket, at=at)
    tell(events.ANSWERED, ticket, actor=actor, at=at)
    return row


def classify(
    ticket: Ticket,
    *,
    nature: str,
    product_line: ProductLine | None,
    tier: str,
    complexity: str,
    service_category: str,
    mode: str,
    is_critical: bool = False,
    actor: User | None,
    at: datetime,
) -> Triage:
    """Give the problem its line, urgency, complexity, category and mode, and its clocks their targets (CF-04).

    Consumed time stays. Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_triage, actor, ticket)
    ticket.classify(
        nature=nature, product_line=product_line, tier=tier, complexity=complexity,
        service_category=service_category, mode=mode, is_critical=is_critical, at=at,
    )  # fmt: skip
    keep(ticket)
    row = Triage.of(ticket, at=at, by=actor)
    timing.classified(ticket, at=at)
    tell(
        events.CLASSIFIED, ticket, actor=actor, at=at, tier=tier, complexity=complexity, mode=mode,
        category=service_category, nature=nature, is_critical=is_critical,
    )  # fmt: skip
    if is_critical:
        tell(events.FLAGGED, ticket, actor=actor, at=at)
    return row

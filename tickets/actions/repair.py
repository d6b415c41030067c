"""The work itself: finding, the customer's consent, working time (RPR-01, RPR-04, RPR-07, RPR-08)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from service_center.kernel.late_truth import tolerance
from staff import actions as people
from tickets import events, permissions
from tickets.actions import timing
from tickets.actions.recording import keep, tell
from tickets.models import Charge, Consent, Diagnosis, Ticket, WorkTime
from tickets.states import ChargeKind

if TYPE_CHECKING:
    from service_center.kernel.models import User


def diagnose(
    ticket: Ticket,
    *,
    fault_class: str,
    cause: str,
    plan: str,
    fault_code: str = "",
    readings: dict[str, str] | None = None,
    actor: User | None,
    at: datetime,
) -> Diagnosis:
    """Record cause and plan, apart from what the customer said (RPR-01, GEN-18). Raises Forbidden,
    TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.diagnose()
    keep(ticket)
    row = Diagnosis.objects.create(
        ticket=ticket,
        fault_class=fault_class,
        fault_code=fault_code,
        cause=cause,
        plan=plan,
        readings=readings or {},
        at=at,
        by=actor,
    )
    timing.diagnosed(ticket, at=at)
    tell(
        events.DIAGNOSED,
        ticket,
        actor=actor,
        at=at,
        diagnosis=row.pk,
        fault_class=fault_class,
        fault_code=fault_code,
    )
    return row


def consent(
    ticket: Ticket,
    *,
    plan: str,
    amount: Decimal,
    method: str,
    signed_by: str,
    actor: User | None,
    at: datetime,
) -> Consent:
    """Record that the customer agrees to plan and amount; the amount becomes the charge (RPR-08, CF-31).

    A later consent replaces the charge of an earlier one. Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.take_consent()
    keep(ticket)
    row = Consent.objects.create(
        ticket=ticket, plan=plan, amount=amount, method=method, signed_by=signed_by, at=at, by=actor
    )
    ticket.charges.filter(kind=ChargeKind.AGREED, voided_at=None).update(voided_at=at)
    if amount:
        Charge.objects.create(
            ticket=ticket, kind=ChargeKind.AGREED, amount=amount, consent=row, at=at, by=actor
        )
    tell(events.CONSENTED, ticket, actor=actor, at=at, consent=row.pk, amount=str(amount), method=method)
    return row


def enter_time(
    ticket: Ticket, *, category: str, started_at: datetime, minutes: int, actor: User | None, at: datetime
) -> WorkTime:
    """Book working time on the ticket, into staff's ledger (RPR-17, RPT-01).

    Raises Forbidden, TransitionNotAllowed, Invalid (before the ticket existed, or not over yet; a phone's clock may be off a little).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.enter_time()
    if started_at < ticket.reported_at - tolerance():
        raise Invalid(_("工时不能早于工单登记。"), field="started_at")
    if started_at + timedelta(minutes=minutes) > at + tolerance():
        raise Invalid(_("工时不能晚于现在。"), field="minutes")
    keep(ticket)
    row = WorkTime.objects.create(
        ticket=ticket,
        engineer=ticket.engineer,
        category=category,
        started_at=started_at,
        minutes=minutes,
        at=at,
        by=actor,
    )
    people.post_time(
        row.engineer,
        category=category,
        started_at=started_at,
        minutes=minutes,
        source=row,
        actor=actor,
        at=at,
    )
    tell(events.TIME_ENTERED, ticket, actor=actor, at=at, minutes=minutes, category=category)
    return row

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from complaints import events, permissions
from complaints.models import Complaint, ComplaintContact, ComplaintEscalation, Reminder
from complaints.states import Outcome
from service_center.kernel import clocks, journal
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import User


def note_contact(
    complaint: Complaint,
    *,
    channel: str,
    outcome: str,
    actor: User | None,
    at: datetime,
    note: str = "",
    occurred_at: datetime | None = None,
) -> ComplaintContact:
    """The customer was spoken to, or not reached: progress and expected end are told here (CMP-09, CMP-10).

    The first reached contact meets the 24-hour response (SLA-17). Raises TransitionNotAllowed, Forbidden, Invalid.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle_step, actor, complaint)
    complaint.note_contact()
    happened = occurred_at or at
    if not complaint.reported_at <= happened <= at:
        raise Invalid(_("联系时间应在投诉受理之后、现在之前。"), field="at")
    contact = ComplaintContact.objects.create(
        complaint=complaint,
        occurred_at=happened,
        channel=channel,
        outcome=outcome,
        note=note,
        at=at,
        by=actor,
    )
    complaint.version += 1
    complaint.save(update_fields=["version"])
    if outcome == Outcome.REACHED:
        answered_in_time(complaint, occurred_at=happened, at=at)
    links = (complaint.ticket,)
    journal.record(
        events.CONTACTED, complaint, actor=actor, at=at, occurred_at=happened, links=links, outcome=outcome
    )
    return contact


def tell(complaint: Complaint, *, channel: str, text: str, actor: User | None, at: datetime) -> None:
    """What the customer was told along with another step, kept as a reached contact; it meets the response."""
    ComplaintContact.objects.create(
        complaint=complaint,
        occurred_at=at,
        channel=channel,
        outcome=Outcome.REACHED,
        note=text,
        at=at,
        by=actor,
    )
    answered_in_time(complaint, occurred_at=at, at=at)


def answered_in_time(complaint: Complaint, *, occurred_at: datetime, at: datetime) -> None:
    """The customer has heard from a person: stop the 24-hour clock if it still runs (SLA-17)."""
    clocks.stop(complaint, "response", at=at, occurred_at=occurred_at)


def remind(complaint: Complaint, *, text: str, actor: User | None, at: datetime) -> Reminder:
    """Urge the person who has to act now, and keep it on record (CMP-20). Raises TransitionNotAllowed, Forbidden."""
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle_step, actor, complaint)
    complaint.note_reminder()
    plan = complaint.plans.order_by("-number").first()
    to = complaint.owner if plan is None else plan.responsible
    reminder = Reminder.objects.create(complaint=complaint, to=to, text=text, at=at, by=actor)
    complaint.version += 1
    complaint.save(update_fields=["version"])
    journal.record(events.REMINDED, complaint, actor=actor, at=at, to=to.user.username)
    return reminder


def escalate(
    complaint: Complaint, *, to: str, reason: str, actor: User | None, at: datetime
) -> ComplaintEscalation:
    """Report an unresolved complaint upwards (CMP-16). Raises TransitionNotAllowed, Forbidden."""
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle_step, actor, complaint)
    complaint.escalate()
    escalation = ComplaintEscalation.objects.create(
        complaint=complaint, level=to, reason=reason, at=at, by=actor
    )
    complaint.version += 1
    complaint.save(update_fields=["version"])
    journal.record(events.ESCALATED, complaint, actor=actor, at=at, links=(complaint.ticket,), level=to)
    return escalation

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints import events, permissions
from complaints.models import Complaint, ComplaintContact, ComplaintEscalation, Reminder
from complaints.states import Outcome
from service_center.kernel import approvals, clocks, journal, late_truth
from service_center.kernel.access import require
from service_center.kernel.device_time import Told, put_right
from service_center.kernel.errors import Invalid
from service_center.kernel.late_truth import Moment
from service_center.kernel.models import Approval

if TYPE_CHECKING:
    from service_center.kernel.models import User

LATE = "complaint.late_contact"


def note_contact(
    complaint: Complaint,
    *,
    channel: str,
    outcome: str,
    actor: User | None,
    at: datetime,
    note: str = "",
    occurred_at: datetime | None = None,
    device_time: datetime | None = None,
) -> ComplaintContact:
    """The customer was spoken to, or not reached: progress and expected end are told here (CMP-09, CMP-10).

    The first reached contact meets the 24-hour response (SLA-17); a doubted time waits for the supervisor (late_truth).
    Raises TransitionNotAllowed, Forbidden, Invalid.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle_step, actor, complaint)
    complaint.note_contact()
    told, reached = _took_place(complaint, occurred_at, device_time, at), outcome == Outcome.REACHED
    moment = late_truth.judge(complaint, told, meets=("response",) if reached else (), actor=actor, at=at)
    contact = ComplaintContact.objects.create(
        complaint=complaint,
        occurred_at=moment.counts,
        channel=channel,
        outcome=outcome,
        note=note,
        at=at,
        by=actor,
    )
    complaint.version += 1
    complaint.save(update_fields=["version"])
    if reached:
        answered_in_time(complaint, occurred_at=moment.counts, at=at)
    _tell(complaint, contact, moment, actor=actor, at=at)
    return contact


def _took_place(
    complaint: Complaint, occurred_at: datetime | None, device_time: datetime | None, at: datetime
) -> Told:
    """When it was, as the device tells it, its clock's offset taken off. Raises Invalid for an absurd time."""
    told, little = put_right(occurred_at, device_time=device_time, now=at), late_truth.tolerance()
    if not complaint.reported_at - little <= told.at <= at + little:
        raise Invalid(_("联系时间应在投诉受理之后、现在之前。"), field="at")
    return replace(told, at=max(min(told.at, at), complaint.reported_at))


def _tell(
    complaint: Complaint, contact: ComplaintContact, moment: Moment, *, actor: User | None, at: datetime
) -> None:
    about = {"outcome": contact.outcome, **moment.data}
    links = (complaint.ticket,)
    journal.record(
        events.CONTACTED, complaint, actor=actor, at=at, occurred_at=moment.counts, links=links, **about
    )
    late_truth.ask(LATE, contact, moment, label=complaint.number, actor=actor, at=at)


@approvals.performs(LATE)
def confirm_contact(approval: Approval, *, actor: User | None, at: datetime) -> ComplaintContact:
    """The customer was reached when the device says: the response is met then, a breach it disproves is retracted."""
    complaint = Complaint.objects.lock(ComplaintContact.objects.get(pk=approval.subject_id).complaint_id)
    contact = ComplaintContact.objects.get(pk=approval.subject_id)
    contact.complaint, contact.occurred_at = complaint, late_truth.told_at(approval)
    contact.save(update_fields=["occurred_at"])
    complaint.version += 1
    complaint.save(update_fields=["version"])
    answered_in_time(complaint, occurred_at=contact.occurred_at, at=at)
    told = approval.payload["told_at"]
    links = (complaint.ticket,)
    journal.record(events.TIME_CONFIRMED, complaint, actor=actor, at=at, links=links, told_at=told)
    return contact


@approvals.describes(LATE)
def describe(approval: Approval) -> list[tuple[str, str]]:
    """What the supervisor has to weigh."""
    return late_truth.described(approval, gettext("联系投诉客户"))


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
    """The customer has heard from a person: stop the 24-hour clock, if it still runs or was stopped later (SLA-17)."""
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

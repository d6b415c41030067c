from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from complaints import events, permissions
from complaints.actions.contacts import answered_in_time
from complaints.models import Complaint, ComplaintEscalation, Reply, Satisfaction
from complaints.queries import steps
from complaints.states import Level
from service_center.kernel import approvals, clocks, journal, rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import Approval, User


def tell_result(complaint: Complaint, *, channel: str, text: str, actor: User | None, at: datetime) -> Reply:
    """Tell the customer the result, or why the complaint is unfounded (CMP-11, CMP-18).

    Raises TransitionNotAllowed, PlanNotRevised, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    complaint.tell_result()
    complaint.version += 1
    complaint.save()
    plan = complaint.plans.order_by("-number").first()
    reply = Reply.objects.create(complaint=complaint, plan=plan, channel=channel, text=text, at=at, by=actor)
    answered_in_time(complaint, occurred_at=at, at=at)
    clocks.stop(complaint, "reply", at=at)
    journal.record(
        events.RESULT_TOLD,
        complaint,
        actor=actor,
        at=at,
        links=(complaint.customer, complaint.ticket),
        channel=channel,
    )
    return reply


def note_satisfaction(
    complaint: Complaint, *, satisfied: bool, actor: User | None, at: datetime, reason: str = ""
) -> Satisfaction:
    """Ask whether the customer is content; if not, with the reason, back to the plan (CMP-12).

    After as many refusals as the setting says the complaint goes up to the leadership by itself (CF-28, CMP-16).
    Raises TransitionNotAllowed, Invalid without a reason, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    if satisfied:
        complaint.satisfy()
    else:
        complaint.dissatisfy()
        if not reason.strip():
            raise Invalid(_("客户不满意时必须填写原因。"), field="reason")
    complaint.version += 1
    complaint.save()
    said = Satisfaction.objects.create(
        complaint=complaint,
        reply=complaint.replies.order_by("-pk")[0],
        satisfied=satisfied,
        reason=reason,
        at=at,
        by=actor,
    )
    event = events.SATISFIED if satisfied else events.DISSATISFIED
    journal.record(event, complaint, actor=actor, at=at, links=(complaint.customer, complaint.ticket))
    if not satisfied and complaint.dissatisfied_count == rulebook.setting(
        "ticket.reopen.escalate_after", at=at
    ):
        _go_up(complaint, reason, at)
    return said


def _go_up(complaint: Complaint, reason: str, at: datetime) -> None:
    """The customer refused once too often: the leadership must know, whoever is at the desk."""
    ComplaintEscalation.objects.create(
        complaint=complaint, level=Level.DIRECTOR, reason=reason, at=at, by=None
    )
    journal.record(
        events.ESCALATED, complaint, actor=None, at=at, links=(complaint.ticket,), level=Level.DIRECTOR
    )


def close(
    complaint: Complaint, *, actor: User | None, at: datetime, reason: str = ""
) -> Complaint | Approval:
    """Close a complaint whose customer is content.

    With a `reason` it may be closed unresolved at the limit of what can be granted: that is asked of the manager
    (CF-28). Raises TransitionNotAllowed, VisitDue, LetterDue, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    if reason:
        return _ask_to_close(complaint, reason, actor, at)
    complaint.close(letter_sent=steps.letter_sent(complaint), at=at)
    complaint.version += 1
    complaint.save()
    clocks.cancel(complaint, at=at)
    journal.record(events.CLOSED, complaint, actor=actor, at=at, links=(complaint.customer, complaint.ticket))
    return complaint


def _ask_to_close(complaint: Complaint, reason: str, actor: User | None, at: datetime) -> Approval:
    complaint.ask_unsatisfied_closure(letter_sent=steps.letter_sent(complaint))
    approval = approvals.ask(
        "complaint.close_unsatisfied",
        complaint,
        kind="complaint.closure",
        reason=reason,
        label=complaint.number,
        gravity=complaint.gravity,
        actor=actor,
        at=at,
    )
    journal.record(events.CLOSURE_ASKED, complaint, actor=actor, at=at, approval=approval.pk)
    return approval


@approvals.performs("complaint.close_unsatisfied")
def close_unsatisfied(approval: Approval, *, actor: User | None, at: datetime) -> Complaint:
    """Close at the limit of what may be granted, after the manager agreed (CF-28).

    Raises TransitionNotAllowed, VisitDue, LetterDue.
    """
    complaint = Complaint.objects.lock(approval.subject_id)
    require(permissions.can_handle, actor, complaint)
    complaint.close_unsatisfied(approval.reason, letter_sent=steps.letter_sent(complaint), at=at)
    complaint.version += 1
    complaint.save()
    clocks.cancel(complaint, at=at)
    journal.record(events.CLOSED, complaint, actor=actor, at=at, links=(complaint.customer, complaint.ticket))
    return complaint

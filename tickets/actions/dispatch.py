"""Who does it: assign, take back, accept or decline, call for help, change the owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from customers import actions as crm
from service_center.kernel import rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from service_center.kernel.late_truth import tolerance
from staff import actions as people
from staff.models import Person
from tickets import events, permissions
from tickets.actions import messages, timing
from tickets.actions.recording import keep, tell
from tickets.models import Assignment, Escalation, Handover, Ticket
from tickets.models.refusals import AssignmentAnswered
from tickets.states import OPEN, AssignmentStatus, EscalationTarget, VisitStatus

if TYPE_CHECKING:
    from service_center.kernel.models import User

ALIVE = (AssignmentStatus.OFFERED, AssignmentStatus.ACCEPTED)


class MissingLicence(DomainError):
    code = "missing_licence"
    message = _("该工程师没有此产品的维修资格，请另选工程师。")


def assign(
    ticket: Ticket, *, engineer: Person, expected_at: datetime, actor: User | None, at: datetime
) -> Assignment:
    """Give the job to one engineer, book the hours and tell the engineer (TKT-17, DSP-02).

    A complex problem is assigned by the manager only (DSP-03). Raises Forbidden, TransitionNotAllowed, Invalid,
    MissingLicence, DoubleBooked.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_assign, actor, ticket)
    ticket.assign_to(engineer, expected_at=expected_at, at=at)
    _require_fit(ticket, engineer, expected_at, at)
    keep(ticket)
    row = Assignment.objects.create(
        ticket=ticket, engineer=engineer, expected_at=expected_at, at=at, by=actor
    )
    timing.handed_to_engineer(ticket, at=at)
    _book(row, actor=actor, at=at)
    crm.grant_access(engineer, ticket.customer, unit=ticket.unit, actor=actor, at=at)
    messages.tell_engineer(row, at=at)
    tell(
        events.ASSIGNED,
        ticket,
        actor=actor,
        at=at,
        engineer=engineer.user.username,
        expected_at=expected_at.isoformat(),
        assignment=row.pk,
    )
    return row


def _require_fit(ticket: Ticket, engineer: Person, expected_at: datetime, at: datetime) -> None:
    """Raises Invalid for somebody who is no engineer at work here or a time gone by, MissingLicence."""
    if not engineer.has_role("engineer"):
        raise Invalid(_("只能派给在职的维修工程师。"), field="engineer")
    if engineer.branch_id != ticket.branch_id:
        raise Invalid(_("该工程师不属于本网点，请另选工程师。"), field="engineer")
    if expected_at < at - tolerance():
        raise Invalid(_("预计处理时间不能早于现在。"), field="expected_at")
    if ticket.product_model is not None and not engineer.licensed_for(ticket.product_model, at):
        raise MissingLicence(field="engineer")


def _book(assignment: Assignment, *, actor: User | None, at: datetime) -> None:
    minutes = int(rulebook.setting("dispatch.visit.minutes"))
    people.book(
        assignment.engineer,
        starts_at=assignment.expected_at,
        ends_at=assignment.expected_at + timedelta(minutes=minutes),
        kind="visit",
        travel=travel_time(),
        source=assignment,
        field="expected_at",
        actor=actor,
        at=at,
    )


def travel_time() -> timedelta:
    """The way to the customer and back, kept free around a job."""
    return timedelta(minutes=int(rulebook.setting("dispatch.travel.minutes")))


def unassign(ticket: Ticket, *, actor: User | None, at: datetime) -> Assignment:
    """Take the job back from the engineer: hours freed, back to the list of the undispatched.

    Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_assign, actor, ticket)
    engineer = ticket.assignee
    ticket.unassign()
    keep(ticket)
    row = _end(ticket, AssignmentStatus.WITHDRAWN, actor=actor, at=at)
    tell(events.UNASSIGNED, ticket, actor=actor, at=at, engineer=engineer.user.username if engineer else "")
    return row


def respond(
    ticket: Ticket, *, accepted: bool, reason: str = "", actor: User | None, at: datetime
) -> Assignment:
    """The engineer takes the job or declines it with a reason; declined, it is dispatched anew.

    Raises Forbidden, TransitionNotAllowed, AssignmentAnswered, Invalid (no reason).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_accept, actor, ticket)
    return (_accept if accepted else _decline)(ticket, reason, actor, at)


def _accept(ticket: Ticket, reason: str, actor: User | None, at: datetime) -> Assignment:
    ticket.accept()
    row = ticket.assignments.select_related("engineer__user").get(status__in=ALIVE)
    if row.status == AssignmentStatus.ACCEPTED:
        raise AssignmentAnswered
    keep(ticket)
    row.ticket, row.status, row.answered_at, row.reason = ticket, AssignmentStatus.ACCEPTED, at, reason
    row.save()
    timing.acknowledged(ticket, at=at)
    tell(events.ACCEPTED, ticket, actor=actor, at=at, engineer=row.engineer.user.username)
    return row


def _decline(ticket: Ticket, reason: str, actor: User | None, at: datetime) -> Assignment:
    ticket.decline(reason=reason)
    keep(ticket)
    row = _end(ticket, AssignmentStatus.DECLINED, actor=actor, at=at, reason=reason)
    messages.tell_declined(row, at=at)
    tell(events.DECLINED, ticket, actor=actor, at=at, engineer=row.engineer.user.username, assignment=row.pk)
    return row


def _end(ticket: Ticket, status: str, *, actor: User | None, at: datetime, reason: str = "") -> Assignment:
    """End the living assignment and free every hour booked for it, its appointment included."""
    row = ticket.assignments.select_related("engineer__user").get(status__in=ALIVE)
    row.ticket, row.status, row.answered_at, row.reason = ticket, status, at, reason
    row.save()
    timing.taken_from_engineer(ticket, at=at)
    people.release(row, actor=actor, at=at)
    for visit in ticket.visits.filter(status=VisitStatus.CONFIRMED):
        visit.status, visit.drop_reason = VisitStatus.DROPPED, reason
        visit.save()
        people.release(visit, actor=actor, at=at)
    return row


def free(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """Give back every hour booked for the ticket and end its living assignment and appointment."""
    for row in ticket.assignments.filter(status__in=ALIVE):
        row.status, row.answered_at = AssignmentStatus.WITHDRAWN, at
        row.save()
        people.release(row, actor=actor, at=at)
    for visit in ticket.visits.filter(status=VisitStatus.CONFIRMED):
        visit.status = VisitStatus.DROPPED
        visit.save()
        people.release(visit, actor=actor, at=at)


def escalate(ticket: Ticket, *, to: str, reason: str, actor: User | None, at: datetime) -> Escalation:
    """Ask somebody above for help at once; the one asked may see the ticket and its customer (DSP-09 to DSP-11).

    Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_escalate, actor, ticket)
    ticket.escalate()
    asked = least_busy(to, ticket)
    keep(ticket)
    row = Escalation.objects.create(ticket=ticket, to=to, asked=asked, reason=reason, at=at, by=actor)
    if asked is not None:
        if to == EscalationTarget.EXPERT:
            crm.grant_access(asked, ticket.customer, unit=ticket.unit, actor=actor, at=at)
        messages.tell_asked(row, at=at)
    tell(events.ESCALATED, ticket, actor=actor, at=at, to=to, escalation=row.pk)
    return row


def least_busy(role: str, ticket: Ticket) -> Person | None:
    """Who of a role has the fewest open tickets, those of the ticket's branch first; None when nobody has the role."""
    load = Count("owned_tickets", filter=Q(owned_tickets__status__in=[str(s) for s in OPEN]))
    near = Q(branch_id=ticket.branch_id)
    staff = Person.objects.at_work().with_role(role).select_related("user")
    ranked = staff.annotate(load=load).order_by("load", "pk")
    return ranked.filter(near).first() or (None if role == "agent" else ranked.first())


def hand_over(ticket: Ticket, *, owner: Person, actor: User | None, at: datetime) -> Handover:
    """Change the owner, on record (TKT-08). Raises Forbidden, TransitionNotAllowed, Invalid."""
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_hand_over, actor, ticket)
    old = ticket.owner
    ticket.hand_over(owner)
    keep(ticket)
    row = Handover.objects.create(ticket=ticket, old=old, new=owner, at=at, by=actor)
    messages.tell_owner(row, at=at)
    tell(events.HANDED_OVER, ticket, actor=actor, at=at, old=old.user.username, new=owner.user.username)
    return row

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from service_center.kernel import clocks, journal, rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from staff.models import Person
from staff.states import Role
from surveys import events, permissions
from surveys.actions import rectifications, scores
from surveys.models import FollowUp, FollowUpAttempt
from surveys.states import OPEN, Cause, Outcome
from tickets import permissions as ticket_permissions
from tickets.actions import closing

if TYPE_CHECKING:
    from complaints.models import Complaint
    from service_center.kernel.models import Rule, User
    from tickets.models import Ticket

CLOCK = "follow_up"
_MATTER = {Cause.MAJOR: {"matter": "major"}, Cause.LONG: {"matter": "long_running"}, Cause.ORDINARY: {}}


class DidTheWork(DomainError):
    """The engineer who did the work does not ask how it was (CF-19)."""

    code = "did_the_work"
    message = _("回访不能由处理本单的工程师负责，请另选专员。")


def open_for_ticket(
    ticket: Ticket, *, actor: User | None, at: datetime, closed_at: datetime | None = None
) -> FollowUp:
    """Owe the customer one call for this closing of the ticket, by the one rule that fits (FUP-01 to FUP-03).

    Opening twice gives the call of the first time. The clock counts from the closing.
    """
    known = FollowUp.objects.filter(ticket=ticket, cycle=ticket.reopen_count, on_request=False).first()
    if known is not None:
        return known
    complaint = ticket.complaints.order_by("-pk").first()
    follow_up = FollowUp(
        ticket=ticket,
        complaint=complaint,
        cycle=ticket.reopen_count,
        customer=ticket.customer,
        branch=ticket.branch,
        owner=_caller(ticket.branch_id, ticket),
        cause=cause_for(ticket),
    )
    return _open(follow_up, closed_at or at, actor, at)


def open_for_complaint(complaint: Complaint, *, actor: User | None, at: datetime) -> FollowUp:
    """A complaint's end is asked about within the 48 hours of major matters (FUP-03).

    A call still owed for its ticket is raised to that rule instead: nobody is called twice.
    """
    ticket = complaint.ticket
    owed = FollowUp.objects.filter(ticket=ticket).open().first() if ticket is not None else None
    if owed is not None:
        return raise_to_major(owed, complaint=complaint, actor=actor, at=at)
    known = FollowUp.objects.filter(complaint=complaint, ticket=None).first()
    if known is not None:
        return known
    follow_up = FollowUp(
        complaint=complaint,
        customer=complaint.customer,
        branch=complaint.branch,
        owner=_caller(complaint.branch_id, ticket),
        cause=Cause.MAJOR,
    )
    return _open(follow_up, complaint.closed_at or at, actor, at)


def request(ticket: Ticket, *, actor: User | None, at: datetime) -> FollowUp:
    """The customer asks to be called (FUP-06). A call still owed is marked as asked for."""
    owed = FollowUp.objects.filter(ticket=ticket).open().first() or _new_request(ticket, actor, at)
    follow_up = FollowUp.objects.lock(owed.pk)
    follow_up.ask(at=at)
    follow_up.version += 1
    follow_up.save(update_fields=["requested_at", "version"])
    journal.record(events.REQUESTED, follow_up, actor=actor, at=at, links=(ticket,))
    return follow_up


def _new_request(ticket: Ticket, actor: User | None, at: datetime) -> FollowUp:
    follow_up = FollowUp(
        ticket=ticket,
        cycle=ticket.reopen_count,
        on_request=True,
        customer=ticket.customer,
        branch=ticket.branch,
        owner=_caller(ticket.branch_id, ticket),
        cause=Cause.ORDINARY,
    )
    return _open(follow_up, at, actor, at, rule=rulebook.rule("followup.request", at=at))


def raise_to_major(
    follow_up: FollowUp, *, complaint: Complaint, actor: User | None, at: datetime
) -> FollowUp:
    """A complaint came in: the call still owed now stands under the rule for major matters; used time stays."""
    follow_up = FollowUp.objects.lock(follow_up.pk)
    if follow_up.cause == Cause.MAJOR and follow_up.complaint_id == complaint.pk:
        return follow_up
    clock = clocks.retarget(follow_up, CLOCK, rule=rule_for(Cause.MAJOR, at), at=at)
    follow_up.raise_to_major(complaint, due_at=(clock and clock.due_at) or follow_up.due_at)
    follow_up.version += 1
    follow_up.save()
    journal.record(events.RAISED, follow_up, actor=actor, at=at, links=(follow_up.ticket, complaint))
    return follow_up


def cause_for(ticket: Ticket) -> Cause:
    """The first rule that fits: major or complaint, else part or factory repair, else ordinary (contract A)."""
    if ticket.is_critical or ticket.demand == "complain" or ticket.complaints.exists():
        return Cause.MAJOR
    if (
        ticket.part_lines.exclude(status="released").exists()
        or ticket.holds.filter(reason="factory").exists()
    ):
        return Cause.LONG
    return Cause.ORDINARY


def rule_for(cause: str, at: datetime) -> Rule:
    """The rule that gives this cause its hours."""
    return rulebook.rule("followup.ticket", at=at, **_MATTER[Cause(cause)])


def _open(
    follow_up: FollowUp, since: datetime, actor: User | None, at: datetime, rule: Rule | None = None
) -> FollowUp:
    follow_up.opened_at = follow_up.due_at = since
    follow_up.save(force_insert=True)
    clock = clocks.start(
        follow_up, CLOCK, rule=rule or rule_for(follow_up.cause, at), at=at, started_at=since
    )
    follow_up.promise(clock.due_at or since)
    follow_up.save(update_fields=["due_at"])
    links: tuple[Any, ...] = (follow_up.ticket, follow_up.complaint, follow_up.customer)
    journal.record(events.OPENED, follow_up, actor=actor, at=at, links=links, cause=follow_up.cause)
    return follow_up


def _caller(branch_id: int, ticket: Ticket | None) -> Person | None:
    """The agent of the branch with the fewest calls owed; never one who did the work (CF-19)."""
    agents = Person.objects.at_work().with_role(Role.AGENT).filter(branch_id=branch_id)
    if ticket is not None and ticket.assignee_id is not None:
        agents = agents.exclude(pk=ticket.assignee_id)
    if ticket is not None:
        agents = agents.exclude(pk__in=ticket.visits.values("engineer"))
    owed = Count("owned_follow_ups", filter=Q(owned_follow_ups__status__in=OPEN))
    return agents.annotate(owed=owed).order_by("owed", "pk").first()


def attempt(
    follow_up: FollowUp, *, channel: str, outcome: str, actor: User | None, at: datetime, note: str = ""
) -> FollowUpAttempt:
    """Note a try to reach the customer; after as many as the setting says, nobody there, the call ends (4.7).

    Raises TransitionNotAllowed, Forbidden.
    """
    follow_up = FollowUp.objects.lock(follow_up.pk)
    require(permissions.can_follow_up, actor, follow_up)
    follow_up.attempt(at=at)
    tried = FollowUpAttempt.objects.create(
        follow_up=follow_up, channel=channel, outcome=outcome, note=note, at=at, by=actor
    )
    links = (follow_up.ticket, follow_up.complaint)
    journal.record(events.ATTEMPTED, follow_up, actor=actor, at=at, links=links, outcome=outcome)
    _settle(follow_up, outcome, actor, at)
    follow_up.version += 1
    follow_up.save()
    return tried


def _settle(follow_up: FollowUp, outcome: str, actor: User | None, at: datetime) -> None:
    """A refusal ends the call; so does the last of the tries the setting grants."""
    tries = rulebook.setting("followup.attempts", at=at)
    missed = FollowUpAttempt.objects.filter(follow_up=follow_up, outcome=Outcome.UNREACHABLE).count()
    if outcome == Outcome.REFUSED:
        follow_up.accept_refusal(at=at)
        event = events.REFUSED
    elif outcome == Outcome.UNREACHABLE and missed >= tries:
        follow_up.give_up(at=at)
        event = events.UNREACHABLE
    else:
        return
    clocks.stop(follow_up, CLOCK, at=at)
    journal.record(event, follow_up, actor=actor, at=at, links=(follow_up.ticket, follow_up.complaint))


def complete(
    follow_up: FollowUp,
    *,
    solved: bool,
    polite: bool,
    satisfied: bool,
    actor: User | None,
    at: datetime,
    missing: str = "",
    score: int | None = None,
) -> FollowUp:
    """Enter the four answers of FUP-04 and the mark of 1-10.

    Not solved: the ticket is opened again (FUP-07). A low mark opens a rectification. Posts the engineer's scores.
    Raises TransitionNotAllowed, Forbidden.
    """
    follow_up = FollowUp.objects.lock(follow_up.pk)
    require(permissions.can_follow_up, actor, follow_up)
    follow_up.complete(solved=solved, polite=polite, missing=missing, satisfied=satisfied, score=score, at=at)
    follow_up.version += 1
    follow_up.save()
    clocks.stop(follow_up, CLOCK, at=at)
    scores.post_follow_up(follow_up, at=at)
    rectifications.open_if_low(follow_up, at=at)
    links = (follow_up.ticket, follow_up.complaint, follow_up.customer)
    journal.record(
        events.COMPLETED,
        follow_up,
        actor=actor,
        at=at,
        links=links,
        solved=solved,
        satisfied=satisfied,
        score=score,
    )
    if not solved:
        _handle_again(follow_up, actor, at)
    return follow_up


def _handle_again(follow_up: FollowUp, actor: User | None, at: datetime) -> None:
    """Second handling: the closed ticket is opened again; one already open needs nothing (FUP-07).

    Whoever may call may cause it, also a manager who could not reopen a ticket by himself: then the system does.
    """
    ticket = follow_up.ticket
    if ticket is not None and ticket.closed_at is not None:
        reason = follow_up.missing or str(_("回访发现问题未解决"))
        by = actor if actor is not None and ticket_permissions.can_reopen(actor, ticket) else None
        closing.reopen(ticket, reason=reason, via="phone", actor=by, at=at)


def hand_over(follow_up: FollowUp, *, owner: Person, actor: User | None, at: datetime) -> FollowUp:
    """Give the call to somebody else, not to who did the work. Raises DidTheWork, TransitionNotAllowed, Forbidden."""
    follow_up = FollowUp.objects.lock(follow_up.pk)
    require(permissions.can_hand_over, actor, follow_up)
    owner.refuse_if_left()
    if follow_up.worked_on_by(owner):
        raise DidTheWork(field="owner")
    if not owner.has_role(Role.AGENT, Role.SUPERVISOR, Role.MANAGER):
        raise Invalid(_("回访由客服专员、服务主任或经理负责。"), field="owner")
    follow_up.hand_over(owner)
    follow_up.version += 1
    follow_up.save(update_fields=["owner", "version"])
    journal.record(events.HANDED_OVER, follow_up, actor=actor, at=at, to=owner.user.username)
    return follow_up


def pass_on(follow_up: FollowUp, successor: Person, *, at: datetime) -> None:
    """The owner has left: the successor calls, or an agent of the branch when the successor may not."""
    desk = successor.has_role(Role.AGENT, Role.SUPERVISOR) and successor.branch_id == follow_up.branch_id
    may_call = (desk or successor.has_role(Role.MANAGER)) and not follow_up.worked_on_by(successor)
    owner = successor if may_call else _caller(follow_up.branch_id, follow_up.ticket)
    if owner is not None:
        hand_over(follow_up, owner=owner, actor=None, at=at)


def cancel(follow_up: FollowUp, *, actor: User | None, at: datetime) -> FollowUp:
    """The work began again before the call was made: no call now, another after the next closing."""
    follow_up = FollowUp.objects.lock(follow_up.pk)
    if follow_up.status not in OPEN:
        return follow_up
    follow_up.cancel(at=at)
    follow_up.version += 1
    follow_up.save()
    clocks.cancel(follow_up, at=at, kinds=[CLOCK])
    journal.record(events.CANCELLED, follow_up, actor=actor, at=at, links=(follow_up.ticket,))
    return follow_up

"""The end: tell the result, close with the voucher archived, open again (TKT-20 to TKT-25, CF-28)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel import rulebook
from service_center.kernel.access import require
from tickets import events, permissions
from tickets.actions import messages, timing
from tickets.actions.recording import keep, tell
from tickets.models import Closure, Reopening, ResultCall, Ticket
from tickets.states import AssignmentStatus, ContactOutcome

if TYPE_CHECKING:
    from service_center.kernel.models import User


def tell_result(
    ticket: Ticket,
    *,
    outcome: str,
    satisfied: bool | None = None,
    reason: str = "",
    actor: User | None,
    at: datetime,
) -> ResultCall:
    """Call the customer with the result: satisfied goes on to closing, dissatisfied back to handling (TKT-22).

    A customer who could not be reached stays to be called. Raises Forbidden, TransitionNotAllowed, Invalid.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_tell_result, actor, ticket)
    if outcome != ContactOutcome.REACHED:
        ticket.miss_customer(satisfied=satisfied)
    elif satisfied:
        ticket.tell_result(at=at)
    else:
        ticket.return_dissatisfied(satisfied=satisfied, reason=reason)
    keep(ticket)
    row = ResultCall.objects.create(
        ticket=ticket, outcome=outcome, satisfied=satisfied, reason=reason, at=at, by=actor
    )
    _follow_result(row, actor=actor, at=at)
    tell(
        events.RESULT_TOLD,
        ticket,
        actor=actor,
        at=at,
        outcome=outcome,
        satisfied=satisfied,
        result_call=row.pk,
    )
    return row


def _follow_result(row: ResultCall, *, actor: User | None, at: datetime) -> None:
    ticket = row.ticket
    if row.outcome != ContactOutcome.REACHED:
        return
    if row.satisfied:
        timing.result_told(ticket, at=at)
        messages.tell_customer(ticket, messages.RESULT_SMS.code, at=at, dedupe=str(ticket.reopen_count))
        return
    timing.dissatisfied(ticket, at=at)
    messages.tell_person(ticket.assignee, messages.RETURNED, ticket, at=at, dedupe=f"result:{row.pk}")
    tell(events.DISSATISFIED, ticket, actor=actor, at=at, count=ticket.reopen_count)
    _escalate_often_reopened(ticket, actor=actor, at=at)


def close(ticket: Ticket, *, actor: User | None, at: datetime) -> Closure:
    """Cross the ticket off: the signed voucher is back, it is archived with it (TKT-25, GEN-13).

    Raises Forbidden, TransitionNotAllowed, StepsMissing.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_close, actor, ticket)
    voucher = ticket.vouchers.filter(returned_at__isnull=False).order_by("-id").first()
    ticket.close(complete=voucher is not None and ticket.diagnosed, at=at)
    keep(ticket)
    timing.closed(ticket, at=at)
    ticket.vouchers.filter(archived_at=None).update(archived_at=at)
    ticket.assignments.filter(status__in=[AssignmentStatus.OFFERED, AssignmentStatus.ACCEPTED]).update(
        status=AssignmentStatus.DONE
    )
    row = Closure.objects.create(ticket=ticket, voucher=voucher, at=at, by=actor)
    tell(
        events.CLOSED,
        ticket,
        actor=actor,
        at=at,
        voucher=voucher.number if voucher else "",
        reopen_count=ticket.reopen_count,
        first_time_fix=ticket.first_time_fix,
    )
    return row


def reopen(ticket: Ticket, *, reason: str, via: str = "", actor: User | None, at: datetime) -> Reopening:
    """Go on with a closed or answered ticket; within the window its clocks go on, later a new cycle starts (CF-28).

    The customer comes through the portal (`via`, no actor). Raises Forbidden, TransitionNotAllowed, Invalid.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_reopen, actor, ticket)
    was_closed_at = ticket.closed_at
    ticket.reopen(reason=reason)
    assert was_closed_at is not None
    keep(ticket)
    continued = timing.reopened(ticket, closed_at=was_closed_at, at=at)
    row = Reopening.objects.create(
        ticket=ticket, reason=reason, via=via, continued=continued, at=at, by=actor
    )
    messages.tell_person(ticket.owner, messages.RETURNED, ticket, at=at, dedupe=f"reopening:{row.pk}")
    tell(events.REOPENED, ticket, actor=actor, at=at, count=ticket.reopen_count, via=via, continued=continued)
    _escalate_often_reopened(ticket, actor=actor, at=at)
    return row


def _escalate_often_reopened(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """From the set number of reopenings on, the manager is told of each (CF-28)."""
    if ticket.reopen_count < int(rulebook.setting("ticket.reopen.escalate_after", at=at)):
        return
    messages.tell_role(
        "manager",
        messages.REOPENED_OFTEN,
        ticket,
        at=at,
        count=ticket.reopen_count,
        dedupe=f"reopened:{ticket.pk}:{ticket.reopen_count}",
    )
    tell(events.REOPENED_OFTEN, ticket, actor=actor, at=at, count=ticket.reopen_count)

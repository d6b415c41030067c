"""What tickets do on news from elsewhere: stock that came, people who left. No actor: the system."""

from __future__ import annotations

from datetime import datetime

from staff import actions as people
from staff.models import Person
from tickets import events
from tickets.actions import dispatch, holds, messages, part_lines
from tickets.actions.escalating import may_own
from tickets.actions.recording import keep, tell
from tickets.models import PartLine, Ticket
from tickets.states import HoldReason, PartLineStatus, Status, VisitStatus


def part_came(part_line: int, *, at: datetime) -> None:
    """A waiting part is reserved now; when it was the last one, the ticket that waited for it goes on."""
    ticket = Ticket.objects.lock(PartLine.objects.values_list("ticket_id", flat=True).get(pk=part_line))
    row = ticket.part_lines.select_related("part").get(pk=part_line)
    if not part_lines.follow_stock(row, PartLineStatus.RESERVED):
        return
    keep(ticket)
    tell(events.PART_FILLED, ticket, actor=None, at=at, also=[row.part], part=row.part.code, part_line=row.pk)
    messages.tell_person(ticket.assignee, messages.PART_ARRIVED, ticket, at=at, dedupe=f"part:{row.pk}")
    waits = ticket.holds.filter(ended_at=None, reason=HoldReason.PART).exists()
    if waits and not ticket.part_lines.filter(status=PartLineStatus.SHORT).exists():
        holds.resume(ticket, actor=None, at=at)


def part_issued(part_line: int, *, at: datetime) -> None:
    """The storekeeper handed the part out."""
    ticket = Ticket.objects.lock(PartLine.objects.values_list("ticket_id", flat=True).get(pk=part_line))
    row = ticket.part_lines.select_related("part").get(pk=part_line)
    if not part_lines.follow_stock(row, PartLineStatus.ISSUED):
        return
    keep(ticket)
    tell(
        events.PART_ISSUED,
        ticket,
        actor=None,
        at=at,
        also=[row.part],
        part=row.part.code,
        quantity=row.quantity,
        part_line=row.pk,
    )


def person_left(person: Person, successor: Person, *, at: datetime) -> None:
    """Open work passes on: owned tickets to the successor, jobs back to dispatch or without an engineer (GEN-16)."""
    for pk in Ticket.objects.open().filter(owner=person).order_by("pk").values_list("pk", flat=True):
        ticket = Ticket.objects.lock(pk)
        heir = successor if may_own(successor, ticket) else dispatch.least_busy("supervisor", ticket)
        if heir is not None and heir.pk != ticket.owner_id:
            dispatch.hand_over(ticket, owner=heir, actor=None, at=at)
    for pk in Ticket.objects.open().filter(assignee=person).order_by("pk").values_list("pk", flat=True):
        _leave_job(Ticket.objects.lock(pk), at=at)


def _leave_job(ticket: Ticket, *, at: datetime) -> None:
    """Undone jobs go back to the list of the undispatched; begun ones wait for another engineer."""
    if ticket.status in {Status.DISPATCHED, Status.APPOINTED}:
        dispatch.unassign(ticket, actor=None, at=at)
    else:
        ticket.lose_engineer()
        keep(ticket)
        dispatch.free(ticket, actor=None, at=at)
        for visit in ticket.visits.filter(departed_at=None, arrived_at__isnull=False):
            visit.status, visit.departed_at = VisitStatus.DONE, at
            visit.save()
            people.release(visit, actor=None, at=at)
        tell(events.UNASSIGNED, ticket, actor=None, at=at, engineer="")
    messages.tell_person(
        ticket.owner, messages.WITHOUT_ENGINEER, ticket, at=at, dedupe=f"left:{ticket.pk}:{ticket.version}"
    )

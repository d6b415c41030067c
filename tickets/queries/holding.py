"""Who had a ticket in hand when: its engineer while there is one, else its owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service_center.kernel.clock_subjects import Held
from tickets.models import Assignment, Handover, Ticket
from tickets.states import AssignmentStatus

Stretch = tuple[datetime, datetime | None, str]


def holders(ticket: Ticket) -> Sequence[Held]:
    """Oldest first; two queries and the owner's name."""
    owned = _owned(ticket)
    worked = _worked(ticket)
    edges = sorted({at for start, end, _ in (*owned, *worked) for at in (start, end) if at is not None})
    found: list[Held] = []
    for edge in edges:
        engineer, owner = _at(worked, edge), _at(owned, edge)
        name, part = (engineer, "assignee") if engineer else (owner, "owner")
        if name and (not found or (found[-1].name, found[-1].part) != (name, part)):
            found.append(Held(edge, name, part))
    return found


def _owned(ticket: Ticket) -> list[Stretch]:
    """The owners, one after the other, from the report on."""
    changes = list(Handover.objects.filter(ticket=ticket).select_related("old", "new").order_by("id"))
    first = changes[0].old.name if changes else ticket.owner.name
    starts = [(ticket.reported_at, first), *((change.at, change.new.name) for change in changes)]
    ends = [at for at, _ in starts[1:]] + [None]
    return [(at, end, name) for (at, name), end in zip(starts, ends, strict=True)]


def _worked(ticket: Ticket) -> list[Stretch]:
    """The engineers, each from the order until it was given back or the work reported."""
    rows = Assignment.objects.filter(ticket=ticket).select_related("engineer").order_by("id")
    return [(row.at, _ended(row, ticket), row.engineer.name) for row in rows]


def _ended(row: Assignment, ticket: Ticket) -> datetime | None:
    if row.status in {AssignmentStatus.DECLINED, AssignmentStatus.WITHDRAWN}:
        return row.answered_at
    return ticket.handled_at


def _at(stretches: list[Stretch], moment: datetime) -> str:
    """Whose stretch covers the instant; the latest begun of two."""
    covering = [name for start, end, name in stretches if start <= moment and (end is None or moment < end)]
    return covering[-1] if covering else ""

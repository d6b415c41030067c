"""Rungs of a case's clocks reach the people the org chart names: once, all together, with what was passed over on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel import alarms, notifications
from staff.queries import Chart

if TYPE_CHECKING:
    from service_center.kernel.alarms import Reached
    from service_center.kernel.models import Alarm, Event, Notification
    from staff.models import Person

Words = Callable[["Event", "Reached"], Sequence["Notification"]]
"""What the people of a rung are told, unsaved (notifications.notify_each)."""


@dataclass(frozen=True)
class Case:
    """Who is on a case, and where."""

    branch_id: int
    owner: Person | None
    assignee: Person | None = None


def ring(
    events: Sequence[Event], cases: Mapping[int, Case], *, words: Words, at: datetime
) -> list[tuple[Alarm, Reached]]:
    """Tell the rungs of these facts to those they reach; returns the alarms that are new. `cases` by subject key."""
    chart = Chart()
    told = []
    for event in events:
        case = cases[event.subject_id]
        role = event.data.get("role") or "owner"
        people = chart.reach(role, branch_id=case.branch_id, owner=case.owner, assignee=case.assignee)
        told.append((event, people))
    fresh = alarms.ring(told, at=at)
    notifications.write(note for event, people in told for note in words(event, people))
    return fresh

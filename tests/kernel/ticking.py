"""Instants and readings of the tests of clocks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from service_center.kernel import clocks
from service_center.kernel.models import (
    Clock,
    Document,
    Event,
    Rule,
    RungFiring,
)

HOUR = timedelta(hours=1)
T0 = datetime(2025, 10, 13, 1, tzinfo=UTC)  # Monday 09:00 in Shanghai
Make = Callable[..., Rule]


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def facts_told(subject: Document) -> list[str]:
    """What the journal told of the subject: event name and rung, in order."""
    events = Event.objects.filter(subject_type="kernel.document", subject_id=subject.pk).order_by("id")
    return [f"{event.name} {event.data.get('rung', '')}".strip() for event in events]


def rungs(clock: Clock) -> dict[tuple[int, int, str], bool]:
    """Fired (True) and skipped (False) rungs by cycle, generation, name."""
    return {(r.cycle, r.generation, r.rung): not r.skipped for r in RungFiring.objects.filter(clock=clock)}


def shown(subject: Document, hours: float) -> dict[str, Any]:
    [clock] = clocks.for_subject(subject)
    return clocks.as_dict(clock, at(hours))

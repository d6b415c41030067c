"""The events of clocks as rows and as input of the fold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from service_center.kernel import calendars, policies
from service_center.kernel.folding import Fact, Policy
from service_center.kernel.models import Clock, ClockEvent


def of(clocks: Sequence[Clock]) -> dict[int, list[ClockEvent]]:
    """The events of these clocks by clock id, in the order they were written, with their rules; one query."""
    events: dict[int, list[ClockEvent]] = defaultdict(list)
    rows = ClockEvent.objects.filter(clock__in=clocks).select_related("rule").order_by("clock_id", "seq")
    for event in rows:
        events[event.clock_id].append(event)
    return events


def facts(events: Iterable[ClockEvent], *, language: str = "zh") -> list[Fact]:
    """Events as input of the fold; `language` (zh, en) only chooses the names of days."""
    return [
        Fact(
            seq=event.seq,
            kind=str(event.kind),  # type: ignore[arg-type]  # the column's choices are the fold's kinds
            occurred_at=event.occurred_at,
            policy=_policy(event, language),
            reason=event.reason,
            fresh=event.data.get("policy") == "new_cycle",
        )
        for event in events
    ]


def promised(event: ClockEvent) -> datetime | None:
    """The instant given by word, when the event brings one."""
    return datetime.fromisoformat(event.data["due_at"]) if "due_at" in event.data else None


def _policy(event: ClockEvent, language: str) -> Policy | None:
    if event.rule is None or event.calendar_version_id is None:
        return None
    target = Decimal(event.data["target"]) if "target" in event.data else None
    calendar = calendars.load(event.calendar_version_id, language)
    return policies.of(event.rule, calendar, target=target, promised=promised(event))

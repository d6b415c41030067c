from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel import calendars, folding, policies

if TYPE_CHECKING:
    from service_center.kernel.models import Rule


def due_of(rule: Rule, start: datetime) -> datetime:
    """When a rule's time is over that begins now and never pauses; for links, which need no clock."""
    version = calendars.current(rule.calendar_id, at=start)
    policy = policies.of(rule, calendars.load(version.pk))
    due = folding.fold([folding.Fact(seq=1, kind="start", occurred_at=start, policy=policy)], start).due_at
    assert due is not None, "a clock that never pauses has an end"
    return due

"""The events that bring a clock its rule, and the rule as the clock's columns keep it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from service_center.kernel import clock_history, firing
from service_center.kernel.models import CalendarVersion, Clock, ClockEvent, Rule


def policy_event(
    kind: ClockEvent.Kind,
    rule: Rule,
    version: CalendarVersion,
    occurred_at: datetime,
    target: Decimal | None,
    due_at: datetime | None,
) -> ClockEvent:
    data: dict[str, Any] = {}
    if target is not None and target != rule.value:
        data["target"] = str(target)
    if due_at is not None:
        data["due_at"] = firing.stamp(due_at)
    return ClockEvent(kind=kind, occurred_at=occurred_at, rule=rule, calendar_version=version, data=data)


def reopening(clock: Clock, policy: str, at: datetime) -> ClockEvent:
    data: dict[str, Any] = {"policy": policy}
    event = ClockEvent(kind=ClockEvent.Kind.REOPEN, occurred_at=at, data=data)
    if policy == "new_cycle" and clock.promised_at is not None:
        data["due_at"] = firing.stamp(at + (clock.promised_at - clock.started_at))
        event.rule, event.calendar_version_id = clock.rule, clock.calendar_version_id
    return event


def set_policy(clock: Clock, event: ClockEvent) -> None:
    """Copy the rule an event brings into the clock's columns."""
    assert event.rule is not None
    clock.rule, clock.calendar_version_id = event.rule, event.calendar_version_id
    clock.promised_at = clock_history.promised(event)
    clock.target = None if clock.promised_at else Decimal(event.data.get("target", event.rule.value))

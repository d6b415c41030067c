"""Ladders of the shipped rules: when a clock warns, falls due and escalates, and to whom.

`percent` is of the rule's value, `at` is an amount in the rule's own unit, `after` lies so many minutes or hours of the
rule's calendar past the due time. `role` is told; `owner` and `assignee` are the people on the case. `action` is what
the rung does besides (`models.RungAction`). Whoever is told and acknowledges stops the climbing.
"""

from typing import Any

Ladder = tuple[dict[str, Any], ...]


def ladder(
    first: int, second: int, third: int, unit: str, *, warn: int = 80, worker: str = "assignee"
) -> Ladder:
    """Warn the worker, tell the supervisor when due and again, then the manager and the deputy general manager.

    The manager gets a task that wants an answer. Other actions are for the company to choose.
    """
    return (
        {"name": "warn", "percent": warn, "role": worker},
        {"name": "due", "percent": 100, "role": "supervisor"},
        {"name": "escalate1", "after": first, "unit": unit, "role": "supervisor"},
        {"name": "escalate2", "after": second, "unit": unit, "role": "manager", "action": "open_task"},
        {"name": "escalate3", "after": third, "unit": unit, "role": "director"},
    )


MINUTES = ladder(15, 60, 240, "minute")
URGENT = ladder(10, 30, 120, "minute", warn=50)
HOURS = ladder(1, 4, 24, "hour")
OWNER_HOURS = ladder(1, 4, 24, "hour", worker="owner")
DAYS = ladder(8, 24, 72, "hour")
OWNER_DAYS = ladder(8, 24, 72, "hour", worker="owner")
CRITICAL: Ladder = (
    {"name": "warn", "percent": 50, "role": "supervisor"},
    {"name": "due", "percent": 100, "role": "manager"},
    {"name": "escalate1", "after": 1, "unit": "hour", "role": "manager"},
    {"name": "escalate2", "after": 4, "unit": "hour", "role": "director"},
)
COMPLAINT: Ladder = (
    {"name": "warn", "percent": 75, "role": "owner"},
    {"name": "due", "percent": 100, "role": "manager"},
    {"name": "escalate1", "after": 4, "unit": "hour", "role": "manager"},
    {"name": "escalate2", "after": 24, "unit": "hour", "role": "director"},
)
PART_CYCLE: Ladder = (
    {"name": "warn", "percent": 70, "role": "assignee"},
    {"name": "due", "percent": 100, "role": "supervisor"},
    {"name": "escalate1", "after": 24, "unit": "hour", "role": "manager"},
)
FACTORY_CYCLE: Ladder = (
    {"name": "warn", "at": 10, "role": "assignee"},
    {"name": "due", "percent": 100, "role": "supervisor"},
    {"name": "escalate1", "after": 24, "unit": "hour", "role": "manager"},
)
REMINDER: Ladder = ({"name": "due", "percent": 100, "role": "owner"},)

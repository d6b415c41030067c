"""From a rule's row to what a clock folds on: units become microseconds or days, rung descriptions become thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from service_center.kernel.folding import Policy, Rung
from service_center.kernel.worktime import Calendar

if TYPE_CHECKING:
    from service_center.kernel.models import Rule

LENGTHS = {"second": 1, "minute": 60, "hour": 3600}
DAY_UNITS = ("working_day", "natural_day")
INSTANT = "instant"
"""The unit a promised time is shown with."""


def of(
    rule: Rule, calendar: Calendar, *, target: Decimal | None = None, promised: datetime | None = None
) -> Policy:
    """The policy of a rule on a published calendar; `target` replaces the rule's value, `promised` its whole target.

    Raises ValueError when a number of days is not whole or a rung cannot be read.
    """
    value = Decimal(rule.value if target is None else target)
    rungs = tuple(rung(item, rule.unit) for item in rule.rungs)
    pausing = frozenset(rule.pausing_reasons)
    if promised is not None:
        return Policy(calendar, promised=promised, rungs=rungs)
    if rule.unit in DAY_UNITS:
        natural = rule.unit == "natural_day"
        return Policy(calendar, days=whole_days(value), natural=natural, pausing=pausing, rungs=rungs)
    return Policy(calendar, length=length(value, rule.unit), pausing=pausing, rungs=rungs)


def length(value: Decimal, unit: str) -> timedelta:
    """A number of seconds, minutes or hours, exact to the microsecond. Raises KeyError for another unit."""
    return timedelta(microseconds=int(value * LENGTHS[unit] * 1_000_000))


def whole_days(value: Decimal) -> int:
    """A number of days. Raises ValueError when it is not whole."""
    if value != int(value):
        raise ValueError(f"days are counted whole, not {value}")
    return int(value)


def rung(item: Mapping[str, Any], unit: str) -> Rung:
    """One step of a ladder: `{"name" or "rung", "role"}` and one of

    - `percent` of the target,
    - `at`: an amount in the rule's own unit,
    - `before` or `after` with `unit`, or `before_seconds` / `after_seconds`: open time around the due time.

    Raises ValueError when none or more than one is given.
    """
    name, role = str(item.get("name") or item["rung"]), str(item.get("role", ""))
    found: dict[str, Any] = {}
    if "percent" in item:
        found["percent"] = Decimal(str(item["percent"]))
    if "at" in item:
        amount = Decimal(str(item["at"]))
        found |= {"days": whole_days(amount)} if unit in DAY_UNITS else {"amount": length(amount, unit)}
    for side in ("before", "after"):
        if side in item:
            found[side] = length(Decimal(str(item[side])), item["unit"])
        elif f"{side}_seconds" in item:
            found[side] = length(Decimal(str(item[f"{side}_seconds"])), "second")
    if len(found) != 1:
        raise ValueError(f"rung {name} needs exactly one instant")
    return Rung(name=name, role=role, **found)

"""`manage.py due`: one case of business-time arithmetic in, its due time out. Pure; a calendar by code is looked up by
the function the caller gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Any

from service_center.kernel import deadlines, worktime
from service_center.kernel.worktime import MICROSECOND, REACH, BadCalendar, Calendar, NeverOpen, Span

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
LOOKUP = Callable[[str], Calendar]


class BadCase(ValueError):
    """A case that cannot be answered: the fault's code and the field it is in (None: the whole line)."""

    def __init__(self, code: str, field: str | None) -> None:
        super().__init__(f"{field}: {code}")
        self.code = code
        self.field = field


def answer(line: bytes, lookup: LOOKUP) -> str:
    """One JSON case (a line of UTF-8) to one JSON answer; never raises for a bad line.

    Answer: `{"id", "due" (RFC 3339 UTC or null), "consumed_seconds", "remaining_seconds"}` or
    `{"id", "error": {"code", "field"}}`.
    """
    case: dict[str, Any] = {}
    try:
        case = _object(line)
        reply = _solve(case, lookup)
    except BadCase as error:
        reply = {"error": {"code": error.code, "field": error.field}}
    return json.dumps({"id": _identity(case)} | reply)


def _object(line: bytes) -> dict[str, Any]:
    try:
        case = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadCase("invalid_json", None) from error
    if not isinstance(case, dict):
        raise BadCase("invalid_json", None)
    return case


def _refuse(name: str) -> None:
    raise ValueError(name)


def _identity(case: dict[str, Any]) -> str | int | None:
    value = case.get("id")
    return value if isinstance(value, str | int) else None


def _solve(case: dict[str, Any], lookup: LOOKUP) -> dict[str, Any]:
    if _identity(case) is None:
        raise BadCase("required" if case.get("id") is None else "invalid", "id")
    calendar = _calendar(case.get("calendar"), lookup)
    start = parse_time(case.get("start"), "start")
    target = _target(case.get("target_seconds"))
    pauses = _pauses(case.get("pauses"))
    now = parse_time(case.get("now"), "now")
    if abs(now - start) > REACH:
        raise BadCase("out_of_range", "now")
    try:
        calendar.require_openings(start)
    except NeverOpen as error:
        raise BadCase("never_open", "calendar") from error
    except OverflowError as error:
        raise BadCase("out_of_range", "start") from error
    due = find_due(calendar, start, target, pauses)
    consumed = deadlines.consumed(calendar, start, now, pauses)
    return {
        "due": due and stamp(due),
        "consumed_seconds": _seconds(consumed),
        "remaining_seconds": _seconds(max(target - consumed, timedelta())),
    }


def find_due(calendar: Calendar, start: datetime, target: timedelta, pauses: list[Span]) -> datetime | None:
    """The due time; None while an endless pause stands before it. Raises BadCase when it lies beyond all bounds."""
    try:
        return deadlines.due(calendar, start, target, pauses)
    except NeverOpen as error:
        raise BadCase("never_open", "calendar") from error
    except OverflowError as error:
        raise BadCase("out_of_range", "target_seconds") from error


def parse_time(value: object, field: str) -> datetime:
    """An instant of RFC 3339 with its zone. Raises BadCase."""
    if not isinstance(value, str):
        raise BadCase("required" if value is None else "invalid_time", field)
    if not RFC3339.fullmatch(value):
        raise BadCase("invalid_time", field)
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadCase("invalid_time", field) from error


def _target(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadCase("required" if value is None else "invalid", "target_seconds")
    if value < 0:
        raise BadCase("negative", "target_seconds")
    if value > REACH.total_seconds():
        raise BadCase("out_of_range", "target_seconds")
    whole = (Decimal(str(value)) * 1_000_000).to_integral_value(ROUND_CEILING)
    return int(whole) * MICROSECOND


def _pauses(value: object) -> list[Span]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadCase("invalid", "pauses")
    return [_pause(pair, f"pauses.{index}") for index, pair in enumerate(value)]


def _pause(pair: object, field: str) -> Span:
    if not isinstance(pair, list) or len(pair) != 2:
        raise BadCase("invalid", field)
    start, end = parse_time(pair[0], field), None if pair[1] is None else parse_time(pair[1], field)
    if end is not None and end < start:
        raise BadCase("reversed", field)
    return Span(start, end)


def _calendar(value: object, lookup: LOOKUP) -> Calendar:
    if isinstance(value, str):
        return lookup(value)
    if not isinstance(value, dict):
        raise BadCase("required" if value is None else "invalid", "calendar")
    try:
        return _parsed(json.dumps(value))
    except BadCalendar as error:
        raise BadCase(error.code, f"calendar.{error.path}".rstrip(".")) from error


@lru_cache(maxsize=256)
def _parsed(plan: str) -> Calendar:
    """Cases that share a calendar share its computed days."""
    return worktime.parse_calendar(json.loads(plan))


def _seconds(length: timedelta) -> int | float:
    micro = length // MICROSECOND
    return micro // 1_000_000 if micro % 1_000_000 == 0 else micro / 1_000_000


def stamp(instant: datetime) -> str:
    """UTC with a Z, microseconds only when there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")

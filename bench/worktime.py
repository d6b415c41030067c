"""Business time in this process: due times a second of one core, and what laying a calendar out costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.measuring import Line, at_most
from service_center.kernel import deadlines
from service_center.kernel.timelines import Timeline
from service_center.kernel.worktime import DAYS, Calendar, Span, parse_calendar, ticks

RATE, COMPILE_MS, DAYS_LAID_OUT = 200_000, 10, 400
QUESTIONS, ROUNDS = 20_000, 5
HOUR = timedelta(hours=1)
HOURS = [["08:30", "12:00"], ["13:30", "17:30"]]
BEGIN = datetime(2025, 9, 1, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "America/New_York")
PLAN: dict[str, Any] = {
    "weekly": dict.fromkeys(DAYS[:5], HOURS),
    "exceptions": {f"2025-10-0{day}": [] for day in range(1, 9)} | {"2025-09-28": HOURS, "2025-10-11": HOURS},
}


def main() -> list[Line]:
    return [
        line
        for zone in ZONES
        for line in (
            _due(zone, 0),
            _due(zone, 2),
            _laid_out(zone),
            _compiled(zone),
        )
    ]


def _calendar(zone: str) -> Calendar:
    return parse_calendar(PLAN | {"zone": zone})


def _questions() -> list[tuple[datetime, timedelta]]:
    """Starts over a year, targets of minutes to forty hours."""
    return [
        (BEGIN + timedelta(minutes=26 * n), timedelta(hours=n % 40, minutes=7, seconds=n % 60))
        for n in range(QUESTIONS)
    ]


def _due(zone: str, pauses: int) -> Line:
    calendar = _calendar(zone)
    asked = [
        (
            start,
            target,
            [Span(start + HOUR * (1 + 20 * n), start + HOUR * (9 + 20 * n)) for n in range(pauses)],
        )
        for start, target in _questions()
    ]

    def ask() -> None:
        for start, target, spans in asked:
            deadlines.due(calendar, start, target, spans)

    rate = _rate(ask)
    told = f"due times, {zone}, {pauses or 'no'} pauses, warm, a second of processor time"
    if pauses:
        return Line(told, rate, "1/s")
    return Line(told, rate, "1/s", target=f">= {RATE}", met=rate >= RATE)


def _laid_out(zone: str) -> Line:
    """The way of the generator: a calendar laid out once over some years."""
    line = Timeline(_calendar(zone), date(2025, 6, 1), date(2027, 1, 1))
    asked = [(ticks(start), target // timedelta(microseconds=1)) for start, target in _questions()]

    def ask() -> None:
        for start, target in asked:
            line.after(start, target)

    return Line(f"due times, {zone}, laid out over years, instants as numbers", _rate(ask), "1/s")


def _compiled(zone: str) -> Line:
    took = []
    for _ in range(3 * ROUNDS):
        calendar = _calendar(zone)
        began = time.process_time()
        calendar.between(BEGIN, BEGIN + timedelta(days=DAYS_LAID_OUT))
        took.append((time.process_time() - began) * 1000)
    return at_most(f"laying out {DAYS_LAID_OUT} days, {zone}", statistics.median(took), "ms", COMPILE_MS)


def _rate(ask: Callable[[], None]) -> int:
    ask()
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        ask()
        took.append(time.process_time() - began)
    return round(QUESTIONS / statistics.median(took))

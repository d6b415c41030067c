"""Deadlines on a calendar with pauses: due times, consumed time, day counts, and the explanation of each.

Pure arithmetic on `worktime.Calendar`. Pauses are spans that may overlap; one without an end is still going on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service_center.kernel.worktime import HORIZON, REACH, Calendar, NeverOpen, Span

ONE_DAY = timedelta(days=1)
COUNTED = frozenset({"working_day", "natural_day"})


@dataclass(frozen=True)
class Interval:
    """One line of an explanation: from when to when, whether it counts, how long it is in seconds, and why.

    Reasons on a clock of hours: `open`; `closed`, `rest_day`, `exception` (closed by calendar); `paused`. On a clock
    of days: `start_day`, `working_day` or `natural_day`, `rest_day`, `exception`, `paused`, `moved_on` (past the
    last day to an open one). `promised`: an instant given by word. `detail`: the day's name or the pause's reason.
    """

    start: datetime
    end: datetime
    counted: bool
    seconds: float
    reason: str
    detail: str = ""


@dataclass(frozen=True)
class DayCount:
    """A count of days: the due time (None while a pause without end stands before it) and why each day counts or not."""

    calendar: Calendar
    due: datetime | None
    days: tuple[tuple[date, str], ...]

    @property
    def lines(self) -> tuple[Interval, ...]:
        """One line for each day."""
        return tuple(_line(self.calendar, day, reason in COUNTED, reason) for day, reason in self.days)


def merge(pauses: Iterable[Span], *, since: datetime) -> list[Span]:
    """The union of spans clipped to begin at `since`, ordered and disjoint; an endless one comes last."""
    merged: list[Span] = []
    for start, end in sorted((Span(max(p.start, since), p.end) for p in pauses), key=lambda p: p.start):
        if end is not None and end <= start:
            continue
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and last.end < start):
            merged.append(Span(start, end))
        else:
            merged[-1] = Span(last.start, None if last.end is None or end is None else max(last.end, end))
    return merged


def running(start: datetime, pauses: Iterable[Span]) -> Iterator[Span]:
    """The spans from start on that no pause covers; the last is endless unless a pause is."""
    for pause in merge(pauses, since=start):
        if start < pause.start:
            yield Span(start, pause.start)
        if pause.end is None:
            return
        start = pause.end
    yield Span(start, None)


def consumed(calendar: Calendar, start: datetime, now: datetime, pauses: Iterable[Span] = ()) -> timedelta:
    """Open time in [start, now) outside the pauses."""
    if not pauses:
        return calendar.between(start, now)
    total = timedelta()
    for begin, end in running(start, pauses):
        if begin < now:
            total += calendar.between(begin, now if end is None else min(end, now))
    return total


def due(
    calendar: Calendar, start: datetime, target: timedelta, pauses: Iterable[Span] = ()
) -> datetime | None:
    """The earliest instant at which the target is consumed; None while an endless pause stands before it.

    Raises NeverOpen; OverflowError beyond a hundred years.
    """
    if not pauses:
        return calendar.after(start, target)
    if target <= timedelta():
        return start
    for begin, end in running(start, pauses):
        here = None if end is None or end - begin > REACH else calendar.between(begin, end)
        if here is None or here >= target:
            return calendar.after(begin, target)
        target -= here
    return None


def working_days(calendar: Calendar, start: datetime, number: int, pauses: Iterable[Span] = ()) -> DayCount:
    """The close of the last window of the Nth open day; the day of the start is not counted.

    A wholly paused open day adds one. Raises as `due` does.
    """
    return _count(calendar, start, number, merge(pauses, since=start), natural=False)


def natural_days(calendar: Calendar, start: datetime, number: int, pauses: Iterable[Span] = ()) -> DayCount:
    """The end of the Nth calendar day after the day of the start, moved on to an open day (Civil Code 201-203).

    A day ends at the close of its last window: 24:00 in a calendar of whole days, else the close of business.
    A wholly paused day adds one. Raises as `due` does.
    """
    return _count(calendar, start, number, merge(pauses, since=start), natural=True)


def explain(
    calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[tuple[Span, str]]
) -> list[Interval]:
    """Cut [start, end) into counted and skipped intervals; a pause weighs more than the hours it covers.

    Pauses come with their reason. Neighbours alike are joined. The counted seconds add up to `consumed`.
    """
    lines: list[Interval] = []
    for left, right, reason in _pieces(start, end, pauses):
        if reason is not None:
            _add(lines, Interval(left, right, False, 0, "paused", reason))
            continue
        for cut in calendar.stretches(left, right):
            _add(lines, Interval(cut.start, cut.end, cut.counted, 0, cut.reason, cut.detail))
    return lines


def _count(calendar: Calendar, start: datetime, number: int, stops: list[Span], *, natural: bool) -> DayCount:
    """Walk day by day until the number is counted and, for natural days, the last day is an open one."""
    if number <= 0:
        return DayCount(calendar, start, ())
    first = day = known = calendar.local_day(start)
    days = [(day, "start_day")]
    while number > 0 or not calendar.opening(day):
        day += ONE_DAY
        if day - known > HORIZON:
            raise NeverOpen(calendar.code)
        if day - first > REACH:
            raise OverflowError(calendar.code)
        if calendar.is_skipped(day):
            continue
        reason = _day_reason(calendar, day, stops, natural=natural, moved_on=number <= 0)
        if reason in COUNTED or reason == "paused" or calendar.opening(day):
            known = day
            if stops and stops[-1].end is None and stops[-1].start < calendar.closing(day):
                return DayCount(calendar, None, tuple(days))
        days.append((day, reason))
        number -= reason in COUNTED
    return DayCount(calendar, calendar.closing(day), tuple(days))


def _day_reason(calendar: Calendar, day: date, stops: list[Span], *, natural: bool, moved_on: bool) -> str:
    spans = calendar.opening(day)
    if not spans and not natural:
        return calendar.shut_reason(day)[0]
    if moved_on:
        return "moved_on"
    if stops:
        whole = [Span(calendar.midnight(day), calendar.midnight(day + ONE_DAY))]
        if all(
            any(stop.start <= s.start and _reaches(stop, s.end) for stop in stops) for s in spans or whole
        ):
            return "paused"
    return "natural_day" if natural else "working_day"


def _line(calendar: Calendar, day: date, counted: bool, reason: str) -> Interval:
    begin, end = calendar.midnight(day), calendar.midnight(day + ONE_DAY)
    return Interval(begin, end, counted, (end - begin).total_seconds(), reason, calendar.shut_reason(day)[1])


def _pieces(
    start: datetime, end: datetime, pauses: Sequence[tuple[Span, str]]
) -> Iterator[tuple[datetime, datetime, str | None]]:
    """Cut [start, end) at the edges of the pauses; each piece with the reason of the pause begun first, or None."""
    edges = {start, end}
    for span, _ in pauses:
        edges.update(edge for edge in span if edge is not None and start < edge < end)
    ordered = sorted(edges)
    for left, right in itertools.pairwise(ordered):
        covering = [
            (span.start, reason) for span, reason in pauses if span.start <= left and _reaches(span, right)
        ]
        yield left, right, min(covering)[1] if covering else None


def _reaches(span: Span, moment: datetime | None) -> bool:
    return span.end is None or (moment is not None and span.end >= moment)


def _add(lines: list[Interval], line: Interval) -> None:
    start = line.start
    if lines and (lines[-1].counted, lines[-1].reason, lines[-1].detail) == (
        line.counted,
        line.reason,
        line.detail,
    ):
        start = lines.pop().start
    seconds = (line.end - start).total_seconds()
    lines.append(Interval(start, line.end, line.counted, seconds, line.reason, line.detail))

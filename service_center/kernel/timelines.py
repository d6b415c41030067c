"""A calendar laid out once over some years, for those who ask it a million times.

The answers are those of `worktime.Calendar` and `deadlines`, in whole microseconds since 1970 UTC; one question is a
search or two in a sorted list. Outside of the years laid out there is no answer: OutsideTimeline.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from service_center.kernel.worktime import DAY, DAY_SECONDS, EPOCH_DAY, SECOND, Calendar, ticks

Pause = tuple[int, int | None, str]
"""From when to when (None: still going on), and why."""


class OutsideTimeline(LookupError):
    """The question reaches beyond the years that were laid out."""


class Timeline:
    """The open windows and the days of a calendar between two dates."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self.first = first.toordinal()
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sums = [0]
        self.midnights: list[int] = []
        self.closings: list[int] = []
        self.opens: list[list[tuple[int, int]]] = []
        self.open_days: list[int] = []
        for number in range((last - first).days + 1):
            self._lay_out(calendar, first + timedelta(days=number))
        self.low, self.high = self.midnights[0], self.midnights[-1]
        self.always = len(self.starts) == 1

    @classmethod
    def around(cls, calendar: Calendar, now: datetime, *, days_back: int) -> Timeline:
        """From so many days ago, with a good year to spare on either side."""
        day = now.astimezone(UTC).date()
        return cls(calendar, day - timedelta(days=days_back + 420), day + timedelta(days=3 * 420))

    def _lay_out(self, calendar: Calendar, day: date) -> None:
        if calendar.is_skipped(day):
            return
        spans = [
            (ticks(span.start), ticks(span.end)) for span in calendar.opening(day) if span.end is not None
        ]
        self.midnights.append(ticks(calendar.midnight(day)))
        self.closings.append(ticks(calendar.closing(day)))
        self.opens.append(spans)
        if spans:
            self.open_days.append(len(self.opens) - 1)
        for start, end in spans:
            self._open(max(start, self.ends[-1]) if self.ends else start, end)

    def _open(self, start: int, end: int) -> None:
        if start >= end:
            return
        if self.ends and start == self.ends[-1]:
            self.ends[-1] = end
            self.sums[-1] += end - start
        else:
            self.starts.append(start)
            self.ends.append(end)
            self.sums.append(self.sums[-1] + end - start)

    # -- open time -------------------------------------------------------------------------------------------------

    def before(self, tick: int) -> int:
        """Open time since the first day laid out."""
        if not self.low <= tick < self.high:
            raise OutsideTimeline
        if self.always:
            return tick - self.low
        index = bisect_right(self.starts, tick) - 1
        if index < 0:
            return 0
        end = self.ends[index]
        return self.sums[index] + (tick if tick < end else end) - self.starts[index]

    def between(self, start: int, end: int) -> int:
        """W: the open time in [start, end)."""
        return self.before(end) - self.before(start) if end > start else 0

    def after(self, start: int, need: int) -> int:
        """A: the earliest instant with that much open time since start."""
        return self.reaching(self.before(start) + need) if need > 0 else start

    def reaching(self, open_time: int) -> int:
        """The earliest instant with that much open time since the first day laid out; more than none."""
        if open_time > self.sums[-1]:
            raise OutsideTimeline
        index = bisect_left(self.sums, open_time) - 1
        return self.starts[index] + open_time - self.sums[index]

    def back(self, end: int, need: int) -> int:
        """B: the latest instant from which that much open time is left until end."""
        if need <= 0:
            return end
        left = self.before(end) - need
        if left < 0:
            raise OutsideTimeline
        index = bisect_right(self.sums, left) - 1
        return self.starts[index] + left - self.sums[index]

    # -- with pauses -----------------------------------------------------------------------------------------------

    def consumed(self, start: int, now: int, pauses: Sequence[Pause]) -> int:
        """Open time in [start, now) outside the pauses (`deadlines.consumed`)."""
        if not pauses:
            return self.between(start, now)
        return sum(
            self.between(begin, now if end is None or end > now else end)
            for begin, end in running(start, pauses)
            if begin < now
        )

    def due(self, start: int, target: int, pauses: Sequence[Pause]) -> int | None:
        """The earliest instant at which the target is consumed (`deadlines.due`)."""
        if target <= 0:
            return start
        if not pauses:
            return self.after(start, target)
        for begin, end in running(start, pauses):
            here = None if end is None else self.between(begin, end)
            if here is None or here >= target:
                return self.after(begin, target)
            target -= here
        return None

    # -- days ------------------------------------------------------------------------------------------------------

    def day_of(self, tick: int) -> int:
        """The number of the local day."""
        if not self.low <= tick < self.high:
            raise OutsideTimeline
        return bisect_right(self.midnights, tick) - 1

    def count(self, start: int, number: int, pauses: Sequence[Pause], *, natural: bool) -> int | None:
        """The due time of so many days (`deadlines.working_days`, `natural_days`)."""
        if number <= 0:
            return start
        stops = merge(pauses, start)
        if stops:
            return self._walk(start, number, stops, natural=natural)
        day = self.day_of(start)
        if natural:
            place = bisect_left(self.open_days, day + number)
        else:
            place = bisect_right(self.open_days, day) + number - 1
        if place >= len(self.open_days):
            raise OutsideTimeline
        return self.closings[self.open_days[place]]

    def _walk(self, start: int, number: int, stops: list[Pause], *, natural: bool) -> int | None:
        """Day by day, because a wholly paused day adds one."""
        day = self.day_of(start)
        last = stops[-1]
        while number > 0 or not self.opens[day]:
            day += 1
            if day + 1 >= len(self.midnights):
                raise OutsideTimeline
            opens = self.opens[day]
            counts = number > 0 and (natural or bool(opens))
            if (counts or opens) and last[1] is None and last[0] < self.closings[day]:
                return None
            if counts and not self._stood_still(day, opens, stops):
                number -= 1
        return self.closings[day]

    def _stood_still(self, day: int, opens: list[tuple[int, int]], stops: list[Pause]) -> bool:
        whole = opens or [(self.midnights[day], self.midnights[day + 1])]
        return all(
            any(stop[0] <= start and (stop[1] is None or stop[1] >= end) for stop in stops)
            for start, end in whole
        )


def merge(pauses: Sequence[Pause], since: int) -> list[Pause]:
    """The union of pauses clipped to begin at `since`, ordered and disjoint; an endless one comes last."""
    merged: list[Pause] = []
    for start, end in sorted([(max(p[0], since), p[1]) for p in pauses], key=_beginning):
        if end is not None and end <= start:
            continue
        last = merged[-1] if merged else None
        if last is None or (last[1] is not None and last[1] < start):
            merged.append((start, end, ""))
        else:
            merged[-1] = (last[0], None if last[1] is None or end is None else max(last[1], end), "")
    return merged


def _beginning(span: tuple[int, int | None]) -> int:
    return span[0]


def running(start: int, pauses: Sequence[Pause]) -> list[tuple[int, int | None]]:
    """The spans from start on that no pause covers; the last is endless unless a pause is."""
    spans: list[tuple[int, int | None]] = []
    for begin, end, _ in merge(pauses, start):
        if start < begin:
            spans.append((start, begin))
        if end is None:
            return spans
        start = end
    spans.append((start, None))
    return spans


_SECONDS = [f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(DAY_SECONDS)]
_DAYS: dict[int, str] = {}


def iso(tick: int) -> str:
    """The instant as `datetime.isoformat` writes it in UTC, without the zone."""
    day, rest = divmod(tick, DAY)
    second, micro = divmod(rest, SECOND)
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = date.fromordinal(EPOCH_DAY + day).isoformat()
    return f"{text}{_SECONDS[second]}.{micro:06d}" if micro else text + _SECONDS[second]

"""An oracle for due times that knows nothing of the product: one bit for every second of some weeks.

It asks the zone what its clocks show, sets the bit of each open second, clears those that a pause covers, and counts.
Standard library only. Instants are whole seconds since 1970 UTC, plans are the JSON that `manage.py due` reads.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
Pause = tuple[int, "int | None"]


@lru_cache(maxsize=500)
def offsets(zone: str, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """From which second on the zone is how many seconds ahead of UTC: looked up every hour, then to the second."""
    tz = ZoneInfo(zone)

    def ahead(second: int) -> int:
        shown = datetime.fromtimestamp(second, tz).utcoffset()
        assert shown is not None
        return int(shown.total_seconds())

    found = [(low, ahead(low))]
    for hour in range(low, high, 3600):
        before, after = hour, hour + 3600
        if ahead(after) == found[-1][1]:
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if ahead(middle) == found[-1][1] else (before, middle)
        found.append((after, ahead(after)))
    return tuple(found)


class Ground:
    """The open seconds of a plan from `first` on, for so many days; bit i is second `first + i`."""

    def __init__(self, plan: Mapping[str, Any], first: int, days: int) -> None:
        self.plan, self.first, self.size = plan, first, days * DAY
        self.zone = str(plan["zone"])
        self._offsets = offsets(self.zone, first - 4 * DAY, first + self.size + 4 * DAY)
        self.whole = (1 << self.size) - 1
        self.open = 0
        day = self.day_of(first) - timedelta(days=3)
        for _ in range(days + 6):
            self.open |= self.of_day(day)
            day += timedelta(days=1)

    # -- the wall -----------------------------------------------------------------------------------------------------

    def shows(self, second: int) -> tuple[int, int]:
        """Which stretch of one offset a second lies in, and how far the wall is ahead in it."""
        place = bisect_right(self._offsets, (second, 10**9)) - 1
        return place, self._offsets[place][1]

    def day_of(self, second: int) -> date:
        return datetime.fromtimestamp(second + self.shows(second)[1], UTC).date()

    def edge(self, day: date, seconds: int, *, last: bool) -> int:
        """The second that shows this wall time: the first or the last that does, or the one at which it is jumped over."""
        wall = (day - date(1970, 1, 1)).days * DAY + seconds
        showing = [
            wall - ahead for i, (_, ahead) in enumerate(self._offsets) if self.shows(wall - ahead)[0] == i
        ]
        if showing:
            return max(showing) if last else min(showing)
        return next(since for since, ahead in self._offsets if since + ahead > wall)

    def windows(self, day: date) -> list[tuple[int, int]]:
        """The windows of one date in seconds since 1970; those that no second shows are left out."""
        listed = self.plan.get("exceptions", {}).get(
            day.isoformat(), self.plan["weekly"].get(DAYS[day.weekday()], [])
        )
        edges = (
            (self.edge(day, _seconds(a), last=False), self.edge(day, _seconds(b), last=True))
            for a, b in listed
        )
        return [(opens, closes) for opens, closes in edges if opens < closes]

    def of_day(self, day: date) -> int:
        return self.bits(self.windows(day))

    def bits(self, spans: Iterable[tuple[int, int | None]]) -> int:
        """The seconds of spans; None is the end of the ground."""
        found = 0
        for start, end in spans:
            low = min(max(start - self.first, 0), self.size)
            high = self.size if end is None else min(max(end - self.first, 0), self.size)
            if low < high:
                found |= ((1 << (high - low)) - 1) << low
        return found

    # -- open time ----------------------------------------------------------------------------------------------------

    def consumed(self, start: int, now: int, pauses: Iterable[Pause]) -> int:
        """Open seconds from start to now that no pause covers."""
        counted = self.open & self.bits([(start, max(now, start))])
        return (counted & ~self.bits(pauses)).bit_count()

    def due(self, start: int, target: int, pauses: Iterable[Pause]) -> int | None:
        """The end of the second in which the target is used up; None when the ground ends before."""
        if target == 0:
            return start
        counted = self.open & self.bits([(start, None)]) & ~self.bits(pauses)
        return None if counted.bit_count() < target else self.first + _place(counted, target, self.size) + 1

    def latest_start(self, end: int, target: int) -> int | None:
        """The latest second from which so much open time is left until the end; None when the ground begins after."""
        counted = self.open & self.bits([(self.first, end)])
        there = counted.bit_count()
        return (
            None
            if there < target or not target
            else self.first + _place(counted, there - target + 1, self.size)
        )

    # -- days ---------------------------------------------------------------------------------------------------------

    def due_day(self, start: int, number: int, pauses: Iterable[Pause], *, natural: bool) -> int | None:
        """The close of the Nth counted day after the day of the start; None when a pause stands before it for good.

        Working days are those with an open second. Of natural days the last is moved on to one. A wholly paused day
        does not count. Raises LookupError beyond the ground.
        """
        if number == 0:
            return start
        paused = self.bits([(max(a, start), b) for a, b in pauses if b is None or b > start])
        endless = self.size if any(b is None for _, b in pauses) else None
        if endless is not None:
            endless = (self.whole & ~paused).bit_length()
        day = self.day_of(start)
        while True:
            day += timedelta(days=1)
            windows = self.windows(day)
            close = max((b for _, b in windows), default=self.edge(day, DAY, last=True))
            if close >= self.first + self.size:
                raise LookupError
            whole = self.bits(
                windows
                or [(self.edge(day, 0, last=False), self.edge(day + timedelta(days=1), 0, last=False))]
            )
            if not windows and (not natural or number == 0):
                continue
            if endless is not None and self.first + endless < close:
                return None
            if number and whole & ~paused:
                number -= 1
            if number == 0 and windows:
                return close


def _place(bits: int, rank: int, size: int) -> int:
    """The place of the bit that is the rank-th set one, the lowest being the first."""
    base = 0
    while size > 1:
        half = size // 2
        low = bits & ((1 << half) - 1)
        here = low.bit_count()
        if rank <= here:
            bits, size = low, half
        else:
            bits, size, rank, base = bits >> half, size - half, rank - here, base + half
    return base


def _seconds(text: str) -> int:
    hours, minutes, *rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + sum(rest)

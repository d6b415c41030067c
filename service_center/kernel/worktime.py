"""Business time: how many open seconds lie between two instants, and where a number of them ends.

Pure arithmetic without Django or a database. Instants are aware datetimes, durations are timedeltas; inside,
both are whole microseconds since 1970 UTC, so nothing is ever rounded. The three primitives and their laws:

- ``W(t1, t2)``  `Calendar.between`: open time in ``[t1, t2)``; additive.
- ``A(s, d)``    `Calendar.after`: the earliest t with ``W(s, t) >= d``; ``A(s, 0) = s`` even when s is closed;
  a budget that ends at closing time is due at closing time.
- ``B(t, d)``    `Calendar.before`: the latest s with ``W(s, t) >= d``.

Daylight saving: an opening edge in a fold is its first occurrence, a closing edge its second, an edge inside a
gap moves to the transition. Windows that come to overlap this way are counted once.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Keys of a weekly plan, in the order of `date.weekday()`."""

HORIZON = timedelta(days=400)
"""A calendar that stays closed longer than this is invalid."""

REACH = timedelta(days=36_525)
"""No search goes further than a hundred years."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY_SECONDS = 86_400
DAY = DAY_SECONDS * SECOND
STRIDE = 14 * DAY
"""A calendar is laid out in blocks of so many ticks, each when it is first asked about."""

HORIZON_TICKS, REACH_TICKS = HORIZON // MICROSECOND, REACH // MICROSECOND

Window = tuple[int, int]
"""Half-open opening hours of one day, in local seconds after midnight; 86400 is the end of the day."""

WALL_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class NeverOpen(ValueError):
    """The calendar has no opening in the 400 days that follow the instant asked about."""


class BadCalendar(ValueError):
    """A plan that is no calendar; `path` names the part, `code` the fault."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(f"{path}: {code}")
        self.code = code
        self.path = path


class Span(NamedTuple):
    """A half-open stretch of time; `end` is None while it is still going on."""

    start: datetime
    end: datetime | None


class Stretch(NamedTuple):
    """A piece of time, open or not, with its reason and the name of the day where it has one.

    Reasons: `open`, `closed` (outside the day's hours), `rest_day`, `exception` (a date closed by name).
    """

    start: datetime
    end: datetime
    counted: bool
    reason: str
    detail: str


class _Block(NamedTuple):
    """The windows between two instants in microseconds, disjoint and ordered; `sums[i]` is the open time before window i."""

    starts: list[int]
    ends: list[int]
    sums: list[int]

    def before(self, tick: int) -> int:
        """Open microseconds of the block before the instant."""
        starts, ends, sums = self
        index = bisect_right(starts, tick) - 1
        if index < 0:
            return 0
        end = ends[index]
        return sums[index] + (tick if tick < end else end) - starts[index]


def ticks(moment: datetime) -> int:
    """The instant in microseconds since 1970 UTC."""
    return (moment - EPOCH) // MICROSECOND


def instant(tick: int) -> datetime:
    """The UTC instant of a number of microseconds since 1970. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + tick * MICROSECOND


@dataclass(frozen=True, eq=False)
class Calendar:
    """Opening hours as an immutable value: a zone, seven weekly plans, and dates that replace a day's plan.

    `weekly[0]` is Monday; `exceptions[day]` is the complete list of windows of that day (empty: closed);
    `names[day]` says why, for the explanation only. What was laid out is kept inside: keep one object for one version.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Window, ...], ...]
    exceptions: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)
    code: str = ""
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """W: the open time in [start, end); zero when end is not after start."""
        return self._between(ticks(start), ticks(end)) * MICROSECOND

    def after(self, start: datetime, open_time: timedelta) -> datetime:
        """A: the earliest instant with that much open time since start.

        Raises NeverOpen; OverflowError beyond a hundred years.
        """
        return instant(self._after(ticks(start), open_time // MICROSECOND))

    def before(self, end: datetime, open_time: timedelta) -> datetime:
        """B: the latest instant from which that much open time is left until end. Raises as `after` does."""
        return instant(self._before(ticks(end), open_time // MICROSECOND))

    def windows(self, day: date) -> tuple[Window, ...]:
        """The plan of one local day, in local seconds."""
        plan = self.exceptions.get(day)
        return self.weekly[day.weekday()] if plan is None else plan

    def local_day(self, moment: datetime) -> date:
        """The date on the calendar's wall at that instant."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, seconds: int) -> datetime:
        """The instant of a local time, in seconds after midnight, as an opening edge."""
        return instant(self._edge(day, seconds, opening=True))

    def midnight(self, day: date) -> datetime:
        """The instant at which the local day begins."""
        return self.at(day, 0)

    def is_skipped(self, day: date) -> bool:
        """Whether no clock of the zone ever shows the date: Samoa went from the 29th to the 31st of December 2011."""
        return self.midnight(day) == self.midnight(day + timedelta(days=1))

    def opening(self, day: date) -> list[Span]:
        """The windows of one local day as instants; those swallowed by a gap of the clock are left out."""
        return [Span(instant(start), instant(end)) for start, end in self._day(day)]

    def closing(self, day: date) -> datetime:
        """The close of the day's last window; the end of the day when it has none."""
        last = max((end for _, end in self._day(day)), default=None)
        return instant(self._edge(day, DAY_SECONDS, opening=False) if last is None else last)

    def require_openings(self, start: datetime) -> None:
        """Raise NeverOpen unless the calendar opens within 400 days after start."""
        self._after(ticks(start), 1)

    def stretches(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """Cut [start, end) into open and closed pieces, each with its reason, in order and without gaps."""
        day, last = self.local_day(start) - timedelta(days=2), self.local_day(end) + timedelta(days=2)
        cursor, close = ticks(start), ticks(end)
        while day <= last and cursor < close:
            shut, detail = self.shut_reason(day)
            night = self._edge(day, DAY_SECONDS, opening=True)
            for opens, closes in [*self._day(day), (night, night)]:
                for until, counted in ((min(opens, close), False), (min(closes, close), True)):
                    if cursor < until:
                        reason = "open" if counted else shut
                        yield Stretch(instant(cursor), instant(until), counted, reason, detail)
                        cursor = until
            day += timedelta(days=1)

    def shut_reason(self, day: date) -> tuple[str, str]:
        """Why the day's closed hours are closed (`closed`, `rest_day`, `exception`), and the day's name if any."""
        plan = self.exceptions.get(day)
        if plan is None:
            return "closed" if self.weekly[day.weekday()] else "rest_day", ""
        return "closed" if plan else "exception", self.names.get(day, "")

    def _between(self, start: int, end: int) -> int:
        if end <= start:
            return 0
        if end - start > REACH_TICKS:
            raise OverflowError(self.code)
        first, last = start // STRIDE, (end - 1) // STRIDE
        if first == last:
            block = self._block(first)
            return block.before(end) - block.before(start)
        total = self._block(last).before(end) - self._block(first).before(start)
        return total + sum(self._block(index).sums[-1] for index in range(first, last))

    def _after(self, start: int, need: int) -> int:
        if need <= 0:
            return start
        index, shut_since = start // STRIDE, start
        passed = self._block(index).before(start)
        while index * STRIDE <= start + REACH_TICKS:
            block = self._block(index)
            total = block.sums[-1]
            if (block.starts[0] if total > passed else index * STRIDE) > shut_since + HORIZON_TICKS:
                raise NeverOpen(self.code)
            if total - passed >= need:
                found = bisect_left(block.sums, passed + need) - 1
                return block.starts[found] + passed + need - block.sums[found]
            if total > passed:
                need -= total - passed
                shut_since = block.ends[-1]
            index, passed = index + 1, 0
        raise OverflowError(self.code)

    def _before(self, end: int, need: int) -> int:
        if need <= 0:
            return end
        index, shut_until = (end - 1) // STRIDE, end
        left = self._block(index).before(end)
        while (index + 1) * STRIDE >= end - REACH_TICKS:
            block = self._block(index)
            if (block.ends[-1] if left else (index + 1) * STRIDE) < shut_until - HORIZON_TICKS:
                raise NeverOpen(self.code)
            if left >= need:
                found = bisect_right(block.sums, left - need) - 1
                return block.starts[found] + left - need - block.sums[found]
            if left:
                need -= left
                shut_until = block.starts[0]
            index -= 1
            left = self._block(index).sums[-1]
        raise OverflowError(self.code)

    def _block(self, index: int) -> _Block:
        block = self._blocks.get(index)
        if block is None:
            block = self._blocks[index] = self._build(index * STRIDE, (index + 1) * STRIDE)
        return block

    def _build(self, low: int, high: int) -> _Block:
        """The open time in [low, high). In a fold a window may reach over midnight, so days around are looked at too."""
        starts: list[int] = []
        ends: list[int] = []
        sums = [0]
        day, last = _day_of(low, -3), _day_of(high, 2)
        reached = low
        while day <= last:
            for start, end in self._day(day):
                begin, end = max(start, reached), min(end, high)
                if begin < end:
                    starts.append(begin)
                    ends.append(end)
                    sums.append(sums[-1] + end - begin)
                    reached = end
            day += timedelta(days=1)
        return _Block(starts, ends, sums)

    def _day(self, day: date) -> list[tuple[int, int]]:
        edges = (
            (self._edge(day, a, opening=True), self._edge(day, b, opening=False))
            for a, b in self.windows(day)
        )
        return [(start, end) for start, end in edges if start < end]

    def _edge(self, day: date, seconds: int, *, opening: bool) -> int:
        """The instant of a wall time, by the rule for folds and gaps."""
        wall = datetime.combine(day, time(), self.zone) + timedelta(seconds=seconds)
        early, late = wall.utcoffset(), wall.replace(fold=1).utcoffset()
        base = ((day.toordinal() - EPOCH_DAY) * DAY_SECONDS + seconds) * SECOND
        if early == late or early is None or late is None:
            return base - (early or timedelta()) // MICROSECOND
        if early > late:
            return base - (early if opening else late) // MICROSECOND
        return self._transition(base - late // MICROSECOND, base - early // MICROSECOND)

    def _transition(self, low: int, high: int) -> int:
        """The first instant in (low, high] with the offset of high: the moment the clocks jump forward."""
        after = self._offset(high)
        while high - low > SECOND:
            middle = (low + high) // (2 * SECOND) * SECOND
            if self._offset(middle) == after:
                high = middle
            else:
                low = middle
        return high

    def _offset(self, tick: int) -> timedelta | None:
        return instant(tick).astimezone(self.zone).utcoffset()


ALWAYS = Calendar(ZoneInfo("UTC"), (((0, DAY_SECONDS),),) * 7, code="always")
"""Every second counts: the calendar of a rule that names none."""


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises BadCalendar("unknown_zone", "zone")."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadCalendar("unknown_zone", "zone") from error


def parse_calendar(plan: object, *, code: str = "") -> Calendar:
    """Read a plan: `{"zone": IANA, "weekly": {"mon": [["08:30", "12:00"]]}, "exceptions": {"2025-10-08": []}}`.

    Optional `names` maps dates to words. Windows are ordered and disjoint, the end may be 24:00.
    Raises BadCalendar.
    """
    body = _mapping(plan, "")
    zone = body.get("zone")
    if not isinstance(zone, str):
        raise BadCalendar("required" if zone is None else "invalid", "zone")
    weekly = _mapping(body.get("weekly"), "weekly")
    for key in weekly:
        if key not in DAYS:
            raise BadCalendar("unknown_day", f"weekly.{key}")
    days = tuple(_windows(weekly.get(key, []), f"weekly.{key}") for key in DAYS)
    exceptions = _mapping(body.get("exceptions") or {}, "exceptions")
    dated = {_date(key): _windows(plans, f"exceptions.{key}") for key, plans in exceptions.items()}
    names = {_date(key): str(name) for key, name in _mapping(body.get("names") or {}, "names").items()}
    return Calendar(zone_named(zone), days, dated, names, code)


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise BadCalendar("required" if value is None else "invalid", path)
    return value


def _date(text: str) -> date:
    try:
        if ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadCalendar("invalid_date", f"exceptions.{text}")


def _windows(value: object, path: str) -> tuple[Window, ...]:
    if not isinstance(value, list | tuple):
        raise BadCalendar("invalid", path)
    windows: list[Window] = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise BadCalendar("invalid_window", path)
        try:
            start, end = wall_seconds(pair[0]), wall_seconds(pair[1])
        except (TypeError, ValueError) as error:
            raise BadCalendar("invalid_window", path) from error
        if start >= end or (windows and start < windows[-1][1]):
            raise BadCalendar("invalid_window", path)
        windows.append((start, end))
    return tuple(windows)


def wall_seconds(text: str) -> int:
    """A local time HH:MM or HH:MM:SS in seconds after midnight; 24:00 is the end of the day. Raises ValueError."""
    match = WALL_TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if hours == 24 and (minutes or seconds):
        raise ValueError(text)
    return hours * 3600 + minutes * 60 + seconds


def _day_of(tick: int, days: int) -> date:
    """So many days after the UTC date of an instant. Raises OverflowError."""
    try:
        return date.fromordinal(EPOCH_DAY + tick // DAY + days)
    except ValueError as error:
        raise OverflowError(tick) from error

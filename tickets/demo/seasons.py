"""When people call: hot summers, a quiet Spring Festival, weekends, office hours, and now and then a bad week."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
MONTHS = (1.15, 0.6, 0.8, 0.85, 1.0, 1.5, 1.9, 1.75, 1.05, 0.85, 0.9, 1.1)
"""Calls of a month against the mean: air conditioners in summer, the quiet of the Spring Festival."""
WEEKEND, BAD = 0.55, 2.1
BAD_WEEKS = (3, 19, 46, 71)
TOLD, REST = timedelta(days=4), 0.35
"""How far back the calls lie that the verbs tell one by one, and what share of the calls of those days is left."""
"""So many weeks before the present something went wrong: a bad batch, a storm, half a team ill."""
OPENS, CLOSES = time(8, 0), time(20, 30)
UTC_AHEAD = timedelta(hours=8)
"""The zone's clock against UTC; it knows no daylight saving."""
MORNING, LAST_VISIT, EVENING = time(8, 30), time(17, 0), time(21, 0)


def bad_week(at: datetime, now: datetime) -> bool:
    """Whether the instant lies in one of the weeks in which more broke and less went well."""
    return (now - at) // timedelta(weeks=1) in BAD_WEEKS


def rhythm(now: datetime, days: int) -> Callable[[float], datetime]:
    """A function from 0..1 to instants of the last so many days, growing, dense where many called."""
    first = (now - timedelta(days=days)).astimezone(ZONE).date()
    dates = [first + timedelta(days=n) for n in range((now.astimezone(ZONE).date() - first).days + 1)]
    *sums, total = accumulate(_weight(day, now) for day in dates)

    def at(share: float) -> datetime:
        wanted = share * total
        place = bisect_right(sums, wanted)
        before = sums[place - 1] if place else 0.0
        after = sums[place] if place < len(sums) else total
        return min(_within(dates[place], (wanted - before) / (after - before)), now)

    return at


def _weight(day: date, now: datetime) -> float:
    weight = MONTHS[day.month - 1] * (WEEKEND if day.weekday() >= 5 else 1.0)
    noon = datetime.combine(day, time(12), ZONE)
    if bad_week(noon, now):
        weight *= BAD
    if now - noon < TOLD:
        weight *= REST
    if day == now.astimezone(ZONE).date():
        opened, closed = (datetime.combine(day, each, ZONE) for each in (OPENS, CLOSES))
        weight *= max(0.02, min(1.0, (now - opened) / (closed - opened)))
    return weight


def _within(day: date, share: float) -> datetime:
    """An instant of the day's opening hours."""
    opened, closed = (datetime.combine(day, each, ZONE) for each in (OPENS, CLOSES))
    return (opened + (closed - opened) * share).astimezone(UTC)


def visiting(at: datetime) -> datetime:
    """The first instant from then on at which an engineer may ring at a door."""
    return _not_after(at, LAST_VISIT)


def waking(at: datetime) -> datetime:
    """The first instant from then on at which people are at work or on the phone."""
    return _not_after(at, EVENING)


def _not_after(at: datetime, last: time) -> datetime:
    local = at.astimezone(UTC) + UTC_AHEAD
    clock = local.time()
    if MORNING <= clock <= last:
        return at
    days = 1 if clock > last else 0
    spread = timedelta(minutes=local.minute, seconds=local.second)
    return datetime.combine(local.date(), MORNING, UTC) + timedelta(days=days) - UTC_AHEAD + spread

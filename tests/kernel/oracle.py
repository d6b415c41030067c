"""Calendars of these tests, and a slow oracle that asks the wall clock of every minute."""

import random
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from service_center.kernel.worktime import DAYS, Calendar, parse_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
PLAN = {
    "zone": "Asia/Shanghai",
    "weekly": {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in DAYS[:5]},
    "exceptions": {f"2025-10-0{day}": [] for day in range(1, 9)}
    | {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("2025-09-28", "2025-10-11")},
}
DUTY_LUNCH = parse_calendar(PLAN)

# A day around which each zone moves its clocks: one hour, half an hour, a whole skipped day, and never.
MOVES = {
    "Asia/Shanghai": [date(2025, 10, 1), date(1986, 5, 4), date(1986, 9, 14)],
    "America/New_York": [date(2025, 3, 9), date(2025, 11, 2)],
    "Australia/Lord_Howe": [date(2025, 4, 6), date(2025, 10, 5)],
    "Pacific/Apia": [date(2011, 12, 30), date(2011, 4, 2), date(2021, 4, 4)],
    "America/Havana": [date(2025, 3, 9), date(2025, 11, 2)],  # midnight itself is doubled and swallowed
    "Asia/Beirut": [date(2025, 3, 30), date(2025, 10, 26)],
    "Africa/Casablanca": [date(2025, 2, 23), date(2025, 4, 6)],
    "Europe/Dublin": [date(2025, 3, 30), date(2025, 10, 26)],
    "America/St_Johns": [date(2006, 4, 2), date(2006, 10, 29)],  # one minute past midnight
    "Pacific/Kwajalein": [date(1993, 8, 21)],
    "Antarctica/Troll": [date(2025, 3, 30), date(2025, 10, 26)],  # two hours
    "UTC": [date(2025, 6, 1)],
}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@lru_cache(maxsize=100)
def wall(
    zone: str, first: datetime, minutes: int
) -> tuple[list[datetime], dict[datetime, int], dict[datetime, int]]:
    """The latest wall time shown up to each minute; the first and the last minute that shows a wall time."""
    tz = ZoneInfo(zone)
    clock = [(first + i * MINUTE).astimezone(tz).replace(tzinfo=None) for i in range(minutes)]
    shown_first = {shown: i for i, shown in reversed(list(enumerate(clock)))}
    return list(accumulate(clock, max)), shown_first, {shown: i for i, shown in enumerate(clock)}


def oracle(calendar: Calendar, first: datetime, minutes: int) -> list[bool]:
    """Open or closed for each minute.

    A day opens at the first minute that shows its opening edge and closes at the last that shows its closing edge; an
    edge that no minute shows is where the clock jumps over it.
    """
    pad = 3 * 1440
    latest, shown_first, shown_last = wall(calendar.zone.key, first - pad * MINUTE, minutes + 2 * pad)
    openness = [False] * len(latest)
    for offset in range(-2, minutes // 1440 + 4):
        day = latest[pad].date() + timedelta(days=offset)
        for opens, closes in calendar.windows(day):
            begin, end = (datetime.combine(day, time()) + timedelta(seconds=s) for s in (opens, closes))
            low = shown_first.get(begin, bisect_left(latest, begin))
            high = shown_last.get(end, bisect_left(latest, end))
            openness[low:high] = [True] * max(high - low, 0)
    return openness[pad : pad + minutes]


@st.composite
def windows(draw: st.DrawFn) -> list[list[str]]:
    marks = sorted(set(draw(st.lists(st.integers(0, 1440), max_size=6))))
    pairs = list(pairwise(marks))[::2]
    return [[f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}"] for a, b in pairs]


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A random calendar and a UTC minute near one of its zone's moves."""
    zone = draw(st.sampled_from(sorted(MOVES)))
    day = draw(st.sampled_from(MOVES[zone]))
    weekly = {name: draw(windows()) for name in draw(st.sets(st.sampled_from(DAYS), max_size=7))}
    weekly[DAYS[day.weekday()]] = draw(windows())
    near = st.integers(-3, 3).map(lambda n: (day + timedelta(days=n)).isoformat())
    plan = {"zone": zone, "weekly": weekly, "exceptions": draw(st.dictionaries(near, windows(), max_size=3))}
    start = datetime.combine(day, time(), UTC) + draw(st.integers(-2880, 1440)) * MINUTE
    return parse_calendar(plan), start


SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def random_windows(dice: random.Random) -> list[list[str]]:
    """None to three windows; half of the days begin open, half end open, so that windows meet at midnight."""
    marks = set(dice.sample(range(1, 1440), dice.choice([0, 2, 2, 4, 6])))
    marks |= {edge for edge in (0, 1440) if dice.random() < 0.5}
    ordered = sorted(marks)[len(marks) % 2 :] if dice.random() < 0.5 else sorted(marks)[: len(marks) // 2 * 2]
    return [
        [f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}"] for a, b in list(pairwise(ordered))[::2]
    ]

"""Business time against laws and a slow oracle that asks the wall clock of every minute."""

import os
import random
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from service_center.kernel import deadlines, worktime
from service_center.kernel.worktime import DAYS, BadCalendar, Calendar, NeverOpen, Span, parse_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
ROUNDS = int(os.environ.get("ORACLE_ROUNDS", "24"))
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


@pytest.mark.req("GEN-15")
@pytest.mark.parametrize(
    ("name", "start", "hours", "pauses", "expected"),
    [
        ("A over the holiday", "2025-09-30T16:00", 8, [], "2025-10-09T16:30"),
        ("B on a make-up Saturday", "2025-10-11T09:00", 2, [], "2025-10-11T11:00"),
        ("C from Friday into it", "2025-10-10T17:00", 1, [], "2025-10-11T09:00"),
        ("D closing time stays", "2025-10-09T14:30", 3, [], "2025-10-09T17:30"),
        (
            "E one pause",
            "2025-10-09T09:00",
            4,
            [("2025-10-09T10:00", "2025-10-10T14:00")],
            "2025-10-10T17:00",
        ),
        (
            "F two pauses that overlap",
            "2025-10-09T09:00",
            3,
            [("2025-10-09T10:00", "2025-10-09T11:30"), ("2025-10-09T11:00", "2025-10-09T13:45")],
            "2025-10-09T15:45",
        ),
    ],
)
def test_due_vectors_come_out(name: str, start: str, hours: int, pauses: list, expected: str) -> None:
    spans = [Span(local(a), local(b)) for a, b in pauses]
    assert deadlines.due(DUTY_LUNCH, local(start), timedelta(hours=hours), spans) == local(expected)


def test_after_zero_is_the_start_even_when_closed() -> None:
    assert DUTY_LUNCH.after(local("2025-10-04T03:00"), timedelta()) == local("2025-10-04T03:00")


def test_before_is_the_latest_start() -> None:
    assert DUTY_LUNCH.before(local("2025-10-09T09:30"), timedelta(hours=2)) == local("2025-09-30T16:30")
    assert DUTY_LUNCH.before(local("2025-10-09T12:00"), timedelta(hours=3.5)) == local("2025-10-09T08:30")


def test_microseconds_are_kept() -> None:
    start = local("2025-10-09T09:00") + timedelta(microseconds=7)
    assert DUTY_LUNCH.after(start, timedelta(seconds=1, microseconds=1)) == start + timedelta(
        seconds=1, microseconds=1
    )


def test_closed_for_400_days_is_refused() -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    opens = (start + timedelta(days=399)).date().isoformat()
    late = (start + timedelta(days=401)).date().isoformat()
    hours = [["00:00", "24:00"]]
    assert (
        parse_calendar({"zone": "UTC", "weekly": {}, "exceptions": {opens: hours}}).after(start, MINUTE)
        > start
    )
    for plan in ({}, {late: hours}):
        calendar = parse_calendar({"zone": "UTC", "weekly": {}, "exceptions": plan})
        with pytest.raises(NeverOpen):
            calendar.after(start, MINUTE)
        with pytest.raises(NeverOpen):
            calendar.require_openings(start)
    with pytest.raises(NeverOpen):
        parse_calendar({"zone": "UTC", "weekly": {}, "exceptions": {"2023-11-01": hours}}).before(
            start, MINUTE
        )


def test_a_century_is_the_limit() -> None:
    calendar = parse_calendar({"zone": "UTC", "weekly": {"mon": [["08:00", "08:01"]]}})
    with pytest.raises(OverflowError):
        calendar.after(datetime(2025, 1, 1, tzinfo=UTC), timedelta(days=10))
    with pytest.raises(OverflowError):
        calendar.after(datetime(9999, 12, 1, tzinfo=UTC), timedelta(days=1))


@pytest.mark.parametrize(
    ("plan", "code", "path"),
    [
        ({"weekly": {}}, "required", "zone"),
        ({"zone": 8, "weekly": {}}, "invalid", "zone"),
        ({"zone": "Mars/Base", "weekly": {}}, "unknown_zone", "zone"),
        ({"zone": "../etc/passwd", "weekly": {}}, "unknown_zone", "zone"),
        ({"zone": "", "weekly": {}}, "unknown_zone", "zone"),
        ({"zone": "UTC"}, "required", "weekly"),
        ({"zone": "UTC", "weekly": {"monday": []}}, "unknown_day", "weekly.monday"),
        ({"zone": "UTC", "weekly": {"mon": [["12:00", "08:00"]]}}, "invalid_window", "weekly.mon"),
        ({"zone": "UTC", "weekly": {"mon": [["08:00", "08:00"]]}}, "invalid_window", "weekly.mon"),
        (
            {"zone": "UTC", "weekly": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}},
            "invalid_window",
            "weekly.mon",
        ),
        ({"zone": "UTC", "weekly": {"mon": [["8:00", "12:00"]]}}, "invalid_window", "weekly.mon"),
        ({"zone": "UTC", "weekly": {"mon": [["08:00", "24:01"]]}}, "invalid_window", "weekly.mon"),
        ({"zone": "UTC", "weekly": {"mon": [["08:00"]]}}, "invalid_window", "weekly.mon"),
        ({"zone": "UTC", "weekly": {"mon": "08:00-12:00"}}, "invalid", "weekly.mon"),
        (
            {"zone": "UTC", "weekly": {}, "exceptions": {"2025-02-30": []}},
            "invalid_date",
            "exceptions.2025-02-30",
        ),
        (
            {"zone": "UTC", "weekly": {}, "exceptions": {"20250228": []}},
            "invalid_date",
            "exceptions.20250228",
        ),
        ([], "invalid", ""),
    ],
)
def test_a_bad_plan_names_its_fault(plan: object, code: str, path: str) -> None:
    with pytest.raises(BadCalendar) as caught:
        parse_calendar(plan)
    assert (caught.value.code, caught.value.path) == (code, path)


# --- the oracle: which minutes are open, by reading the wall clock of each ---------------------------------------


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


@pytest.mark.req("GEN-15")
@pytest.mark.parametrize("block", [worktime.BLOCK, 1])
@pytest.mark.parametrize("zone", sorted(MOVES))
def test_no_difference_from_the_oracle(zone: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """About 8,500 questions a zone, 100,000 in all, around the days on which the zone moves its clocks.

    Again with blocks of one day, so that every midnight is a seam between two of them.
    """
    monkeypatch.setattr(worktime, "BLOCK", block)
    dice, length = random.Random(zone), 5 * 1440
    for round_ in range(ROUNDS):
        day = MOVES[zone][round_ % len(MOVES[zone])]
        plan = {
            "zone": zone,
            "weekly": {name: random_windows(dice) for name in DAYS},
            "exceptions": {(day + timedelta(days=dice.randint(-2, 2))).isoformat(): random_windows(dice)},
        }
        calendar, first = parse_calendar(plan), datetime.combine(day - timedelta(days=2), time(), UTC)
        sums = [0, *accumulate(oracle(calendar, first, length))]
        for _ in range(120):
            a, b = sorted((dice.randrange(length), dice.randrange(length)))
            start, end, need = first + a * MINUTE, first + b * MINUTE, sums[b] - sums[a]
            assert calendar.between(start, end) == need * MINUTE
            if need:
                assert (
                    calendar.after(start, need * MINUTE) == first + bisect_left(sums, sums[a] + need) * MINUTE
                )
                latest = bisect_right(sums, sums[b] - need) - 1
                assert calendar.before(end, need * MINUTE) == first + latest * MINUTE


@SLOW
@given(calendars(), st.integers(0, 3 * 1440))
def test_stretches_cover_the_time_and_agree_with_between(
    case: tuple[Calendar, datetime], length: int
) -> None:
    calendar, start = case
    end = start + length * MINUTE
    cuts = list(calendar.stretches(start, end))
    assert [c.start for c in cuts] == ([start, *[c.end for c in cuts]][:-1] if cuts else [])
    assert not cuts or cuts[-1].end == end
    assert sum((c.end - c.start for c in cuts if c.counted), timedelta()) == calendar.between(start, end)


durations = st.timedeltas(timedelta(), timedelta(days=20))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(calendars(), instants, durations, durations)
def test_laws(case: tuple[Calendar, datetime], s: datetime, x: timedelta, y: timedelta) -> None:
    calendar, _ = case
    between, after, before = calendar.between, calendar.after, calendar.before
    t1, t2 = s + x, s + x + y
    assert between(s, t1) + between(t1, t2) == between(s, t2)
    assert timedelta() <= between(s, t1) <= x
    assume(any(calendar.weekly))  # one that opens on a single exception runs out, and says NeverOpen
    assume(between(s, s + timedelta(days=7)) > timedelta(minutes=60))
    x, y = x / 10, y / 10
    assert between(s, after(s, x)) == x
    assert after(s, x) <= after(s, x + y)
    assert after(s, x) <= after(s + y, x)
    assert after(s, timedelta()) == s
    if x:
        assert after(after(s, x), y) == after(s, x + y)
        just = worktime.MICROSECOND
        assert between(s, after(s, x) - just) < x
        assert between(before(s, x), s) == x
        assert between(before(s, x) + just, s) < x


@settings(max_examples=60, deadline=None)
@given(calendars(), durations)
def test_one_cut_or_many_is_the_same(case: tuple[Calendar, datetime], x: timedelta) -> None:
    calendar, start = case
    step = timedelta(hours=7, seconds=11)
    edges = [start]
    while edges[-1] < start + x:
        edges.append(min(edges[-1] + step, start + x))
    assert sum((calendar.between(a, b) for a, b in pairwise(edges)), timedelta()) == calendar.between(
        start, start + x
    )


@example(("America/New_York", 0))
@given(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(-600, 600)))
def test_always_open_is_wall_time(case: tuple[str, int]) -> None:
    zone, hours = case
    calendar = parse_calendar({"zone": zone, "weekly": {day: [["00:00", "24:00"]] for day in DAYS}})
    for day in MOVES[zone]:
        start = datetime.combine(day, time(), UTC) + timedelta(hours=hours)
        assert calendar.after(start, timedelta(days=3)) == start + timedelta(days=3)
        assert calendar.between(start, start + timedelta(days=40)) == timedelta(days=40)


def test_edges_in_a_fold_and_in_a_gap() -> None:
    hours = [["01:15", "01:45"], ["02:10", "02:50"]]
    plan = {
        "zone": "America/New_York",
        "weekly": {},
        "exceptions": {"2025-11-02": hours, "2025-03-09": hours},
    }
    calendar = parse_calendar(plan)
    fold, gap = datetime(2025, 11, 2, 5, 15, tzinfo=UTC), datetime(2025, 3, 9, 6, 15, tzinfo=UTC)
    assert [(s.start, s.end) for s in calendar.opening(date(2025, 11, 2))] == [
        (fold, fold + timedelta(minutes=90)),
        (fold + timedelta(minutes=115), fold + timedelta(minutes=155)),
    ]
    assert [(s.start, s.end) for s in calendar.opening(date(2025, 3, 9))] == [
        (gap, gap + timedelta(minutes=30))
    ]


# --- days --------------------------------------------------------------------------------------------------------

WORKDAYS = parse_calendar(
    {
        "zone": "Asia/Shanghai",
        "weekly": {day: [["00:00", "24:00"]] for day in DAYS[:5]},
        "exceptions": {f"2025-10-0{day}": [] for day in range(1, 9)} | {"2025-10-11": [["00:00", "24:00"]]},
    }
)


@pytest.mark.req("SLA-06", "SLA-13", "SLA-18")
@pytest.mark.parametrize(
    ("calendar", "start", "days", "pauses", "expected"),
    [
        (WORKDAYS, "2025-09-29T10:00", 1, [], "2025-10-01T00:00"),
        (WORKDAYS, "2025-09-29T10:00", 3, [], "2025-10-11T00:00"),  # 30 Sep, 9 and 10 Oct
        (DUTY_LUNCH, "2025-10-09T18:00", 2, [], "2025-10-11T17:30"),  # the make-up Saturday is a working day
        (DUTY_LUNCH, "2025-10-04T10:00", 1, [], "2025-10-09T17:30"),  # begun on a holiday
        (DUTY_LUNCH, "2025-10-09T09:00", 1, [("2025-10-10T08:30", "2025-10-10T17:30")], "2025-10-11T17:30"),
        (DUTY_LUNCH, "2025-10-09T09:00", 1, [("2025-10-10T08:31", "2025-10-10T17:30")], "2025-10-10T17:30"),
        (
            DUTY_LUNCH,
            "2025-10-09T09:00",
            1,
            [("2025-10-10T08:00", "2025-10-10T12:30"), ("2025-10-10T12:00", "2025-10-13T00:00")],
            "2025-10-13T17:30",
        ),
        (DUTY_LUNCH, "2025-10-09T09:00", 0, [], "2025-10-09T09:00"),
    ],
)
def test_working_days(calendar: Calendar, start: str, days: int, pauses: list, expected: str) -> None:
    count = deadlines.working_days(
        calendar, local(start), days, [Span(local(a), local(b)) for a, b in pauses]
    )
    assert count.due == local(expected)
    assert sum(line.counted for line in count.lines) == days


@pytest.mark.parametrize(
    ("paused", "expected"), [("2025-10-10T17:30", "2025-10-10T17:30"), ("2025-10-10T17:29", None)]
)
def test_working_days_under_an_endless_pause(paused: str, expected: str | None) -> None:
    count = deadlines.working_days(DUTY_LUNCH, local("2025-10-09T09:00"), 1, [Span(local(paused), None)])
    assert count.due == (local(expected) if expected else None)


@pytest.mark.parametrize(
    ("calendar", "start", "days", "expected"),
    [
        (WORKDAYS, "2025-10-09T10:00", 7, "2025-10-17T00:00"),  # ends the 16th, 24:00
        (WORKDAYS, "2025-09-26T10:00", 7, "2025-10-10T00:00"),  # the 3rd is a holiday: on to the 9th
        (DUTY_LUNCH, "2025-10-09T10:00", 4, "2025-10-13T17:30"),  # close of business
        (
            parse_calendar({"zone": "Asia/Shanghai", "weekly": {d: [["00:00", "24:00"]] for d in DAYS}}),
            "2025-09-26T10:00",
            7,
            "2025-10-04T00:00",
        ),
    ],
)
def test_natural_days(calendar: Calendar, start: str, days: int, expected: str) -> None:
    assert deadlines.natural_days(calendar, local(start), days).due == local(expected)


def test_natural_days_paused() -> None:
    pause = Span(local("2025-10-10T00:00"), local("2025-10-12T00:00"))
    count = deadlines.natural_days(WORKDAYS, local("2025-10-09T10:00"), 3, [pause])
    assert count.due == local("2025-10-15T00:00")
    assert [line.reason for line in count.lines] == ["start_day", "paused", "paused", *["natural_day"] * 3]


def test_endless_pause_and_due_at_its_start() -> None:
    start, hour = local("2025-10-09T09:00"), timedelta(hours=1)
    assert deadlines.due(DUTY_LUNCH, start, hour, [Span(local("2025-10-09T10:00"), None)]) == local(
        "2025-10-09T10:00"
    )
    assert deadlines.due(DUTY_LUNCH, start, hour * 2, [Span(local("2025-10-09T10:00"), None)]) is None
    assert deadlines.due(DUTY_LUNCH, start, timedelta(), [Span(start - hour, None)]) == start


@SLOW
@given(
    calendars(),
    st.lists(st.tuples(st.integers(-600, 3000), st.integers(0, 900) | st.none()), max_size=5),
    st.integers(0, 2000),
    st.integers(0, 4000),
)
def test_due_with_pauses_equals_the_oracle(
    case: tuple[Calendar, datetime], raw: list[tuple[int, int | None]], target: int, now: int
) -> None:
    calendar, start = case
    minutes = oracle(calendar, start, 4 * 1440)
    for begin, length in raw:
        stop = len(minutes) if length is None else max(begin + length, 0)
        for i in range(max(begin, 0), min(stop, len(minutes))):
            minutes[i] = False
    spans = [Span(start + a * MINUTE, None if n is None else start + (a + n) * MINUTE) for a, n in raw]
    assert deadlines.consumed(calendar, start, start + now * MINUTE, spans) == sum(minutes[:now]) * MINUTE
    lines = deadlines.explain(calendar, start, start + now * MINUTE, [(span, "x") for span in spans])
    assert sum(line.seconds for line in lines if line.counted) == sum(minutes[:now]) * 60
    if target <= sum(minutes):
        seen, reached = 0, 0
        while seen < target:
            seen += minutes[reached]
            reached += 1
        assert deadlines.due(calendar, start, target * MINUTE, spans) == start + reached * MINUTE
    elif any(length is None for _, length in raw):
        assert deadlines.due(calendar, start, target * MINUTE, spans) is None


def test_explanation_names_each_stretch() -> None:
    named = parse_calendar(PLAN | {"names": {"2025-10-08": "National Day", "2025-10-11": "Make-up day"}})
    pause = Span(local("2025-10-09T10:00"), local("2025-10-10T14:00"))
    lines = deadlines.explain(
        named, local("2025-10-08T17:00"), local("2025-10-11T09:00"), [(pause, "customer")]
    )
    assert [
        (line.end.astimezone(SHANGHAI).strftime("%d %H:%M"), line.counted, line.reason, line.detail)
        for line in lines
    ] == [
        ("09 00:00", False, "exception", "National Day"),
        ("09 08:30", False, "closed", ""),
        ("09 10:00", True, "open", ""),
        ("10 14:00", False, "paused", "customer"),
        ("10 17:30", True, "open", ""),
        ("11 00:00", False, "closed", ""),
        ("11 08:30", False, "closed", "Make-up day"),
        ("11 09:00", True, "open", "Make-up day"),
    ]

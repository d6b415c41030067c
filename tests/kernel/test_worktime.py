"""Business time against laws and a slow oracle that asks the wall clock of every minute."""

import os
import random
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from service_center.kernel import deadlines, worktime
from service_center.kernel.worktime import DAYS, BadCalendar, Calendar, NeverOpen, Span, parse_calendar
from tests.kernel.oracle import (
    DUTY_LUNCH,
    MINUTE,
    MOVES,
    SLOW,
    calendars,
    local,
    oracle,
    random_windows,
)

ROUNDS = int(os.environ.get("ORACLE_ROUNDS", "24"))


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


@pytest.mark.req("GEN-15")
@pytest.mark.parametrize("block", [worktime.STRIDE, worktime.DAY])
@pytest.mark.parametrize("zone", sorted(MOVES))
def test_no_difference_from_the_oracle(zone: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """About 8,500 questions a zone, 100,000 in all, around the days on which the zone moves its clocks.

    Again with blocks of one day, so that every midnight is a seam between two of them.
    """
    monkeypatch.setattr(worktime, "STRIDE", block)
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

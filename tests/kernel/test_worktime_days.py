"""Working days, natural days, pauses and the explanation of a due time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_center.kernel import deadlines
from service_center.kernel.worktime import DAYS, Calendar, Span, parse_calendar
from tests.kernel.oracle import (
    DUTY_LUNCH,
    MINUTE,
    PLAN,
    SHANGHAI,
    SLOW,
    calendars,
    local,
    oracle,
)

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

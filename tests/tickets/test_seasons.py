"""The rhythm of calls: in order, within the days asked for, denser in summer and in a bad week."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from tickets.demo import seasons

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
CALLS = [seasons.rhythm(NOW, 730)(turn / 5000) for turn in range(5000)]


def test_calls_come_in_order_within_the_days_and_by_day() -> None:
    assert sorted(CALLS) == CALLS
    assert NOW - timedelta(days=731) < CALLS[0] <= CALLS[-1] <= NOW
    assert {8 <= call.astimezone(seasons.ZONE).hour <= 20 for call in CALLS} == {True}


def test_summers_are_busy_and_weekends_quiet() -> None:
    months = Counter(call.month for call in CALLS)
    assert months[7] > 2 * months[2]
    weekdays = Counter(call.astimezone(seasons.ZONE).weekday() for call in CALLS)
    assert weekdays[6] < 0.8 * weekdays[1]


def test_a_bad_week_has_more_calls_than_the_week_before() -> None:
    weeks = Counter((NOW - call) // timedelta(weeks=1) for call in CALLS)
    assert weeks[3] > 1.5 * weeks[4]
    assert seasons.bad_week(NOW - timedelta(weeks=3, days=2), NOW)
    assert not seasons.bad_week(NOW - timedelta(weeks=2, days=2), NOW)


def test_today_has_no_call_of_the_future() -> None:
    early = datetime(2026, 7, 8, 0, 10, tzinfo=UTC)  # ten past eight in the morning
    calls = [seasons.rhythm(early, 30)(turn / 999) for turn in range(1000)]
    assert max(calls) <= early


def test_doors_are_rung_at_by_day_whatever_zone_the_asker_thinks_in() -> None:
    night = datetime(2026, 3, 4, 23, 40, tzinfo=seasons.ZONE)
    for asked in (night, night.astimezone(UTC)):
        assert seasons.visiting(asked).astimezone(seasons.ZONE) == datetime(
            2026, 3, 5, 9, 10, tzinfo=seasons.ZONE
        )
    noon = datetime(2026, 3, 4, 12, 0, tzinfo=seasons.ZONE)
    assert seasons.visiting(noon) == noon == seasons.waking(noon)

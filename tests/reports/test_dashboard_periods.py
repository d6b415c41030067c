"""Periods, what they are compared with, and their figures: each equal to the figure read by itself."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_center.kernel import commands
from service_center.reports.queries import figures, periods, totals
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.periods import Choice, Period, Span, Step
from service_center.reports.queries.scope import Scope, midnight
from staff.models import Team

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 31, 12, 5, tzinfo=SHANGHAI)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, 5, tzinfo=SHANGHAI)


# -- which days -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "first", "before_first", "before_end"),
    [
        (Choice.TODAY, date(2026, 3, 31), date(2026, 3, 30), noon(2026, 3, 30)),
        (Choice.WEEK, date(2026, 3, 30), date(2026, 3, 23), noon(2026, 3, 24)),
        (Choice.MONTH, date(2026, 3, 1), date(2026, 2, 1), noon(2026, 2, 28)),
        (Choice.QUARTER, date(2026, 1, 1), date(2025, 10, 1), noon(2025, 12, 31)),
        (Choice.YEAR, date(2026, 1, 1), date(2025, 1, 1), noon(2025, 3, 31)),
        (Choice.LAST30, date(2026, 3, 2), date(2026, 1, 31), noon(2026, 3, 1)),
    ],
)
def test_a_running_period_ends_today_and_is_compared_up_to_the_same_hour(
    choice: Choice, first: date, before_first: date, before_end: datetime
) -> None:
    period = periods.running(choice, now=NOON)
    assert (period.first, period.last) == (first, date(2026, 3, 31))
    assert period.span.until == midnight(date(2026, 4, 1))
    assert period.before == Span(midnight(before_first), before_end)


def test_days_of_ones_own_are_compared_with_as_many_before() -> None:
    past = periods.own(date(2026, 3, 10), date(2026, 3, 12), now=NOON)
    assert past.before == Span(midnight(date(2026, 3, 7)), midnight(date(2026, 3, 10)))
    running = periods.own(date(2026, 3, 30), date(2026, 3, 31), now=NOON)
    assert running.before.until == datetime(2026, 3, 29, 12, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"period": "own"},
        {"period": "century"},
        {"since": "2026-03-10"},
        {"since": "2026-03-12", "until": "2026-03-10"},
        {"since": "2026-03-12", "until": "2026-04-01"},
        {"since": "1990-01-01", "until": "2026-03-10"},
        {"since": "0001-01-01", "until": "0001-01-02"},
        {"since": "\x00", "until": "ab"},
    ],
)
def test_what_makes_no_sense_shows_the_usual_thirty_days(asked: dict[str, str]) -> None:
    assert periods.chosen(asked, now=NOON) == periods.running(Choice.LAST30, now=NOON)


def test_the_day_begins_where_the_company_is() -> None:
    just_after_midnight = datetime(2026, 3, 31, 16, 1, tzinfo=UTC)
    assert periods.running(Choice.TODAY, now=just_after_midnight).first == date(2026, 4, 1)


@given(
    first=st.dates(date(2020, 1, 1), date(2026, 3, 31)),
    length=st.integers(0, periods.LONGEST - 1),
)
def test_points_follow_each_other_and_cover_the_period(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), date(2026, 3, 31))
    period = periods.own(first, last, now=NOON)
    points = period.points()
    assert points[0].since <= period.span.since
    assert points[-1].until == period.span.until
    assert all(a.until == b.since for a, b in itertools.pairwise(points))
    assert 2 <= len(points) <= 46
    if period.step == Step.MONTH:
        assert all(point.first.day == 1 for point in points[1:])
    if period.step == Step.WEEK:
        assert all(point.first.weekday() == 0 for point in points[1:])
    assert period.before.until <= period.span.since


# -- their figures ----------------------------------------------------------------------------------------------------


def spans_of(period: Period) -> list[Span]:
    return [period.span, period.before, *period.points()]


def differences(scope: Scope, spans: list[Span], whole: int) -> dict[Any, Any]:
    """Where the sums of many spans at once differ from the figure read for one span by itself."""
    now = commands.now()
    found = totals.totals(scope, spans, whole=whole)
    assert set(found) == set(CATALOGUE)
    wrong = {}
    for code, kind in CATALOGUE.items():
        for number, span in enumerate(spans):
            alone = figures.read(kind, scope.within(span.since, span.until), now=now)
            sums = found[code][number]
            if sums is None:
                assert number >= whole
                assert not kind.measure(scope).when
                assert not kind.now
                continue
            here = figures.reading(kind, sums, now=now)
            if here != alone:
                wrong[code, number] = (here, alone)
    return wrong


@pytest.mark.django_db
@pytest.mark.req("KPI-01", "KPI-04")
@pytest.mark.parametrize("choice", [Choice.TODAY, Choice.WEEK, Choice.LAST30])
def test_sums_of_many_spans_equal_each_figure_by_itself(busy: SimpleNamespace, choice: Choice) -> None:
    period = periods.running(choice, now=commands.now())
    scope = Scope(busy.manager.user, period.span.since, period.span.until)
    assert differences(scope, spans_of(period), 2) == {}


@pytest.mark.django_db
def test_sums_keep_to_branch_line_team_and_reader(busy: SimpleNamespace) -> None:
    period = periods.running(Choice.WEEK, now=commands.now())
    spans = [period.span, period.before]
    engineer = busy.engineer
    team = engineer.team or Team.objects.filter(branch=engineer.branch).first()
    line = engineer.assigned_tickets.exclude(product_line=None).first().product_line
    everything = Scope(busy.manager.user, period.span.since, period.span.until)
    narrowed = [
        Scope(busy.supervisor2.user, everything.since, everything.until),
        Scope(busy.manager.user, everything.since, everything.until, branch_id=busy.supervisor.branch_id),
        Scope(busy.manager.user, everything.since, everything.until, line_id=line.pk),
        Scope(busy.manager.user, everything.since, everything.until, team_id=team.pk),
        Scope(busy.manager.user, everything.since, everything.until, person_id=engineer.pk),
    ]
    whole = totals.totals(everything, spans, whole=2)
    for scope in narrowed:
        assert differences(scope, spans, 2) == {}
        here = totals.totals(scope, spans, whole=2)
        assert here != whole, "the narrowing leaves everything as it was"


@pytest.mark.django_db
def test_many_spans_cost_two_queries(busy: SimpleNamespace, query_count: Any) -> None:
    period = periods.running(Choice.LAST30, now=commands.now())
    scope = Scope(busy.manager.user, period.span.since, period.span.until)
    for spans, whole in ((spans_of(period), 2), ([period.span], 1)):
        totals.totals(scope, spans, whole=whole)  # from now on the connection knows the statement
        asked = query_count(partial(totals.totals, scope, spans, whole=whole))
        assert asked == 2 + 1, "the third puts settings back, because a test is a transaction that goes on"

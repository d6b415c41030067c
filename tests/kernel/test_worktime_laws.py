"""The laws of business time, each in three thousand cases: any calendar, any zone, any instant to the microsecond."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_center.kernel import deadlines
from service_center.kernel.worktime import DAYS, MICROSECOND, Calendar, Span, parse_calendar
from tests.kernel.seconds_cases import MOVES, windows

ZERO = timedelta()
MANY = settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
seeds = st.integers(0, 2**40)
durations = st.integers(0, 12 * 86_400 * 10**6).map(lambda us: us * MICROSECOND)


def scene(seed: int) -> tuple[Calendar, datetime]:
    """A calendar that opens every week, and an instant near one of its zone's moves."""
    dice = random.Random(seed)
    zone = dice.choice(sorted(MOVES))
    day = date.fromisoformat(dice.choice(MOVES[zone]))
    weekly = {name: windows(dice) for name in dice.sample(DAYS, dice.randint(2, 7))}
    near = [(day + timedelta(days=dice.randint(-3, 6))).isoformat() for _ in range(3)]
    plan = {
        "zone": zone,
        "weekly": weekly,
        "exceptions": {on: windows(dice) if dice.random() < 0.5 else [] for on in near},
    }
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return parse_calendar(plan), noon + dice.randint(-3 * 86_400 * 10**6, 10**11) * MICROSECOND


@pytest.mark.req("GEN-15")
@MANY
@given(seeds, durations, durations)
def test_the_primitives_keep_their_laws(seed: int, x: timedelta, y: timedelta) -> None:
    calendar, s = scene(seed)
    between, after, before = calendar.between, calendar.after, calendar.before
    assert between(s, s + x) + between(s + x, s + x + y) == between(s, s + x + y)
    assert ZERO <= between(s, s + x) <= x
    x, y = x / 20, y / 20
    assert after(s, ZERO) == s == before(s, ZERO)
    assert between(s, after(s, x)) == x == between(before(s, x), s)
    assert after(s, x) <= after(s, x + y)
    assert after(s, x) <= after(s + y, x)
    if x:
        assert after(after(s, x), y) == after(s, x + y)
        assert before(before(s, x), y) == before(s, x + y)
        assert between(s, after(s, x) - MICROSECOND) < x
        assert between(before(s, x) + MICROSECOND, s) < x


@pytest.mark.req("GEN-15")
@MANY
@given(
    seeds,
    durations,
    st.lists(st.tuples(st.integers(-50_000, 400_000), st.none() | st.integers(0, 300_000)), max_size=4),
)
def test_pauses_keep_their_laws(seed: int, x: timedelta, raw: list[tuple[int, int | None]]) -> None:
    calendar, s = scene(seed)
    pauses = [
        Span(s + timedelta(seconds=a), None if n is None else s + timedelta(seconds=a + n)) for a, n in raw
    ]
    target, now = x / 20, s + x
    used = deadlines.consumed(calendar, s, now, pauses)
    assert used <= calendar.between(s, now)
    assert used == deadlines.consumed(calendar, s, now, [*reversed(pauses), *pauses])
    due = deadlines.due(calendar, s, target, pauses)
    assert (due is None) <= any(end is None for _, end in pauses)
    if due is not None:
        assert due >= calendar.after(s, target)
        assert deadlines.consumed(calendar, s, due, pauses) == target
        if target:
            assert deadlines.consumed(calendar, s, due - MICROSECOND, pauses) < target
    else:
        assert deadlines.consumed(calendar, s, s + timedelta(days=60), pauses) < target
    lines = deadlines.explain(calendar, s, now, [(span, "part") for span in pauses]) if x else []
    assert sum((line.end - line.start for line in lines if line.counted), ZERO) == used


@MANY
@given(seeds, durations, st.integers(1, 9))
def test_one_cut_or_many_is_the_same(seed: int, x: timedelta, cuts: int) -> None:
    calendar, s = scene(seed)
    dice = random.Random(seed)
    edges = [s, *sorted(s + x * dice.random() for _ in range(cuts)), s + x]
    parts = [calendar.between(a, b) for a, b in pairwise(edges)]
    assert sum(parts, ZERO) == calendar.between(s, s + x)

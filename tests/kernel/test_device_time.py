"""What a device says about time, put right: pure rules, no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_center.kernel.device_time import Told, put_right

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOLERANCE = timedelta(seconds=120)
YEARS = timedelta(days=365 * 8)
offsets = st.timedeltas(-YEARS, YEARS)
ages = st.timedeltas(timedelta(0), timedelta(days=30))


@given(offset=offsets, age=ages)
def test_two_instants_of_one_clock_give_the_true_one_back(offset: timedelta, age: timedelta) -> None:
    """However wrong the clock: what it showed then and what it shows now are as far apart as the truth."""
    told = put_right(NOW - age + offset, device_time=NOW + offset, now=NOW)
    assert told == Told(NOW - age, NOW, offset)


@given(age=ages)
def test_without_a_measured_offset_the_word_stands(age: timedelta) -> None:
    assert put_right(NOW - age, device_time=None, now=NOW) == Told(NOW - age, NOW, None)


@given(offset=offsets)
def test_nothing_told_is_now(offset: timedelta) -> None:
    assert put_right(None, device_time=NOW + offset, now=NOW) == Told(NOW, NOW, offset)


@given(offset=offsets, age=ages)
def test_trust_is_a_right_clock_or_a_word_as_good_as_now(offset: timedelta, age: timedelta) -> None:
    told = put_right(NOW - age + offset, device_time=NOW + offset, now=NOW)
    assert told.trusted(TOLERANCE) == (abs(offset) <= TOLERANCE or age <= TOLERANCE)
    assert Told(NOW - age, NOW).trusted(TOLERANCE) == (age <= TOLERANCE)


@pytest.mark.parametrize(("seconds", "trusted"), [(120, True), (120.001, False), (-120, True), (-121, False)])
def test_tolerance_includes_its_edge(seconds: float, trusted: bool) -> None:
    offset = timedelta(seconds=seconds)
    told = put_right(NOW - timedelta(hours=3) + offset, device_time=NOW + offset, now=NOW)
    assert (told.trusted(TOLERANCE), told.offset_s) == (trusted, seconds)


@pytest.mark.parametrize(
    ("told", "device", "far"),
    [
        (datetime.max.replace(tzinfo=UTC), NOW - YEARS, NOW + 100 * YEARS),
        (datetime.min.replace(tzinfo=UTC), NOW + YEARS, NOW - 100 * YEARS),
    ],
)
def test_beyond_the_calendar_is_absurd_and_not_an_error(
    told: datetime, device: datetime, far: datetime
) -> None:
    put = put_right(told, device_time=device, now=NOW)
    assert put.at > far if far > NOW else put.at < far

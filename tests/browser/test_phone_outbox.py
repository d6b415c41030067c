"""Whole visits on a phone whose network, tab and browser are killed in the middle: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.phones import Line, Phone
from tests.browser.visits import Day, dispatched, lost_and_doubled
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def line(site: str) -> Iterator[Line]:
    made = Line(site)
    yield made
    made.close()


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path, line: Line) -> Iterator[Phone]:
    made = Phone(playwright, tmp_path / "profile", line.url, "engineer")
    yield made
    made.kill()


def test_visits_survive_cuts_and_kills(phone: Phone, line: Line, request: pytest.FixtureRequest) -> None:
    """`--visits 200` for the whole proof; the suite plays a few."""
    number, seed = request.config.getoption("--visits"), request.config.getoption("--visits-seed")
    day = Day(phone, line, seed)
    visits = []
    for ticket in dispatched(number):
        visits.append(day.begin(ticket))
        day.go(visits[-1])
    day.end()
    steps = sum(len(visit.saved) for visit in visits)
    print(
        f"\n{number} visits, {steps} steps, {phone.kills} kills, {line.breaks} breaks of the line: {day.met}"
    )
    assert lost_and_doubled(visits) == ([], [])
    numbers = [visit.number for visit in visits]
    assert set(Ticket.objects.filter(number__in=numbers).values_list("status", flat=True)) == {"handled"}
    assert all(ticket.reports.get().content_hash for ticket in Ticket.objects.filter(number__in=numbers))

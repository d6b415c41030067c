"""The wall board: what presses just now, by branch, team, person and clause; for those it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_center.kernel import alarms, commands, sweep
from service_center.kernel.models import Alarm
from service_center.reports.queries import wall as walls
from staff.models import Branch, Person
from tests.tickets.conftest import *  # noqa: F403 - the story and its people
from tests.tickets.conftest import Story, hours

pytestmark = pytest.mark.django_db


def settle() -> None:
    sweep.fire_due()
    while sweep.subscriptions.sweep():
        pass


@pytest.fixture
def pressing(story: Story, supervisor: Person) -> Story:
    """A ticket broken since an hour, one at risk, one that waits."""
    for age in (5, 3.5):
        with commands.as_of(datetime.now(UTC) - timedelta(hours=age)):
            story.registered()
    with commands.as_of(hours(-1)):
        waiting = story.in_handling()
    story.on_hold(waiting)
    settle()
    return story


@pytest.mark.req("SLA-22", "KPI-12")
def test_wall_counts_what_is_broken_at_risk_and_paused(
    pressing: Story, supervisor: Person, web: Callable[..., Any]
) -> None:
    board = walls.look(supervisor.user)
    kinds = {(line.label, line.standing) for line in board.lines}
    assert ("响应", "late") in kinds and ("响应", "risk") in kinds
    assert board.totals["late"] >= 1 and board.totals["risk"] >= 1 and board.totals["paused"] >= 1
    for panel in ("branch", "team", "person", "clause"):
        rows = board.panels[panel]
        assert sum(row.late for row in rows) == board.totals["late"], panel
        assert sum(row.paused for row in rows) == board.totals["paused"], panel
    assert [row.name for row in board.panels["branch"]] == ["杭州"]
    page = web(supervisor).get("/wall/").content.decode()
    assert "时限墙" in page and 'class="wall-number"' in page and "003 3.1" in page


@pytest.mark.req("SLA-22", "KPI-12")
def test_wall_is_refused_to_engineers_and_shows_strangers_nothing(
    pressing: Story, web: Callable[..., Any], sh: Branch, person: Callable[..., Person]
) -> None:
    assert web(pressing.engineer).get("/wall/").status_code == 403
    far = person("supervisor", branch=sh)
    assert walls.look(far.user).totals == {"late": 0, "risk": 0, "paused": 0}
    assert "没有超时" in web(far).get("/wall/").content.decode()
    assert walls.look(pressing.manager.user).totals["late"] >= 1


def test_wall_asked_again_answers_204_while_nothing_changed(
    pressing: Story, supervisor: Person, web: Callable[..., Any]
) -> None:
    client = web(supervisor)
    page = client.get("/wall/").content.decode()
    seen = page.split("?seen=")[1].split('"')[0]
    assert client.get(f"/wall/?seen={seen}", headers={"hx-request": "true"}).status_code == 204
    due = Alarm.objects.filter(rung="due", clock__kind="response").latest("pk")
    commands.run(alarms.acknowledge, due, actor=supervisor.user)
    again = client.get(f"/wall/?seen={seen}", headers={"hx-request": "true"})
    assert again.status_code == 200 and "<!doctype" not in again.content.decode()


def test_wall_costs_the_same_queries_for_three_tickets_and_for_nine(
    pressing: Story, supervisor: Person, web: Callable[..., Any], query_count: Callable[..., int]
) -> None:
    client = web(supervisor)
    client.get("/wall/")
    few = query_count(lambda: client.get("/wall/"))
    with commands.as_of(hours(-6)):
        for _ in range(6):
            pressing.registered()
    settle()
    assert query_count(lambda: client.get("/wall/")) == few <= 14

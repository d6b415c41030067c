"""The dashboard while work goes on: kept up to date block by block, at the same cost whatever there is, honest when empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from service_center.kernel import commands
from service_center.reports.queries import compared, periods
from service_center.reports.queries.scope import Scope
from staff.models import Person
from tests.reports.test_dashboard import page
from tests.tickets.conftest import Story

pytestmark = pytest.mark.django_db


def test_open_tickets_at_the_beginning_follow_from_who_came_and_went(story: Story) -> None:
    story.closed()
    for _ in range(3):
        story.registered()
    now = commands.now()
    period = periods.running(periods.Choice.TODAY, now=now)
    scope = Scope(story.manager.user, period.span.since, period.span.until)
    shown = compared.read(scope, period, now=now).compared("tickets.open")
    assert (shown.reading.value, shown.trend[-1]) == (3, 3)
    assert shown.change is not None
    assert shown.change.before == "期初 0"


def test_no_data_is_told_and_never_nought(manager: Person, web: Callable[..., Client]) -> None:
    answer = page(web(manager))
    text, board = answer.content.decode(), answer.context["board"]
    for tile in [*board.key_tiles, *board.more_tiles]:
        if tile.shown.reading.figure.unit != "count":
            assert (tile.code, tile.shown.text) == (tile.code, "暂无数据")
            assert (tile.shown.met, tile.shown.change, tile.shown.small) == (None, None, False)
    assert not re.search(r"(?<![\d.])0%", text)
    assert all(chart.empty for chart in board.charts)
    assert text.count("期间内没有数据") == len(board.charts)
    assert web(manager).get("/dashboard/?format=pdf").content.startswith(b"%PDF-")


def test_the_page_asks_for_changes_and_gets_only_what_changed(
    story: Story, web: Callable[..., Client]
) -> None:
    story.registered()
    browser = web(story.manager)
    text = page(browser, "?period=week").content.decode()
    poll = re.search(r'hx-get="(/dashboard/live/[^"]+)" hx-trigger="every 10s"', text)
    assert poll is not None
    url = unescape(poll.group(1))
    assert browser.get(url).status_code == 204
    story.registered()
    changed = browser.get(url)
    assert changed.status_code == 200
    blocks = set(re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob="true"', changed.content.decode()))
    assert blocks == {"tile-tickets-open", "chart-flow", "chart-states", "chart-ages", "chart-load", "more"}
    assert "<html" not in changed.content.decode()
    renewed = re.search(r'hx-get="(/dashboard/live/[^"]+)"', changed.content.decode())
    assert renewed is not None
    assert browser.get(unescape(renewed.group(1))).status_code == 204
    broken = browser.get("/dashboard/live/?period=week&seen=nonsense")
    assert broken.status_code == 200
    assert "tile-sla-response" in broken.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/",
        "/dashboard/?period=year&branch=HZ",
        "/dashboard/live/?seen=x",
        "/reports/sla.response/",
        "/reports/tickets.open/?cut=engineer&key=engineer",
    ],
)
def test_a_page_costs_at_most_twelve_queries_whatever_there_is(
    story: Story, web: Callable[..., Client], query_count: Callable[[Callable[[], Any]], int], path: str
) -> None:
    browser = web(story.manager)
    story.closed()
    browser.get(path)
    one = query_count(lambda: browser.get(path))
    for _ in range(2):
        story.closed()
        story.registered()
    assert query_count(lambda: browser.get(path)) == one <= 12

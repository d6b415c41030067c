"""A search finds the same tickets whether few or many hold its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from service_center.kernel import sweep
from tests.tickets.conftest import Story
from tickets.models import Ticket
from tickets.queries import search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("few", [-1, 0, 1, search.FEW])
def test_what_is_looked_up_and_what_is_walked_through_is_the_same(
    story: Story, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    tickets = [story.registered(), story.registered()]
    sweep.subscriptions.sweep()
    for text, wanted in (
        (tickets[0].number, [tickets[0].pk]),
        (tickets[0].customer.name, [ticket.pk for ticket in tickets]),
        ("龘靐", []),
    ):
        found = search.matching(Ticket.objects.order_by("pk"), text)
        assert [ticket.pk for ticket in found] == wanted, text


def test_words_that_are_none_find_nothing(story: Story) -> None:
    story.registered()
    sweep.subscriptions.sweep()
    assert not search.matching(Ticket.objects.all(), "--").exists()


@pytest.mark.parametrize(
    "path",
    [
        "tickets/?status=closed&status=cancelled",
        "complaints/?status=closed&status=graded",
        "follow-ups/?status=completed&status=refused",
        "rectifications/?status=open&status=done",
    ],
)
def test_a_list_of_some_states_sorts_no_more_rows_than_it_shows(
    story: Story, api: Callable[..., Any], path: str
) -> None:
    """DISTINCT would make PostgreSQL compare every column of every row before the first is shown."""
    door = api(story.manager)
    with CaptureQueriesContext(connection) as asked:
        assert door.get(path).status_code == 200
    told = [query["sql"] for query in asked.captured_queries]
    assert [sql for sql in told if " IN (" in sql or '"status" = ' in sql]
    assert not [sql for sql in told if "SELECT DISTINCT " in sql]

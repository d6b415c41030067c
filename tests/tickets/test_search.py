"""A search finds the same tickets whether few or many hold its words."""

from __future__ import annotations

import pytest

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

"""What stands in a mailed dashboard: the page's figures in the subscriber's language, and nobody's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from customers.models import Customer
from service_center.kernel.models import Message
from service_center.reports.states import Rhythm
from staff.models import Branch, Person
from tests.reports.test_dashboard_letters import make_due, subscribed, work

pytestmark = pytest.mark.django_db


def lines(message: Message) -> dict[str, str]:
    """Name -> the rest of the line, of each figure in the letter."""
    found = {}
    for line in message.text.splitlines():
        name, _gap, rest = line.partition("  ")
        found[name] = rest.strip()
    return found


@pytest.mark.parametrize("rhythm", Rhythm.values)
def test_the_letter_says_what_the_page_says_and_names_nobody(
    busy: SimpleNamespace, web: Callable[..., Client], rhythm: str
) -> None:
    busy.manager.email = "shen@company.example"
    busy.manager.save(update_fields=["email"])
    branch = Branch.objects.get(code="HZ")
    make_due(subscribed(busy.manager, rhythm=rhythm, branch=branch))
    work()
    message = Message.objects.get(template="dashboard.letter")
    told = lines(message)
    page = re.search(r"http://[^/]+(/dashboard/\?\S+)", message.text)
    assert page is not None
    board = web(busy.manager).get(page.group(1)).context["board"]
    for tile in [*board.tiles, *board.more_tiles]:
        shown = tile.shown
        line = told[str(shown.reading.figure.name)]
        assert line.startswith(shown.text), line
        if shown.change is not None:
            assert f"{shown.change.text}（{shown.change.before}）" in line
        if shown.target is not None:
            assert shown.target_text in line.rpartition("  ")[2]
    names = {
        *Customer.objects.values_list("name", flat=True),
        *Person.objects.values_list("name", flat=True),
        *Person.objects.values_list("user__username", flat=True),
    }
    said = message.text.replace(page.group(0), "") + message.title
    assert not [name for name in names if name in said]
    assert not re.search(r"1[3-9]\d{9}|@|T-\d{4}-", said)


def test_the_letter_speaks_the_subscribers_language_and_keeps_to_what_one_may_see(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    busy.supervisor2.email = "sh@company.example"
    busy.supervisor2.save(update_fields=["email"])
    make_due(subscribed(busy.supervisor2, language="en"))
    work()
    message = Message.objects.get(template="dashboard.letter")
    told = lines(message)
    browser = web(busy.supervisor2)
    mine = browser.get("/dashboard/").context["board"].now_tiles[0].shown.text
    assert told["Open tickets"].startswith(mine)
    assert "未结工单" not in message.text
    whole = web(busy.manager).get("/dashboard/").context["board"].now_tiles[0].shown.text
    assert mine != whole

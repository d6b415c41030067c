"""Lists leave as files: what the filters show, for those with the right, noted, and nothing in them computes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from complaints import actions as complaints
from service_center.kernel import commands
from service_center.kernel.models import Event
from staff.models import Person
from surveys.models import FollowUp
from tests.complaints.conftest import SAID
from tests.surveys.conftest import deliver
from tests.tickets.conftest import Story, hours
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

Web = Callable[..., Any]
EVIL = '=HYPERLINK("http://evil.example","x")'
LISTS = ["/tickets/", "/complaints/", "/follow-ups/", "/parts/", "/reports/tickets.reported/"]


def sheet(answer: Any) -> list[Any]:
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    active = load_workbook(io.BytesIO(answer.content)).active
    assert active is not None
    return [list(row) for row in active.iter_rows(min_row=2)]


@pytest.fixture
def filled(story: Story, part: Any, supervisor: Person) -> Story:
    """One row on each list, with a formula where a person typed."""
    verified = story.verified(subject=EVIL, reported_at=hours(-1))
    ended = story.closed(story.in_handling(story.dispatched(story.classified(verified))))
    said = SAID | {
        "content": EVIL,
        "customer": story.unit.customer,
        "ticket": Ticket.objects.get(pk=ended.pk),
    }
    commands.run(complaints.register, actor=story.agent.user, **said)
    deliver()
    FollowUp.objects.update(missing=EVIL)
    type(part).objects.update(name_zh=EVIL, name_en=EVIL)
    return story


@pytest.mark.req("SEC-09", "DIG-05")
@pytest.mark.parametrize("path", LISTS)
def test_a_list_leaves_as_text_with_a_fact_in_the_journal(
    path: str, filled: Story, supervisor: Person, web: Web
) -> None:
    browser = web(supervisor)
    asked = "?corner=all&" if path in {"/tickets/", "/complaints/"} else "?"
    assert "format=xlsx" in browser.get(path + asked).content.decode()
    rows = sheet(browser.get(f"{path}{asked}format=xlsx"))
    assert len(rows) == 1
    typed = [cell for cell in rows[0] if isinstance(cell.value, str) and "HYPERLINK" in cell.value]
    assert typed
    assert {(cell.data_type, cell.value[:2]) for cell in typed} == {("s", "'=")}
    plain = b"".join(browser.get(f"{path}{asked}format=csv").streaming_content).decode()
    assert "'=HYPERLINK" in plain
    assert ",=HYPERLINK" not in plain
    assert "13800138000" not in plain
    facts = Event.objects.filter(name="data.exported")
    assert [(fact.actor, fact.data["count"]) for fact in facts] == [(supervisor.user, 1)] * 2


@pytest.mark.req("SEC-09", "DIG-05", "SEC-01")
@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_refused_to_those_without_the_right(
    path: str, filled: Story, person: Callable[..., Person], web: Web, client: Any
) -> None:
    for role in ("agent", "engineer", "storekeeper"):
        browser = web(person(role))
        assert browser.get(f"{path}?format=xlsx").status_code == 403
        assert browser.get(f"{path}?format=csv").status_code == 403
        assert b"format=xlsx" not in browser.get(path).content
    assert client.get(f"{path}?format=csv").status_code == 302
    assert not Event.objects.filter(name="data.exported").exists()


def test_the_file_holds_what_the_filters_show(filled: Story, supervisor: Person, web: Web) -> None:
    other = filled.registered(subject="漏水")
    deliver()
    browser = web(supervisor)

    def numbers(query: str) -> list[str]:
        return [row[0].value for row in sheet(browser.get(f"/tickets/?format=xlsx&{query}"))]

    assert numbers("") == [other.number]
    assert len(numbers("corner=all")) == 2
    assert numbers("corner=all&status=registered") == [other.number]
    assert numbers("corner=all&tier=urgent") == []
    assert numbers("corner=all&q=漏水") == [other.number]
    kept = Event.objects.filter(name="data.exported").latest("pk").data["filters"]
    assert kept == {"corner": "all"}, "free text could name a customer"
    assert len(sheet(browser.get("/complaints/?format=xlsx&corner=serious"))) == 0
    assert len(sheet(browser.get("/follow-ups/?format=xlsx&corner=done"))) == 0
    assert len(sheet(browser.get("/parts/?format=xlsx&q=nothing"))) == 0
    assert len(sheet(browser.get("/parts/?format=xlsx&below_reorder=1"))) == 0


def test_files_cost_the_same_for_one_and_for_three(
    filled: Story, supervisor: Person, web: Web, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    browser = web(supervisor)
    paths = [f"{path}?corner=all&format=xlsx" for path in LISTS]
    for path in paths:
        browser.get(path)
    one = [query_count(lambda path=path: browser.get(path)) for path in paths]
    for _ in range(2):
        ticket = filled.closed()
        said = SAID | {"customer": filled.unit.customer, "ticket": ticket}
        commands.run(complaints.register, actor=filled.agent.user, **said)
    deliver()
    assert [query_count(lambda path=path: browser.get(path)) for path in paths] == one

"""Every page of the product as each demo log-in reaches it by links: no server error, no dead link, no forbidden entry."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from complaints import actions as complaints
from customers.models import Unit
from parts.models import Part
from service_center.kernel import commands
from service_center.kernel.models import User
from service_center.kernel.web import menu
from staff.models import Person
from tests.journeys.conftest import company, morning
from tests.surveys.conftest import deliver
from tickets.actions import approvals, closing, dispatch, intake, part_lines, repair, triage, visits

__all__ = ["company", "morning"]
PAGES = 150
ROLES = (
    "agent", "agent2", "supervisor", "manager", "engineer", "expert", "trainer", "parts", "buyer", "storekeeper",
    "inspector", "accountant", "quality", "analyst", "director", "admin",
)  # fmt: skip
ELSEWHERE = ("/static/", "/healthz/", "/admin/", "/api/")


class Links(HTMLParser):
    """Addresses a reader of the page can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = {"href", "hx-get"} if tag == "a" else {"hx-get"}
        self.found += [value for name, value in attributes if name in names and value]


def links_of(page: str, address: str) -> list[str]:
    parser = Links()
    parser.feed(page)
    whole = (urldefrag(urljoin(address, link))[0] for link in parser.found)
    inside = (link for link in whole if not urlsplit(link).scheme)
    return [link for link in inside if link.startswith("/") and not link.startswith(ELSEWHERE)]


def kind_of(address: str) -> str:
    """Pages alike but for the row they show count as one kind: a few of each are enough."""
    path, _, query = address.partition("?")
    names = "&".join(sorted(re.sub(r"=(?!.*step).*", "", part) for part in query.split("&")))
    path = re.sub(r"/(?:[A-Z]+-[\w-]+|\d+)(?=/)", "/*", path)
    return f"{path}?{names}" if "step=" not in query else f"{path}?{query}"


def crawl(browser: Client, start: str) -> dict[str, int]:
    """Status of what is reached from the start, breadth first, at most two pages of a kind."""
    seen, kinds, answers = {start}, dict[str, int](), dict[str, int]()
    waiting = deque([start])
    while waiting and len(answers) < PAGES:
        address = waiting.popleft()
        response = browser.get(address)
        answers[address] = response.status_code
        if response.status_code in {301, 302}:
            targets = links_of(f'<a href="{response["Location"]}">', address)
        elif response.streaming or not response["Content-Type"].startswith("text/html"):
            continue
        else:
            targets = links_of(response.content.decode(), address)
        for link in targets:
            kind = kind_of(link)
            if link not in seen and kinds.get(kind, 0) < 2:
                seen.add(link)
                kinds[kind] = kinds.get(kind, 0) + 1
                waiting.append(link)
    return answers


def hours(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=number)


@pytest.fixture(scope="module")
def worked(morning: None, django_db_blocker: Any) -> None:
    """A day's work in the demo company, done once for the module (inside its transaction)."""
    with django_db_blocker.unblock():
        work()


@pytest.fixture
def tickets(worked: None, company: None) -> None:
    """The demo company after that day's work."""


def work() -> None:
    """Tickets in several states, a complaint, an approval that waits, calls and a survey."""
    people = {p.user.username: p for p in Person.objects.select_related("user")}
    agent, engineer, manager = (people[name].user for name in ("agent", "engineer", "manager"))
    unit = Unit.objects.filter(customer__branch__code="HZ").select_related("customer").order_by("pk")[0]

    def registered(**changes: Any) -> Any:
        body = {
            "channel": "phone", "customer": {"id": unit.customer_id}, "unit": {"id": unit.pk}, "subject": "不制冷",
            "description": "开机后不制冷", "demand": "repair",
        }  # fmt: skip
        return commands.run(intake.register, actor=agent, **(body | changes))

    def classified() -> Any:
        ticket = commands.run(triage.verify, registered(), confirmed=True, actor=agent).ticket
        words = {
            "nature": "fault", "product_line": unit.product_model.line, "tier": "general", "complexity": "simple",
            "service_category": "free", "mode": "onsite",
        }  # fmt: skip
        return commands.run(triage.classify, ticket, actor=agent, **words).ticket

    registered(promised_at=hours(20))
    asked = commands.run(approvals.ask_cancellation, registered(), reason="不修了", actor=agent)
    assert asked.pk
    answered = commands.run(triage.answer, registered(), text="长按复位键", actor=agent).ticket
    classified()
    given = commands.run(
        dispatch.assign, classified(), engineer=people["engineer"], expected_at=hours(30), actor=agent
    )
    commands.run(
        dispatch.assign, classified(), engineer=people["engineer"], expected_at=hours(50), actor=agent
    )
    ticket = commands.run(visits.arrive, given.ticket, actor=engineer).ticket
    commands.run(
        repair.diagnose,
        ticket,
        fault_class="device",
        fault_code="E1",
        cause="电容",
        plan="更换",
        actor=engineer,
    )
    commands.run(part_lines.add, ticket, part=Part.objects.get(code="P-1001"), quantity=1, actor=engineer)
    commands.run(closing.reopen, answered, reason="又坏了", actor=agent)
    commands.run(
        complaints.register, customer=unit.customer, ticket=ticket, channel="hotline", content="漏水", apology="抱歉",
        actor=manager,
    )  # fmt: skip
    commands.run(triage.answer, registered(), text="长按复位键", actor=agent)
    deliver()


@pytest.mark.parametrize("username", ROLES)
def test_every_link_leads_somewhere(username: str, tickets: None) -> None:
    user, browser = User.objects.get(username=username), Client()
    browser.force_login(user, backend="service_center.kernel.access.Backend")
    entries = {entry.url_name for entry in menu.entries_for(user)}
    for entry in menu._entries:
        answer = browser.get(reverse(entry.url_name))
        wanted = {200} if entry.url_name in entries else {200, 403, 404}
        assert (entry.url_name, answer.status_code in wanted) == (entry.url_name, True), answer.status_code
    answers = crawl(browser, "/")
    bad = {address: status for address, status in answers.items() if status not in {200, 204, 301, 302}}
    assert bad == {}
    assert len(answers) > 5


def test_the_crawl_is_english_for_an_english_reader(tickets: None) -> None:
    """The first pages of the manager in English hold Chinese only where people wrote it."""
    user, browser = User.objects.get(username="manager"), Client()
    browser.force_login(user, backend="service_center.kernel.access.Backend")
    browser.post(reverse("language"), {"language": "en"})
    for entry in menu.entries_for(user):
        answer = browser.get(reverse(entry.url_name))
        assert answer.status_code == 200
        assert (entry.url_name, '<html lang="en"' in answer.content.decode()) == (entry.url_name, True)

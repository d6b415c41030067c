"""The agent's desk by keyboard alone: a known caller's fault is a ticket within half a minute of typing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db.models import Count
from playwright.sync_api import Page, Request, expect

from customers.models import Customer
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

SECONDS_A_KEY = 0.2
KEYS_A_CHARACTER = 3  # two letters of pinyin and the choice
AT_MOST_S = 30


@dataclass
class Typist:
    """Types like a person, and counts: keys pressed, and the time the server took meanwhile."""

    page: Page
    keys: int = 0
    server_ms: float = 0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("requestfinished", self.note)

    def note(self, request: Request) -> None:
        if request.resource_type in {"document", "xhr", "fetch"}:
            timing = request.timing
            self.server_ms += max(timing["responseEnd"] - timing["requestStart"], 0)
            self.asked.append(request.url)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += sum(1 if letter.isascii() else KEYS_A_CHARACTER for letter in text)

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.keys += name.count("+") + 1

    @property
    def seconds(self) -> float:
        return self.keys * SECONDS_A_KEY + self.server_ms / 1000


def focused(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused()


@pytest.mark.req("TKT-01", "TKT-04")
def test_a_known_caller_is_logged_within_half_a_minute(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    agent.goto("/desk/")
    typist = Typist(agent)
    focused(agent, "#id_phone")
    typist.type("8000")
    typist.press("Enter")
    focused(agent, ".caller-file input[name=unit] >> nth=0")
    machine = agent.locator(".unit-choice", has_text="空调").locator("kbd").inner_text()
    typist.press(machine)
    focused(agent, "#id_symptom")
    typist.type("zl")
    expect(agent.locator("#id_symptom-list [aria-selected=true]")).to_have_text("制冷效果差")
    typist.press("Enter")
    focused(agent, "#id_subject")
    expect(agent.locator("#id_subject")).to_have_value("制冷效果差")
    typist.press("Enter")
    focused(agent, "#id_description")
    typist.type("开机半小时不凉，外机在转")
    typist.press("Tab", "ArrowDown", "Tab", "Tab", "2")
    expect(agent.locator("#id_promised_at")).not_to_have_value("")
    promised = agent.locator("#id_promised_at").input_value()
    typist.press("Control+Enter")
    agent.wait_for_url(re.compile(r"/tickets/T-"))
    agent.wait_for_load_state("networkidle")
    number = agent.url.rstrip("/").rsplit("/", 1)[-1]
    ticket = Ticket.objects.select_related("customer", "unit__product_model").get(number=number)
    assert (ticket.customer.name, ticket.unit.product_model.line_id) == ("王芳", "AC")
    assert (ticket.symptom, ticket.subject, ticket.channel) == ("制冷效果差", "制冷效果差", "phone")
    assert (ticket.description, ticket.demand) == ("开机半小时不凉，外机在转", "return")
    assert ticket.promised_at is not None
    agent.goto(f"/tickets/{number}/edit/")
    expect(agent.locator("#id_promised_at")).to_have_value(promised)
    assert typist.seconds <= AT_MOST_S, (typist.keys, typist.server_ms, typist.asked)


def test_one_machine_is_chosen_already(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    callers = Customer.objects.annotate(machines=Count("units")).filter(machines=1, branch__code="HZ")
    caller = callers.order_by("pk").first()
    assert caller is not None
    agent.goto(f"/desk/?customer={caller.pk}")
    expect(agent.locator(".caller-file input[name=unit]").first).to_be_checked()


@pytest.mark.refused
@pytest.mark.req("TKT-01", "TKT-04")
def test_enter_sends_nothing_unfinished(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    agent.goto("/desk/")
    before = Ticket.objects.count()
    agent.keyboard.type("8000")
    for _ in range(3):
        agent.keyboard.press("Enter")
    expect(agent.locator(".caller-file")).to_contain_text("王芳")
    assert agent.url.endswith("/desk/")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".invalid-feedback").first).to_be_visible()
    expect(agent.locator(".caller-file")).to_contain_text("王芳")
    assert Ticket.objects.count() == before


def test_a_stranger_gets_a_new_file_by_keyboard(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    agent.goto("/desk/")
    agent.keyboard.type("13712345678")
    agent.keyboard.press("Enter")
    focused(agent, "#id_name")
    agent.keyboard.type("赵新")
    agent.keyboard.press("Enter")
    focused(agent, "#id_province")


def test_the_input_method_keeps_its_keys(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    agent.goto("/desk/")
    agent.focus("#id_symptom")
    agent.keyboard.type("zl")
    expect(agent.locator("#id_symptom-list")).to_be_visible()
    composing = (
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true})"
    )
    went_on = agent.evaluate(f"document.getElementById('id_symptom').dispatchEvent({composing})")
    assert went_on is True
    expect(agent.locator("#id_symptom")).to_have_value("zl")
    focused(agent, "#id_symptom")

"""Everything a page can do is either taken back by something named, corrected by a new entry, or asks before it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import getclosurevars
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from complaints.web.steps import STEPS as COMPLAINT_STEPS
from parts.web.catalogue import STEPS as PART_STEPS
from parts.web.purchasing import STEPS as ORDER_STEPS
from service_center.kernel.web.questions import AGAIN, BACK, ELSEWHERE, NOTHING, QUESTIONS
from staff.web.people import STEPS as PERSON_STEPS
from surveys.web.pages import CALL_STEPS, CORRECTION_STEPS
from tickets.models import Ticket
from tickets.web.steps import STEPS as TICKET_STEPS

TEMPLATES = Path(__file__).parents[2] / "templates"
NOUNS = {
    "ticket-noun": [step.noun for step in TICKET_STEPS],
    "complaint-noun": [step.noun for step in COMPLAINT_STEPS],
    "person-noun": list(PERSON_STEPS),
    "part-noun": [step.noun for step in PART_STEPS],
    "purchase-order-noun": [step.noun for step in ORDER_STEPS],
    "follow-up-noun": [step.noun for step in CALL_STEPS],
    "rectification-noun": [step.noun for step in CORRECTION_STEPS],
}
"""Addresses that serve several steps."""
NOT_THE_DESK = re.compile(r"^(api/|s/|c/|phone|admin|static/|healthz)")
"""Interfaces, customers' links and the phone have ways of their own."""


def pages(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Name and view of every address of the desk."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and pattern.name and not NOT_THE_DESK.match(route):
            yield pattern.name, pattern.callback


def methods(view: Any) -> list[str]:
    """The methods that `require_http_methods` lets through to the view; POST for one that says nothing."""
    while view is not None:
        if told := getclosurevars(view).nonlocals.get("request_method_list"):
            return list(told)
        view = getattr(view, "__wrapped__", None)
    return ["POST"]


def forms() -> set[str]:
    """Names of the addresses that take a form."""
    return {name for name, view in pages(get_resolver().url_patterns) if "POST" in methods(view)}


def unspoken(names: set[str]) -> list[str]:
    """Keys of the table that are missing: what can be done without a question and without a way back."""
    keys = [
        key
        for name in names
        for key in ([f"{name}:{noun}" for noun in NOUNS[name]] if name in NOUNS else [name])
    ]
    return sorted(key for key in keys if key not in QUESTIONS and key not in BACK)


def test_every_form_asks_or_names_its_way_back() -> None:
    assert {"ticket-noun", "complaint-noun", "approval", "person-noun"} <= forms()
    assert {"tickets", "ticket", "dashboard"} & forms() == set()
    assert unspoken(forms()) == []


@pytest.mark.refused
def test_a_form_without_either_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(QUESTIONS, "ticket-noun:report")
    monkeypatch.delitem(BACK, "ticket-noun:assignment")
    assert unspoken(forms() | {"part-shredding"}) == [
        "part-shredding",
        "ticket-noun:assignment",
        "ticket-noun:report",
    ]


def test_every_way_back_is_a_form_itself() -> None:
    names = {name for name, _view in pages(get_resolver().url_patterns)}
    keys = names | {f"{name}:{noun}" for name, nouns in NOUNS.items() for noun in nouns}
    assert {way for way in BACK.values() if way not in {AGAIN, NOTHING, ELSEWHERE}} - keys == set()
    assert {key for key in (*QUESTIONS, *BACK) if key not in keys} == set()


def test_no_form_is_both() -> None:
    assert set(QUESTIONS) & set(BACK) == set()


def test_what_a_new_entry_corrects_leaves_the_ticket_where_it_is() -> None:
    """A step of a ticket that neither asks nor is undone only adds a record: the state machine has no target for it."""
    transitions = list(Ticket._meta.get_field("status").get_all_transitions(Ticket))
    like = {"report-preview": "signature"}
    moves = {t.custom["noun"] for t in transitions if t.custom.get("noun") and t.target is not None}
    adds = {key.split(":")[1] for key, way in BACK.items() if key.startswith("ticket-noun:") and way == AGAIN}
    assert adds == {
        "diagnosis", "consent", "part-lines", "time-entries", "report-preview", "signature", "contacts", "attachments",
        "escalation",
    }  # fmt: skip
    assert {like.get(noun, noun) for noun in adds} & moves == set()


def test_every_question_stands_in_the_form_of_its_page() -> None:
    texts = "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    asked = set(re.findall(r'{% asks "([\w-]+)"', texts))
    wanted = {key.split(":")[0] for key in QUESTIONS if not key.endswith("-import")}
    assert wanted - asked == set()
    assert "{% asks request.resolver_match.url_name %}" in (TEMPLATES / "kernel" / "import.html").read_text()


@pytest.mark.django_db
def test_the_dialog_of_the_questions_is_on_the_pages_of_the_desk(web: Any, person: Any) -> None:
    page = web(person("agent")).get("/desk/").content.decode()
    assert 'id="question"' in page

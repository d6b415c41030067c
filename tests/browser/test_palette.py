"""Hands on the keys: the command palette, the list of keys, and ready-made words for notes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.models import Customer
from service_center.kernel import commands
from staff.models import Person
from tests.browser.acting import register
from tickets.actions import phrases
from tickets.models import TextTemplate, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

Someone = Callable[..., Page]


def palette(page: Page, text: str = "") -> Locator:
    """Open the palette by its key and type; gives the choice that Enter would take, once the answer to all of it is here."""
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()
    page.keyboard.type(text)
    expect(page.locator("#palette-choices")).to_have_attribute("data-answers", text)
    return page.locator("#palette-choices [aria-selected=true]")


def test_a_page_is_reached_by_its_initials(someone: Someone) -> None:
    agent = someone("agent")
    expect(palette(agent, "kh")).to_contain_text("客户")
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/customers/")


def test_arrows_walk_and_escape_gives_the_page_back(someone: Someone) -> None:
    agent = someone("agent")
    agent.goto("/tickets/")
    agent.locator("#list-q").focus()
    marked = palette(agent)
    options = agent.locator("#palette-choices [role=option]:not([aria-disabled])")
    first, second = options.nth(0).inner_text(), options.nth(1).inner_text()
    assert marked.inner_text() == first
    agent.keyboard.press("ArrowDown")
    assert marked.inner_text() == second
    expect(agent.locator("#palette-q")).to_have_attribute(
        "aria-activedescendant", marked.get_attribute("id") or ""
    )
    agent.keyboard.press("ArrowUp")
    assert marked.inner_text() == first
    agent.keyboard.press("Escape")
    expect(agent.locator("#palette")).to_be_hidden()
    expect(agent.locator("#list-q")).to_be_focused()
    assert agent.url.endswith("/tickets/")


def test_a_step_of_the_open_ticket_is_taken_from_the_palette(site: str, someone: Someone) -> None:
    agent = someone("agent")
    number = register(agent, site)
    expect(palette(agent, "核实")).to_contain_text("核实问题")
    agent.keyboard.press("Enter")
    agent.wait_for_url(re.compile(rf"/tickets/{number}/\?step=verification"))


@pytest.mark.refused
def test_a_step_that_is_not_allowed_says_why_and_is_not_taken(site: str, someone: Someone) -> None:
    agent = someone("agent")
    number = register(agent, site)
    before = agent.url
    palette(agent, "告知")
    refused = agent.locator("#palette-choices [aria-disabled=true]").first
    expect(refused.locator("small")).not_to_be_empty()
    refused.click(force=True)
    expect(agent.locator("#palette")).to_be_visible()
    assert agent.url == before
    assert Ticket.objects.get(number=number).status == "registered"


def test_who_presses_enter_before_the_answer_gets_what_was_typed(someone: Someone) -> None:
    """Not what stood first in the list before."""
    agent = someone("agent")
    palette(agent)
    agent.keyboard.type("kh")
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/customers/")


def test_a_customer_is_found_by_four_digits(someone: Someone) -> None:
    agent = someone("agent")
    wang = Customer.objects.get(name="王芳", branch__code="HZ")
    expect(palette(agent, "8000")).to_contain_text("王芳")
    agent.keyboard.press("Enter")
    agent.wait_for_url(f"**/customers/{wang.pk}/")


def test_what_is_found_nowhere_is_searched_for(someone: Someone) -> None:
    agent = someone("agent")
    expect(palette(agent, "查无此物")).to_have_count(0)
    expect(agent.locator("#palette-choices [role=status]")).to_be_visible()
    agent.keyboard.press("Enter")
    agent.wait_for_url(re.compile(r"/search/\?q="))


def test_a_setting_is_switched_by_name(someone: Someone) -> None:
    agent = someone("agent")
    agent.goto("/tickets/")
    expect(palette(agent, "深浅色")).to_contain_text("切换深浅色")
    with agent.expect_navigation():
        agent.keyboard.press("Enter")
    expect(agent.locator("html")).to_have_attribute("data-bs-theme", "dark")


# -- the list of keys ---------------------------------------------------------------------------------------------------


def test_the_question_mark_lists_the_keys_that_work_here(site: str, someone: Someone) -> None:
    agent = someone("agent")
    register(agent, site)
    agent.keyboard.press("?")
    keys = agent.locator("#shortcuts")
    expect(keys.get_by_text("下一步", exact=True)).to_be_visible()
    expect(keys.get_by_text("选中或取消此行", exact=True)).to_be_hidden()
    agent.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    agent.goto("/tickets/")
    agent.keyboard.press("?")
    expect(keys.get_by_text("选中或取消此行", exact=True)).to_be_visible()
    expect(keys.get_by_text("下一步", exact=True)).to_be_hidden()


def test_every_key_of_the_list_that_goes_somewhere_gets_there(someone: Someone) -> None:
    agent = someone("agent")
    agent.goto("/notifications/")
    rows = agent.locator("#shortcuts [data-does=go]").evaluate_all(
        "rows => rows.map((row) => [row.dataset.keys, row.dataset.on])"
    )
    assert len(rows) >= 4
    for keys, address in rows:
        agent.keyboard.press("Escape")  # a page that begins with a field has the keys
        for key in keys.split(" "):
            agent.keyboard.press(key)
        agent.wait_for_url(f"**{address}")
        expect(agent.locator("#menu [aria-current=page]")).to_have_attribute("href", address)


def test_keys_of_a_ticket_press_what_they_name(site: str, someone: Someone) -> None:
    agent = someone("agent")
    number = register(agent, site)
    agent.keyboard.press(".")
    agent.wait_for_url(re.compile(rf"/tickets/{number}/\?step="))
    agent.goto(f"/tickets/{number}/")
    agent.keyboard.press("e")
    agent.wait_for_url(f"**/tickets/{number}/edit/")


@pytest.mark.refused
def test_in_a_field_letters_are_letters(site: str, someone: Someone) -> None:
    agent = someone("agent")
    number = register(agent, site)
    agent.goto(f"/tickets/{number}/edit/")
    agent.locator("#id_subject").fill("")
    agent.keyboard.type("g t ? . e")
    expect(agent.locator("#id_subject")).to_have_value("g t ? . e")
    expect(agent.locator("#shortcuts")).to_be_hidden()
    assert agent.url.endswith(f"/tickets/{number}/edit/")


# -- ready-made words ---------------------------------------------------------------------------------------------------


@pytest.fixture
def written(site: str, behind: Callable[[Callable[[], object]], object]) -> None:
    """Two ready-made notes, one of them with the customer's name in it."""
    behind(write_phrases)


def write_phrases() -> None:
    manager = Person.objects.get(user__username="manager")
    for code, name, body in (
        ("t-agreed", "已约上门", "已与{customer}约定，工单{number}。"),
        ("t-nobody", "无人接听", "电话无人接听，稍后再拨。"),
    ):
        if not TextTemplate.objects.filter(code=code).exists():
            commands.run(
                phrases.write_template, actor=manager.user,
                code=code, kind="note", name_zh=name, name_en=code, body_zh=body, body_en=code,
            )  # fmt: skip


def note_of(page: Page, site: str) -> tuple[str, Locator]:
    number = register(page, site)
    page.goto(f"/tickets/{number}/?step=contacts")
    note = page.locator("#step [name=note]")
    note.focus()
    return number, note


def test_a_semicolon_offers_words_and_puts_them_in_filled(site: str, someone: Someone, written: None) -> None:
    agent = someone("agent")
    number, note = note_of(agent, site)
    agent.keyboard.press(";")
    chosen = agent.locator("#phrases [aria-selected=true]")
    agent.keyboard.type("已约")
    expect(chosen).to_contain_text("已约上门")
    agent.keyboard.press("Enter")
    expect(note).to_have_value(f"已与王芳约定，工单{number}。")
    expect(note).to_be_focused()
    agent.keyboard.press("Control+z")
    expect(note).to_have_value("")


def test_words_are_offered_by_button_too(site: str, someone: Someone, written: None) -> None:
    agent = someone("agent")
    _number, note = note_of(agent, site)
    note.locator("xpath=following-sibling::button").first.click()
    agent.locator("#phrases [role=option]", has_text="无人接听").click()
    expect(note).to_have_value("电话无人接听，稍后再拨。")


@pytest.mark.refused
def test_a_semicolon_stays_one_where_nothing_is_chosen_or_a_word_goes_on(
    site: str, someone: Someone, written: None
) -> None:
    agent = someone("agent")
    _number, note = note_of(agent, site)
    agent.keyboard.press(";")
    expect(agent.locator("#phrases")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(note).to_have_value(";")
    agent.keyboard.type("一;")
    expect(agent.locator("#phrases")).to_be_hidden()
    expect(note).to_have_value(";一;")

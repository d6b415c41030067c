"""Nothing typed is lost and nothing is written twice: reloads, expired sessions, impatient fingers, other tabs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from staff.models import Person
from tests.browser.acting import register
from tickets.models import CustomerContact, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

KEPT = "Object.keys(sessionStorage).filter((name) => name.startsWith('draft:'))"
WORDS = "室内机滴水，已用毛巾接着 😀 <b>&amp;</b>"


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page; Playwright's own way would need eval, which the policy forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def begin_call(page: Page, subject: str = "空调漏水", words: str = WORDS) -> None:
    """A call half logged: the caller found, a machine picked, words typed."""
    page.goto("/desk/")
    page.locator("#id_phone").press_sequentially("8000")
    expect(page.locator(".caller-file")).to_contain_text("王芳")
    page.locator(".caller-file input[name=unit]").nth(1).check()
    page.fill("#id_subject", subject)
    page.fill("#id_description", words)
    page.select_option("#id_demand", "exchange")
    until(page, f"{KEPT}.length > 0")


def shows_call(page: Page, subject: str = "空调漏水", words: str = WORDS) -> None:
    expect(page.locator("#id_phone")).to_have_value("8000")
    expect(page.locator(".caller-file")).to_contain_text("王芳")
    expect(page.locator(".caller-file input[name=unit]").nth(1)).to_be_checked()
    expect(page.locator("#id_subject")).to_have_value(subject)
    expect(page.locator("#id_description")).to_have_value(words)
    expect(page.locator("#id_demand")).to_have_value("exchange")


def save(page: Page) -> str:
    with page.expect_navigation():
        page.locator("#intake button.btn-primary").click()
    page.wait_for_url(re.compile(r"/tickets/T-"))
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def test_a_reload_keeps_the_call(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    agent.reload()
    shows_call(agent)
    number = save(agent)
    assert Ticket.objects.get(number=number).description.replace("\r\n", "\n") == WORDS
    agent.goto("/desk/")
    expect(agent.locator("#id_subject")).to_have_value("")
    assert agent.evaluate(KEPT) == []


def test_a_draft_is_no_plain_text_and_ends_with_the_log_out(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    stored = agent.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    assert "draft:" in stored
    assert not any(word in stored for word in ("8000", "漏水", "滴水", "exchange"))
    agent.locator("header details summary").click()
    with agent.expect_navigation():
        agent.locator("form[action$='/logout/'] button").click()
    assert agent.evaluate(KEPT) == []


@pytest.mark.refused
def test_another_person_in_the_same_tab_finds_nothing(someone: Callable[..., Page]) -> None:
    tab = someone("agent")
    begin_call(tab)
    tab.context.clear_cookies(name="sessionid")
    tab.goto("/login/")
    assert len(tab.evaluate(KEPT)) == 1
    tab.fill("input[name=username]", "supervisor")
    tab.fill("input[name=password]", "demo-supervisor")
    tab.click("main button.btn-primary")
    tab.goto("/desk/")
    until(tab, f"{KEPT}.length === 0")
    expect(tab.locator("#id_subject")).to_have_value("")


def test_an_expired_session_keeps_the_words_until_after_the_log_in(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    agent.context.clear_cookies(name="sessionid")
    before = Ticket.objects.count()
    with agent.expect_navigation():
        agent.locator("#intake button.btn-primary").click()
    expect(agent.locator(".alert-info")).to_contain_text("您填写的内容已保留")
    agent.fill("input[name=username]", "agent")
    agent.fill("input[name=password]", "demo-agent")
    agent.click("main button.btn-primary")
    agent.wait_for_url("**/desk/")
    shows_call(agent)
    save(agent)
    assert Ticket.objects.count() == before + 1


def test_a_page_left_open_says_that_the_session_is_over(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    agent.context.clear_cookies(name="sessionid")
    agent.locator("#id_phone").press_sequentially("1")
    expect(agent.locator("#signed-out")).to_be_visible()
    assert "8000" in agent.locator("#id_phone").input_value()
    agent.locator("#signed-out a").click()
    agent.fill("input[name=username]", "agent")
    agent.fill("input[name=password]", "demo-agent")
    agent.click("main button.btn-primary")
    agent.wait_for_url("**/desk/")
    expect(agent.locator("#id_subject")).to_have_value("空调漏水")


def test_a_double_click_writes_once(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    before = Ticket.objects.count()
    agent.locator("#intake button.btn-primary").dblclick()
    agent.wait_for_url(re.compile(r"/tickets/T-"))
    agent.wait_for_load_state("networkidle")
    assert Ticket.objects.count() == before + 1


def test_mashed_keys_write_once(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    before = Ticket.objects.count()
    agent.focus("#id_description")
    agent.evaluate("for (let n = 0; n < 20; n += 1) document.getElementById('intake').requestSubmit()")
    agent.wait_for_url(re.compile(r"/tickets/T-"))
    for key in ("Control+Enter", "Enter", "?", "Escape", "g", "t", "j", "k", "x", "/", "Escape", "n"):
        agent.keyboard.press(key)
    agent.wait_for_load_state("networkidle")
    assert Ticket.objects.count() == before + 1


def test_back_after_saving_is_a_fresh_form_and_no_second_ticket(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    number = save(agent)
    before = Ticket.objects.count()
    agent.go_back()
    expect(agent.locator("#id_subject")).to_have_value("")
    agent.go_forward()
    agent.wait_for_url(f"**/tickets/{number}/")
    assert Ticket.objects.count() == before


@pytest.mark.refused
def test_a_form_sent_again_with_other_words_says_so_and_writes_nothing(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    key = agent.locator("#intake [name=command_key]").input_value()
    number = save(agent)
    before = Ticket.objects.count()
    begin_call(agent, subject="改过的说明")
    agent.evaluate(
        "key => document.querySelector('#intake [name=command_key]').setAttribute('value', key)", key
    )
    with agent.expect_navigation():
        agent.locator("#intake button.btn-primary").click()
    expect(agent.locator("main")).to_contain_text("这张表单已经提交过")
    assert agent.locator(f"#messages a[href='/tickets/{number}/']").count() == 1
    assert Ticket.objects.count() == before
    shows_call(agent, subject="改过的说明")
    save(agent)
    assert Ticket.objects.count() == before + 1


def test_two_tabs_hold_two_calls(someone: Callable[..., Page]) -> None:
    first = someone("agent")
    second = first.context.new_page()
    begin_call(first, subject="第一个电话")
    begin_call(second, subject="第二个电话")
    first.reload()
    second.reload()
    shows_call(first, subject="第一个电话")
    shows_call(second, subject="第二个电话")
    one, two = save(first), save(second)
    subjects = {t.number: t.subject for t in Ticket.objects.filter(number__in=[one, two])}
    assert subjects == {one: "第一个电话", two: "第二个电话"}


def test_switching_the_language_keeps_the_words(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent)
    agent.locator("header details summary").click()
    with agent.expect_navigation():
        agent.locator("header button[name=language]").click()
    assert agent.get_attribute("html", "lang") == "en"
    shows_call(agent)
    agent.locator("header details summary").click()
    with agent.expect_navigation():
        agent.locator("header button[name=language]").click()
    shows_call(agent)


@pytest.mark.refused
def test_a_refused_form_keeps_its_words_through_a_reload(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    begin_call(agent, subject="")
    with agent.expect_navigation():
        agent.locator("#intake button.btn-primary").click()
    expect(agent.locator(".invalid-feedback").first).to_be_visible()
    shows_call(agent, subject="")
    agent.goto("/tickets/")
    agent.goto("/desk/")
    shows_call(agent, subject="")


def test_every_form_that_asks_for_words_keeps_them(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    number = register(agent, "")
    for noun, field in (("contacts", "note"), ("verification", "note"), ("cancellation", "reason")):
        agent.goto(f"/tickets/{number}/?step={noun}")
        agent.fill(f"#step [name={field}]", f"草稿 {noun}")
        until(agent, f"{KEPT}.some((name) => name.includes('{noun}'))")
        agent.reload()
        expect(agent.locator(f"#step [name={field}]")).to_have_value(f"草稿 {noun}")
    agent.locator("[data-draft-discard]").last.click()
    expect(agent.locator("#step [name=reason]")).to_have_value("")


@pytest.mark.refused
def test_a_draft_of_a_stale_edit_is_still_told_stale(someone: Callable[..., Page]) -> None:
    agent, other = someone("agent"), someone("supervisor")
    number = register(agent, "")
    agent.goto(f"/tickets/{number}/edit/")
    agent.fill("#id_subject", "我的说明")
    until(agent, f"{KEPT}.length > 0")
    other.goto(f"/tickets/{number}/edit/")
    other.fill("#id_subject", "主任的说明")
    with other.expect_navigation():
        other.locator("main form .btn-primary").click()
    agent.reload()
    expect(agent.locator("#id_subject")).to_have_value("我的说明")
    with agent.expect_navigation():
        agent.locator("main form .btn-primary").click()
    expect(agent.locator("main")).to_contain_text("主任的说明")
    expect(agent.locator("#id_subject")).to_have_value("我的说明")
    with agent.expect_navigation():
        agent.locator("main form .btn-primary").click()
    assert Ticket.objects.get(number=number).subject == "我的说明"


def test_a_full_store_is_told_and_the_form_still_works(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    number = register(agent, "")
    agent.goto(f"/tickets/{number}/?step=contacts")
    full = "() => { throw new DOMException('full', 'QuotaExceededError') }"
    agent.evaluate(f"() => {{ Storage.prototype.setItem = {full} }}")
    agent.fill("#step [name=note]", "打过电话")
    expect(agent.locator("#toasts")).to_contain_text("没有空间保存草稿")
    with agent.expect_navigation():
        agent.locator("#step form button.btn-primary").click()
    assert CustomerContact.objects.filter(ticket__number=number, note="打过电话").count() == 1


# -- a question before what cannot be undone ------------------------------------------------------------------------------


@pytest.mark.refused
def test_whoever_hesitates_has_done_nothing(someone: Callable[..., Page]) -> None:
    """Somebody's departure: asked first, and the key at hand goes back."""
    manager = someone("manager")
    manager.goto("/people/engineer2/?step=departure")
    manager.locator("main form button.btn-danger").click()
    expect(manager.locator("#question-text")).to_contain_text("不能恢复")
    expect(manager.locator("#question [value=no]")).to_be_focused()
    manager.keyboard.press("Enter")
    expect(manager.locator("#question")).to_be_hidden()
    assert Person.objects.get(user__username="engineer2").left_at is None
    manager.locator("main form button.btn-danger").click()
    manager.keyboard.press("Escape")
    expect(manager.locator("#question")).to_be_hidden()
    assert Person.objects.get(user__username="engineer2").left_at is None


def test_who_says_yes_is_signed_out_everywhere(someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    agent.goto("/account/")
    agent.locator("form[action$='/sessions/ending/'] button").click()
    with agent.expect_navigation():
        agent.locator("#question [value=yes]").click()
    agent.goto("/account/")
    agent.wait_for_url("**/login/**")

"""What people do in the browser, as the story's tests need it: each step opened, filled in and sent as a person would."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

SHANGHAI = ZoneInfo("Asia/Shanghai")
_slots = itertools.count(1)


def register(agent: Page, base: str, subject: str = "空调不制冷") -> str:
    """Log a known caller's fault by keyboard alone; returns the ticket's number."""
    agent.goto(f"{base}/desk/")
    agent.keyboard.type("8000")
    expect(agent.locator(".caller-file")).to_contain_text("王芳")
    agent.locator(".caller-file input[type=radio]").first.check()
    agent.focus("#id_subject")
    agent.keyboard.type(subject)
    agent.keyboard.press("Tab")
    agent.keyboard.type("开机十分钟仍吹热风 😀")
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(re.compile(r"/tickets/T-"))
    return agent.url.rstrip("/").rsplit("/", 1)[-1]


def step(
    page: Page,
    base: str,
    number: str,
    noun: str,
    *,
    phone: bool = False,
    refused: bool = False,
    **fields: str,
) -> None:
    """Open a step of the ticket, fill what it asks and send it."""
    take(page, f"{base}/{'phone' if phone else 'tickets'}/{number}/?step={noun}", refused=refused, **fields)


def take(page: Page, url: str, *, refused: bool = False, **fields: str) -> None:
    """Fill in the form of the page's opened step; the page that answers shows a refusal or shows none."""
    page.goto(url)
    form = page.locator("#step form")
    if "/phone/" in url:
        expect(form).to_have_attribute("data-op", re.compile("."))
    for name, value in fields.items():
        fill(form.locator(f"[name={name}]").first, value)
    if "/phone/" in url:
        save(page)
        return
    with page.expect_navigation():
        send(form)
    errors = page.locator("#step .invalid-feedback, #step .alert-danger").all_inner_texts()
    assert bool(errors) == refused, (url, errors)


def send(form: Locator) -> None:
    """Send a form of the desk; a step that cannot be undone asks first, and is answered."""
    asks = form.get_attribute("data-confirm")
    form.locator("button.btn-primary, button.btn-danger").last.click()
    if asks:
        form.page.locator("#question [value=yes]").click()


def save(phone: Page) -> None:
    """Send the open step of a phone's page: it is saved there first, and gone from the phone when the server has it."""
    form = phone.locator("#step form")
    op = form.get_attribute("data-op")
    form.locator(".phone-submit button").click()
    expect(phone.locator(f"form[data-op='{op}']")).to_have_count(0)
    expect(phone.locator("body")).to_have_attribute("data-unsent", "0")


def fill(field: Locator, value: str) -> None:
    kind = field.evaluate("e => e.tagName + ':' + e.type")
    if kind.startswith("SELECT"):
        field.select_option(value)
    elif kind.endswith(":checkbox"):
        field.set_checked(value == "on")
    elif kind.endswith(":radio"):
        name = field.get_attribute("name")
        field.locator(f"xpath=ancestor::form//input[@name='{name}' and @value='{value}']").check()
    else:
        field.fill(value)


def triage(agent: Page, base: str, number: str, **fields: str) -> None:
    step(agent, base, number, "verification", note="已核实")
    chosen = {
        "nature": "fault",
        "tier": "general",
        "complexity": "simple",
        "service_category": "free",
        "mode": "onsite",
    }
    step(agent, base, number, "triage", **chosen | fields)


def status(page: Page, base: str, number: str) -> str:
    page.goto(f"{base}/tickets/{number}/")
    return page.locator(".page-title .badge").first.inner_text().strip()


def give_to(agent: Page, base: str, number: str, name: str = "刘伟") -> None:
    """Dispatch by the ranked suggestions, each job at an hour of its own."""
    agent.goto(f"{base}/tickets/{number}/?step=assignment")
    hour = datetime.now(SHANGHAI) + timedelta(hours=4 * next(_slots))
    with agent.expect_response(lambda answer: "expected_at=" in answer.url):
        agent.fill("#id_expected_at", f"{hour:%Y-%m-%dT%H:00}")
        agent.locator("#id_expected_at").dispatch_event("change")
    agent.locator("#step .list-group-item", has_text=name).locator("input[type=radio]").check()
    with agent.expect_navigation():
        agent.locator("#step form[enctype] button.btn-primary").click()


def sign(engineer: Page, base: str, number: str) -> None:
    """Write the report, let the customer draw a signature, file it, leave."""
    words = {
        "work_done": "更换启动电容并清洗滤网",
        "tested": "on",
        "demonstrated": "on",
        "customer_comment": "很及时",
    }
    step(engineer, base, number, "report-preview", phone=True, **words)
    engineer.goto(f"{base}/phone/{number}/?step=signature")
    expect(engineer.locator(".report-preview")).to_contain_text("更换启动电容")
    engineer.locator("[data-signature] canvas").scroll_into_view_if_needed()
    pad = engineer.locator("[data-signature] canvas").bounding_box()
    assert pad is not None
    engineer.mouse.move(pad["x"] + 30, pad["y"] + 60)
    engineer.mouse.down()
    engineer.mouse.move(pad["x"] + 150, pad["y"] + 90, steps=8)
    engineer.mouse.up()
    save(engineer)
    step(engineer, base, number, "report", phone=True)
    step(engineer, base, number, "departure", phone=True)


def repair(engineer: Page, base: str, number: str) -> None:
    step(engineer, base, number, "arrival", phone=True)
    step(
        engineer,
        base,
        number,
        "diagnosis",
        phone=True,
        fault_class="device",
        cause="启动电容失效",
        plan="更换电容",
    )
    sign(engineer, base, number)

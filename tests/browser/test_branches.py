"""Where the story branches off: a part that is missing, the customer's own pages, a complaint, the manager's numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.browser.acting import SHANGHAI, give_to, register, repair, status, step, take, triage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def links(template: str) -> list[str]:
    """Links of the messages sent by that template, the newest last, as the person at the outbox sees them."""
    said = StringIO()
    call_command("outbox", json=True, stdout=said)
    return [
        link
        for message in json.loads(said.getvalue())
        if message["template"] == template
        for link in message["links"]
    ]


def closed(agent: Page, engineer: Page, base: str) -> str:
    """A ticket repaired and closed; its number."""
    number = register(agent, base)
    triage(agent, base, number)
    give_to(agent, base, number)
    repair(engineer, base, number)
    step(agent, base, number, "result-call", outcome="reached", satisfied="yes")
    step(agent, base, number, "closure")
    return number


@pytest.mark.req("SLA-13", "PRT-01")
def test_a_missing_part_holds_the_job_and_its_arrival_resumes_it(
    site: str, someone: Callable[..., Page], settle: Callable[[], None]
) -> None:
    agent, engineer, store = someone("agent"), someone("engineer", phone=True), someone("parts")
    number = register(agent, site)
    triage(agent, site, number)
    give_to(agent, site, number)
    step(engineer, site, number, "arrival", phone=True)
    words = {"fault_class": "device", "cause": "主板烧毁", "plan": "更换主板"}
    step(engineer, site, number, "diagnosis", phone=True, **words)
    step(engineer, site, number, "part-lines", phone=True, part="P-1001", quantity="7")
    expect(engineer.locator("main")).to_contain_text("缺货")
    step(
        engineer,
        site,
        number,
        "hold",
        phone=True,
        reason="part",
        notice_channel="phone",
        notice_text="到货后联系您",
    )
    assert status(agent, site, number) == "挂起"
    expect(agent.locator(".clock-list")).to_contain_text("等件维修周期")
    expect(agent.locator(".clock-paused").first).to_be_visible()
    take(
        store,
        f"{site}/parts/P-1001/?step=adjustment",
        location="HZ-STORE",
        quantity="2",
        reason="盘点发现多出两件",
    )
    settle()
    assert status(agent, site, number) == "处理中"


@pytest.mark.req("SUR-01", "SUR-02", "SUR-04")
@pytest.mark.refused
def test_the_customer_answers_by_the_link_once(
    site: str, someone: Callable[..., Page], settle: Callable[[], None]
) -> None:
    agent, engineer, customer = someone("agent"), someone("engineer", phone=True), someone(phone=True)
    number = closed(agent, engineer, site)
    settle()
    path = re.sub(r"^https?://[^/]+", "", links("survey.invitation")[-1])
    customer.goto(site + path)
    expect(customer.locator("main")).to_contain_text(number)
    for question in customer.locator("fieldset").all():
        question.locator("label").last.click()
    customer.fill("[name=comment]", "师傅准时，讲解清楚 👍")
    with customer.expect_navigation():
        customer.click("main .btn-primary")
    expect(customer.locator("main")).to_contain_text("谢谢您的评价")
    assert customer.goto(site + path).status == 404  # type: ignore[union-attr]  # a page answered
    settle()
    agent.goto(f"{site}/tickets/{number}/")
    expect(agent.locator("main")).to_contain_text("满意")


@pytest.mark.req("CMP-01", "CMP-02", "CMP-03", "CMP-04")
@pytest.mark.refused
def test_a_complaint_goes_from_the_apology_to_its_end(
    site: str, someone: Callable[..., Page], settle: Callable[[], None]
) -> None:
    agent, supervisor = someone("agent"), someone("supervisor")
    number = register(agent, site)
    agent.goto(f"{site}/tickets/{number}/")
    agent.locator("a", has_text="登记投诉").click()
    agent.locator("main form .btn-primary").click()
    expect(agent.locator(".invalid-feedback").first).to_be_visible()
    agent.fill("[name=content]", "约好上午，下午才来")
    agent.locator("main form .btn-primary").click()
    agent.wait_for_url(re.compile(r"/complaints/C-"))
    complaint = agent.url.rstrip("/")
    expect(agent.locator("main")).to_contain_text("响应")
    take(agent, f"{complaint}/?step=grading", channel="phone", text="周建国负责，三天内答复")
    take(supervisor, f"{complaint}/?step=verification", founded="yes", evidence="派工记录")
    take(
        supervisor,
        f"{complaint}/?step=finding",
        methods="record_review",
        root_cause="行程排得过满",
        responsibility="派工",
    )
    plan = {
        "text": "道歉并优先上门",
        "department": "服务部",
        "step1": "上门",
        "due1": f"{datetime.now(SHANGHAI).date() + timedelta(days=2)}",
    }
    supervisor.goto(f"{complaint}/?step=plan")
    plan["responsible"] = _option(supervisor, "[name=responsible]", "周建国")
    take(supervisor, f"{complaint}/?step=plan", **plan)
    take(agent, f"{complaint}/?step=result", text="已说明处理办法")
    take(agent, f"{complaint}/?step=satisfaction", satisfied="yes")
    take(agent, f"{complaint}/?step=closure")
    expect(agent.locator(".page-title .badge")).to_have_text("已结案")


def _option(page: Page, selector: str, text: str) -> str:
    """The value behind a choice on the page that is open."""
    return page.locator(f"{selector} option", has_text=text).first.get_attribute("value") or ""


@pytest.mark.req("KPI-01")
@pytest.mark.refused
def test_every_number_of_the_dashboard_opens_its_rows(site: str, someone: Callable[..., Page]) -> None:
    agent, manager = someone("agent"), someone("manager")
    register(agent, site)
    manager.goto(f"{site}/dashboard/")
    tiles = manager.locator(".dash-tile, .dash-more tbody tr")
    addresses = [tile.locator("a").first.get_attribute("href") or "" for tile in tiles.all()]
    assert len(addresses) == 22
    opened = next(href for href in addresses if "tickets.open" in href)
    told = manager.locator("#tile-tickets-open .dash-value").inner_text()
    for href in addresses:
        answer = manager.goto(site + href)
        assert answer is not None
        assert answer.status == 200, href
    manager.goto(site + opened)
    expect(manager.locator("main tbody tr td:first-child a")).to_have_count(int(told))
    assert agent.goto(f"{site}/dashboard/").status == 403  # type: ignore[union-attr]  # a page answered

"""The main job with an agent on a desktop, an engineer on a phone and a manager, as people click it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import give_to, register, repair, sign, status, step, triage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.req(
    "TKT-01",
    "TKT-04",
    "TKT-08",
    "TKT-18",
    "TKT-20",
    "TKT-21",
    "TKT-25",
    "DSP-02",
    "APT-01",
    "RPR-17",
    "RPR-18",
)
def test_from_the_call_to_the_closing(
    site: str, someone: Callable[..., Page], settle: Callable[[], None]
) -> None:
    base = site
    agent, engineer = someone("agent"), someone("engineer", phone=True)
    number = register(agent, base)
    triage(agent, base, number)
    give_to(agent, base, number)
    engineer.goto(f"{base}/phone/")
    engineer.locator(f"a[href='/phone/{number}/']").click()
    expect(engineer.locator("#step")).to_be_visible()
    step(engineer, base, number, "acceptance", phone=True, accepted="yes")
    step(engineer, base, number, "contacts", phone=True, channel="phone", outcome="unreachable")
    step(engineer, base, number, "contacts", phone=True, channel="phone", outcome="reached", note="约好时间")
    step(engineer, base, number, "appointment", phone=True)
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
    step(engineer, base, number, "time-entries", phone=True, minutes="2")
    sign(engineer, base, number)
    step(agent, base, number, "result-call", outcome="reached", satisfied="yes")
    step(agent, base, number, "closure")
    assert status(agent, base, number) == "已关闭"
    settle()
    agent.goto(f"{base}/tickets/{number}/")
    expect(agent.locator(".timeline-list")).to_contain_text("客户签字确认报告")
    expect(agent.locator(".clock-list").first).to_contain_text("已达成")


@pytest.mark.refused
@pytest.mark.req("TKT-22")
def test_dissatisfied_needs_a_reason_and_goes_back(site: str, someone: Callable[..., Page]) -> None:
    base = site
    agent, engineer = someone("agent"), someone("engineer", phone=True)
    number = register(agent, base)
    triage(agent, base, number)
    give_to(agent, base, number)
    repair(engineer, base, number)
    step(agent, base, number, "result-call", refused=True, outcome="reached", satisfied="no")
    assert status(agent, base, number) == "已处理"
    step(agent, base, number, "result-call", outcome="reached", satisfied="no", reason="还是不凉")
    assert status(agent, base, number) == "处理中"


@pytest.mark.refused
def test_cancellation_is_decided_by_the_manager(site: str, someone: Callable[..., Page]) -> None:
    base = site
    agent, manager = someone("agent"), someone("manager")
    number = register(agent, base)
    step(agent, base, number, "cancellation", reason="客户自己修好了")
    assert status(agent, base, number) == "已登记"
    manager.goto(f"{base}/approvals/")
    manager.locator("main tr", has_text=number).locator("a").first.click()
    manager.locator("[name=note]").fill("请再联系客户")
    manager.locator("main button[value=no]").click()
    with manager.expect_navigation():
        manager.locator("#question [value=yes]").click()
    assert status(agent, base, number) == "已登记"


def test_customer_absent_brings_the_job_back_to_dispatched(site: str, someone: Callable[..., Page]) -> None:
    base = site
    agent, engineer = someone("agent"), someone("engineer", phone=True)
    number = register(agent, base)
    triage(agent, base, number)
    give_to(agent, base, number)
    step(engineer, base, number, "appointment", phone=True)
    step(engineer, base, number, "appointment-undo", phone=True, reason="敲门无人应答")
    assert status(agent, base, number) == "已派工"


def test_decline_and_reassign(site: str, someone: Callable[..., Page]) -> None:
    base = site
    agent, engineer = someone("agent"), someone("engineer", phone=True)
    number = register(agent, base)
    triage(agent, base, number)
    give_to(agent, base, number)
    step(engineer, base, number, "acceptance", phone=True, accepted="no", reason="当天请假")
    assert status(agent, base, number) == "已分类"
    agent.goto(f"{base}/tickets/{number}/?step=assignment")
    agent.locator("#step .list-group-item input[type=radio]").last.check()
    with agent.expect_navigation():
        agent.locator("#step form[enctype] button.btn-primary").click()
    assert status(agent, base, number) == "已派工"


@pytest.mark.refused
def test_the_loser_of_two_editors_keeps_the_text(site: str, someone: Callable[..., Page]) -> None:
    base = site
    first, second = someone("agent"), someone("supervisor")
    number = register(first, base)
    first.goto(f"{base}/tickets/{number}/edit/")
    second.goto(f"{base}/tickets/{number}/edit/")
    first.fill("#id_subject", "第一位的说明")
    with first.expect_navigation():
        first.locator("main form .btn-primary").click()
    second.fill("#id_subject", "第二位的说明")
    with second.expect_navigation():
        second.locator("main form .btn-primary").click()
    expect(second.locator("#id_subject")).to_have_value("第二位的说明")
    expect(second.locator("main")).to_contain_text("第一位的说明")


def test_two_people_in_one_ticket_see_each_other(site: str, someone: Callable[..., Page]) -> None:
    base = site
    agent, supervisor = someone("agent"), someone("supervisor")
    number = register(agent, base)
    supervisor.goto(f"{base}/tickets/{number}/")
    expect(supervisor.locator("#live")).to_contain_text("也在查看此工单")


def test_the_language_switch_speaks_english(site: str, someone: Callable[..., Page]) -> None:
    agent = someone("agent")
    agent.goto("/tickets/")
    agent.locator("header details summary").click()
    with agent.expect_navigation():
        agent.locator("button[name=language]").click()
    expect(agent.locator("h1")).to_have_text("Tickets")

"""The main job from the call to the survey, over REST, by the names of the OpenAPI document."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from service_center.kernel import commands
from service_center.kernel.models import Message
from tests.journeys.conftest import Story

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
Doors = Callable[[str], Story]


def at(hours: float) -> str:
    """So many hours from now, as the interface wants times."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def call_in(agent: Story, **more: Any) -> dict[str, Any]:
    """王芳 calls about her machine; found by the last four digits of her number."""
    file = agent("list_customer", query="phone_last4=8000")["results"][0]
    unit = agent("list_unit", query=f"customer={file['id']}")["results"][0]
    body = {
        "channel": "phone",
        "customer": {"id": file["id"]},
        "unit": {"id": unit["id"]},
        "subject": "空调不制冷",
        "symptom": "吹热风",
        "description": "开机十分钟仍吹热风 😀",
        "demand": "repair",
        "promised_at": at(48),
    }
    return agent("create_ticket", **body | more)


def triage(agent: Story, number: str, **more: Any) -> None:
    agent("create_ticket_verification", number, confirmed=True, note="已核实")
    body = {
        "nature": "fault",
        "product_line": "AC",
        "tier": "general",
        "complexity": "simple",
        "service_category": "free",
        "mode": "onsite",
    }
    agent("create_ticket_triage", number, **body | more)


def dispatch(agent: Story, engineer: Story, number: str) -> None:
    agent("create_ticket_assignment", number, engineer="engineer", expected_at=at(30))
    engineer("create_ticket_acceptance", number, accepted=True)


def arrive(engineer: Story, number: str) -> None:
    engineer("create_ticket_contacts", number, channel="phone", outcome="unreachable", note="")
    engineer("create_ticket_contacts", number, channel="phone", outcome="reached", note="约明天上午")
    engineer("create_ticket_appointment", number, starts_at=at(30), ends_at=at(31), place="客户处")
    engineer("create_ticket_arrival", number, latitude="30.274150", longitude="120.155150")


def finish(engineer: Story, number: str) -> None:
    """Draft, show, sign, file, leave."""
    words = {
        "work_done": "更换启动电容并清洗滤网",
        "tested": True,
        "demonstrated": True,
        "customer_comment": "很及时",
    }
    shown = engineer("create_ticket_report_preview", number, **words)["report_preview"]
    signed = engineer(
        "create_ticket_signature", number, png=PNG, signed_by="王芳", report_hash=shown["report_hash"]
    )["signature"]
    engineer("create_ticket_report", number, **words, signature=signed["id"])
    engineer("create_ticket_departure", number)


def diagnose(engineer: Story, number: str) -> None:
    engineer(
        "create_ticket_diagnosis",
        number,
        fault_class="device",
        fault_code="E4",
        cause="启动电容失效",
        plan="更换电容",
    )


@pytest.mark.req(
    "TKT-01", "TKT-04", "TKT-05", "TKT-08", "TKT-13", "TKT-14", "TKT-17", "TKT-18", "TKT-20", "TKT-21", "TKT-25", "TKT-26",
    "DSP-01", "DSP-02", "DSP-06", "DSP-13", "APT-01", "APT-02", "RPR-01", "RPR-04", "RPR-16", "RPR-17", "RPR-18",
    "RPR-20", "RPR-23", "PRT-07", "SUR-01", "SUR-02", "FUP-01", "FUP-04", "STF-01", "SLA-02",
)  # fmt: skip
def test_from_the_call_to_the_survey(doors: Doors, settle: Callable[[], None]) -> None:
    agent, engineer, store = doors("agent"), doors("engineer"), doors("storekeeper")
    with commands.as_of(datetime.now(UTC) - timedelta(hours=3)):
        ticket = call_in(agent)
    number = ticket["number"]
    assert re.fullmatch(r"T-\d{4}-\d{6}", number)
    assert (ticket["status"], ticket["owner"]) == ("registered", "agent")
    assert {"response", "solution", "promise"} <= {clock["kind"] for clock in ticket["clocks"]}
    triage(agent, number)
    ranked = agent("get_ticket_suggestions", number)
    assert all(one["reasons"] for one in ranked["engineers"])
    dispatch(agent, engineer, number)
    arrive(engineer, number)
    diagnose(engineer, number)
    line = engineer("create_ticket_part_lines", number, part="P-1001", quantity=1, source="store")[
        "part_lines"
    ]
    assert line["status"] == "reserved"
    reserved = store("list_reservation", query="status=reserved")["results"][0]
    store("create_reservation_issue", reserved["id"])
    engineer("create_ticket_faulty_parts", number, part_line=line["id"], disposition="custody")
    engineer("create_ticket_time_entries", number, category="free", started_at=at(-1), minutes=45)
    finish(engineer, number)
    assert agent("get_ticket", number)["status"] == "handled"
    agent("create_ticket_result_call", number, outcome="reached", satisfied=True)
    closed = agent("create_ticket_closure", number)["ticket"]
    assert closed["status"] == "closed"
    settle()
    states = {clock["kind"]: clock["state"] for clock in agent("list_ticket_clocks", number)["results"]}
    assert states["response"] == "met"
    assert states["solution"] == "met"
    told = [item["name"] for item in agent("list_ticket_timeline", number, query="page_size=100")["results"]]
    assert {"ticket.registered", "ticket.assigned", "visit.arrived", "ticket.signed", "ticket.closed"} <= set(
        told
    )
    sms = Message.objects.filter(template__contains="invitation").latest("id")
    survey = Client().get(
        next(link for link in sms.links if "/s/" in link)
        .split("://", 1)[-1]
        .partition("/")[1:][1]
        .join(["/", ""])
    )
    assert survey.status_code == 200
    due = agent("list_follow_up", query=f"ticket={number}")["results"]
    assert len(due) == 1
    assert agent("get_part", "P-1001")["reorder_point"] is not None
    assert doors("parts")("list_purchase_proposal", query="part=P-1001")["results"]


@pytest.mark.req("TKT-09")
def test_a_simple_question_is_answered_and_closed_at_once(doors: Doors) -> None:
    agent = doors("agent")
    number = call_in(agent, demand="consult", subject="怎么清洗滤网")["number"]
    answered = agent("create_ticket_answer", number, text="取下滤网用清水冲洗，晾干后装回。")["ticket"]
    assert answered["status"] == "answered"
    states = {clock["kind"]: clock["state"] for clock in agent("list_ticket_clocks", number)["results"]}
    assert states["response"] == "met"


@pytest.mark.req("TKT-22")
def test_dissatisfied_goes_back_and_twice_tells_the_manager(doors: Doors, settle: Callable[[], None]) -> None:
    agent, engineer, manager = doors("agent"), doors("engineer"), doors("manager")
    number = call_in(agent)["number"]
    triage(agent, number)
    dispatch(agent, engineer, number)
    arrive(engineer, number)
    diagnose(engineer, number)
    for _ in range(2):
        finish_or_return(engineer, number)
        back = agent(
            "create_ticket_result_call", number, outcome="reached", satisfied=False, reason="还是不凉"
        )
        assert back["ticket"]["status"] == "in_handling"
    settle()
    news = manager("list_notifications")["results"]
    assert any(number in item["text"] for item in news)


def finish_or_return(engineer: Story, number: str) -> None:
    """The report again after a return: a second visit when the engineer has left."""
    if engineer("get_ticket", number)["reopen_count"]:
        engineer("create_ticket_arrival", number)
        diagnose(engineer, number)
    finish(engineer, number)


@pytest.mark.refused
@pytest.mark.req("TKT-22", "TKT-20")
def test_dissatisfied_without_a_reason_is_refused(doors: Doors) -> None:
    agent, engineer = doors("agent"), doors("engineer")
    number = call_in(agent)["number"]
    triage(agent, number)
    dispatch(agent, engineer, number)
    arrive(engineer, number)
    diagnose(engineer, number)
    finish(engineer, number)
    refused = agent("create_ticket_result_call", number, status=400, outcome="reached", satisfied=False)
    assert refused["code"] == "invalid"
    assert agent("get_ticket", number)["status"] == "handled"


@pytest.mark.refused
@pytest.mark.req("DSP-03")
def test_a_complex_job_is_refused_to_the_agent_and_goes_by_the_manager(doors: Doors) -> None:
    agent = doors("agent")
    number = call_in(agent)["number"]
    triage(agent, number, complexity="complex")
    refused = agent("create_ticket_assignment", number, status=403, engineer="engineer", expected_at=at(30))
    assert refused["code"] == "forbidden"
    given = doors("manager")("create_ticket_assignment", number, engineer="engineer", expected_at=at(30))
    assert given["ticket"]["status"] == "dispatched"


@pytest.mark.refused
@pytest.mark.req("DSP-02", "TKT-17")
def test_two_jobs_in_one_slot_are_refused(doors: Doors) -> None:
    agent = doors("agent")
    first, second = call_in(agent)["number"], call_in(agent)["number"]
    when = at(40)
    for number in (first, second):
        triage(agent, number)
    agent("create_ticket_assignment", first, engineer="engineer", expected_at=when)
    refused = agent("create_ticket_assignment", second, status=409, engineer="engineer", expected_at=when)
    assert refused["code"] == "double_booked"
    assert agent("get_ticket", second)["status"] == "classified"


@pytest.mark.req("SLA-13")
def test_part_short_holds_and_its_arrival_resumes(doors: Doors, settle: Callable[[], None]) -> None:
    agent, engineer, store = doors("agent"), doors("engineer"), doors("storekeeper")
    number = call_in(agent)["number"]
    triage(agent, number)
    dispatch(agent, engineer, number)
    arrive(engineer, number)
    diagnose(engineer, number)
    part = engineer("get_part", "P-1001")
    line = engineer(
        "create_ticket_part_lines", number, part="P-1001", quantity=part["on_hand"] + 1, source="store"
    )
    assert line["part_lines"]["status"] == "short"
    held = engineer(
        "create_ticket_hold",
        number,
        reason="part",
        notice={"channel": "phone", "text": "配件缺货，到货后联系您"},
    )
    assert held["ticket"]["status"] == "on_hold"
    states = {clock["kind"]: clock["state"] for clock in agent("list_ticket_clocks", number)["results"]}
    assert (states["solution"], states["part_cycle"]) == ("paused", "running")
    place = next(
        p for p in store("list_stock_location")["results"] if p["kind"] == "store" and p["branch"] == "HZ"
    )
    doors("parts")(
        "create_stock_movement", part="P-1001", location=place["code"], quantity=2, reason="盘点发现多出两件"
    )
    settle()
    assert agent("get_ticket", number)["status"] == "in_handling"


def test_cancellation_waits_for_the_manager(doors: Doors) -> None:
    agent, manager = doors("agent"), doors("manager")
    number = call_in(agent)["number"]
    asked = agent("create_ticket_cancellation", number, status=202, reason="客户自己修好了")
    assert asked["ticket"]["status"] == "registered"
    manager("create_approval_decision", asked["approval"]["id"], approve=False, note="请再联系客户")
    assert agent("get_ticket", number)["status"] == "registered"
    again = agent("create_ticket_cancellation", number, status=202, reason="客户坚持取消")
    manager("create_approval_decision", again["approval"]["id"], approve=True, note="同意")
    assert agent("get_ticket", number)["status"] == "cancelled"


@pytest.mark.req("SEC-01")
@pytest.mark.refused
def test_someone_elses_ticket_is_not_there(doors: Doors) -> None:
    number = call_in(doors("agent"))["number"]
    assert doors("agent2")("get_ticket", number, status=404)["code"] == "not_found"
    assert doors("engineer3")("get_ticket", number, status=404)["code"] == "not_found"


def test_decline_brings_the_ticket_back_to_the_agent(doors: Doors, settle: Callable[[], None]) -> None:
    agent = doors("agent")
    number = call_in(agent)["number"]
    triage(agent, number)
    agent("create_ticket_assignment", number, engineer="engineer", expected_at=at(30))
    declined = doors("engineer")("create_ticket_acceptance", number, accepted=False, reason="当天请假")
    assert declined["ticket"]["status"] == "classified"
    agent("create_ticket_assignment", number, engineer="engineer2", expected_at=at(30))
    settle()
    assert any(number in item["text"] for item in agent("list_notifications")["results"])


@pytest.mark.refused
@pytest.mark.req("TKT-04", "TKT-05")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            {"customer": {"name": "张三", "phone": "12", "address": {"zone": "city", "detail": "x"}}},
            "customer.phone",
        ),
        ({"subject": ""}, "subject"),
        ({"subject": "长" * 121}, "subject"),
        ({"description": "a\x00b"}, "description"),
        ({"reported_at": "2026-01-01T08:00:00"}, "reported_at"),
        ({"reported_at": "2020-01-01T08:00:00Z"}, "reported_at"),
        ({"channel": "smoke"}, "channel"),
        ({"unit": {"product_model": "NONE", "serial": "1"}}, "unit.product_model"),
    ],
)
def test_a_bad_call_is_refused_beside_its_field(doors: Doors, change: dict[str, Any], field: str) -> None:
    agent = doors("agent")
    before = len(agent("list_ticket", query="page_size=100")["results"])
    file = agent("list_customer", query="phone_last4=8000")["results"][0]
    body = {
        "channel": "phone",
        "customer": {"id": file["id"]},
        "subject": "x",
        "description": "x",
        "demand": "repair",
    }
    refused = agent("create_ticket", status=400, **body | change)
    assert field in {problem["field"] for problem in refused["errors"]}
    assert len(agent("list_ticket", query="page_size=100")["results"]) == before


def test_a_text_comes_back_byte_for_byte(doors: Doors) -> None:
    text = "😀 \u202eمرحبا " + "字" * 9000 + " =1+1\r\n"
    agent = doors("agent")
    number = call_in(agent, description=text)["number"]
    assert agent("get_ticket", number)["description"] == text


@pytest.mark.refused
def test_a_stale_edit_is_refused_and_says_the_current_version(doors: Doors) -> None:
    agent = doors("agent")
    ticket = call_in(agent)
    edited = agent("edit_ticket", ticket["number"], version=ticket["version"], subject="新的说明")
    refused = agent(
        "edit_ticket", ticket["number"], status=412, version=ticket["version"], subject="另一说明"
    )
    assert refused["current"] == edited["version"]
    assert agent("get_ticket", ticket["number"])["subject"] == "新的说明"


@pytest.mark.refused
def test_the_same_key_writes_once_and_another_body_is_refused(doors: Doors) -> None:
    agent = doors("agent")
    first = call_in(agent)
    body = {"confirmed": True, "note": "x"}
    done = agent("create_ticket_verification", first["number"], key="k-1", **body)
    again = agent("create_ticket_verification", first["number"], key="k-1", **body)
    assert again == done
    refused = agent("create_ticket_verification", first["number"], key="k-1", status=422, confirmed=False)
    assert refused["code"] == "idempotency_key_reused"

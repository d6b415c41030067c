"""The main job from the call to the survey, over REST, in the words of the OpenAPI document.

No path and no name of a field stands here: `doors` finds both behind the words (test_words.py sees to it).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from service_center.kernel import commands
from service_center.kernel.models import Message
from tests.journeys.conftest import Story, Told

PNG = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
Doors = Callable[[str], Story]
Facts = Mapping[str, Any]


def at(hours: float) -> str:
    """So many hours from now, as the interface wants times."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


KNOWN: Facts = {
    "渠道": "phone",
    "主题": "空调不制冷",
    "描述": "开机十分钟仍吹热风 😀",
    "诉求": "repair",
    "属实": True,
    "性质": "fault",
    "产品线": "AC",
    "分级": "general",
    "复杂程度": "simple",
    "服务类别": "free",
    "服务方式": "onsite",
    "工程师": "engineer",
    "预计到达": lambda: at(30),
    "接受": True,
    "开始时间": lambda: at(30),
    "结束时间": lambda: at(31),
    "地点": "客户处",
    "故障类别": "device",
    "成因": "启动电容失效",
    "方案": "更换电容",
    "配件": "P-1001",
    "数量": 1,
    "处置": "custody",
    "类别": "free",
    "分钟数": 45,
    "所做工作": "更换启动电容并清洗滤网",
    "已测试": True,
    "已演示": True,
    "签名图片": PNG,
    "签名人": "王芳",
    "结果": "reached",
}
"""What is so throughout the story, unless it says otherwise."""


def call_in(agent: Story, told: Facts | None = None) -> Told:
    """王芳 calls about her machine; found by the last four digits of her number."""
    file = agent("list_customer", asking={"电话末四位": "8000"})["条目"][0]
    unit = agent("list_unit", asking={"客户": file["标识"]})["条目"][0]
    caller = {"客户": {"标识": file["标识"]}, "设备": {"标识": unit["标识"]}}
    more = {"故障现象": "吹热风", "承诺时间": at(48)}
    ticket: Told = agent("create_ticket", told=caller | more | dict(told or {}))
    return ticket


def triage(agent: Story, number: str, told: Facts | None = None) -> None:
    agent("create_ticket_verification", number)
    agent("create_ticket_triage", number, told=told)


def dispatch(agent: Story, engineer: Story, number: str) -> None:
    agent("create_ticket_assignment", number)
    engineer("create_ticket_acceptance", number)


def arrive(engineer: Story, number: str) -> None:
    engineer("create_ticket_contacts", number, told={"结果": "unreachable"})
    engineer("create_ticket_contacts", number, told={"备注": "约明天上午"})
    engineer("create_ticket_appointment", number)
    engineer("create_ticket_arrival", number, told={"纬度": "30.274150", "经度": "120.155150"})


def finish(engineer: Story, number: str) -> None:
    """Draft, show, sign, file, leave."""
    words = {"客户意见": "很及时"}
    shown = engineer("create_ticket_report_preview", number, told=words)["报告预览"]
    fingerprint = {"报告指纹": shown["报告指纹"]}
    signed = engineer("create_ticket_signature", number, told=fingerprint)["签名"]
    engineer("create_ticket_report", number, told=words | {"签名": signed["标识"]})
    engineer("create_ticket_departure", number)


def at_the_customers(doors: Doors) -> tuple[Story, Story, str]:
    """A job come as far as its diagnosis: the agent, the engineer, the ticket's number."""
    agent, engineer = doors("agent"), doors("engineer")
    number = call_in(agent)["编号"]
    triage(agent, number)
    dispatch(agent, engineer, number)
    arrive(engineer, number)
    engineer("create_ticket_diagnosis", number)
    return agent, engineer, number


def states_of_clocks(reader: Story, number: str) -> dict[str, str]:
    return {clock["种类"]: clock["状态"] for clock in reader("list_ticket_clocks", number)["条目"]}


@pytest.mark.req(
    "TKT-01", "TKT-04", "TKT-05", "TKT-08", "TKT-13", "TKT-14", "TKT-17", "TKT-18", "TKT-20", "TKT-21", "TKT-25", "TKT-26",
    "DSP-01", "DSP-02", "DSP-06", "DSP-13", "APT-01", "APT-02", "RPR-01", "RPR-04", "RPR-16", "RPR-17", "RPR-18",
    "RPR-20", "RPR-23", "PRT-07", "SUR-01", "SUR-02", "FUP-01", "FUP-04", "STF-01", "SLA-02",
)  # fmt: skip
def test_from_the_call_to_the_survey(doors: Doors, settle: Callable[[], None]) -> None:
    agent, engineer, store = doors("agent"), doors("engineer"), doors("storekeeper")
    with commands.as_of(datetime.now(UTC) - timedelta(hours=3)):
        ticket = call_in(agent)
    number = ticket["编号"]
    assert re.fullmatch(r"T-\d{4}-\d{6}", number)
    assert (ticket["状态"], ticket["负责人"]) == ("registered", "agent")
    assert {"response", "solution", "promise"} <= {clock["种类"] for clock in ticket["时限时钟"]}
    triage(agent, number)
    ranked = agent("get_ticket_suggestions", number)
    assert all(one["理由"] for one in ranked["候选工程师"])
    dispatch(agent, engineer, number)
    arrive(engineer, number)
    engineer("create_ticket_diagnosis", number)
    line = engineer("create_ticket_part_lines", number, told={"来源": "store"})["用料"]
    assert line["状态"] == "reserved"
    reserved = store("list_reservation", asking={"状态": "reserved"})["条目"][0]
    store("create_reservation_issue", reserved["标识"])
    engineer("create_ticket_faulty_parts", number, told={"用料行": line["标识"]})
    engineer("create_ticket_time_entries", number, told={"开始时间": at(-1)})
    finish(engineer, number)
    assert agent("get_ticket", number)["状态"] == "handled"
    agent("create_ticket_result_call", number, told={"满意": True})
    closed = agent("create_ticket_closure", number)["工单"]
    assert closed["状态"] == "closed"
    settle()
    states = states_of_clocks(agent, number)
    assert (states["response"], states["solution"]) == ("met", "met")
    told = {item["名称"] for item in agent("list_ticket_timeline", number, asking={"每页条数": 100})["条目"]}
    assert told >= {
        "ticket.registered", "ticket.assigned", "visit.arrived", "ticket.signed", "ticket.closed",
    }  # fmt: skip
    sms = next(message for message in Message.objects.order_by("-pk") if message.links)
    assert Client().get(urlsplit(sms.links[-1]).path).status_code == 200
    due = agent("list_follow_up", asking={"工单": number})["条目"]
    assert len(due) == 1
    assert agent("get_part", "P-1001")["补货点"] is not None
    assert doors("parts")("list_purchase_proposal", asking={"配件": "P-1001"})["条目"]


@pytest.mark.req("TKT-09")
def test_a_simple_question_is_answered_and_closed_at_once(doors: Doors) -> None:
    agent = doors("agent")
    number = call_in(agent, {"诉求": "consult", "主题": "怎么清洗滤网"})["编号"]
    said = {"内容": "取下滤网用清水冲洗，晾干后装回。"}
    assert agent("create_ticket_answer", number, told=said)["工单"]["状态"] == "answered"
    assert states_of_clocks(agent, number)["response"] == "met"


@pytest.mark.req("TKT-22")
def test_dissatisfied_goes_back_and_twice_tells_the_manager(doors: Doors, settle: Callable[[], None]) -> None:
    agent, engineer, number = at_the_customers(doors)
    for _ in range(2):
        finish_or_return(engineer, number)
        said = {"满意": False, "原因": "还是不凉"}
        back = agent("create_ticket_result_call", number, told=said)
        assert back["工单"]["状态"] == "in_handling"
    settle()
    news = doors("manager")("list_notifications")["条目"]
    assert any(number in item["内容"] for item in news)


def finish_or_return(engineer: Story, number: str) -> None:
    """The report again after a return: a second visit when the engineer has left."""
    if engineer("get_ticket", number)["重开次数"]:
        engineer("create_ticket_arrival", number)
        engineer("create_ticket_diagnosis", number)
    finish(engineer, number)


@pytest.mark.refused
@pytest.mark.req("TKT-22", "TKT-20")
def test_dissatisfied_without_a_reason_is_refused(doors: Doors) -> None:
    agent, engineer, number = at_the_customers(doors)
    finish(engineer, number)
    refused = agent("create_ticket_result_call", number, told={"满意": False}, expect=400)
    assert refused["代码"] == "invalid"
    assert agent("get_ticket", number)["状态"] == "handled"


@pytest.mark.refused
@pytest.mark.req("DSP-03")
def test_a_complex_job_is_refused_to_the_agent_and_goes_by_the_manager(doors: Doors) -> None:
    agent = doors("agent")
    number = call_in(agent)["编号"]
    triage(agent, number, {"复杂程度": "complex"})
    assert agent("create_ticket_assignment", number, expect=403)["代码"] == "forbidden"
    given = doors("manager")("create_ticket_assignment", number)
    assert given["工单"]["状态"] == "dispatched"


@pytest.mark.refused
@pytest.mark.req("DSP-02", "TKT-17")
def test_two_jobs_in_one_slot_are_refused(doors: Doors) -> None:
    agent = doors("agent")
    first, second = call_in(agent)["编号"], call_in(agent)["编号"]
    for number in (first, second):
        triage(agent, number)
    slot = {"预计到达": at(40)}
    agent("create_ticket_assignment", first, told=slot)
    refused = agent("create_ticket_assignment", second, told=slot, expect=409)
    assert refused["代码"] == "double_booked"
    assert agent("get_ticket", second)["状态"] == "classified"


@pytest.mark.req("SLA-13")
def test_part_short_holds_and_its_arrival_resumes(doors: Doors, settle: Callable[[], None]) -> None:
    agent, engineer, number = at_the_customers(doors)
    more_than_there_is = {"数量": engineer("get_part", "P-1001")["现有量"] + 1}
    line = engineer("create_ticket_part_lines", number, told=more_than_there_is)
    assert line["用料"]["状态"] == "short"
    waits = {"原因": "part", "告知客户": {"内容": "配件缺货，到货后联系您"}}
    assert engineer("create_ticket_hold", number, told=waits)["工单"]["状态"] == "on_hold"
    states = states_of_clocks(agent, number)
    assert (states["solution"], states["part_cycle"]) == ("paused", "running")
    places = doors("storekeeper")("list_stock_location", asking={"种类": "store", "网点": "HZ"})["条目"]
    found = {"库位": places[0]["代码"], "数量": 2, "原因": "盘点发现多出两件"}
    doors("parts")("create_stock_movement", told=found)
    settle()
    assert agent("get_ticket", number)["状态"] == "in_handling"


def test_cancellation_waits_for_the_manager(doors: Doors) -> None:
    agent, manager = doors("agent"), doors("manager")
    number = call_in(agent)["编号"]
    asked = agent("create_ticket_cancellation", number, told={"原因": "客户自己修好了"}, expect=202)
    assert asked["工单"]["状态"] == "registered"
    manager("create_approval_decision", asked["审批"]["标识"], told={"同意": False, "备注": "请再联系客户"})
    assert agent("get_ticket", number)["状态"] == "registered"
    again = agent("create_ticket_cancellation", number, told={"原因": "客户坚持取消"}, expect=202)
    manager("create_approval_decision", again["审批"]["标识"], told={"同意": True})
    assert agent("get_ticket", number)["状态"] == "cancelled"


@pytest.mark.req("SEC-01")
@pytest.mark.refused
def test_someone_elses_ticket_is_not_there(doors: Doors) -> None:
    number = call_in(doors("agent"))["编号"]
    assert doors("agent2")("get_ticket", number, expect=404)["代码"] == "not_found"
    assert doors("engineer3")("get_ticket", number, expect=404)["代码"] == "not_found"


def test_decline_brings_the_ticket_back_to_the_agent(doors: Doors, settle: Callable[[], None]) -> None:
    agent = doors("agent")
    number = call_in(agent)["编号"]
    triage(agent, number)
    agent("create_ticket_assignment", number)
    no = {"接受": False, "原因": "当天请假"}
    declined = doors("engineer")("create_ticket_acceptance", number, told=no)
    assert declined["工单"]["状态"] == "classified"
    when = {"预计到达": at(30)}
    ranked = agent("get_ticket_suggestions", number, asking=when)["候选工程师"]
    other = next(one["工程师"] for one in ranked if one["工程师"] != "engineer")
    agent("create_ticket_assignment", number, told=when | {"工程师": other})
    settle()
    assert any(number in item["内容"] for item in agent("list_notifications")["条目"])


@pytest.mark.refused
@pytest.mark.req("TKT-04", "TKT-05")
@pytest.mark.parametrize(
    ("said", "beside"),
    [
        (
            {"客户": {"名称": "张三", "电话": "12", "地址": {"区域": "city", "详细地址": "x"}}},
            ["客户", "电话"],
        ),
        ({"主题": ""}, ["主题"]),
        ({"主题": "长" * 121}, ["主题"]),
        ({"描述": "a\x00b"}, ["描述"]),
        ({"报修时间": "2026-01-01T08:00:00"}, ["报修时间"]),
        ({"报修时间": "2020-01-01T08:00:00Z"}, ["报修时间"]),
        ({"渠道": "smoke"}, ["渠道"]),
        ({"设备": {"产品型号": "NONE", "序列号": "1"}}, ["设备", "产品型号"]),
    ],
)
def test_a_bad_call_is_refused_beside_its_field(doors: Doors, said: Facts, beside: list[str]) -> None:
    agent = doors("agent")
    before = len(agent("list_ticket", asking={"每页条数": 100})["条目"])
    file = agent("list_customer", asking={"电话末四位": "8000"})["条目"][0]
    caller = {"客户": {"标识": file["标识"]}}
    refused = agent("create_ticket", told=caller | dict(said), expect=400)
    assert agent.beside("create_ticket", *beside) in {one["字段"] for one in refused["逐项提示"]}
    assert len(agent("list_ticket", asking={"每页条数": 100})["条目"]) == before


def test_a_text_comes_back_byte_for_byte(doors: Doors) -> None:
    text = "😀 \u202eمرحبا " + "字" * 9000 + " =1+1\r\n"
    agent = doors("agent")
    number = call_in(agent, {"描述": text})["编号"]
    assert agent("get_ticket", number)["描述"] == text


@pytest.mark.refused
def test_a_stale_edit_is_refused_and_says_the_current_version(doors: Doors) -> None:
    agent = doors("agent")
    ticket = call_in(agent)
    number, seen = ticket["编号"], ticket["版本"]
    edited = agent("edit_ticket", number, told={"主题": "新的说明"}, based_on=seen)
    refused = agent("edit_ticket", number, told={"主题": "另一说明"}, based_on=seen, expect=412)
    assert refused["当前版本"] == edited["版本"]
    assert agent("get_ticket", number)["主题"] == "新的说明"


@pytest.mark.refused
def test_the_same_key_writes_once_and_another_body_is_refused(doors: Doors) -> None:
    agent = doors("agent")
    number = call_in(agent)["编号"]
    done = agent("create_ticket_verification", number, once="k-1")
    again = agent("create_ticket_verification", number, once="k-1")
    assert again.plain == done.plain
    refused = agent("create_ticket_verification", number, told={"属实": False}, once="k-1", expect=422)
    assert refused["代码"] == "idempotency_key_reused"

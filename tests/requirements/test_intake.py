"""From the call to the class of a problem: what the product refuses, requirement by requirement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from staff.models import Person, TimeEntry
from tests.tickets.conftest import Story, hours
from tickets.models import PartLine, Ticket, Voucher

pytestmark = pytest.mark.django_db

Api = Callable[..., Any]
TRIAGE = {
    "nature": "fault", "product_line": "AC", "tier": "general", "complexity": "simple", "service_category": "free",
    "mode": "remote",
}  # fmt: skip


def body_of(story: Story, **changes: Any) -> dict[str, Any]:
    call = {
        "channel": "phone", "customer": {"id": story.unit.customer_id}, "unit": {"id": story.unit.pk},
        "subject": "不制冷", "description": "开机后不制冷", "demand": "repair",
    }  # fmt: skip
    return call | changes


def fields(answer: Any, status: int = 400) -> set[str]:
    assert answer.status_code == status, answer.content
    return {error["field"] for error in answer.json()["errors"]}


def clocks(door: Any, ticket: Ticket) -> dict[str, Any]:
    return {c["kind"]: c for c in door.get(f"tickets/{ticket.number}/clocks/").json()["results"]}


@pytest.mark.req("TKT-06")
def test_parts_and_time_are_booked_on_a_ticket_under_work(story: Story, part: Any, api: Api) -> None:
    told = story.verified(reported_at=hours(-2))
    ticket, field = story.in_handling(story.dispatched(story.classified(told))), api(story.engineer)
    url = f"tickets/{ticket.number}"
    worked = {"category": "free", "started_at": hours(-1).isoformat(), "minutes": 30}
    assert field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1}).status_code == 201
    assert field.post(f"{url}/time-entries/", worked).status_code == 201
    assert (PartLine.objects.get().ticket, TimeEntry.objects.get().minutes) == (ticket, 30)


@pytest.mark.req("TKT-06")
@pytest.mark.parametrize(
    ("noun", "body"),
    [
        ("part-lines", {"part": "P-1", "quantity": 1}),
        ("time-entries", {"category": "free", "started_at": hours(0).isoformat(), "minutes": 1}),
        ("arrival", {}),
        ("diagnosis", {"fault_class": "device", "fault_code": "E1", "cause": "主板", "plan": "更换"}),
    ],
)
def test_work_without_a_ticket_is_refused(
    noun: str, body: dict[str, Any], story: Story, part: Any, api: Api
) -> None:
    missing = api(story.engineer).post(f"tickets/T-2026-999999/{noun}/", body)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    early = api(story.engineer).post(f"tickets/{story.verified().number}/{noun}/", body)
    assert early.status_code == 404
    assert not (PartLine.objects.exists() or TimeEntry.objects.exists())


@pytest.mark.req("TKT-08")
def test_ownership_taken_by_another_agent_is_refused(
    story: Story, person: Callable[..., Person], sh: Any, api: Api
) -> None:
    ticket, other = story.registered(), person("agent", username="agent-b")
    person("agent", username="agent-sh", branch=sh)
    url = f"tickets/{ticket.number}/handover/"
    assert api(other).post(url, {"owner": "agent-b"}).status_code == 403
    assert fields(api(story.agent).post(url, {"owner": "engineer"})) == {"owner"}
    assert fields(api(story.agent).post(url, {"owner": "agent-sh"})) == {"owner"}
    assert api(story.agent).get(f"tickets/{ticket.number}/").json()["owner"] == "agent"
    direct = api(story.agent).post("tickets/", body_of(story, owner="agent-b"))
    assert fields(direct) == {"owner"}


@pytest.mark.req("TKT-09")
def test_answering_is_refused_without_words_to_engineers_and_once_dispatched(story: Story, api: Api) -> None:
    ticket = story.registered()
    url = f"tickets/{ticket.number}/answer/"
    assert fields(api(story.agent).post(url, {"text": " "})) == {"text"}
    assert api(story.engineer).post(url, {"text": "长按"}).status_code == 404
    sent = story.dispatched()
    late = api(story.agent).post(f"tickets/{sent.number}/answer/", {"text": "长按"})
    assert (late.status_code, late.json()["code"]) == (409, "transition_not_allowed")
    assert api(story.engineer).post(f"tickets/{sent.number}/answer/", {"text": "长按"}).status_code == 403
    assert {t.status for t in Ticket.objects.all()} == {"registered", "dispatched"}


@pytest.mark.req("TKT-10", "TKT-12")
def test_a_promise_that_is_late_or_gone_is_watched(story: Story, api: Api) -> None:
    """The time told is on the ticket and has a clock; telling another one moves it."""
    desk = api(story.agent)
    made = desk.post("tickets/", body_of(story, demand="consult", promised_at=hours(4).isoformat())).json()
    ticket = Ticket.objects.get(number=made["number"])
    later = hours(6).replace(microsecond=0)
    moved = desk.patch(
        f"tickets/{ticket.number}/", {"promised_at": later.isoformat()}, version=ticket.version
    )
    assert datetime.fromisoformat(moved.json()["promised_at"]) == later
    promise = clocks(desk, ticket)["promise"]
    assert (promise["state"], datetime.fromisoformat(promise["due_at"])) == ("running", later)
    assert promise["clause"]["title"]


@pytest.mark.req("TKT-10", "TKT-12")
@pytest.mark.parametrize("told", [hours(-2).isoformat(), "2027-01-01T09:00:00", "tomorrow", ""])
def test_an_invalid_promise_is_refused(told: str, story: Story, api: Api) -> None:
    assert fields(api(story.agent).post("tickets/", body_of(story, promised_at=told))) == {"promised_at"}
    assert not Ticket.objects.exists()
    ticket = story.registered()
    changed = api(story.agent).patch(
        f"tickets/{ticket.number}/", {"promised_at": told}, version=ticket.version
    )
    assert fields(changed) == {"promised_at"}


@pytest.mark.req("TKT-11", "TKT-13", "DSP-01", "DSP-06", "SLA-01", "SLA-02", "SLA-03")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nature", "magic"), ("product_line", "XX"), ("tier", "asap"), ("mode", "dream"), ("complexity", ""),
        ("service_category", None),
    ],
)  # fmt: skip
def test_an_unknown_class_is_refused_and_moves_no_clock(
    field: str, value: Any, story: Story, api: Api
) -> None:
    ticket, desk = story.verified(), api(story.agent)
    before = {kind: clock["due_at"] for kind, clock in clocks(desk, ticket).items()}
    url = f"tickets/{ticket.number}/triage/"
    assert fields(desk.post(url, TRIAGE | {field: value})) == {field}
    assert fields(desk.post(url, {k: v for k, v in TRIAGE.items() if k != field})) == {field}
    assert {kind: clock["due_at"] for kind, clock in clocks(desk, ticket).items()} == before
    assert Ticket.objects.get().status == "verified"


@pytest.mark.req("TKT-11")
@pytest.mark.parametrize(
    "demand", ["repair", "return", "exchange", "consult", "install", "maintain", "complain"]
)
def test_a_request_is_typed_at_intake(demand: str, story: Story, api: Api) -> None:
    made = api(story.agent).post("tickets/", body_of(story, demand=demand)).json()
    assert api(story.agent).get(f"tickets/{made['number']}/").json()["demand"] == demand


@pytest.mark.req("DSP-01", "DSP-06", "TKT-13", "SLA-01", "SLA-02", "SLA-03")
def test_classing_is_refused_to_engineers_strangers_and_twice(story: Story, agent2: Person, api: Api) -> None:
    ticket = story.verified()
    url = f"tickets/{ticket.number}/triage/"
    assert api(None).post(url, TRIAGE).status_code == 401
    assert api(agent2).post(url, TRIAGE).status_code == 404
    assert api(story.manager).post(url, TRIAGE).status_code == 403
    assert api(story.agent).post(url, TRIAGE | {"tier": "general"}).status_code == 201
    targets = {kind: clock["target"] for kind, clock in clocks(api(story.agent), ticket).items()}
    again = api(story.agent).post(url, TRIAGE | {"tier": "urgent"})
    assert (again.status_code, again.json()["code"]) == (409, "transition_not_allowed")
    assert {kind: c["target"] for kind, c in clocks(api(story.agent), ticket).items()} == targets


@pytest.mark.req("TKT-14")
def test_a_plan_for_an_unverified_problem_is_refused(story: Story, agent2: Person, api: Api) -> None:
    ticket, desk = story.registered(), api(story.agent)
    url = f"tickets/{ticket.number}"
    early = desk.post(f"{url}/triage/", TRIAGE)
    assert (early.status_code, early.json()["code"]) == (409, "transition_not_allowed")
    assert "verification" in early.json()["allowed"]
    assert (
        desk.post(
            f"{url}/assignment/", {"engineer": "engineer", "expected_at": hours(5).isoformat()}
        ).status_code
        == 409
    )
    assert fields(desk.post(f"{url}/verification/", {"note": "x"})) == {"confirmed"}
    assert api(agent2).post(f"{url}/verification/", {"confirmed": True}).status_code == 404


@pytest.mark.req("TKT-18")
def test_opening_a_call_brings_up_file_units_tickets_and_vouchers(
    story: Story, web: Callable[..., Any]
) -> None:
    ticket = story.closed()
    voucher = Voucher.objects.get(ticket=ticket)
    for asked in ("13800138000", "8000", "王芳"):
        shown = web(story.agent).get(f"/desk/caller/?phone={asked}").content.decode()
        for wanted in ("王芳", "138****8000", story.unit.serial, ticket.number, voucher.number):
            assert wanted in shown, (asked, wanted)
        assert "13800138000" not in shown


@pytest.mark.req("TKT-18", "SEC-01")
def test_a_callers_file_is_refused_to_strangers_and_other_branches(
    story: Story, agent2: Person, web: Callable[..., Any], client: Any
) -> None:
    story.closed()
    pk = story.unit.customer_id
    assert "王芳" not in web(agent2).get("/desk/caller/?phone=13800138000").content.decode()
    assert web(agent2).get(f"/desk/file/{pk}/").status_code == 404
    assert web(story.engineer).get("/desk/").status_code == 403
    assert client.get(f"/desk/file/{pk}/").status_code == 302


@pytest.mark.req("TKT-19")
def test_a_notice_is_refused_to_others_without_outcome_and_out_of_time(
    story: Story, engineer2: Person, agent2: Person, api: Api
) -> None:
    ticket = story.in_handling()
    url = f"tickets/{ticket.number}/contacts/"
    told = {"channel": "phone", "outcome": "reached", "note": "配件明天到"}
    assert api(engineer2).post(url, told).status_code == 404
    assert api(agent2).post(url, told).status_code == 404
    assert fields(api(story.agent).post(url, {"channel": "phone"})) == {"outcome"}
    assert fields(api(story.agent).post(url, told | {"channel": "smoke"})) == {"channel"}
    assert fields(api(story.agent).post(url, told | {"at": hours(3).isoformat()})) == {"at"}
    assert not ticket.contacts.exists()
    done = api(story.agent).post(url, told).json()["contacts"]
    assert (done["note"], done["by"]) == ("配件明天到", "agent")


@pytest.mark.req("DSP-13")
def test_progress_of_others_and_unknown_filters_are_refused(story: Story, agent2: Person, api: Api) -> None:
    ticket = story.dispatched()
    assert api(agent2).get("tickets/").json()["results"] == []
    assert api(agent2).get(f"tickets/{ticket.number}/timeline/").status_code == 404
    assert fields(api(story.agent).get("tickets/?colour=red")) == {"colour"}
    assert fields(api(story.agent).get("tickets/?status=lost")) == {"status"}
    assert api(None).get("tickets/").status_code == 401


@pytest.mark.req("SLA-04")
def test_the_24_hours_of_a_critical_problem_cannot_be_taken_back_or_stopped_by_a_missed_call_409(
    story: Story, api: Api
) -> None:
    ticket, desk = story.classified(is_critical=True), api(story.agent)
    due = clocks(desk, ticket)["critical"]["due_at"]
    url = f"tickets/{ticket.number}"
    assert desk.post(f"{url}/triage/", TRIAGE | {"is_critical": False}).status_code == 409
    assert fields(desk.patch(f"{url}/", {"is_critical": False}, version=ticket.version)) == {"is_critical"}
    notice = {"reason": "customer", "notice": {"channel": "phone", "text": "等您"}}
    assert desk.post(f"{url}/hold/", notice).status_code == 409
    desk.post(f"{url}/contacts/", {"channel": "phone", "outcome": "unreachable", "note": ""})
    critical = clocks(desk, ticket)["critical"]
    assert (critical["state"], critical["due_at"]) == ("running", due)


@pytest.mark.req("SLA-06", "SLA-07")
@pytest.mark.parametrize("channel", ["phone", "web"])
def test_the_start_of_the_public_clocks_cannot_be_shifted_and_is_refused_in_the_future(
    channel: str, story: Story, api: Api
) -> None:
    desk = api(story.agent)
    for told in (hours(1), hours(-24 * 31)):
        late = desk.post("tickets/", body_of(story, channel=channel, reported_at=told.isoformat()))
        assert fields(late) == {"reported_at"}
    assert not Ticket.objects.exists()
    ticket = story.registered(channel=channel)
    before = clocks(desk, ticket)
    moved = desk.patch(
        f"tickets/{ticket.number}/", {"reported_at": hours(-1).isoformat()}, version=ticket.version
    )
    assert fields(moved) == {"reported_at"}
    after = clocks(desk, ticket)
    for kind in ("outer_response", "outer_solution"):
        assert (after[kind]["started_at"], after[kind]["due_at"]) == (
            before[kind]["started_at"],
            before[kind]["due_at"],
        )

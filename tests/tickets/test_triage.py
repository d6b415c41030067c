"""Verification, the answer at first contact, and classification with its clocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel.models import Event
from tests.tickets.conftest import Story, hours
from tickets.models import Ticket, Verification

pytestmark = pytest.mark.django_db

TRIAGE = {
    "nature": "fault", "product_line": "AC", "tier": "urgent", "complexity": "simple", "service_category": "free",
    "mode": "phone",
}  # fmt: skip


def clocks_of(ticket: Ticket, api: Any) -> dict[str, Any]:
    results = api.get(f"tickets/{ticket.number}/clocks/").json()["results"]
    return {clock["kind"]: clock for clock in results}


@pytest.mark.req("TKT-14")
def test_verify_records_the_finding(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.registered()
    answer = api(story.agent).post(
        f"tickets/{ticket.number}/verification/", {"confirmed": True, "note": "属实"}
    )
    assert answer.status_code == 201
    assert answer.json()["ticket"] == {
        "number": ticket.number,
        "status": "verified",
        "version": ticket.version + 1,
    }
    assert (answer.json()["verification"]["confirmed"], answer.json()["verification"]["by"]) == (
        True,
        "agent",
    )
    assert answer["ETag"] == f'"{ticket.version + 1}"'
    again = api(story.agent).post(f"tickets/{ticket.number}/verification/", {"confirmed": True})
    assert again.status_code == 409
    assert Verification.objects.count() == 1


@pytest.mark.req("TKT-09")
def test_answer_ends_the_ticket_and_meets_its_clocks(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.registered(), api(story.agent)
    answer = desk.post(f"tickets/{ticket.number}/answer/", {"text": "长按复位键"})
    assert answer.json()["ticket"]["status"] == "answered"
    found = clocks_of(ticket, desk)
    assert {kind: found[kind]["state"] for kind in ("response", "solution", "outer_response")} == {
        "response": "met",
        "solution": "met",
        "outer_response": "met",
    }
    assert desk.post(f"tickets/{ticket.number}/answer/", {"text": "x"}).status_code == 409
    blank = desk.post(f"tickets/{story.registered().number}/answer/", {"text": "  "})
    assert blank.json()["errors"] == [
        {"field": "text", "code": "blank", "message": blank.json()["errors"][0]["message"]}
    ]


@pytest.mark.parametrize(
    ("tier", "response", "solution"), [("urgent", 1, 2), ("general", 2, 4), ("ordinary", 4, 8)]
)
@pytest.mark.req("SLA-01", "SLA-02", "SLA-03", "DSP-06", "TKT-11", "TKT-13", "DSP-01")
def test_triage_sets_targets_by_tier(
    tier: str, response: int, solution: int, story: Story, api: Callable[..., Any]
) -> None:
    ticket, desk = story.verified(), api(story.agent)
    answer = desk.post(f"tickets/{ticket.number}/triage/", TRIAGE | {"tier": tier})
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "classified")
    found = clocks_of(ticket, desk)
    assert (found["response"]["target"], found["solution"]["target"]) == (response, solution)
    assert found["response"]["calendar"] == "24x7"
    assert "arrival" not in found
    shown = desk.get(f"tickets/{ticket.number}/").json()
    assert (shown["tier"], shown["mode"], shown["product_line"]) == (tier, "phone", "AC")
    assert desk.post(f"tickets/{ticket.number}/triage/", TRIAGE).status_code == 409
    bad = desk.post(f"tickets/{story.verified().number}/triage/", TRIAGE | {"tier": "asap"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "tier")


@pytest.mark.parametrize(("zone", "target"), [("city", 6), ("suburb", 7)])
@pytest.mark.req("SLA-09")
def test_on_site_starts_arrival_from_the_call(
    zone: str, target: int, story: Story, api: Callable[..., Any]
) -> None:
    story.unit.customer.zone = zone
    story.unit.customer.save()
    ticket, desk = story.verified(reported_at=hours(-1)), api(story.agent)
    desk.post(f"tickets/{ticket.number}/triage/", TRIAGE | {"mode": "onsite", "tier": "general"})
    arrival = clocks_of(ticket, desk)["arrival"]
    assert (arrival["target"], arrival["unit"], arrival["calendar"]) == (target, "hour", "duty")
    assert arrival["started_at"] == clocks_of(ticket, desk)["response"]["started_at"]
    not_yet = desk.post(f"tickets/{ticket.number}/arrival/", {})
    assert not_yet.status_code == 403


@pytest.mark.req("SLA-04")
def test_critical_problem_has_24_hours_that_never_pause(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.classified(is_critical=True), api(story.agent)
    critical = clocks_of(ticket, desk)["critical"]
    assert (critical["target"], critical["unit"], critical["calendar"]) == (24, "hour", "24x7")
    story.on_hold(story.in_handling(story.dispatched(ticket)))
    found = clocks_of(ticket, desk)
    assert (found["critical"]["state"], found["solution"]["state"]) == ("met", "paused")
    assert Event.objects.filter(name="ticket.flagged_critical").count() == 1
    other = story.classified()
    assert "critical" not in clocks_of(other, desk)
    assert desk.post(f"tickets/{other.number}/triage/", TRIAGE | {"is_critical": True}).status_code == 409


@pytest.mark.req("SLA-01", "TKT-19")
def test_reached_contact_meets_response_an_unreachable_one_does_not(
    story: Story, api: Callable[..., Any]
) -> None:
    ticket, desk = story.registered(), api(story.agent)
    url = f"tickets/{ticket.number}/contacts/"
    missed = desk.post(url, {"channel": "phone", "outcome": "unreachable", "note": "无人接听"})
    assert (missed.status_code, clocks_of(ticket, desk)["response"]["state"]) == (201, "running")
    desk.post(url, {"channel": "phone", "outcome": "reached", "note": "已说明"})
    assert clocks_of(ticket, desk)["response"]["state"] == "met"
    listed = desk.get(url).json()["results"]
    assert [contact["outcome"] for contact in listed] == ["reached", "unreachable"]
    future = desk.post(url, {"channel": "phone", "outcome": "reached", "at": hours(2).isoformat()})
    early = desk.post(url, {"channel": "phone", "outcome": "reached", "at": hours(-2).isoformat()})
    assert [answer.json()["errors"][0]["field"] for answer in (future, early)] == ["at", "at"]


def test_late_truth_retracts_a_breach(story: Story, api: Callable[..., Any]) -> None:
    """A call made in time and entered late counts from when it was made."""
    ticket, desk = story.registered(reported_at=hours(-5)), api(story.agent)
    assert clocks_of(ticket, desk)["response"]["state"] == "breached"
    body = {"channel": "phone", "outcome": "reached", "at": hours(-3).isoformat(), "note": ""}
    exact = {"Device-Time": hours(0).isoformat()}
    assert desk.post(f"tickets/{ticket.number}/contacts/", body, **exact).status_code == 201
    assert clocks_of(ticket, desk)["response"]["state"] == "met"

"""Suggestions, assignment, acceptance, escalation and handover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel import commands
from service_center.kernel.models import Notification
from staff import actions as people
from staff.models import Booking, Licence, Person
from tests.tickets.conftest import Story, hours
from tickets.models import Assignment, Ticket

pytestmark = pytest.mark.django_db


def assign(door: Any, ticket: Ticket, engineer: str, at: float = 30) -> Any:
    return door.post(
        f"tickets/{ticket.number}/assignment/", {"engineer": engineer, "expected_at": hours(at).isoformat()}
    )


@pytest.mark.req("TKT-17", "DSP-02", "DSP-13")
def test_assign_books_the_hours_and_tells_the_engineer(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.classified()
    answer = assign(api(story.agent), ticket, "engineer")
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "dispatched")
    assert (answer.json()["assignment"]["engineer"], answer.json()["assignment"]["status"]) == (
        "engineer",
        "offered",
    )
    assert Booking.objects.live().get().person == story.engineer
    assert Notification.objects.get().template == "ticket.assigned"
    shown = api(story.engineer).get(f"tickets/{ticket.number}/").json()
    assert (
        shown["assignee"],
        {c["kind"] for c in shown["clocks"]} >= {"acknowledge", "diagnosis", "plan"},
    ) == (
        "engineer",
        True,
    )
    assert api(story.engineer).get(f"customers/{ticket.customer_id}/").status_code == 200
    assert assign(api(story.agent), ticket, "engineer").status_code == 409


@pytest.mark.req("DSP-02")
def test_two_engineers_cannot_be_one(story: Story, engineer2: Person, api: Callable[..., Any]) -> None:
    """The database forbids the slot; the ticket, its clocks and the list of news are as before."""
    first, second = story.classified(), story.classified()
    assign(api(story.agent), first, "engineer")
    refused = assign(api(story.agent), second, "engineer", 30.5)
    assert (refused.status_code, refused.json()["code"]) == (409, "double_booked")
    second.refresh_from_db()
    assert (second.status, second.assignee_id, Assignment.objects.count(), Notification.objects.count()) == (
        "classified",
        None,
        1,
        1,
    )
    assert assign(api(story.agent), second, "engineer2", 30.5).status_code == 201


@pytest.mark.req("DSP-03")
def test_complex_problems_are_the_managers(story: Story, supervisor: Person, api: Callable[..., Any]) -> None:
    ticket = story.classified(complexity="complex")
    for who in (story.agent, supervisor):
        refused = assign(api(who), ticket, "engineer")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert assign(api(story.manager), ticket, "engineer").status_code == 201


def test_assign_refuses_the_unfit(
    story: Story, person: Callable[..., Person], sh: Any, api: Callable[..., Any]
) -> None:
    ticket, desk = story.classified(), api(story.agent)
    unlicensed = person("engineer", username="unlicensed")
    stranger = person("engineer", username="stranger", branch=sh)
    Licence.objects.create(person=stranger, valid_from=hours(-10))
    answers = {
        "unlicensed": assign(desk, ticket, unlicensed.user.username).json()["code"],
        "agent": assign(desk, ticket, "agent").json()["errors"][0]["field"],
        "stranger": assign(desk, ticket, "stranger").json()["errors"][0]["field"],
        "nobody": assign(desk, ticket, "nobody").json()["errors"][0]["field"],
        "past": assign(desk, ticket, "engineer", -3).json()["errors"][0]["field"],
    }
    assert answers == {
        "unlicensed": "missing_licence",
        "agent": "engineer",
        "stranger": "engineer",
        "nobody": "engineer",
        "past": "expected_at",
    }


@pytest.mark.req("DSP-08")
def test_suggestions_give_reasons_and_the_failed_test(
    story: Story, engineer2: Person, person: Callable[..., Person], sh: Any, api: Callable[..., Any]
) -> None:
    ticket = story.classified()
    person("engineer", username="unlicensed")
    person("engineer", username="far", branch=sh)
    away = person("engineer", username="away", is_available=False)
    ill = person("engineer", username="ill")
    for one in (away, ill):
        Licence.objects.create(person=one, valid_from=hours(-10))
    commands.run(
        people.block, ill, starts_at=hours(29), ends_at=hours(40), kind="leave", actor=story.manager.user
    )
    assign(api(story.agent), story.classified(), "engineer", 30)
    found = api(story.agent).get(
        f"tickets/{ticket.number}/suggestions/?expected_at={hours(30.5):%Y-%m-%dT%H:%M:%SZ}"
    )
    best = found.json()["engineers"]
    assert [row["engineer"] for row in best] == ["engineer2"]
    assert (best[0]["score"] > 0, len(best[0]["reasons"]) > 1) == (True, True)
    assert {row["engineer"]: row["failed"] for row in found.json()["rejected"]} == {
        "engineer": "overlap",
        "unlicensed": "licence",
        "far": "other_branch",
        "away": "unavailable",
        "ill": "leave",
    }
    assert api(story.agent).get(f"tickets/{ticket.number}/suggestions/?expected_at=soon").status_code == 400


def test_suggestions_rank_the_idle_first(story: Story, engineer2: Person, api: Callable[..., Any]) -> None:
    story.dispatched()
    ticket = story.classified()
    at = f"{hours(60):%Y-%m-%dT%H:%M:%SZ}"
    best = api(story.agent).get(f"tickets/{ticket.number}/suggestions/?expected_at={at}").json()["engineers"]
    assert [row["engineer"] for row in best] == ["engineer2", "engineer"]


@pytest.mark.req("DSP-02", "TKT-17")
def test_decline_needs_a_reason_and_goes_back_to_dispatch(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.dispatched(), api(story.engineer)
    url = f"tickets/{ticket.number}/acceptance/"
    silent = field.post(url, {"accepted": False})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (400, "reason")
    answer = field.post(url, {"accepted": False, "reason": "当天培训"})
    assert answer.json()["ticket"]["status"] == "classified"
    assert not Booking.objects.live().exists()
    assert Notification.objects.filter(user=story.agent.user, template="ticket.declined").count() == 1
    assert field.get(f"tickets/{ticket.number}/").status_code == 200
    assert field.post(url, {"accepted": True}).status_code == 403


def test_accept_once(story: Story, engineer2: Person, api: Callable[..., Any]) -> None:
    ticket, field = story.dispatched(), api(story.engineer)
    url = f"tickets/{ticket.number}/acceptance/"
    assert field.post(url, {"accepted": True}).json()["ticket"]["status"] == "dispatched"
    again = field.post(url, {"accepted": True})
    assert (again.status_code, again.json()["code"]) == (409, "assignment_answered")
    assert api(engineer2).post(url, {"accepted": True}).status_code == 404


def test_unassign_frees_hours_and_appointment(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.appointed()
    answer = api(story.agent).delete(f"tickets/{ticket.number}/assignment/")
    assert answer.status_code == 204
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, Booking.objects.live().count()) == ("classified", None, 0)
    assert ticket.visits.get().status == "dropped"
    assert api(story.engineer).delete(f"tickets/{ticket.number}/assignment/").status_code == 403


@pytest.mark.req("DSP-09", "DSP-10")
def test_escalation_lets_the_expert_see_the_ticket(
    story: Story, person: Callable[..., Person], api: Callable[..., Any]
) -> None:
    expert, ticket = person("expert"), story.in_handling()
    assert api(expert).get(f"tickets/{ticket.number}/").status_code == 404
    body = {"to": "expert", "reason": "压缩机代码不明"}
    answer = api(story.engineer).post(f"tickets/{ticket.number}/escalation/", body)
    assert answer.json()["escalation"]["asked"] == expert.user.username
    assert api(expert).get(f"tickets/{ticket.number}/").status_code == 200
    assert Notification.objects.filter(user=expert.user).count() == 1
    assert api(expert).post(f"tickets/{ticket.number}/escalation/", body).status_code == 403


@pytest.mark.req("TKT-08")
def test_handover_is_the_owners_and_the_supervisors(
    story: Story, supervisor: Person, person: Callable[..., Person], sh: Any, api: Callable[..., Any]
) -> None:
    ticket, colleague = story.registered(), person("agent", username="colleague")
    url = f"tickets/{ticket.number}/handover/"
    assert api(colleague).post(url, {"owner": "colleague"}).status_code == 403
    answer = api(story.agent).post(url, {"owner": "colleague"})
    assert (answer.json()["handover"]["old"], answer.json()["handover"]["new"]) == ("agent", "colleague")
    assert api(story.agent).post(url, {"owner": "agent"}).status_code == 403
    assert api(supervisor).post(url, {"owner": "agent"}).status_code == 201
    person("agent", username="far", branch=sh)
    for who in ("agent", "engineer", "far", "nobody"):
        refused = api(supervisor).post(url, {"owner": who})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "owner")
    assert Ticket.objects.get().owner == story.agent

"""Result call, closing, reopening, and ending only with the manager's approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parts.models import Balance, Part
from service_center.kernel import commands
from service_center.kernel.models import Approval, Clock, Event, Message, Notification
from staff.models import Booking
from tests.tickets.conftest import Story, hours
from tickets.actions import closing
from tickets.models import Ticket, Voucher

pytestmark = pytest.mark.django_db


def states_of(ticket: Ticket, door: Any) -> dict[str, str]:
    return {c["kind"]: c["state"] for c in door.get(f"tickets/{ticket.number}/clocks/").json()["results"]}


@pytest.mark.req("TKT-20", "TKT-21", "TKT-25", "GEN-13")
def test_satisfied_customer_closes_and_archives(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.handled(), api(story.agent)
    url = f"tickets/{ticket.number}"
    told = desk.post(f"{url}/result-call/", {"outcome": "reached", "satisfied": True})
    assert (told.status_code, told.json()["ticket"]["status"]) == (201, "result_told")
    assert Message.objects.filter(template="ticket.result").count() == 1
    closed = desk.post(f"{url}/closure/", {})
    assert (closed.status_code, closed.json()["ticket"]["status"]) == (201, "closed")
    voucher = Voucher.objects.get()
    assert (closed.json()["closure"]["voucher"], voucher.archived_at is not None) == (voucher.number, True)
    found = states_of(ticket, desk)
    assert (found["solution"], found["outer_solution"], found["repair"]) == ("met", "met", "met")
    assert "running" not in found.values()
    assert desk.post(f"{url}/closure/", {}).status_code == 409
    assert desk.get(f"{url}/").json()["first_time_fix"] is True


@pytest.mark.req("TKT-20")
def test_result_call_that_reaches_nobody_stays(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.handled(), api(story.agent)
    url = f"tickets/{ticket.number}/result-call/"
    assert desk.post(url, {"outcome": "unreachable"}).json()["ticket"]["status"] == "handled"
    odd = desk.post(url, {"outcome": "unreachable", "satisfied": True})
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (400, "satisfied")
    mute = desk.post(url, {"outcome": "reached"})
    assert mute.json()["errors"][0]["field"] == "satisfied"


@pytest.mark.req("TKT-22")
def test_dissatisfied_customer_needs_a_reason_and_goes_back(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.handled(), api(story.agent)
    url = f"tickets/{ticket.number}/result-call/"
    silent = desk.post(url, {"outcome": "reached", "satisfied": False})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (400, "reason")
    back = desk.post(url, {"outcome": "reached", "satisfied": False, "reason": "仍有异响"})
    assert back.json()["ticket"]["status"] == "in_handling"
    assert states_of(ticket, desk)["solution"] == "running"
    assert Notification.objects.filter(user=story.engineer.user, template="ticket.returned").count() == 1
    again = story.handled(Ticket.objects.get())
    assert (again.first_time_fix, again.reopen_count) == (False, 1)


@pytest.mark.req("TKT-22")
def test_manager_is_told_after_the_set_number_of_reopenings(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.handled(), api(story.agent)
    body = {"outcome": "reached", "satisfied": False, "reason": "仍不制冷"}
    desk.post(f"tickets/{ticket.number}/result-call/", body)
    assert not Notification.objects.filter(user=story.manager.user).exists()
    story.handled(Ticket.objects.get())
    desk.post(f"tickets/{ticket.number}/result-call/", body)
    told = Notification.objects.filter(user=story.manager.user, template="ticket.reopened_often")
    assert (told.count(), told.get().params["count"]) == (1, 2)
    assert desk.get(f"tickets/{ticket.number}/").json()["reopen_count"] == 2


@pytest.mark.req("TKT-22", "SLA-23")
def test_reopening_in_the_window_goes_on(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.closed(), api(story.agent)
    url = f"tickets/{ticket.number}/reopening/"
    assert desk.post(url, {}).json()["errors"][0]["field"] == "reason"
    answer = desk.post(url, {"reason": "又不制冷"})
    assert (answer.json()["ticket"]["status"], answer.json()["reopening"]["continued"]) == (
        "in_handling",
        True,
    )
    clock = Clock.objects.get(kind="solution", subject_id=ticket.pk)
    assert (clock.state, clock.cycle) == ("running", 1)
    assert api(story.engineer).post(url, {"reason": "x"}).status_code == 403
    assert desk.post(url, {"reason": "x"}).status_code == 409


def test_reopening_after_the_window_is_a_new_cycle(story: Story) -> None:
    ticket = story.closed()
    with commands.as_of(datetime.now(UTC) + timedelta(days=8)):
        row = commands.run(closing.reopen, ticket, reason="又坏了", via="portal", actor=None)
    assert (row.continued, row.via, row.by) == (False, "portal", None)
    assert Clock.objects.get(kind="solution", subject_id=ticket.pk).cycle == 2


def test_answered_ticket_reopens_without_engineer_and_can_be_assigned(
    story: Story, api: Callable[..., Any]
) -> None:
    ticket, desk = story.answered(), api(story.agent)
    assert desk.post(f"tickets/{ticket.number}/reopening/", {"reason": "没解决"}).status_code == 201
    body = {"engineer": "engineer", "expected_at": hours(9).isoformat()}
    answer = desk.post(f"tickets/{ticket.number}/assignment/", body)
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "in_handling")
    assert api(story.engineer).post(f"tickets/{ticket.number}/arrival/", {}).status_code == 201


@pytest.mark.parametrize(("noun", "end"), [("cancellation", "cancelled"), ("refusal", "refused")])
@pytest.mark.req("GEN-16")
def test_ending_needs_the_managers_approval(
    noun: str, end: str, story: Story, part: Part, api: Callable[..., Any]
) -> None:
    ticket = story.in_handling()
    api(story.engineer).post(f"tickets/{ticket.number}/part-lines/", {"part": "P-1", "quantity": 2})
    desk, url = api(story.agent), f"tickets/{ticket.number}/{noun}/"
    asked = desk.post(url, {"reason": "客户不修了"})
    assert (asked.status_code, asked.json()["ticket"]["status"]) == (202, "in_handling")
    pending = asked.json()["approval"]["id"]
    again = desk.post(url, {"reason": "再问一次"})
    assert (again.status_code, again.json()["code"]) == (409, "approval_pending")
    decision = f"approvals/{pending}/decision/"
    assert desk.post(decision, {"approve": True, "note": ""}).status_code == 403
    assert api(story.manager).post(decision, {"approve": True, "note": "同意"}).status_code == 201
    ticket.refresh_from_db()
    assert (ticket.status, ticket.closed_at is not None) == (end, True)
    assert Balance.objects.get(part=part, location__kind="store").reserved == 0
    assert not Booking.objects.live().exists()
    assert not Clock.objects.open().filter(subject_type="tickets.ticket", subject_id=ticket.pk).exists()
    told = Event.objects.get(name=f"ticket.{end}")
    assert told.actor == story.agent.user


def test_refused_request_changes_nothing_and_late_approval_is_checked_again(
    story: Story, api: Callable[..., Any]
) -> None:
    ticket, desk, boss = story.registered(), api(story.agent), api(story.manager)
    url = f"tickets/{ticket.number}/cancellation/"
    first = desk.post(url, {"reason": "误登"}).json()["approval"]["id"]
    assert (
        boss.post(f"approvals/{first}/decision/", {"approve": False, "note": "请先联系客户"}).status_code
        == 201
    )
    assert Ticket.objects.get().status == "registered"
    second = desk.post(url, {"reason": "误登"}).json()["approval"]["id"]
    desk.post(f"tickets/{ticket.number}/answer/", {"text": "已说明"})
    late = boss.post(f"approvals/{second}/decision/", {"approve": True, "note": ""})
    assert (late.status_code, late.json()["code"]) == (409, "transition_not_allowed")
    assert (Ticket.objects.get().status, Approval.objects.get(pk=second).status) == ("answered", "pending")

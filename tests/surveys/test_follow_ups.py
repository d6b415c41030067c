"""Follow-up calls: one per closing by one rule, four answers, never by who did the work, unsolved comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints import actions as complaints
from service_center.kernel import clocks, commands
from service_center.kernel.models import Notification
from service_center.kernel.sweep import fire_due
from staff.models import ScoreEntry
from surveys.actions import follow_ups
from surveys.models import FollowUp, Rectification
from surveys.queries import figures
from tests.surveys.conftest import deliver
from tickets.actions import holds, part_lines
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

FOUR = {"solved": True, "polite": True, "missing": "", "satisfied": True, "score": 9}


def hours(follow_up: FollowUp) -> float:
    """From the closing to the due time."""
    return (follow_up.due_at - follow_up.opened_at).total_seconds() / 3600


@pytest.mark.req("FUP-01")
def test_an_ordinary_service_is_followed_up_once_within_24_hours(api, closed, agent, agent2) -> None:
    ticket = closed()
    for _ in range(2):
        commands.run(follow_ups.open_for_ticket, ticket)
    row = FollowUp.objects.get()
    assert (row.cause, hours(row), row.owner, row.opened_at) == ("ordinary", 24, agent, ticket.closed_at)
    path = f"follow-ups/{row.pk}/"
    assert api(agent).get(path).json()["due_at"]
    assert [c["clause"]["article"] for c in api(agent).get(f"{path}clocks/").json()["results"]] == ["5.2.2"]
    assert api(agent2).get(path).status_code == 404
    assert api(agent2).post(f"{path}outcome/", FOUR).status_code == 404


@pytest.mark.req("FUP-01")
def test_an_answered_question_is_followed_up_too(story) -> None:
    ticket = story.answered()
    deliver()
    assert hours(FollowUp.objects.get(ticket=ticket)) == 24


@pytest.mark.req("FUP-02")
def test_a_part_or_factory_repair_is_followed_up_within_72_hours(api, story, part, agent2) -> None:
    ticket = story.diagnosed()
    commands.run(part_lines.add, ticket, part=part, quantity=1, actor=story.engineer.user)
    assert follow_ups.cause_for(Ticket.objects.get(pk=ticket.pk)) == "long"
    other = story.on_hold(reason="factory")
    commands.run(holds.resume, other, actor=story.engineer.user)
    row = commands.run(follow_ups.open_for_ticket, Ticket.objects.get(pk=other.pk))
    assert (row.cause, hours(row)) == ("long", 72)
    assert (
        api(agent2)
        .post(f"follow-ups/{row.pk}/attempt/", {"channel": "phone", "outcome": "reached"})
        .status_code
        == 404
    )


@pytest.mark.req("FUP-03")
def test_a_major_matter_comes_first_and_is_due_within_48_hours(api, closed, agent, agent2) -> None:
    ticket = closed(is_critical=True)
    row = FollowUp.objects.get(ticket=ticket)
    assert (row.cause, hours(row)) == ("major", 48)
    assert (
        api(agent2)
        .post(f"follow-ups/{row.pk}/attempt/", {"channel": "phone", "outcome": "reached"})
        .status_code
        == 404
    )


@pytest.mark.req("FUP-03")
def test_a_complaint_raises_the_call_still_owed_and_is_not_called_about_twice(api, closed, agent) -> None:
    ticket = closed()
    body = {
        "ticket": ticket.number,
        "channel": "hotline",
        "content": "还漏",
        "apology": "抱歉",
    }
    assert api(agent).post("complaints/", body).status_code == 201
    deliver()
    row = FollowUp.objects.get()
    assert (row.cause, row.complaint is not None) == ("major", True)
    assert clocks.for_subject(row)[0].rule.value == 48


@pytest.mark.req("FUP-03")
def test_a_complaint_without_ticket_is_followed_up_after_its_end(customer, agent) -> None:
    said = {"channel": "visit", "content": "态度差", "apology": "抱歉", "simple": "已批评教育"}
    complaint = commands.run(complaints.register, customer=customer, **said, actor=agent.user)
    deliver()
    row = FollowUp.objects.get(complaint=complaint)
    assert (row.cause, hours(row), row.ticket) == ("major", 48, None)


@pytest.mark.req("FUP-04")
def test_outcome_keeps_the_four_answers_and_refuses_less(api, closed, agent, engineer) -> None:
    closed()
    row = FollowUp.objects.get()
    path = f"follow-ups/{row.pk}/outcome/"
    for missing in ("solved", "polite", "missing", "satisfied"):
        response = api(agent).post(path, {k: v for k, v in FOUR.items() if k != missing})
        assert [e["field"] for e in response.json()["errors"]] == [missing]
    assert api(agent).post(path, FOUR | {"score": 11}).status_code == 400
    done = api(agent).post(path, FOUR | {"missing": "希望更快"})
    assert done.json() == {
        "outcome": FOUR | {"missing": "希望更快"},
        "follow_up": {"id": row.pk, "status": "completed", "version": 1},
    }
    assert api(agent).post(path, FOUR).json()["code"] == "transition_not_allowed"
    assert clocks.for_subject(row)[0].state == "met"
    marks = dict(ScoreEntry.objects.filter(person=engineer).values_list("criterion", "value"))
    assert {k: float(v) for k, v in marks.items()} == {"attitude": 100.0, "satisfaction": 88.89}


@pytest.mark.req("FUP-04")
def test_who_did_the_work_neither_calls_nor_is_given_the_call(api, closed, agent, engineer) -> None:
    closed()
    row = FollowUp.objects.get()
    engineer.extra_roles = ["agent"]
    engineer.save()
    refused = api(engineer).post(f"follow-ups/{row.pk}/outcome/", FOUR)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    given = api(agent).post(f"follow-ups/{row.pk}/handover/", {"owner": "engineer"})
    assert (given.status_code, given.json()["code"]) == (409, "did_the_work")
    row.refresh_from_db()
    assert (row.status, row.owner) == ("due", agent)


@pytest.mark.req("FUP-07")
def test_unsolved_opens_the_ticket_again_and_the_next_closing_owes_another_call(
    api, closed, agent, story
) -> None:
    ticket = closed()
    row = FollowUp.objects.get()
    api(agent).post(
        f"follow-ups/{row.pk}/outcome/", FOUR | {"solved": False, "missing": "又不制冷", "satisfied": False}
    )
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopen_count) == ("in_handling", 1)
    assert api(agent).post(f"follow-ups/{row.pk}/outcome/", FOUR | {"solved": False}).status_code == 409
    ticket.refresh_from_db()
    assert ticket.reopen_count == 1


@pytest.mark.req("FUP-07")
def test_reopening_elsewhere_cancels_the_call_still_owed(api, closed, agent) -> None:
    ticket = closed()
    assert api(agent).post(f"tickets/{ticket.number}/reopening/", {"reason": "又坏了"}).status_code == 201
    deliver()
    row = FollowUp.objects.get()
    assert (row.status, clocks.for_subject(row)[0].state) == ("cancelled", "cancelled")
    assert api(agent).post(f"follow-ups/{row.pk}/outcome/", FOUR).status_code == 409


def test_unreachable_ends_after_as_many_tries_as_the_setting_says(api, closed, agent) -> None:
    closed()
    row = FollowUp.objects.get()
    tried = {"channel": "phone", "outcome": "unreachable", "note": "无人接听"}
    states = [
        api(agent).post(f"follow-ups/{row.pk}/attempt/", tried).json()["follow_up"]["status"]
        for _ in range(3)
    ]
    assert states == ["in_contact", "in_contact", "unreachable"]
    assert api(agent).post(f"follow-ups/{row.pk}/attempt/", tried).json()["code"] == "transition_not_allowed"
    assert len(api(agent).get(f"follow-ups/{row.pk}/attempt/").json()["results"]) == 3


def test_a_low_mark_on_the_phone_opens_a_rectification(api, closed, agent) -> None:
    closed()
    row = FollowUp.objects.get()
    api(agent).post(f"follow-ups/{row.pk}/outcome/", FOUR | {"satisfied": False, "score": 3})
    assert Rectification.objects.get().follow_up == row


@pytest.mark.req("FUP-01")
def test_an_overdue_call_is_told_to_the_supervisor(story, supervisor) -> None:
    ticket = story.answered()
    with commands.as_of(timezone.now() - timedelta(days=3)):
        row = commands.run(follow_ups.open_for_ticket, ticket, closed_at=timezone.now() - timedelta(days=3))
    fire_due()
    deliver()
    assert clocks.for_subject(row)[0].state == "breached"
    assert Notification.objects.filter(user=supervisor.user, template="follow_up.late").count() > 0


def test_queue_is_in_due_order_and_costs_the_same_for_one_and_for_three(
    api, story, agent, query_count
) -> None:
    client = api(agent)
    story.answered()
    deliver()
    client.get("follow-ups/")
    one = query_count(lambda: client.get("follow-ups/"))
    for _ in range(2):
        story.answered()
    deliver()
    assert query_count(lambda: client.get("follow-ups/?page_size=10")) == one
    dues = [r["due_at"] for r in client.get("follow-ups/?open=true").json()["results"]]
    assert (len(dues), dues) == (3, sorted(dues))


def test_figures_are_what_the_formulas_say(api, story, agent, customer) -> None:
    for _ in range(3):
        story.answered()
    deliver()
    solved, unsolved, _open = FollowUp.objects.order_by("pk")
    api(agent).post(f"follow-ups/{solved.pk}/outcome/", FOUR)
    api(agent).post(f"follow-ups/{unsolved.pk}/outcome/", FOUR | {"solved": False, "score": 4})
    said = {"channel": "visit", "content": "态度差", "apology": "抱歉"}
    commands.run(complaints.register, customer=customer, **said, actor=agent.user)
    period = figures.Period(timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=2))
    found = {name: figure.value for name, figure in figures.report(period).items()}
    assert (float(found["score"]), float(found["solution_rate"]), float(found["coverage"])) == (
        6.5,
        50.0,
        100.0,
    )
    assert (found["response_rate"], float(found["complaint_rate"]), float(found["survey_return"])) == (
        None,
        50.0,
        0.0,
    )

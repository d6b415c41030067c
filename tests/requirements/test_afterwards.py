"""Complaints, surveys, calls and appraisals: what they refuse, requirement by requirement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from complaints import actions as complaints
from complaints.models import Complaint
from service_center.kernel import clocks, commands
from staff.models import Appraisal, Person, ScoreEntry
from surveys.actions import follow_ups
from surveys.models import FollowUp, Invitation, Rectification
from tests.complaints.conftest import SAID
from tests.surveys.conftest import deliver
from tests.tickets.conftest import Story
from tickets.actions import holds
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

Api = Callable[..., Any]
FOUR = {"solved": True, "polite": True, "missing": "", "satisfied": True, "score": 9}
PLAN = {
    "text": "更换密封圈", "department": "维修部", "responsible": "agent",
    "timetable": [{"step": "更换", "due_on": "2030-01-08"}],
}  # fmt: skip


def fields(answer: Any, status: int = 400) -> set[str]:
    assert answer.status_code == status, answer.content
    return {error["field"] for error in answer.json()["errors"]}


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


@pytest.fixture
def complaint(customer: Any, agent: Person) -> Complaint:
    return commands.run(complaints.register, customer=customer, **SAID, actor=agent.user)


def state_of(complaint: Complaint, kind: str) -> str:
    return next(c.state for c in clocks.for_subject(complaint) if c.kind == kind)


# -- complaints ----------------------------------------------------------------------------------------------------


@pytest.mark.req("CMP-01")
@pytest.mark.parametrize("channel", ["smoke", "", None])
def test_a_complaint_by_an_unknown_channel_is_refused(
    channel: Any, agent: Person, customer: Any, api: Api
) -> None:
    body = SAID | {"customer": customer.pk, "channel": channel}
    assert fields(api(agent).post("complaints/", body)) == {"channel"}
    assert api(None).post("complaints/", body | {"channel": "web"}).status_code == 401
    assert not Complaint.objects.exists()


@pytest.mark.req("CMP-05")
def test_an_answer_without_words_or_to_a_complex_complaint_is_refused(
    agent: Person, engineer: Person, complaint: Complaint, api: Api
) -> None:
    url = f"complaints/{complaint.number}"
    assert fields(api(agent).post(f"{url}/answer/", {"text": " "})) == {"text"}
    assert api(engineer).post(f"{url}/answer/", {"text": "已解释"}).status_code == 404
    assert fields(api(agent).post(f"{url}/grading/", {"gravity": "general", "complexity": "odd"})) == {
        "complexity"
    }
    assert (
        api(agent).post(f"{url}/grading/", {"gravity": "general", "complexity": "complex"}).status_code == 201
    )
    refused(api(agent).post(f"{url}/answer/", {"text": "已解释"}), 409, "transition_not_allowed")
    assert state_of(complaint, "reply") == "running"


@pytest.mark.req("SLA-17")
def test_a_response_to_a_complaint_out_of_time_or_by_a_stranger_is_refused(
    agent: Person, agent2: Person, complaint: Complaint, api: Api
) -> None:
    url = f"complaints/{complaint.number}/contacts/"
    reached = {"channel": "phone", "outcome": "reached", "note": "三天内答复"}
    early = (complaint.reported_at - timedelta(hours=2)).isoformat()
    late = (timezone.now() + timedelta(hours=2)).isoformat()
    assert [fields(api(agent).post(url, reached | {"at": at})) for at in (early, late)] == [{"at"}, {"at"}]
    assert fields(api(agent).post(url, reached | {"outcome": "maybe"})) == {"outcome"}
    assert api(agent2).post(url, reached).status_code == 404
    assert state_of(complaint, "response") == "running"
    assert api(agent).post(url, reached).status_code == 201
    assert state_of(complaint, "response") == "met"


@pytest.mark.req("SLA-18")
def test_a_verification_without_evidence_out_of_turn_or_by_a_stranger_is_refused(
    agent: Person, agent2: Person, complaint: Complaint, api: Api, walk: Callable[..., Any]
) -> None:
    url = f"complaints/{complaint.number}/verification/"
    found = {"founded": True, "evidence": "三张维修单"}
    refused(api(agent).post(url, found), 409, "transition_not_allowed")
    walk(complaint, "graded")
    assert fields(api(agent).post(url, {"evidence": "x"})) == {"founded"}
    assert api(agent2).post(url, found).status_code == 404
    assert state_of(complaint, "verification") == "running"
    assert api(agent).post(url, found).status_code == 201
    assert state_of(complaint, "verification") == "met"


@pytest.mark.req("CMP-10")
def test_a_result_without_an_agreed_plan_is_refused(
    agent: Person, agent2: Person, complaint: Complaint, api: Api, walk: Callable[..., Any]
) -> None:
    walk(complaint, "investigated")
    url = f"complaints/{complaint.number}"
    refused(
        api(agent).post(f"{url}/result/", {"channel": "phone", "text": "好了"}), 409, "transition_not_allowed"
    )
    for missing in ("text", "responsible", "timetable"):
        body = {k: v for k, v in PLAN.items() if k != missing}
        assert fields(api(agent).post(f"{url}/plan/", body)) == {missing}
    assert api(agent2).post(f"{url}/plan/", PLAN).status_code == 404
    assert Complaint.objects.get().status == "investigated"


@pytest.mark.req("CMP-12")
def test_dissatisfaction_without_reason_and_an_unchanged_plan_are_refused(
    agent: Person, complaint: Complaint, api: Api, walk: Callable[..., Any]
) -> None:
    walk(complaint, "result_told")
    url, door = f"complaints/{complaint.number}", api(agent)
    assert fields(door.post(f"{url}/satisfaction/", {"satisfied": False})) == {"reason"}
    assert door.post(f"{url}/satisfaction/", {"satisfied": False, "reason": "还漏"}).status_code == 201
    refused(door.post(f"{url}/closure/", {}), 409, "transition_not_allowed")
    refused(door.post(f"{url}/result/", {"channel": "phone", "text": "同前"}), 409, "plan_not_revised")
    assert Complaint.objects.get().status == "plan_set"


# -- follow-up calls -----------------------------------------------------------------------------------------------


def owed(story: Story, cause: str) -> FollowUp:
    """A call owed after a closing of that kind."""
    if cause == "long":
        held = story.on_hold(reason="factory")
        commands.run(holds.resume, held, actor=story.engineer.user)
        story.closed(Ticket.objects.get(pk=held.pk))
    else:
        story.closed(is_critical=cause == "major")
    deliver()
    return FollowUp.objects.get(cause=cause)


@pytest.mark.req("FUP-01", "FUP-02", "FUP-03")
@pytest.mark.parametrize(("cause", "hours"), [("ordinary", 24), ("long", 72), ("major", 48)])
def test_a_call_has_the_hours_of_its_one_rule(cause: str, hours: int, story: Story, api: Api) -> None:
    row = owed(story, cause)
    shown = api(story.agent).get(f"follow-ups/{row.pk}/").json()
    clock = api(story.agent).get(f"follow-ups/{row.pk}/clocks/").json()["results"][0]
    assert (shown["cause"], clock["target"], clock["unit"]) == (cause, hours, "hour")
    assert row.due_at - row.opened_at == timedelta(hours=hours)
    done = api(story.agent).post(f"follow-ups/{row.pk}/outcome/", FOUR)
    assert (done.status_code, FollowUp.objects.count()) == (201, 1)
    assert api(story.agent).get(f"follow-ups/{row.pk}/clocks/").json()["results"][0]["state"] == "met"


@pytest.mark.req("FUP-01", "FUP-02", "FUP-03")
@pytest.mark.parametrize("cause", ["ordinary", "long", "major"])
def test_a_call_by_a_stranger_or_by_who_did_the_work_is_refused(
    cause: str, story: Story, agent2: Person, api: Api
) -> None:
    row = owed(story, cause)
    url = f"follow-ups/{row.pk}/outcome/"
    assert api(None).post(url, FOUR).status_code == 401
    assert api(agent2).post(url, FOUR).status_code == 404
    story.engineer.extra_roles = ["agent"]
    story.engineer.save()
    refused(api(story.engineer).post(url, FOUR), 403, "forbidden")
    assert fields(api(story.agent).post(url, FOUR | {"score": 11})) == {"score"}
    row.refresh_from_db()
    assert (row.status, row.completed_at) == ("due", None)


@pytest.mark.req("FUP-07")
def test_a_second_handling_twice_or_by_a_stranger_is_refused(story: Story, agent2: Person, api: Api) -> None:
    row = owed(story, "ordinary")
    url, unsolved = f"follow-ups/{row.pk}/outcome/", FOUR | {"solved": False, "satisfied": False, "score": 3}
    assert api(agent2).post(url, unsolved).status_code == 404
    assert Ticket.objects.get().status == "closed"
    assert api(story.agent).post(url, unsolved).status_code == 201
    refused(api(story.agent).post(url, unsolved), 409, "transition_not_allowed")
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.reopen_count) == ("in_handling", 1)


# -- surveys and appraisal -----------------------------------------------------------------------------------------


def judged(story: Story, api: Api, mark: int) -> Invitation:
    story.closed()
    deliver()
    invitation = Invitation.objects.get()
    marks = {
        "service": {"quality": mark, "effect": mark, "speed": mark},
        "card": {"attitude": 4, "technique": 3, "arrival": 2, "promises": 1},
    }
    answered = api(story.agent).post(
        f"surveys/invitations/{invitation.pk}/answer/", {"channel": "phone", "marks": marks}
    )
    assert answered.status_code == 201, answer_text(answered)
    return invitation


def answer_text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.req("SUR-06")
def test_customers_marks_are_part_of_the_engineers_month(story: Story, api: Api) -> None:
    judged(story, api, 10)
    given = dict(ScoreEntry.objects.filter(person=story.engineer).values_list("criterion", "value"))
    month = f"{timezone.localdate():%Y-%m}"
    made = api(story.manager).post("appraisals/", {"person": "engineer", "period": month})
    assert made.status_code == 201, answer_text(made)
    lines = {line["criterion"]: line for line in api(story.manager).get(made["Location"]).json()["lines"]}
    for criterion, value in given.items():
        assert Decimal(lines[criterion]["figure"]) == value
        assert [entry["value"] for entry in lines[criterion]["entries"]] == [f"{value:.2f}"]
    wanted = {"satisfaction": "100.00", "skill": "66.67", "attitude": "44.44"}
    assert given == {criterion: Decimal(mark) for criterion, mark in wanted.items()}


@pytest.mark.req("SUR-06")
def test_marks_and_months_are_refused_to_the_judged(story: Story, api: Api) -> None:
    invitation = judged(story, api, 10)
    body = {"person": "engineer", "period": f"{timezone.localdate():%Y-%m}"}
    for who in (story.engineer, story.agent):
        assert api(who).post("appraisals/", body).status_code == 403
    marks = {"channel": "phone", "marks": {"service": {"quality": 1, "effect": 1, "speed": 1}}}
    url = f"surveys/invitations/{invitation.pk}/answer/"
    assert api(story.engineer).post(url, marks).status_code == 404
    refused(api(story.agent).post(url, marks), 409, "already_answered")
    assert not Appraisal.objects.exists()


@pytest.mark.req("SUR-07")
def test_a_correction_without_cause_owner_or_turn_is_refused(
    story: Story, supervisor: Person, agent2: Person, api: Api
) -> None:
    judged(story, api, 2)
    row = Rectification.objects.get()
    url, door = f"rectifications/{row.pk}", api(supervisor)
    refused(door.post(f"{url}/completion/", {"result": "已补货"}), 409, "transition_not_allowed")
    body = {"cause": "备件不足", "measure": "增加库存", "owner": "agent"}
    for missing in ("cause", "measure"):
        assert fields(door.post(f"{url}/analysis/", body | {missing: " "})) == {missing}
    assert fields(door.post(f"{url}/analysis/", body | {"owner": "nobody"})) == {"owner"}
    assert api(agent2).post(f"{url}/analysis/", body).status_code == 404
    assert api(story.engineer).get(f"{url}/").status_code == 404
    row.refresh_from_db()
    assert (row.status, row.cause) == ("open", "")


def test_follow_ups_opened_twice_are_one(story: Story) -> None:
    row = owed(story, "ordinary")
    assert commands.run(follow_ups.open_for_ticket, row.ticket) == row

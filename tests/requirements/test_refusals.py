"""Refusals that belong to one requirement each, where the rooms' tests show only that the thing works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from complaints import actions as complaints
from complaints.models import Complaint
from service_center.kernel import commands
from service_center.kernel.models import Event, Message, Notification
from staff.models import Person
from surveys.models import Invitation
from tests.complaints.conftest import SAID
from tests.surveys.conftest import deliver
from tests.tickets.conftest import Story, hours
from tickets.models import Assignment, Report, Ticket

pytestmark = pytest.mark.django_db

Api = Callable[..., Any]


def fields(answer: Any, status: int = 400) -> set[str]:
    assert answer.status_code == status, answer.content
    return {error["field"] for error in answer.json()["errors"]}


@pytest.mark.req("TKT-01")
@pytest.mark.parametrize("channel", ["smoke", "", None, "PHONE"])
def test_a_request_by_an_unknown_channel_is_refused(channel: Any, story: Story, api: Api) -> None:
    body = {
        "channel": channel, "customer": {"id": story.unit.customer_id}, "subject": "不制冷", "description": "x",
        "demand": "repair",
    }  # fmt: skip
    assert fields(api(story.agent).post("tickets/", body)) == {"channel"}
    assert api(None).post("tickets/", body | {"channel": "phone"}).status_code == 401
    assert api(story.engineer).post("tickets/", body | {"channel": "phone"}).status_code == 403
    assert not Ticket.objects.exists()


@pytest.mark.req("TKT-17")
def test_a_work_order_without_person_or_time_is_refused_and_pushed_to_nobody(
    story: Story, engineer2: Person, api: Api
) -> None:
    ticket, desk = story.classified(), api(story.agent)
    url = f"tickets/{ticket.number}/assignment/"
    assert fields(desk.post(url, {"engineer": "engineer"})) == {"expected_at"}
    assert fields(desk.post(url, {"expected_at": hours(5).isoformat()})) == {"engineer"}
    assert fields(desk.post(url, {"engineer": "nobody", "expected_at": hours(5).isoformat()})) == {"engineer"}
    deliver()
    assert not (Assignment.objects.exists() or Notification.objects.filter(user=story.engineer.user).exists())
    assert desk.post(url, {"engineer": "engineer", "expected_at": hours(5).isoformat()}).status_code == 201
    deliver()
    assert Notification.objects.filter(user=story.engineer.user).exists()
    assert api(engineer2).get(f"tickets/{ticket.number}/").status_code == 404
    assert not Notification.objects.filter(user=engineer2.user).exists()


@pytest.mark.req("TKT-26")
def test_a_services_record_is_refused_to_strangers_and_changed_by_nobody(
    story: Story, agent2: Person, api: Api
) -> None:
    url = f"tickets/{story.closed().number}/timeline/"
    assert api(None).get(url).status_code == 401
    assert api(agent2).get(url).status_code == 404
    told = Event.objects.count()
    for method in ("POST", "PATCH", "DELETE"):
        assert api(story.manager)(method, url, {}).status_code == 405
    assert Event.objects.count() == told


@pytest.mark.req("RPR-17")
def test_a_report_without_the_work_or_by_another_engineer_is_refused(
    story: Story, engineer2: Person, api: Api
) -> None:
    ticket = story.diagnosed()
    url = f"tickets/{ticket.number}/report/"
    body = {
        "work_done": "更换主板", "tested": True, "demonstrated": True, "customer_comment": "",
        "signature": story.signed(ticket),
    }  # fmt: skip
    assert fields(api(story.engineer).post(url, body | {"work_done": " "})) == {"work_done"}
    assert api(engineer2).post(url, body).status_code == 404
    assert api(story.agent).post(url, body).status_code == 403
    assert (Report.objects.count(), Ticket.objects.get().status) == (0, "in_handling")


@pytest.mark.req("CMP-11")
def test_a_result_told_without_words_by_a_stranger_or_twice_is_refused(
    agent: Person, agent2: Person, customer: Any, walk: Callable[..., Complaint], api: Api
) -> None:
    complaint = commands.run(complaints.register, customer=customer, **SAID, actor=agent.user)
    walk(complaint, "plan_set")
    url, told = f"complaints/{complaint.number}/result/", {"channel": "phone", "text": "已更换"}
    assert fields(api(agent).post(url, told | {"text": " "})) == {"text"}
    assert fields(api(agent).post(url, told | {"channel": "smoke"})) == {"channel"}
    assert api(agent2).post(url, told).status_code == 404
    assert api(agent).post(url, told).status_code == 201
    assert api(agent).post(url, told).json()["code"] == "transition_not_allowed"


@pytest.mark.req("SUR-01")
def test_a_survey_is_refused_to_other_branches_and_sent_again_only_unanswered(
    closed: Callable[..., Ticket], agent: Person, agent2: Person, api: Api
) -> None:
    closed()
    deliver()
    row = Invitation.objects.get()
    url = f"surveys/invitations/{row.pk}"
    assert api(agent2).get("surveys/invitations/").json()["results"] == []
    assert api(agent2).post(f"{url}/resend/").status_code == 404
    marks = {"channel": "phone", "marks": {"service": {"quality": 9, "effect": 9, "speed": 9}}}
    assert fields(api(agent).post(f"{url}/answer/", marks | {"channel": "link"})) == {"channel"}
    assert api(agent).post(f"{url}/answer/", marks).status_code == 201
    assert api(agent).post(f"{url}/resend/").json()["code"] == "already_answered"
    assert Message.objects.filter(template="survey.invitation").count() == 1

"""Surveys after a service: sent to all, answered once by link or phone, into the ledger and to rectification."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from service_center.kernel import commands
from service_center.kernel.models import CommandRecord, Message
from service_center.kernel.tokens import digest
from staff.models import ScoreEntry
from surveys.actions import invitations
from surveys.models import Answer, Invitation, Rectification
from tests.surveys.conftest import deliver, survey_path

pytestmark = pytest.mark.django_db

SERVICE = {"quality": 10, "effect": 10, "speed": 7}
CARD = {"attitude": 4, "technique": 4, "arrival": 1, "promises": 4}


def posted(
    service: dict[str, int] | None = None, card: dict[str, int] | None = None, **more: Any
) -> dict[str, Any]:
    marks = {f"service.{k}": v for k, v in (service or {}).items()} | {
        f"card.{k}": v for k, v in (card or {}).items()
    }
    return marks | more


@pytest.mark.req("SUR-01", "SUR-04")
def test_every_closed_service_gets_one_link_to_questions_and_card(closed, client: Client) -> None:
    ticket = closed()
    deliver()
    invitation = Invitation.objects.get(ticket=ticket)
    assert sorted(q.kind for q in invitation.questionnaires.all()) == ["card", "service"]
    assert Message.objects.filter(template="survey.invitation").count() == 1
    page = client.get(survey_path())
    assert (page.status_code, page["Referrer-Policy"]) == (200, "strict-origin")
    text = page.content.decode()
    assert text.count('type="radio"') == 3 * 10 + 4 * 4 + 3
    token = survey_path().split("/")[2]
    assert invitation.token_digest == digest(token) != token


@pytest.mark.req("SUR-01")
def test_an_answered_question_is_asked_about_without_the_card(story) -> None:
    ticket = story.answered()
    deliver()
    assert [q.kind for q in Invitation.objects.get(ticket=ticket).questionnaires.all()] == ["service"]


@pytest.mark.req("SUR-02", "SUR-04", "SUR-06")
def test_answer_by_link_counts_once_and_posts_the_engineers_scores(closed, engineer, client: Client) -> None:
    closed()
    path, body = survey_path(), posted(SERVICE, CARD, comment="很好", comment_kind="praise", command_key="k1")
    assert client.post(path, body).status_code == 200
    assert client.post(path, body).status_code == 200  # the same form sent twice
    assert client.post(path, posted(SERVICE, CARD)).status_code == 404  # another answer
    assert client.get(path).status_code == 404
    invitation = Invitation.objects.get()
    assert (invitation.answers.count(), invitation.channel, invitation.comment_kind) == (7, "link", "praise")
    scores = dict(
        ScoreEntry.objects.filter(person=engineer, source_id=invitation.pk).values_list("criterion", "value")
    )
    assert scores == {"satisfaction": Decimal("88.89"), "skill": Decimal(100), "attitude": Decimal("66.67")}


@pytest.mark.req("SUR-04")
@pytest.mark.parametrize(
    "body",
    [
        {},
        posted({"quality": 9}),
        posted({**SERVICE, "speed": 11}),
        posted(SERVICE, {**CARD, "attitude": 5}),
        posted({**SERVICE, "speed": 0}),
    ],
)
def test_answer_is_refused_when_half_filled_or_off_scale(closed, client: Client, body) -> None:
    closed()
    response = client.post(survey_path(), body)
    assert response.status_code == 400
    assert (Answer.objects.count(), ScoreEntry.objects.count(), Invitation.objects.get().answered_at) == (
        0,
        0,
        None,
    )


def test_unknown_used_and_expired_links_look_the_same(closed, client: Client) -> None:
    closed()
    path = survey_path()
    unknown = client.get("/s/" + "x" * 43 + "/")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    expired = client.get(path)
    assert expired.status_code == unknown.status_code == 404
    assert client.post(path, posted(SERVICE)).status_code == 404
    assert [t.name for t in expired.templates] == [t.name for t in unknown.templates]


def test_reading_the_survey_writes_nothing(closed, client: Client) -> None:
    closed()
    before = CommandRecord.objects.count()
    client.get(survey_path())
    assert (CommandRecord.objects.count(), Invitation.objects.get().answered_at) == (before, None)


@pytest.mark.req("SUR-02")
def test_answers_are_entered_by_phone_and_refused_twice_or_to_another_branch(
    api, closed, agent, agent2, engineer
) -> None:
    closed()
    path = f"surveys/invitations/{Invitation.objects.get().pk}/answer/"
    body = {"channel": "phone", "marks": {"service": SERVICE}}
    assert api(agent2).post(path, body).status_code == 404
    assert api(engineer).post(path, body).status_code == 404
    assert api(agent).post(path, body | {"channel": "link"}).status_code == 400
    done = api(agent).post(path, body)
    assert (done.status_code, done.json()["answer"]["score"]) == (201, "88.89")
    again = api(agent).post(path, body)
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")


@pytest.mark.req("SUR-01")
def test_resend_gives_a_new_link_and_kills_the_old(api, closed, agent, agent2, client: Client) -> None:
    closed()
    old, invitation = survey_path(), Invitation.objects.get()
    assert api(agent2).post(f"surveys/invitations/{invitation.pk}/resend/").status_code == 404
    done = api(agent).post(f"surveys/invitations/{invitation.pk}/resend/")
    assert (done.status_code, done.json()["resend"]["sent_count"]) == (201, 2)
    assert (client.get(old).status_code, client.get(survey_path()).status_code) == (404, 200)
    client.post(survey_path(), posted(SERVICE))
    assert (
        api(agent).post(f"surveys/invitations/{invitation.pk}/resend/").json()["code"] == "already_answered"
    )


@pytest.mark.req("SUR-07")
def test_a_low_mark_leads_to_cause_and_correction_with_owner_and_day(
    api, closed, agent, supervisor, engineer, client
) -> None:
    closed()
    client.post(survey_path(), posted({"quality": 2, "effect": 3, "speed": 2}))
    deliver()
    row = Rectification.objects.get()
    assert (row.owner, row.engineer, row.due_at > row.opened_at) == (supervisor, engineer, True)
    path = f"rectifications/{row.pk}"
    body = {"cause": "备件不足", "measure": "增加库存", "owner": "agent"}
    assert api(engineer).post(f"{path}/analysis/", body).status_code == 404
    assert (
        api(supervisor).post(f"{path}/completion/", {"result": "x"}).json()["code"]
        == "transition_not_allowed"
    )
    analysed = api(supervisor).post(f"{path}/analysis/", body)
    assert (
        analysed.json()["analysis"] | {"status": "analysed", "owner": "agent", "cause": "备件不足"}
        == analysed.json()["analysis"]
    )
    assert (
        api(agent).post(f"{path}/completion/", {"result": "已补货"}).json()["rectification"]["status"]
        == "done"
    )
    assert api(agent).post(f"{path}/completion/", {"result": "已补货"}).status_code == 409


@pytest.mark.req("SUR-07")
def test_a_good_mark_opens_no_rectification(closed, client: Client) -> None:
    closed()
    client.post(survey_path(), posted(SERVICE))
    assert Rectification.objects.count() == 0


def test_invitations_list_costs_the_same_for_one_and_for_three(api, story, agent, query_count) -> None:
    client = api(agent)
    story.answered()
    deliver()
    client.get("surveys/invitations/")
    one = query_count(lambda: client.get("surveys/invitations/"))
    for _ in range(2):
        story.answered()
    deliver()
    assert query_count(lambda: client.get("surveys/invitations/?page_size=10")) == one
    assert len(client.get("surveys/invitations/?answered=false").json()["results"]) == 3


def test_invite_twice_sends_once(closed) -> None:
    ticket = closed()
    for _ in range(2):
        commands.run(invitations.invite, ticket)
    assert (Invitation.objects.count(), Message.objects.filter(template="survey.invitation").count()) == (
        1,
        1,
    )


@pytest.mark.django_db
def test_two_who_ask_first_at_once_ship_one_set_of_questionnaires(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second looked before the first had written."""
    first = invitations.questionnaires(timezone.now())
    assert first
    monkeypatch.setattr(QuerySet, "exists", lambda self: False)
    assert invitations.questionnaires(timezone.now()) == first

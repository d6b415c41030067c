"""The pages of calls, corrections and results."""

from __future__ import annotations

import pytest

from surveys.models import FollowUp, Rectification
from tests.surveys.conftest import deliver, survey_path

pytestmark = pytest.mark.django_db

FOUR = {"solved": "yes", "polite": "yes", "missing": "", "satisfied": "yes", "score": "9"}


@pytest.mark.req("FUP-04")
def test_the_call_page_asks_the_four_questions(web, closed, agent, agent2, engineer) -> None:
    closed()
    row = FollowUp.objects.get()
    browser, path = web(agent), f"/follow-ups/{row.pk}/"
    page = browser.get(path)
    assert [page.status_code, *page.context["forms"]["outcome"].fields] == [
        200, "solved", "polite", "missing", "satisfied", "score",
    ]  # fmt: skip
    assert web(agent2).get(path).status_code == 404
    assert browser.post(f"{path}outcome/", FOUR | {"solved": ""}).status_code == 422
    assert browser.post(f"{path}attempt/", {"channel": "phone", "outcome": "unreachable"}).status_code == 302
    assert browser.post(f"{path}outcome/", FOUR).status_code == 302
    assert browser.post(f"{path}outcome/", FOUR).status_code == 409
    row.refresh_from_db()
    assert (row.status, row.score, row.attempt_count) == ("completed", 9, 1)
    assert browser.get(browser.get(path).context["clocks"][0]["url"]).status_code == 200
    assert browser.get("/follow-ups/?corner=done").status_code == 200


def test_the_queue_costs_the_same_for_one_and_for_three(web, story, agent, query_count) -> None:
    browser = web(agent)
    story.answered()
    deliver()
    browser.get("/follow-ups/")
    one = query_count(lambda: browser.get("/follow-ups/"))
    for _ in range(2):
        story.answered()
    deliver()
    assert query_count(lambda: browser.get("/follow-ups/")) == one


@pytest.mark.req("SUR-07")
def test_a_low_mark_is_corrected_on_its_page(web, closed, supervisor, agent2, client) -> None:
    closed()
    client.post(survey_path(), {"service.quality": 2, "service.effect": 2, "service.speed": 2})
    deliver()
    row = Rectification.objects.get()
    path, browser = f"/rectifications/{row.pk}/", web(supervisor)
    assert web(agent2).get(path).status_code == 404
    assert browser.post(f"{path}analysis/", {"cause": ""}).status_code == 422
    body = {"cause": "迟到", "measure": "改排班", "owner": supervisor.pk}
    assert browser.post(f"{path}analysis/", body).status_code == 302
    assert browser.post(f"{path}completion/", {"result": "已改"}).status_code == 302
    assert (browser.get(path).status_code, browser.get("/rectifications/").status_code) == (200, 200)
    row.refresh_from_db()
    assert row.status == "done"


def test_the_report_is_for_those_who_lead(web, closed, agent, supervisor, manager, client) -> None:
    ticket = closed()
    client.post(survey_path(), {"service.quality": 8, "service.effect": 9, "service.speed": 10, "card.attitude": 4,
                                "card.technique": 4, "card.arrival": 4, "card.promises": 4})  # fmt: skip
    assert web(agent).get("/surveys/").status_code == 403
    for reader in (supervisor, manager):
        page = web(reader).get("/surveys/?since=nonsense")
        assert (page.status_code, float(page.context["figures"]["score"].value)) == (200, 9.0)
        assert ticket.number in page.content.decode()


def test_the_ticket_page_shows_surveys_and_resends(web, closed, agent) -> None:
    ticket = closed()
    page = web(agent).get(f"/tickets/{ticket.number}/").content.decode()
    assert "/follow-ups/" in page
    pk = ticket.survey_invitations.get().pk
    assert web(agent).post(f"/surveys/invitations/{pk}/resend/").status_code == 302

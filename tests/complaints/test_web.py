"""The complaints' pages: the next step is the one that stands out, refusals stand beside their field."""

from __future__ import annotations

import pytest

from complaints import actions
from complaints.models import Complaint
from service_center.kernel import commands
from tests.complaints.conftest import SAID

pytestmark = pytest.mark.django_db


def test_a_complaint_is_registered_and_graded_on_its_pages(web, agent, customer) -> None:
    browser = web(agent)
    assert browser.get("/complaints/new/").status_code == 200
    path = f"/complaints/new/?customer={customer.pk}"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"channel": "hotline", "content": "", "apology": ""}).status_code == 422
    done = browser.post(path, SAID | {"command_key": "k"})
    complaint = Complaint.objects.get()
    assert done["Location"] == f"/complaints/{complaint.number}/"
    assert browser.get(done["Location"]).context["primary"].noun == "grading"
    graded = browser.post(
        f"/complaints/{complaint.number}/grading/", {"gravity": "general", "complexity": "complex"}
    )
    assert graded.status_code == 302
    assert browser.get(f"/complaints/{complaint.number}/").context["primary"].noun == "team"


def test_every_step_shows_its_form(web, agent, complaint, walk) -> None:
    browser, path = web(agent), f"/complaints/{complaint.number}/"
    states = [
        "received",
        "graded",
        "verified",
        "investigated",
        "plan_set",
        "result_told",
        "satisfied",
        "closed",
    ]
    nouns = ["grading", "verification", "finding", "plan", "result", "satisfaction", "closure", None]
    for state, noun in zip(states, nouns, strict=True):
        walk(complaint, state)
        page = browser.get(f"{path}?step={noun}" if noun else path)
        assert page.status_code == 200
        primary = page.context["primary"]
        assert (primary and primary.noun) == noun
    for noun in ("contacts", "reminders", "visit", "escalation", "handover", "team", "answer", "execution"):
        assert browser.get(f"{path}?step={noun}").status_code == 200
    clock = page.context["clocks"][0]
    assert browser.get(clock["url"]).status_code == 200
    assert browser.get(f"{path}clocks/999999/").status_code == 404


def test_the_plan_form_keeps_what_was_typed_when_refused(web, agent, complaint, walk) -> None:
    walk(complaint, "investigated")
    path = f"/complaints/{complaint.number}/plan/"
    body = {"text": "换整机", "department": "维修部", "responsible": agent.pk, "step1": "更换", "due1": ""}
    refused = web(agent).post(path, body)
    assert refused.status_code == 422
    assert "换整机" in refused.content.decode()
    assert complaint.plans.count() == 0
    done = web(agent).post(path, body | {"due1": "2030-01-08", "channel": "phone", "note": "同意"})
    assert (done.status_code, complaint.plans.count(), complaint.contacts.count()) == (302, 1, 1)


def test_a_step_out_of_turn_is_told_on_the_page(web, agent, complaint) -> None:
    refused = web(agent).post(f"/complaints/{complaint.number}/result/", {"channel": "phone", "text": "好了"})
    assert refused.status_code == 409
    complaint.refresh_from_db()
    assert complaint.status == "received"


def test_strangers_and_other_branches_get_nothing(
    web, person, sh, engineer, complaint, customer, client
) -> None:
    other = web(person("agent", branch=sh))
    assert other.get(f"/complaints/{complaint.number}/").status_code == 404
    assert other.get(f"/complaints/new/?customer={customer.pk}").status_code == 404
    assert web(engineer).get("/complaints/new/").status_code == 403
    assert client.get("/complaints/").status_code == 302


def test_the_list_costs_the_same_for_one_and_for_three(web, agent, customer, complaint, query_count) -> None:
    browser = web(agent)
    browser.get("/complaints/")
    one = query_count(lambda: browser.get("/complaints/"))
    for _ in range(2):
        commands.run(actions.register, customer=customer, **SAID, actor=agent.user)
    assert query_count(lambda: browser.get("/complaints/")) == one
    for query in (
        "?corner=mine",
        "?corner=serious",
        "?corner=all&status=closed",
        "?q=王芳",
        f"?q={complaint.number}",
    ):
        assert browser.get(f"/complaints/{query}").status_code == 200

"""The complaint's REST doors: each noun works, is refused by state and by right, and leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from complaints import actions
from complaints.models import Complaint, ComplaintContact
from service_center.kernel import approvals, clocks, commands
from service_center.kernel.models import Alarm, Approval, Clock, Event, Notification
from service_center.kernel.subscriptions import sweep
from service_center.kernel.sweep import fire_due
from tests.complaints.conftest import SAID

pytestmark = pytest.mark.django_db


def clock(complaint: Complaint, kind: str) -> Clock:
    return next(c for c in clocks.for_subject(complaint) if c.kind == kind)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    return dict(response.json())


# -- intake --------------------------------------------------------------------------------------------------------


@pytest.mark.req("CMP-01", "CMP-02", "CMP-03", "CMP-04", "SLA-17", "SLA-18")
def test_register_keeps_the_record_and_starts_both_clocks(api, agent, customer) -> None:
    body = SAID | {"customer": customer.pk, "fault": "漏水", "evidence": "照片两张"}
    response = api(agent).post("complaints/", body)
    assert response.status_code == 201
    answer = response.json()
    assert response["Location"] == f"/api/v1/complaints/{answer['number']}/"
    assert answer["number"].startswith("C-")
    assert {k: answer[k] for k in ("status", "owner", "channel", "fault", "evidence", "apology")} == {
        "status": "received",
        "owner": "agent",
        "channel": "hotline",
        "fault": "漏水",
        "evidence": "照片两张",
        "apology": SAID["apology"],
    }
    kinds = {
        c["kind"]: (c["target"], c["unit"], c["clause"]["document"], c["clause"]["article"])
        for c in answer["clocks"]
    }
    assert kinds == {
        "response": (24, "hour", "001-K", "六1"),
        "verification": (3, "working_day", "001-K", "四2"),
    }


@pytest.mark.req("CMP-01")
@pytest.mark.parametrize("channel", ["hotline", "email", "web", "letter", "visit"])
def test_register_takes_every_dedicated_channel(api, agent, customer, channel) -> None:
    assert (
        api(agent).post("complaints/", SAID | {"customer": customer.pk, "channel": channel}).status_code
        == 201
    )


@pytest.mark.req("CMP-02")
@pytest.mark.parametrize("missing", ["content", "apology", "channel", "customer"])
def test_register_is_refused_without_its_record(api, agent, customer, missing) -> None:
    body = SAID | {"customer": customer.pk}
    del body[missing]
    problem = refused(api(agent).post("complaints/", body), 400, "invalid")
    assert problem["errors"][0]["field"] == missing
    assert Complaint.objects.count() == 0


@pytest.mark.req("CMP-03")
def test_register_starts_the_clock_with_the_receipt_and_refuses_the_future(api, agent, customer) -> None:
    told = timezone.now() - timedelta(days=2)
    body = SAID | {"customer": customer.pk, "reported_at": told.isoformat()}
    number = api(agent).post("complaints/", body).json()["number"]
    assert clock(Complaint.objects.get(number=number), "response").started_at == told
    later = body | {"reported_at": (timezone.now() + timedelta(hours=1)).isoformat()}
    assert (
        refused(api(agent).post("complaints/", later), 400, "invalid")["errors"][0]["field"] == "reported_at"
    )
    earlier = body | {"reported_at": (timezone.now() - timedelta(days=31)).isoformat()}
    refused(api(agent).post("complaints/", earlier), 400, "invalid")
    refused(api(agent).post("complaints/", body | {"reported_at": "2026-01-01T08:00:00"}), 400, "invalid")


@pytest.mark.req("CMP-03")
def test_register_is_refused_to_engineers_and_strangers(api, engineer, customer) -> None:
    body = SAID | {"customer": customer.pk}
    assert api(engineer).post("complaints/", body).status_code in {400, 403}
    assert api(None).post("complaints/", body).status_code == 401
    assert Complaint.objects.count() == 0


@pytest.mark.req("CMP-05")
def test_simple_complaint_is_answered_and_closed_at_once(api, agent, customer) -> None:
    answer = api(agent).post("complaints/", SAID | {"customer": customer.pk, "simple": "已当场解释"}).json()
    assert (answer["status"], answer["answer"]) == ("closed", "已当场解释")
    assert {c["kind"]: c["state"] for c in answer["clocks"]} == {"response": "met", "verification": "met"}
    problem = refused(
        api(agent).post(f"complaints/{answer['number']}/answer/", {"text": "再答"}),
        409,
        "transition_not_allowed",
    )
    assert problem["allowed"] == []


def test_register_twice_with_one_key_keeps_one(api, agent, customer) -> None:
    body = SAID | {"customer": customer.pk}
    first = api(agent).post("complaints/", body, key="k-1")
    again = api(agent).post("complaints/", body, key="k-1")
    assert (first.json()["number"], again["Idempotency-Replayed"]) == (again.json()["number"], "true")
    assert Complaint.objects.count() == 1
    refused(
        api(agent).post("complaints/", body | {"content": "别的"}, key="k-1"), 422, "idempotency_key_reused"
    )
    refused(api(agent).post("complaints/", body, key=None), 400, "idempotency_key_required")


# -- the way to the end ----------------------------------------------------------------------------------------------


def test_every_noun_is_refused_out_of_turn(api, agent, complaint) -> None:
    client, path = api(agent), f"complaints/{complaint.number}"
    bodies: dict[str, Any] = {
        "verification": {"founded": True, "evidence": "照片"},
        "team": {"leader": "agent", "members": ["agent"]},
        "finding": {"methods": ["contact"], "root_cause": "a", "responsibility": "b"},
        "plan": PLAN,
        "execution": {"report": "done"},
        "result": {"channel": "phone", "text": "x"},
        "satisfaction": {"satisfied": True},
        "closure": {},
    }
    for noun, body in bodies.items():
        problem = refused(client.post(f"{path}/{noun}/", body), 409, "transition_not_allowed")
        assert problem["allowed"] == [
            "answer",
            "contacts",
            "escalation",
            "grading",
            "handover",
            "reminders",
            "visit",
        ]
    complaint.refresh_from_db()
    assert (complaint.status, complaint.version) == ("received", 0)
    assert list(Event.objects.filter(subject_type="complaints.complaint").values_list("name", flat=True)) == [
        "complaint.registered"
    ]


PLAN = {
    "text": "更换密封圈",
    "department": "维修部",
    "responsible": "agent",
    "timetable": [{"step": "更换", "due_on": "2030-01-08"}],
}


@pytest.mark.req("CMP-10", "CMP-11", "CMP-12", "SLA-18")
def test_founded_complaint_goes_to_a_contented_customer(api, agent, complaint) -> None:
    client, path = api(agent), f"complaints/{complaint.number}"

    def post(noun: str, body: Any) -> Any:
        response = client.post(f"{path}/{noun}/", body)
        assert response.status_code == 201, response.content
        return response.json()

    assert post("grading", {"gravity": "general", "complexity": "simple"})["complaint"]["status"] == "graded"
    answer = post("verification", {"founded": True, "evidence": "三张维修单"})
    assert (answer["verification"]["founded"], answer["complaint"]["status"]) == (True, "verified")
    assert clock(complaint, "verification").state == "met"
    post(
        "finding",
        {"methods": ["contact", "appraisal"], "root_cause": "密封圈老化", "responsibility": "维修班组"},
    )
    plan = post("plan", PLAN | {"agreement": {"channel": "phone", "note": "客户同意更换"}})
    assert (plan["plan"]["number"], plan["plan"]["responsible"]) == (1, "agent")
    assert ComplaintContact.objects.get().note == "客户同意更换"
    assert clock(complaint, "response").state == "met"
    assert post("execution", {"report": "已更换"})["complaint"]["status"] == "carried_out"
    post("result", {"channel": "phone", "text": "已更换密封圈"})
    assert (
        post("satisfaction", {"satisfied": False, "reason": "还在渗水"})["complaint"]["status"] == "plan_set"
    )
    refused(client.post(f"{path}/result/", {"channel": "phone", "text": "再说一遍"}), 409, "plan_not_revised")
    assert post("plan", PLAN | {"text": "换整机"})["plan"]["number"] == 2
    post("result", {"channel": "phone", "text": "已换整机"})
    post("satisfaction", {"satisfied": True})
    assert post("closure", {})["complaint"]["status"] == "closed"
    refused(client.post(f"{path}/closure/", {}), 409, "transition_not_allowed")


@pytest.mark.req("CMP-12")
def test_dissatisfaction_needs_a_reason_and_goes_up_the_second_time(
    api, agent, director, complaint, walk
) -> None:
    walk(complaint, "result_told")
    client, path = api(agent), f"complaints/{complaint.number}"
    problem = refused(client.post(f"{path}/satisfaction/", {"satisfied": False}), 400, "invalid")
    assert problem["errors"][0]["field"] == "reason"
    for _ in range(2):
        assert client.post(f"{path}/satisfaction/", {"satisfied": False, "reason": "还漏"}).status_code == 201
        client.post(f"{path}/plan/", PLAN)
        client.post(f"{path}/result/", {"channel": "phone", "text": "再修"})
    assert [e.level for e in complaint.escalations.all()] == ["director"]
    sweep()
    assert Notification.objects.filter(user=director.user, template="complaint.escalated").count() == 1


@pytest.mark.req("CMP-11")
def test_unfounded_complaint_is_told_why_without_a_plan(api, agent, complaint, walk) -> None:
    walk(complaint, "graded")
    client, path = api(agent), f"complaints/{complaint.number}"
    client.post(f"{path}/verification/", {"founded": False, "evidence": "超出保修范围"})
    done = client.post(f"{path}/result/", {"channel": "letter", "text": "说明理由"})
    assert done.json()["complaint"]["status"] == "result_told"


@pytest.mark.req("CMP-10")
def test_founded_complaint_is_not_told_a_result_before_a_plan(api, agent, complaint, walk) -> None:
    walk(complaint, "verified")
    response = api(agent).post(f"complaints/{complaint.number}/result/", {"channel": "phone", "text": "好了"})
    assert "result" not in refused(response, 409, "transition_not_allowed")["allowed"]


@pytest.mark.req("CMP-04")
def test_handover_gives_another_owner_and_refuses_a_stranger(
    api, person, agent, supervisor, sh, complaint
) -> None:
    path = f"complaints/{complaint.number}/handover/"
    assert api(agent).post(path, {"owner": "supervisor"}).json()["handover"] == {"owner": "supervisor"}
    refused(api(agent).post(path, {"owner": "nobody"}), 400, "invalid")
    assert api(person("agent", branch=sh)).post(path, {"owner": "agent"}).status_code == 404
    complaint.refresh_from_db()
    assert complaint.owner == supervisor


@pytest.mark.req("SLA-17")
def test_only_a_reached_contact_meets_the_response(api, agent, complaint) -> None:
    client, path = api(agent), f"complaints/{complaint.number}/contacts/"
    client.post(path, {"channel": "phone", "outcome": "unreachable"})
    assert clock(complaint, "response").state == "running"
    told = client.post(path, {"channel": "phone", "outcome": "reached", "note": "三天内答复"})
    assert told.json()["contacts"]["outcome"] == "reached"
    assert clock(complaint, "response").state == "met"
    early = {
        "channel": "phone",
        "outcome": "reached",
        "at": (complaint.reported_at - timedelta(hours=1)).isoformat(),
    }
    assert refused(client.post(path, early), 400, "invalid")["errors"][0]["field"] == "at"
    assert len(client.get(path).json()["results"]) == 2


@pytest.mark.req("SLA-17", "SLA-18")
def test_clocks_that_run_out_are_breached_and_told_once(agent, manager, customer) -> None:
    with commands.as_of(timezone.now() - timedelta(days=14)):
        complaint = commands.run(actions.register, customer=customer, **SAID, actor=agent.user)
    fire_due()
    fire_due()
    sweep()
    assert {clock(complaint, kind).state for kind in ("response", "verification")} == {"breached"}
    late = Notification.objects.filter(user=manager.user, template="complaint.late", subject_id=complaint.pk)
    reached = Alarm.objects.filter(event__name__in=["clock.breached", "clock.escalated"], reached="manager")
    assert late.count() == reached.count() > 0
    assert {alarm.role for alarm in reached} == {"manager", "supervisor"}  # the branch has no supervisor


def test_serious_complaint_reaches_the_director_and_needs_a_team(api, agent, director, complaint) -> None:
    client, path = api(agent), f"complaints/{complaint.number}"
    client.post(f"{path}/grading/", {"gravity": "serious", "complexity": "complex"})
    sweep()
    assert Notification.objects.filter(user=director.user, template="complaint.serious").count() == 1
    client.post(f"{path}/verification/", {"founded": True, "evidence": "e"})
    finding = {"methods": ["contact"], "root_cause": "a", "responsibility": "b"}
    refused(client.post(f"{path}/finding/", finding), 409, "team_required")
    team = client.post(f"{path}/team/", {"leader": "agent", "members": ["agent"]})
    assert team.json()["team"]["members"] == ["agent"]
    assert client.post(f"{path}/finding/", finding).status_code == 201
    assert clock(complaint, "reply").state == "running"


@pytest.mark.req("CMP-05")
def test_complex_complaint_has_a_promised_reply(api, agent, complaint) -> None:
    client, path = api(agent), f"complaints/{complaint.number}/grading/"
    reply = {"channel": "phone", "text": "两个工作日内答复"}
    client.post(path, {"gravity": "general", "complexity": "complex", "reply": reply})
    assert (clock(complaint, "reply").state, clock(complaint, "response").state) == ("running", "met")
    client.post(path, {"gravity": "general", "complexity": "simple"})
    assert clock(complaint, "reply").state == "cancelled"
    refused(client.post(path, {"gravity": "huge", "complexity": "simple"}), 400, "invalid")


def test_closing_unresolved_is_asked_of_the_manager(api, agent, manager, complaint, walk) -> None:
    walk(complaint, "result_told")
    path = f"complaints/{complaint.number}/closure/"
    refused(api(agent).post(path, {}), 409, "transition_not_allowed")
    asked = api(agent).post(path, {"reason": "已达政策上限"})
    assert (asked.status_code, asked.json()["complaint"]["status"]) == (202, "result_told")
    approval = Approval.objects.get()
    commands.run(approvals.decide, approval, approve=True, note="同意", actor=manager.user)
    complaint.refresh_from_db()
    assert (complaint.status, complaint.closed_unsatisfied) == ("closed", True)


# -- who sees what ------------------------------------------------------------------------------------------------------


@pytest.mark.req("CMP-04")
def test_strangers_get_404_and_engineers_see_only_their_tasks(
    api, person, sh, engineer, agent, complaint, walk
) -> None:
    assert api(person("agent", branch=sh)).get(f"complaints/{complaint.number}/").status_code == 404
    assert api(engineer).get(f"complaints/{complaint.number}/").status_code == 404
    assert api(engineer).get("complaints/").json()["results"] == []
    walk(complaint, "investigated")
    api(agent).post(f"complaints/{complaint.number}/plan/", PLAN | {"responsible": "engineer"})
    assert api(engineer).get(f"complaints/{complaint.number}/").status_code == 200
    refused(
        api(engineer).post(f"complaints/{complaint.number}/result/", {"channel": "phone", "text": "x"}),
        403,
        "forbidden",
    )
    assert (
        api(engineer).post(f"complaints/{complaint.number}/execution/", {"report": "好了"}).status_code == 201
    )


def test_list_costs_the_same_for_one_and_for_three(api, agent, customer, complaint, query_count) -> None:
    client = api(agent)
    client.get("complaints/")
    one = query_count(lambda: client.get("complaints/"))
    for _ in range(2):
        commands.run(actions.register, customer=customer, **SAID, actor=agent.user)
    assert query_count(lambda: client.get("complaints/")) == one
    assert len(client.get("complaints/").json()["results"]) == 3


def test_list_filters_searches_and_refuses_what_it_does_not_know(api, agent, complaint) -> None:
    client = api(agent)
    found = [
        r["number"] for r in client.get("complaints/?status=received&open=true&search=王芳").json()["results"]
    ]
    assert found == [complaint.number]
    assert client.get("complaints/?status=closed").json()["results"] == []
    refused(client.get("complaints/?colour=red"), 400, "invalid")


def test_timeline_and_clocks_tell_the_story(api, agent, complaint, walk) -> None:
    walk(complaint, "verified")
    client = api(agent)
    names = [
        item["name"] for item in client.get(f"complaints/{complaint.number}/timeline/").json()["results"]
    ]
    assert names == ["complaint.founded", "complaint.graded", "complaint.registered"]
    kinds = [c["kind"] for c in client.get(f"complaints/{complaint.number}/clocks/").json()["results"]]
    assert kinds == ["response", "verification"]


# -- what is owed before the end -----------------------------------------------------------------------------------------


@pytest.mark.req("CMP-17")
def test_a_serious_complaint_is_not_closed_without_its_letter(
    api, agent, manager, complaint, walk, web
) -> None:
    grades = {"gravity": "serious", "complexity": "simple"}
    walk(complaint, "graded", **grades)
    commands.run(actions.form_team, complaint, leader=agent, members=[agent], actor=agent.user)
    walk(complaint, "result_told", **grades)
    client, path = api(agent), f"complaints/{complaint.number}"
    refused(client.post(f"{path}/closure/", {"reason": "已达政策上限"}), 409, "letter_due")
    client.post(f"{path}/satisfaction/", {"satisfied": True})
    assert client.get(f"{path}/").json()["open_tasks"] == ["letter"]
    refused(client.post(f"{path}/closure/", {}), 409, "letter_due")
    page = web(agent).post(f"/complaints/{complaint.number}/closure/", {})
    assert (page.status_code, "信函告知客户处理结果" in page.content.decode()) == (409, True)
    complaint.refresh_from_db()
    assert (complaint.status, complaint.closed_at) == ("satisfied", None)
    letter = {"channel": "letter", "outcome": "reached", "note": "挂号信已寄出"}
    assert client.post(f"{path}/contacts/", letter).status_code == 201
    assert client.post(f"{path}/closure/", {}).json()["complaint"]["status"] == "closed"
    assert client.get(f"{path}/").json()["open_tasks"] == []


@pytest.mark.req("CMP-17", "CMP-18")
def test_a_result_told_by_letter_is_the_letter_and_a_general_one_needs_none(
    api, agent, complaint, walk
) -> None:
    client, path = api(agent), f"complaints/{complaint.number}"
    walk(complaint, "plan_set")
    assert client.get(f"{path}/").json()["open_tasks"] == []
    complaint.gravity = "serious"
    complaint.save()
    client.post(f"{path}/result/", {"channel": "letter", "text": "处理结果见信"})
    client.post(f"{path}/satisfaction/", {"satisfied": True})
    assert client.post(f"{path}/closure/", {}).status_code == 201


@pytest.mark.req("CMP-19")
def test_no_end_before_the_supervisor_has_seen_the_customer(
    api, web, agent, supervisor, customer, walk
) -> None:
    with commands.as_of(timezone.now() - timedelta(hours=1)):
        complaint = commands.run(actions.register, customer=customer, **SAID, actor=agent.user)
    Complaint.objects.update(visit_required=True)
    client, path = api(agent), f"complaints/{complaint.number}"
    refused(client.post(f"{path}/answer/", {"text": "已解释"}), 409, "visit_due")
    complaint.refresh_from_db()
    walk(complaint, "satisfied")
    refused(client.post(f"{path}/closure/", {}), 409, "visit_due")
    page = web(agent).post(f"/complaints/{complaint.number}/closure/", {})
    assert (page.status_code, "请先登记走访" in page.content.decode()) == (409, True)
    visit = {"visitor": "supervisor", "note": "上门致歉"}
    refused(api(agent).post(f"{path}/visit/", {"visitor": "nobody", "note": "x"}), 400, "invalid")
    assert api(supervisor).post(f"{path}/visit/", visit).status_code == 201
    assert client.post(f"{path}/closure/", {}).json()["complaint"]["status"] == "closed"

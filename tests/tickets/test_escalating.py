"""Deadlines that ring on a ticket: who hears of it, who takes it in hand, what the rung does besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_center.kernel import clock_audit, commands, rulebook, sweep
from service_center.kernel.models import Alarm, AlarmTask, Clock, Delivery, Event, Notification, Rule
from staff.models import Branch, Person
from tests.tickets.conftest import Story
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def deliver() -> None:
    while sweep.subscriptions.sweep():
        pass
    assert not Delivery.objects.filter(attempts__gt=0).exists(), Delivery.objects.values_list("last_error")


@pytest.fixture
def ladder() -> Iterator[Callable[..., None]]:
    """Sets the ladder of the first response of ordinary tickets."""

    def put(*rungs: dict[str, Any]) -> None:
        Rule.objects.filter(code="ticket.response").update(rungs=list(rungs))
        rulebook.forget()

    yield put
    rulebook.forget()


def registered_ago(story: Story, hours: float) -> tuple[Ticket, Clock]:
    """A ticket of the ordinary tier (4 hours), reported so long ago; everything that was due has been told."""
    with commands.as_of(datetime.now(UTC) - timedelta(hours=hours)):
        ticket = story.registered()
    sweep.fire_due()
    deliver()
    return ticket, Clock.objects.get(kind="response", subject_id=ticket.pk)


def alarm_of(clock: Clock, rung: str) -> Alarm:
    return Alarm.objects.get(clock=clock, rung=rung)


@pytest.mark.req("SLA-22", "SLA-01")
def test_acknowledgement_over_rest_stops_the_climbing(
    story: Story, supervisor: Person, api: Callable[..., Any]
) -> None:
    ticket, clock = registered_ago(story, 4.2)
    [shown] = [
        row
        for row in api(supervisor).get("alarms/?ringing=true").json()["results"]
        if row["kind"] == "response"
    ]
    assert (shown["rung"], shown["reached"], shown["acknowledged_at"]) == ("due", "supervisor", None)
    answer = api(supervisor).post(f"alarms/{shown['id']}/acknowledgement/", {"note": "正在联系客户"})
    assert answer.status_code == 201
    assert answer.json()["alarm"]["acknowledged_by"] == "supervisor"
    clock.refresh_from_db()
    assert (clock.state, clock.schedule, clock.next_at) == ("breached", [], None)
    again = api(supervisor).post(f"alarms/{shown['id']}/acknowledgement/", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_acknowledged")
    texts = [
        row["text"] for row in api(supervisor).get(f"tickets/{ticket.number}/timeline/").json()["results"]
    ]
    assert any("已知悉“首次响应”的提醒，不再向上升级" in text for text in texts)
    assert list(clock_audit.check(at=datetime.now(UTC), fix=False)) == []


@pytest.mark.req("SLA-22")
def test_acknowledgement_is_refused_to_a_stranger_and_without_the_right_fields(
    story: Story, supervisor: Person, api: Callable[..., Any], sh: Branch, person: Callable[..., Person]
) -> None:
    _, clock = registered_ago(story, 4.2)
    due = alarm_of(clock, "due")
    assert api(story.manager).post(f"alarms/{due.pk}/acknowledgement/", {}).status_code == 404
    assert api(person("supervisor", branch=sh)).get("alarms/").json()["results"] == []
    wrong = api(supervisor).post(f"alarms/{due.pk}/acknowledgement/", {"nope": 1})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "nope")
    empty = api(supervisor).post(f"alarms/{due.pk}/completion/", {})
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (400, "result")
    none = api(supervisor).post(f"alarms/{due.pk}/completion/", {"result": "好"})
    assert (none.status_code, none.json()["code"]) == (409, "no_task")


@pytest.mark.req("SLA-22")
def test_unacknowledged_climbs_to_the_deputy_general_manager(
    story: Story, supervisor: Person, person: Callable[..., Person], web: Callable[..., Any]
) -> None:
    director = person("director")
    _, clock = registered_ago(story, 29)
    told = {alarm.rung: alarm.reached for alarm in Alarm.objects.filter(clock=clock)}
    assert told == {
        "warn": "owner",  # nobody has the job yet: its owner hears of it
        "due": "supervisor",
        "escalate1": "supervisor",
        "escalate2": "manager",
        "escalate3": "director",
    }
    assert Notification.objects.filter(user=director.user, params__kind="response").count() == 1
    task = AlarmTask.objects.get(alarm__clock=clock)
    assert task.user == story.manager.user
    page = web(story.manager).get("/notifications/").content.decode()
    assert "您的任务" in page
    url = f"/alarms/{task.alarm_id}/completion/"
    assert web(story.manager).post(url, {"result": " "}, follow=True).status_code == 200
    assert AlarmTask.objects.get(pk=task.pk).done_at is None
    web(story.manager).post(url, {"result": "已补派工程师"})
    assert AlarmTask.objects.get(pk=task.pk).result == "已补派工程师"
    assert web(supervisor).post(url, {"result": "别人的"}).status_code == 404


@pytest.mark.req("SLA-22")
def test_a_rung_without_recipient_goes_to_the_next_role_and_is_recorded(story: Story) -> None:
    """The branch has no supervisor: the manager hears of the breach, and the timeline says why."""
    _, clock = registered_ago(story, 4.2)
    due = alarm_of(clock, "due")
    assert (due.role, due.passed, due.reached) == ("supervisor", ["supervisor"], "manager")
    passed = Event.objects.filter(name="clock.passed_on", data__clock=clock.pk, data__rung="due").get()
    assert (passed.data["role"], passed.data["reached"]) == ("supervisor", "manager")


@pytest.mark.req("SLA-22")
def test_nobody_at_all_is_recorded_too(story: Story) -> None:
    Person.objects.exclude(pk=story.agent.pk).update(left_at=datetime.now(UTC))
    _, clock = registered_ago(story, 4.2)
    due = alarm_of(clock, "due")
    assert (due.reached, due.passed) == ("", ["supervisor", "manager", "director"])
    assert not due.recipients.exists()


@pytest.mark.req("SLA-22")
def test_a_rung_raises_the_priority_as_far_as_there_is_one(
    story: Story, supervisor: Person, web: Callable[..., Any], ladder: Callable[..., None]
) -> None:
    step = {"unit": "minute", "role": "supervisor", "action": "raise_priority"}
    ladder({"name": "due", "percent": 100, "role": "supervisor"}, *(
        {"name": f"escalate{n}", "after": n, **step} for n in (1, 2, 3)
    ))  # fmt: skip
    ticket, clock = registered_ago(story, 4.5)
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.tier) == (2, "ordinary")
    assert [
        e.data["priority"] for e in Event.objects.filter(name="ticket.priority_raised").order_by("id")
    ] == [
        "raised",
        "highest",
    ]
    clock.refresh_from_db()
    assert clock.generation == 0  # deadlines do not depend on it
    assert "特急" in web(supervisor).get(f"/tickets/{ticket.number}/").content.decode()


@pytest.mark.req("SLA-22", "TKT-08")
def test_a_rung_gives_the_ticket_to_whom_it_reaches(
    story: Story, supervisor: Person, ladder: Callable[..., None]
) -> None:
    ladder({"name": "due", "percent": 100, "role": "supervisor", "action": "reassign"})
    ticket, _ = registered_ago(story, 4.5)
    ticket.refresh_from_db()
    assert ticket.owner == supervisor
    assert Event.objects.filter(name="ticket.handed_over", subject_id=ticket.pk).count() == 1
    sweep.fire_due()
    deliver()
    assert Event.objects.filter(name="ticket.handed_over", subject_id=ticket.pk).count() == 1


@pytest.mark.req("SLA-22")
def test_a_ticket_page_shows_who_was_told_and_lets_them_acknowledge(
    story: Story, supervisor: Person, web: Callable[..., Any]
) -> None:
    ticket, clock = registered_ago(story, 4.2)
    due = alarm_of(clock, "due")
    page = web(story.agent).get(f"/tickets/{ticket.number}/").content.decode()
    assert "尚无人确认" in page and f'id="acknowledge-{clock.pk}"' in page  # the owner heard the warning
    url = f"/alarms/{due.pk}/acknowledgement/"
    assert web(story.engineer).post(url, {"from": "case"}).status_code == 404
    answer = web(supervisor).post(url, {"from": "case", "note": ""})
    assert (answer.status_code, answer.url) == (302, f"/tickets/{ticket.number}/")
    page = web(story.agent).get(f"/tickets/{ticket.number}/").content.decode()
    assert "已知悉，不再升级" in page and f'id="acknowledge-{clock.pk}"' not in page
    again = web(supervisor).post(url, {}, follow=True).content.decode()
    assert "已有人确认知悉" in again


def test_an_inbox_costs_the_same_for_one_alarm_and_for_three(
    story: Story, supervisor: Person, web: Callable[..., Any], query_count: Callable[..., int]
) -> None:
    registered_ago(story, 4.2)
    client = web(supervisor)
    client.get("/notifications/")
    one = query_count(lambda: client.get("/notifications/"))
    for _ in range(2):
        registered_ago(story, 4.2)
    assert query_count(lambda: client.get("/notifications/")) == one

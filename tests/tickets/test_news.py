"""What tickets do on news from elsewhere, once, whenever it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parts import actions as stock
from parts.models import Part
from service_center.kernel import commands, sweep
from service_center.kernel.models import Clock, Delivery, Event, Notification
from staff import actions as people
from staff.models import Booking, Licence, Person
from tests.tickets.conftest import Story, hours
from tickets import subscribers
from tickets.actions import auditing, part_lines
from tickets.models import PartLine, Ticket

pytestmark = pytest.mark.django_db


def deliver() -> None:
    while sweep.subscriptions.sweep():
        pass
    assert not Delivery.objects.filter(attempts__gt=0).exists(), Delivery.objects.values_list(
        "subscriber", "last_error"
    )


def test_issue_by_the_storekeeper_shows_on_the_line(
    story: Story, part: Part, person: Callable[..., Person]
) -> None:
    ticket, keeper = story.in_handling(), person("storekeeper")
    line = commands.run(part_lines.add, ticket, part=part, quantity=1, actor=story.engineer.user)
    commands.run(stock.issue, line.reservation, actor=keeper.user)
    deliver()
    assert PartLine.objects.get().status == "issued"


@pytest.mark.req("SLA-01", "SLA-22")
def test_rungs_tell_owner_supervisor_and_manager_once(
    story: Story, supervisor: Person, sh: Any, person: Callable[..., Person]
) -> None:
    far = person("supervisor", branch=sh)
    with commands.as_of(datetime.now(UTC) - timedelta(hours=9)):
        ticket = story.registered()
    sweep.fire_due()
    deliver()
    clock = Clock.objects.get(kind="response", subject_id=ticket.pk)
    assert clock.state == "breached"
    told = Notification.objects.filter(template="ticket.clock", params__kind="response")
    by_user = {
        user: told.filter(user=user.user).count() for user in (story.agent, supervisor, story.manager, far)
    }
    assert by_user == {story.agent: 1, supervisor: 2, story.manager: 1, far: 0}
    rang = ["clock.warned", "clock.breached", "clock.escalated"]
    subscribers.tell_of_deadline(Event.objects.filter(name__in=rang), at=datetime.now(UTC))
    assert told.count() == 4


@pytest.mark.req("TKT-08")
def test_work_of_those_who_leave_passes_on(
    story: Story,
    supervisor: Person,
    engineer2: Person,
    person: Callable[..., Person],
    api: Callable[..., Any],
) -> None:
    heir, boss = person("agent", username="heir"), person("admin")
    planned, begun = story.appointed(), story.in_handling()
    commands.run(people.leave, story.agent, hand_over_to=heir, actor=boss.user)
    commands.run(people.leave, story.engineer, hand_over_to=engineer2, actor=boss.user)
    deliver()
    planned.refresh_from_db()
    begun.refresh_from_db()
    assert (planned.status, planned.owner, planned.assignee) == ("classified", heir, None)
    assert (begun.status, begun.owner, begun.assignee, begun.on_site) == ("in_handling", heir, None, False)
    assert not Booking.objects.live().filter(person=story.engineer).exists()
    body = {"engineer": "engineer2", "expected_at": hours(50).isoformat()}
    assert api(heir).post(f"tickets/{begun.number}/assignment/", body).status_code == 201
    before = Event.objects.count()
    subscribers.pass_work_on(Event.objects.filter(name="person.left").first(), at=datetime.now(UTC))
    assert Event.objects.count() == before
    assert Ticket.objects.get(pk=begun.pk).assignee == engineer2


def test_owner_without_a_fitting_heir_goes_to_the_supervisor(
    story: Story, supervisor: Person, person: Callable[..., Person]
) -> None:
    keeper = person("storekeeper")
    ticket = story.registered()
    commands.run(people.leave, story.agent, hand_over_to=keeper, actor=person("admin").user)
    deliver()
    ticket.refresh_from_db()
    assert ticket.owner == supervisor


def test_licence_is_asked_at_the_time_of_dispatch(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.classified()
    Licence.objects.update(valid_to=hours(-1))
    body = {"engineer": "engineer", "expected_at": hours(5).isoformat()}
    answer = api(story.agent).post(f"tickets/{ticket.number}/assignment/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "missing_licence")


def test_recount_finds_nothing_and_mends_what_is_wrong(story: Story) -> None:
    story.closed()
    held = story.on_hold()
    story.handled()
    assert list(auditing.recount(at=datetime.now(UTC), fix=False)) == []
    Ticket.objects.filter(pk=held.pk).update(on_site=False, version=99)
    found = list(auditing.recount(at=datetime.now(UTC), fix=True))
    assert found == [f"{held.number} version: 99 -> {held.version}", f"{held.number} on_site: False -> True"]
    assert list(auditing.recount(at=datetime.now(UTC), fix=False)) == []


@pytest.mark.req("RPR-15")
def test_engineer_reports_progress_to_the_agent(
    story: Story, engineer2: Person, api: Callable[..., Any]
) -> None:
    ticket = story.in_handling()
    url = f"tickets/{ticket.number}/contacts/"
    body = {"channel": "in_person", "outcome": "reached", "note": "已拆机，正在更换主板"}
    assert api(engineer2).post(url, body).status_code == 404
    assert api(story.engineer).post(url, body).status_code == 201
    seen = api(story.agent).get(url).json()["results"][0]
    assert (seen["by"], seen["note"]) == ("engineer", "已拆机，正在更换主板")


def test_charges_are_the_accountants(
    story: Story, person: Callable[..., Person], api: Callable[..., Any]
) -> None:
    ticket = story.in_handling(service_category="paid")
    body = {"plan": "更换主板", "amount": "180.00", "method": "verbal", "signed_by": "王芳"}
    api(story.engineer).post(f"tickets/{ticket.number}/consent/", body)
    rows = api(person("accountant")).get("charges/").json()["results"]
    assert [(row["ticket"], row["amount"]) for row in rows] == [(ticket.number, "180.00")]
    assert api(person("storekeeper")).get("charges/").json()["results"] == []

"""Who is told of a request and of its end; what the command shows of facts and dead letters."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from service_center.kernel import approvals, commands, notifications, subscribers
from service_center.kernel.models import Delivery, Event, Notification
from staff.models import Branch
from tests.kernel.asking import Make, Person, ask, decide


def news(who: Person) -> list[str]:
    return [notifications.text(one) for one in Notification.objects.filter(user=who.user).order_by("pk")]


@pytest.mark.django_db
def test_notices_reach_deciders_of_each_step_and_the_requester_once(
    people: dict[str, Person], person: Make, hz: Branch
) -> None:
    approval = ask(people["agent"], hz, kind="return.case", amount=Decimal("9000.00"))
    deputy = person("supervisor", extra_roles=["manager"])

    facts_of = Event.objects.filter(subject_type="kernel.approval", subject_id=approval.pk).order_by("id")
    for _ in range(2):  # a subscriber may run twice
        subscribers.tell_deciders(facts_of[0], at=approval.requested_at)
    assert news(people["manager"]) == news(deputy) == [f"有一项审批等您处理：{hz}"]
    assert news(people["director"]) == news(people["agent"]) == []
    decide(approval, deputy)
    subscribers.tell_deciders(facts_of[1], at=approval.requested_at)
    decide(approval, people["director"])
    subscribers.tell_requester(facts_of[2], at=approval.requested_at)

    assert news(people["director"]) == [f"有一项审批等您处理：{hz}"]
    assert news(people["agent"]) == [f"您的申请已批准：{hz}"]
    assert len(news(people["manager"])) == 1


@pytest.mark.django_db
def test_notices_of_a_branch_step_stay_in_the_branch(
    people: dict[str, Person], person: Make, hz: Branch, sh: Branch
) -> None:
    elsewhere = person("supervisor", branch=sh)

    approval = ask(people["engineer"], hz, kind="vehicle.request")

    assert approvals.deciders(approval) == [people["supervisor"].user]
    assert elsewhere.user not in approvals.deciders(approval)


@pytest.mark.django_db
def test_events_command_prints_each_fact_and_who_listens() -> None:
    told = StringIO()

    call_command("events", stdout=told)

    lines = told.getvalue().splitlines()
    here = next(number for number, line in enumerate(lines) if line.startswith("approval.requested"))
    assert lines[here + 1] == "    -> kernel.tell_deciders"
    assert any(line.startswith("setting.changed") for line in lines)


@pytest.mark.django_db
def test_events_command_redrives_dead_letters(people: dict[str, Person], hz: Branch) -> None:
    ask(people["agent"], hz)
    Delivery.objects.update(dead_at=commands.now(), attempts=10)
    told = StringIO()

    call_command("events", stdout=told)
    assert "kernel.tell_deciders: 0 pending since -, 1 dead" in told.getvalue()
    call_command("events", redrive=True, stdout=told)

    assert "1 dead letters will be tried again" in told.getvalue()
    assert list(Delivery.objects.values_list("dead_at", "attempts")) == [(None, 0)]

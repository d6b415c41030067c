"""What a ticket's page costs: at most twelve queries, however much has happened to the ticket."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from service_center.kernel import commands, sweep
from service_center.kernel.models import Alarm, AlarmRecipient, Clock, Event
from service_center.portal.actions import cases
from staff.models import Person
from surveys.models import FollowUp, Invitation
from tests.tickets.conftest import Story
from tickets.actions import closing, visits
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.spoils]

Count = Callable[[Callable[[], Any]], int]
Web = Callable[[Person], Client]


def reopened(story: Story) -> Ticket:
    """Closed, called about, judged by a survey, and open again."""
    ticket = story.closed()
    sweep.subscriptions.sweep()
    assert FollowUp.objects.filter(ticket=ticket).exists()
    assert Invitation.objects.filter(ticket=ticket).exists()
    return commands.run(closing.reopen, ticket, reason="又不制冷", actor=story.agent.user).ticket


def busy(story: Story, times: int) -> Ticket:
    """A reopened ticket at work again: visits, findings, contacts, an offer to the customer, a signature to file."""
    ticket = reopened(story)
    for _ in range(times):
        story.reached(ticket)
        commands.run(visits.depart, ticket, actor=story.engineer.user)
        commands.run(visits.arrive, ticket, actor=story.engineer.user)
        story.diagnosed(Ticket.objects.get(pk=ticket.pk))
    commands.run(cases.offer, ticket, plan="更换主板", amount=Decimal(180), actor=story.engineer.user)
    story.signed(ticket)
    sweep.subscriptions.sweep()
    for number, clock in enumerate(Clock.objects.filter(subject_id=ticket.pk)[:times]):
        ring(story, clock, Event.objects.filter(subject_id=ticket.pk)[number])
    return ticket


def ring(story: Story, clock: Clock, fact: Event) -> None:
    """The clock's deadline has passed, and the manager and the agent were told."""
    alarm = Alarm.objects.create(
        event=fact, clock=clock, cycle=clock.cycle, generation=clock.generation, rung="due", role="manager",
        reached="manager", at=fact.at,
    )  # fmt: skip
    for who in (story.manager, story.agent):
        AlarmRecipient.objects.create(alarm=alarm, user=who.user)


@pytest.mark.parametrize("role", ["agent", "engineer", "manager"])
def test_the_page_costs_the_same_for_one_and_for_three(
    story: Story, web: Web, query_count: Count, role: str
) -> None:
    reader, other = getattr(story, role), story.manager if role != "manager" else story.agent
    costs = []
    for times in (1, 3):
        address = f"/tickets/{busy(story, times).number}/"
        web(other).get(address)
        browser = web(reader)
        browser.get(address)
        costs.append(query_count(lambda: browser.get(address)))  # noqa: B023 - called at once
        assert "也在查看此工单" in browser.get(address).content.decode()
    assert costs[0] == costs[1] <= 12


def test_the_page_tells_whose_turn_it_is_unless_it_is_the_readers(story: Story, web: Web) -> None:
    def waits(reader: Person) -> str:
        text = web(reader).get(f"/tickets/{ticket.number}/").content.decode()
        return text.split("等待 ")[1].split(" 处理")[0] if "等待 " in text else ""

    ticket = story.in_handling()
    assert waits(story.agent) == story.engineer.name
    assert waits(story.engineer) == ""
    commands.run(visits.depart, story.handled(ticket), actor=story.engineer.user)
    assert waits(story.engineer) == Ticket.objects.get(pk=ticket.pk).owner.name

"""What the demo world writes in sets about an ended service is what the verbs would have left."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from service_center.kernel import clock_audit, commands
from service_center.kernel.models import Clock, Event
from staff.models import Person, ScoreEntry
from surveys.actions import follow_ups, invitations
from surveys.demo import in_bulk
from surveys.models import Answer, FollowUp, Invitation, Rectification
from surveys.states import Kind
from tests.tickets.conftest import Story
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


class Middle(random.Random):
    """Dice that always show the middle: answered, called at once, content."""

    chance = 0.5

    def random(self) -> float:
        return self.chance


class Unlucky(Middle):
    """Dice of a bad day: answered with low marks."""

    chance = 0.01


@dataclass
class World:
    now: datetime = field(default_factory=timezone.now)
    dice: random.Random = field(default_factory=lambda: Middle(7))


def _shape(ticket: Ticket) -> Counter[Any]:
    """What stands in the database about the aftermath of a ticket, without keys, marks and instants."""
    rows: Counter[Any] = Counter()
    for event in Event.objects.exclude(name__startswith="ticket.").filter(
        links__kind="tickets.ticket", links__object_id=ticket.pk
    ):
        links = sorted(event.links.values_list("kind", flat=True))
        rows["event", event.name, event.version, event.actor_id is None, *sorted(event.data), *links] += 1
    invitation = Invitation.objects.get(ticket=ticket)
    call = FollowUp.objects.get(ticket=ticket)
    life = round((invitation.expires_at - invitation.sent_at) / timedelta(hours=1))
    rows["invitation", life, invitation.cycle, *invitation.questionnaires.values_list("kind", flat=True)] += 1
    rows[
        "answers", *sorted(Answer.objects.filter(invitation=invitation).values_list("question", flat=True))
    ] += 1
    rows["call", call.status, call.version, call.cause, call.due_at - call.opened_at, call.attempt_count] += 1
    for source in (invitation, call):
        entries = ScoreEntry.objects.filter(source_type=source._meta.label_lower, source_id=source.pk)
        rows["scores", *sorted(entries.values_list("criterion", "person_id"))] += 1
    for clock in Clock.objects.filter(subject_type="surveys.followup", subject_id=call.pk):
        rows[
            "clock", clock.kind, clock.state, clock.rule_id, *clock.events.values_list("kind", flat=True)
        ] += 1
    return rows


def test_one_ending_in_bulk_leaves_what_the_verbs_leave(story: Story, agent: Person) -> None:
    first, second = story.closed(), story.closed()
    for ticket in (first, second):
        Ticket.objects.filter(pk=ticket.pk).update(closed_at=timezone.now() - timedelta(days=3))
    by_verbs, in_sets = Ticket.objects.with_people().filter(pk__in=[first.pk, second.pk]).order_by("pk")
    ended = by_verbs.closed_at
    assert ended is not None
    with commands.as_of(ended + in_bulk.DELAY):
        invitation = commands.run(invitations.invite, by_verbs)
        call = commands.run(follow_ups.open_for_ticket, by_verbs, closed_at=ended)
    marks = {
        "service": {"quality": 9, "effect": 9, "speed": 9},
        "card": dict.fromkeys(in_bulk.ITEMS[Kind.CARD], 4),
    }
    with commands.as_of(ended + timedelta(hours=5)):
        commands.run(invitations.enter, invitation, channel="phone", marks=marks, actor=agent.user)
        commands.run(
            follow_ups.complete, call, solved=True, polite=True, satisfied=True, score=9, actor=agent.user
        )

    in_bulk.after(World(), [in_sets])

    made, meant = _shape(in_sets), _shape(by_verbs)
    for shape in (made, meant):  # who answered by the link is nobody on the staff
        for key in [k for k in shape if k[1] == "survey.answered"]:
            shape[("event", "survey.answered", *key[4:])] = shape.pop(key)
    assert made == meant
    assert list(clock_audit.check(at=timezone.now(), fix=False)) == []


def test_a_low_mark_in_bulk_is_corrected_within_the_week(story: Story, supervisor: Person) -> None:
    ticket = story.closed()
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=timezone.now() - timedelta(days=20))

    in_bulk.after(World(dice=Unlucky(7)), Ticket.objects.with_people().filter(pk=ticket.pk))

    rows = Rectification.objects.filter(ticket=ticket)
    assert {row.status for row in rows} == {"done"}
    assert rows.count() == 2  # of the survey and of the call
    assert {row.owner_id for row in rows} == {supervisor.pk}
    assert list(clock_audit.check(at=timezone.now(), fix=False)) == []

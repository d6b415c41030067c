"""Surveys and calls of the demo world: asked after every service, most of them answered, some calls due, some late.

The last days are told by the verbs, what lies further back is written in sets.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from complaints.models import Complaint
from service_center.kernel import commands
from service_center.kernel.crews import crew_size
from staff.models import Person
from surveys.actions import follow_ups, invitations, rectifications
from surveys.demo import in_bulk
from surveys.models import FollowUp, Invitation, Rectification
from tickets.models import Ticket

if TYPE_CHECKING:
    import random


class World(Protocol):
    now: datetime
    dice: random.Random


LATE, ASKED = 4, 2
"""How many of the newest calls nobody has made, and how many customers asked for one."""
RECENT = 30
"""So many of the last endings are told by the verbs."""


def seed(world: World) -> None:
    """Ask after every ended ticket at the instant it ended; answer most of what lies back, leave the recent calls."""
    agents = {
        p.branch_id: p
        for p in Person.objects.filter(role="agent").select_related("user", "branch").order_by("-pk")
    }
    rows = Ticket.objects.filter(status__in=["closed", "answered"]).with_people().order_by("closed_at", "pk")
    in_bulk.after(world, rows[: max(rows.count() - RECENT, 0)], workers=crew_size())
    recent = list(rows.reverse()[:RECENT])[::-1]
    late = {ticket.pk for ticket in recent[-LATE:]}
    for ticket in recent:
        _after(world, ticket, agents[ticket.branch_id], owed=ticket.pk in late)
    for complaint in Complaint.objects.filter(status="closed").select_related("ticket", "customer", "branch"):
        _after_complaint(world, complaint, agents[complaint.branch_id])
    _correct(world)
    _ask_for_calls(world, recent[:ASKED])


def _after_complaint(world: World, complaint: Complaint, agent: Person) -> None:
    """The end of a complaint is asked about, unless a call for its ticket is owed anyway."""
    ended = complaint.closed_at
    assert ended is not None
    with commands.as_of(ended + timedelta(seconds=5)):
        call = commands.run(follow_ups.open_for_complaint, complaint)
    if call.ticket_id is None:
        _call(world, call, ended, agent)


def _ask_for_calls(world: World, tickets: list[Ticket]) -> None:
    """Two customers asked this morning to be called: due, and still in time."""
    for ticket in tickets:
        with commands.as_of(world.now - timedelta(hours=world.dice.randint(1, 5))):
            commands.run(follow_ups.request, ticket)


def _after(world: World, ticket: Ticket, agent: Person, *, owed: bool) -> None:
    """What follows one closing; `owed` leaves the call undone."""
    ended = ticket.closed_at
    assert ended is not None
    with commands.as_of(ended + timedelta(seconds=5)):
        invitation = commands.run(invitations.invite, ticket)
        call = commands.run(follow_ups.open_for_ticket, ticket, closed_at=ended)
    if world.dice.random() < 0.8:
        _answer(world, invitation, ended, agent)
    if not owed:
        _call(world, call, ended, agent)


def _answer(world: World, invitation: Invitation, ended: datetime, agent: Person) -> None:
    """Mostly good marks; one in nine is a bad day."""
    low = world.dice.random() < 0.11
    service = {
        name: world.dice.randint(2, 5) if low else world.dice.randint(7, 10)
        for name in ("quality", "effect", "speed")
    }
    marks: dict[str, dict[str, int]] = {"service": service}
    if invitation.questionnaires.filter(kind="card").exists():
        items = ("attitude", "technique", "arrival", "promises")
        marks["card"] = {
            name: world.dice.randint(1, 2) if low else world.dice.randint(3, 4) for name in items
        }
    comment, kind = ("维修后问题仍在，不满意", "complaint") if low else world.dice.choice(in_bulk.OPINIONS)
    words: dict[str, Any] = {"marks": marks, "comment": comment, "comment_kind": kind}
    channel = world.dice.choice(["phone", "phone", "interview"])
    with commands.as_of(min(ended + timedelta(hours=world.dice.randint(1, 20)), world.now)):
        commands.run(invitations.enter, invitation, channel=channel, actor=agent.user, **words)


def _call(world: World, call: FollowUp, ended: datetime, agent: Person) -> None:
    """Reached at once, or at the second try."""
    when = min(ended + timedelta(hours=world.dice.randint(2, 22)), world.now)
    with commands.as_of(when):
        if world.dice.random() < 0.3:
            tried: dict[str, Any] = {"channel": "phone", "outcome": "unreachable", "note": "无人接听"}
            commands.run(follow_ups.attempt, call, actor=agent.user, **tried)
    with commands.as_of(min(when + timedelta(minutes=50), world.now)):
        commands.run(
            follow_ups.complete,
            call,
            solved=True,
            polite=True,
            missing=world.dice.choice(["", "", "希望更快一些"]),
            satisfied=True,
            score=world.dice.randint(7, 10),
            actor=agent.user,
        )


def _correct(world: World) -> None:
    """The older low marks have been analysed, the oldest corrected."""
    rows = list(
        Rectification.objects.select_related("owner__user")
        .filter(status="open")
        .exclude(owner=None)
        .order_by("opened_at")
    )
    for place, row in enumerate(rows[: max(len(rows) - 1, 0)]):
        assert row.owner is not None
        words: dict[str, Any] = {
            "cause": "到场前未确认配件，需二次上门",
            "measure": "派工前核对配件库存",
            "owner": row.owner,
        }
        with commands.as_of(min(row.opened_at + timedelta(days=1), world.now)):
            commands.run(rectifications.analyse, row, actor=row.owner.user, **words)
        if place == 0:
            with commands.as_of(min(row.opened_at + timedelta(days=4), world.now)):
                commands.run(rectifications.complete, row, result="已纳入派工检查项", actor=row.owner.user)

"""What followed the services of two years: asked, answered by most, called, corrected where the mark was low.

Computes the rows the verbs would leave and inserts them in sets; no message leaves, for a history speaks to nobody.
tests/surveys/test_demo.py holds one closing by verbs and one made here equal.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from django.db import transaction

from complaints.models import Complaint
from service_center.kernel import rulebook
from service_center.kernel.clock_drafts import ClockDrafts, lay_out
from service_center.kernel.crews import Crew, Turn
from service_center.kernel.drafting import Draft
from service_center.kernel.models import Rule
from service_center.kernel.tokens import digest, new_secret
from staff import events as staff_events
from staff.actions.ledgers import month_of
from staff.models import Person, ScoreEntry
from staff.states import Criterion, Role
from surveys import events
from surveys.actions import follow_ups, invitations, scores
from surveys.models import (
    Answer,
    FollowUp,
    FollowUpAttempt,
    Invitation,
    Questionnaire,
    Rectification,
)
from surveys.models.questionnaires import normalise
from surveys.queries.deadlines import due_of
from surveys.states import Cause, Kind
from tickets.demo import seasons
from tickets.models import Hold, PartLine, Ticket

if TYPE_CHECKING:
    import random

    from service_center.kernel.models import User

SHARE = 600
"""Endings of one transaction."""
DELAY = timedelta(seconds=5)
"""From the closing to its subscribers."""
OPINIONS = (
    ("师傅很专业，讲解清楚", "praise"),
    ("希望上门前再打一次电话", "suggestion"),
    ("配件等得太久", "complaint"),
    ("", ""),
)
ITEMS = {
    Kind.SERVICE: ("quality", "effect", "speed"),
    Kind.CARD: ("attitude", "technique", "arrival", "promises"),
}
ANSWERED, TRIED_TWICE = 0.62, 0.3


class World(Protocol):
    now: datetime
    dice: random.Random


def after(world: World, tickets: Iterable[Ticket], *, workers: int = 0) -> int:
    """Write what followed the endings of these tickets (with_people, oldest first); returns how many tickets."""
    lay_out()
    invitations.questionnaires(world.now)  # the first to ask makes them
    with Crew(workers) as crew:
        left = iter(tickets)
        while some := list(itertools.islice(left, SHARE)):
            dice = copy(world.dice)
            dice.seed(world.dice.random())
            crew.give(partial(_write, world.now, dice, some), len(some))
        return crew.finish()


def _write(now: datetime, dice: random.Random, tickets: Iterable[Ticket], turn: Turn) -> None:
    """One transaction's share of them."""
    with transaction.atomic():
        desk = _Desk(now, dice)
        for ticket in tickets:
            _Aftermath(desk, ticket).play()
        desk.clocks.run_to(now)
        desk.draft.write(turn)


class _Desk:
    """What every closing of one share needs, read once."""

    def __init__(self, now: datetime, dice: random.Random) -> None:
        self.now, self.dice, self.draft = now, dice, Draft(keys_ahead=500)
        self.clocks = ClockDrafts(self.draft)
        self.sheets = invitations.questionnaires(now)
        self._ends: dict[tuple[int, date], datetime] = {}
        self.limit = Decimal(rulebook.setting("survey.low_threshold"))
        self.agents: dict[int, list[Person]] = defaultdict(list)
        self.correctors: dict[int, Person] = {}
        people = Person.objects.at_work().select_related("user", "branch").order_by("pk")
        for person in people.with_role(Role.AGENT):
            self.agents[person.branch_id].append(person)
        for person in people.with_role(Role.SUPERVISOR):
            self.correctors.setdefault(person.branch_id, person)
        self.major = set(Complaint.objects.exclude(ticket=None).values_list("ticket_id", flat=True))
        self.long = set(PartLine.objects.exclude(status="released").values_list("ticket_id", flat=True))
        self.long |= set(Hold.objects.filter(reason="factory").values_list("ticket_id", flat=True))

    def end_of_link(self, at: datetime) -> datetime:
        """When a link sent then expires; links of one day end together where the rule counts days."""
        rule = rulebook.rule("survey.link", at=at)
        if rule.unit not in (Rule.Unit.NATURAL_DAY, Rule.Unit.WORKING_DAY):
            return due_of(rule, at)
        day = at.astimezone(ZoneInfo(rule.calendar.zone)).date()
        if (rule.pk, day) not in self._ends:
            self._ends[rule.pk, day] = due_of(rule, at)
        return self._ends[rule.pk, day]

    def cause(self, ticket: Ticket) -> Cause:
        """As follow_ups.cause_for, without asking the database."""
        if ticket.is_critical or ticket.demand == "complain" or ticket.pk in self.major:
            return Cause.MAJOR
        return Cause.LONG if ticket.pk in self.long else Cause.ORDINARY


class _Aftermath:
    """What follows one ending of one ticket."""

    def __init__(self, desk: _Desk, ticket: Ticket) -> None:
        assert ticket.closed_at is not None
        self.desk, self.ticket, self.ended = desk, ticket, ticket.closed_at
        self.dice, self.draft, self.now = desk.dice, desk.draft, desk.now
        self.agent = self.dice.choice(desk.agents[ticket.branch_id])
        bad = seasons.bad_week(self.ended, self.now)
        self.low = self.dice.random() < (0.24 if bad else 0.08)

    def play(self) -> None:
        invitation = self.invite(self.ended + DELAY)
        call = self.owe_call(self.ended + DELAY)
        if self.dice.random() < ANSWERED:
            self.answer(invitation, self.later(60, 1200))
        if call is not None:
            self.call(call, self.later(120, 1320))

    def later(self, least: int, most: int) -> datetime:
        """So many minutes after the ending, never later than the present."""
        return min(self.ended + timedelta(minutes=self.dice.randint(least, most)), self.now)

    def invite(self, at: datetime) -> Invitation:
        ticket = self.ticket
        invitation = self.draft.new(
            Invitation, token_digest=digest(new_secret()), ticket=ticket,
            cycle=ticket.reopen_count, customer=ticket.customer, branch=ticket.branch, engineer=ticket.assignee,
            sent_at=at, expires_at=self.desk.end_of_link(at),
        )  # fmt: skip
        for sheet in self.sheets():
            self.draft.new(
                Invitation.questionnaires.through, invitation_id=invitation.pk, questionnaire_id=sheet.pk
            )
        links = (invitation, ticket.customer)
        self.draft.tell(events.INVITED, ticket, actor=None, at=at, links=links, invitation=invitation.pk)
        return invitation

    def sheets(self) -> list[Questionnaire]:
        return [s for s in self.desk.sheets if self.ticket.assignee_id is not None or s.kind != Kind.CARD]

    def answer(self, invitation: Invitation, at: datetime) -> None:
        rows = [
            self.mark(invitation, sheet, item) for sheet in self.sheets() for item in ITEMS[Kind(sheet.kind)]
        ]
        mean = (sum((row.score for row in rows), Decimal(0)) / len(rows)).quantize(Decimal("0.01"))
        comment, kind = ("维修后问题仍在，不满意", "complaint") if self.low else self.dice.choice(OPINIONS)
        channel = self.dice.choice(["link", "link", "link", "phone", "interview"])
        invitation.answer(mean, channel=channel, comment=comment, kind=kind, at=at)
        if invitation.engineer is not None:
            for criterion, value in scores.by_criterion(rows).items():
                self.post(invitation.engineer, criterion, value, invitation, at)
        self.correct(invitation, mean, at)
        by = None if channel == "link" else self.agent.user
        self.draft.tell(
            events.ANSWERED, invitation, actor=by, at=at, links=(self.ticket, self.ticket.customer),
            score=str(invitation.score), kind=kind, channel=channel,
        )  # fmt: skip

    def mark(self, invitation: Invitation, sheet: Questionnaire, item: str) -> Answer:
        top = sheet.scale_max
        value = (
            self.dice.randint(sheet.scale_min, top // 2)
            if self.low
            else self.dice.randint(top - top // 4, top)
        )
        return self.draft.new(
            Answer, invitation=invitation, questionnaire=sheet, question=item, value=value,
            scale_min=sheet.scale_min, scale_max=top, score=sheet.normalise(value),
        )  # fmt: skip

    def owe_call(self, at: datetime) -> FollowUp | None:
        ticket = self.ticket
        call = self.draft.new(
            FollowUp, ticket=ticket, cycle=ticket.reopen_count, customer=ticket.customer, branch=ticket.branch,
            owner=self.agent, cause=self.desk.cause(ticket), opened_at=self.ended, due_at=self.ended,
        )  # fmt: skip
        rule = follow_ups.rule_for(call.cause, at)
        clock = self.desk.clocks.start(call, follow_ups.CLOCK, rule=rule, at=at, started_at=self.ended)
        call.promise(clock.due_at or self.ended)
        links = (ticket, None, ticket.customer)
        self.draft.tell(events.OPENED, call, actor=None, at=at, links=links, cause=call.cause)
        return call

    def call(self, call: FollowUp, at: datetime) -> None:
        by = self.agent.user
        if self.dice.random() < TRIED_TWICE:
            self.attempt(call, by, at)
        at = min(at + timedelta(minutes=50), self.now)
        score = self.dice.randint(2, 5) if self.low else self.dice.randint(7, 10)
        call.complete(
            solved=True, polite=True, missing=self.dice.choice(["", "", "希望更快一些"]), satisfied=not self.low,
            score=score, at=at,
        )  # fmt: skip
        call.version += 1
        self.desk.clocks.stop(call, follow_ups.CLOCK, at=at)
        if self.ticket.assignee is not None:
            self.post(self.ticket.assignee, Criterion.ATTITUDE, scores.YES, call, at)
            self.post(self.ticket.assignee, Criterion.SATISFACTION, normalise(score, 1, 10), call, at)
        self.correct(call, normalise(score, 1, 10), at)
        self.draft.tell(
            events.COMPLETED, call, actor=by, at=at, links=(self.ticket, None, self.ticket.customer), solved=True,
            satisfied=not self.low, score=score,
        )  # fmt: skip

    def attempt(self, call: FollowUp, by: User, at: datetime) -> None:
        call.attempt(at=at)
        self.draft.new(
            FollowUpAttempt,
            follow_up=call,
            channel="phone",
            outcome="unreachable",
            note="无人接听",
            at=at,
            by=by,
        )
        links = (self.ticket, None)
        self.draft.tell(events.ATTEMPTED, call, actor=by, at=at, links=links, outcome="unreachable")
        call.version += 1

    def post(self, person: Person, criterion: str, value: Decimal, source: Any, at: datetime) -> None:
        """A score in staff's ledger, as people.post_score enters it."""
        entry = self.draft.new(
            ScoreEntry, person=person, criterion=criterion, value=value, at=at,
            period=month_of(at, zone=self.ticket.branch.zone), source_type=source._meta.label_lower,
            source_id=source.pk,
        )  # fmt: skip
        data: dict[str, Any] = {"score": entry.pk, "criterion": entry.criterion, "value": str(entry.value)}
        self.draft.tell(staff_events.SCORED, person, actor=None, at=at, occurred_at=at, **data)

    def correct(self, source: Invitation | FollowUp, score: Decimal, at: datetime) -> None:
        """A low mark is analysed the next day and corrected within the week, if that long ago."""
        if score >= self.desk.limit:
            return
        owner = self.desk.correctors.get(self.ticket.branch_id)
        named = {"invitation": source} if isinstance(source, Invitation) else {"follow_up": source}
        row = self.draft.new(
            Rectification, **named, ticket=self.ticket, branch=self.ticket.branch, engineer=self.ticket.assignee,
            owner=owner, score=score, opened_at=at, due_at=at,
        )  # fmt: skip
        self.desk.clocks.start(row, "cause", rule=rulebook.rule("survey.cause", at=at), at=at)
        clock = self.desk.clocks.start(
            row, "rectification", rule=rulebook.rule("survey.rectification", at=at), at=at
        )
        row.promise(clock.due_at or at)
        links = (self.ticket, self.ticket.customer)
        self.draft.tell(events.RECTIFICATION_OPENED, row, actor=None, at=at, links=links, score=str(score))
        if owner is not None:
            self.analyse(row, owner, at + timedelta(hours=self.dice.randint(4, 30)))

    def analyse(self, row: Rectification, owner: Person, at: datetime) -> None:
        if at > self.now:
            return
        row.analyse(
            "到场前未确认配件，需二次上门", "派工前核对配件库存", owner=owner, due_at=row.due_at, at=at
        )
        row.version += 1
        self.desk.clocks.stop(row, "cause", at=at)
        told: dict[str, Any] = {"actor": owner.user, "links": (self.ticket,)}
        self.draft.tell(events.ANALYSED, row, at=at, owner=owner.user.username, **told)
        done = at + timedelta(days=self.dice.randint(2, 6))
        if done > self.now:
            return
        row.complete("已纳入派工检查项", at=done)
        row.version += 1
        self.desk.clocks.stop(row, "rectification", at=done)
        self.draft.tell(events.RECTIFIED, row, at=done, **told)

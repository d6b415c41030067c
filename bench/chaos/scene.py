"""Clocks that come due one after another, with every kind of past, and what happens to them meanwhile."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.utils import OperationalError

from service_center.kernel import clock_events, clocks, dbtime, subscriptions
from service_center.kernel.clock_drafts import ClockDrafts
from service_center.kernel.drafting import Draft
from service_center.kernel.models import Calendar, Clause, Document, Event, Rule

KIND = "trial"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LADDER = [
    {"rung": "warn", "before_seconds": 10, "role": "assignee"},
    {"rung": "due", "percent": 100, "role": "supervisor"},
    {"rung": "escalate1", "after_seconds": 10, "role": "manager"},
]
PLAIN = [LADDER[1]]
CHUNK = 5000


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def leave_effects() -> None:
    """A table, and a subscriber that leaves one row in it for each rung it hears of: one more when it hears twice."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS chaos_effect")
        cursor.execute("CREATE TABLE chaos_effect (event_id bigint NOT NULL, at timestamptz NOT NULL)")
    listen()


def listen() -> None:
    """Subscribe in this process; harmless twice."""
    if f"chaos.{leave.__name__}" not in subscriptions.listeners(clock_events.BREACHED.name):
        told = (clock_events.WARNED, clock_events.BREACHED, clock_events.ESCALATED)
        subscriptions.on(*told, together=True)(leave)


def leave(told: Sequence[Event], *, at: datetime) -> None:
    """The effect that is counted afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chaos_effect SELECT unnest(%s::bigint[]), clock_timestamp()",
            [[event.pk for event in told]],
        )


class Rules:
    """An hour with one rung, an hour with three, and a working day that is never reached."""

    def __init__(self) -> None:
        around_the_clock = Calendar.objects.get(code="24x7")
        document, _ = Document.objects.get_or_create(
            code="CHAOS", defaults={"name_zh": "演练", "name_en": "Drill"}
        )
        self.plain, self.ladder, self.long = (
            self._rule(document, around_the_clock, article, value, rungs)
            for article, value, rungs in (("1", "1", PLAIN), ("2", "1", LADDER), ("3", "8", LADDER))
        )

    def _rule(
        self, document: Document, calendar: Calendar, article: str, value: str, rungs: list[dict[str, object]]
    ) -> Rule:
        clause = Clause.objects.create(
            document=document, article=article, title_zh="演练时限", title_en="Drill limit"
        )
        return Rule.objects.create(
            key=f"chaos.{article}", code="chaos.limit", value=Decimal(value), unit="hour", calendar=calendar,
            clause=clause, rungs=rungs, pausing_reasons=["part", "customer"],
        )  # fmt: skip


def make(rules: Rules, number: int, *, first: datetime, spread: timedelta, dice: random.Random) -> list[int]:
    """Clocks of so many subjects whose due times spread evenly from the first on; returns the subjects' keys."""
    keys: list[int] = []
    for start in range(0, number, CHUNK):
        draft = Draft(keys_ahead=CHUNK)
        book = ClockDrafts(draft)
        for place in range(start, min(start + CHUNK, number)):
            key = draft.put(Document, code=f"chaos{place}", name_zh="演练", name_en="Drill")
            subject = Document(pk=key)
            _live(book, subject, rules, first + spread * place / number, dice)
            keys.append(key)
        book.run_to(now())
        with transaction.atomic():
            draft.write()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return keys


def _live(book: ClockDrafts, subject: Document, rules: Rules, due: datetime, dice: random.Random) -> None:
    """One past: due at that instant, or (paused, stopped) not at all."""
    rule = rules.plain if dice.random() < 0.6 else rules.ladder
    begun, later = due - HOUR, due - HOUR + MINUTE * dice.uniform(1, 40)
    life = dice.random()
    if life < 0.10:  # reopened after a breach: a second cycle
        book.start(subject, KIND, rule=rule, at=due - 5 * HOUR)
        book.stop(subject, KIND, at=due - 3 * HOUR)
        book.reopen(subject, KIND, policy="new_cycle", at=begun)
        return
    if life < 0.20:  # put under another rule: a second generation
        book.start(subject, KIND, rule=rules.long, at=begun)
        book.retarget(subject, KIND, rule=rule, at=later)
        return
    stood = MINUTE * dice.uniform(5, 30) if life < 0.35 else timedelta()
    book.start(subject, KIND, rule=rule, at=begun - stood)
    if life < 0.30:
        book.pause(subject, reason="part", at=later - stood)
        book.resume(subject, at=later)
    elif life < 0.35:
        book.pause(subject, reason="customer", at=later)
    elif life < 0.40:
        book.stop(subject, KIND, at=later)


class Desk:
    """People who go on working with the clocks: they pause, resume, stop (also late), retarget and reopen them."""

    def __init__(self, keys: list[int], rules: Rules, dice: random.Random) -> None:
        self.keys, self.rules, self.dice = keys, rules, dice
        self.steps = self.crowded_out = 0

    def act(self) -> None:
        """One step on a random clock, in a transaction of its own."""
        subject = Document(pk=self.dice.choice(self.keys))
        try:
            with transaction.atomic():
                self._step(subject, dbtime.now())
            self.steps += 1
        except OperationalError:
            self.crowded_out += 1

    def _step(self, subject: Document, at: datetime) -> None:
        step = self.dice.choice(("pause", "resume", "stop", "late", "retarget", "reopen"))
        if step == "pause":
            clocks.pause(subject, reason="part", at=at)
        elif step == "resume":
            clocks.resume(subject, at=at)
        elif step == "stop":
            clocks.stop(subject, KIND, at=at)
        elif step == "late":  # a truth that came late, and may undo a breach
            clocks.stop(subject, KIND, at=at, occurred_at=at - timedelta(seconds=self.dice.uniform(1, 20)))
        elif step == "reopen":
            policy = "continue" if self.dice.random() < 0.5 else "new_cycle"
            clocks.reopen(subject, KIND, policy=policy, at=at)  # type: ignore[arg-type]  # one of the two
        else:
            rule = self.dice.choice((self.rules.plain, self.rules.ladder, self.rules.long))
            clocks.retarget(subject, KIND, rule=rule, at=at)

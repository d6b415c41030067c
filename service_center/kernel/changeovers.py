"""Open clocks come to count on a new version of their rule or calendar: foreseen before, applied in batches after.

A clock that is already late keeps its verdict and what it was counted on; what is due within the very instant is left to
the sweep. Everything else gets a retarget event that keeps the due time before and after. What still stands on an older
version is what is left to do: a batch cut short by a crash is simply done again, and a second worker finds nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from service_center.kernel import (
    calendars,
    clock_events,
    clock_history,
    clocks,
    commands,
    firing,
    folding,
    journal,
    policies,
    rulebook,
)
from service_center.kernel.folding import Fact
from service_center.kernel.models import CalendarVersion, Changeover, Clock, ClockEvent, Rule, VersionStatus
from service_center.kernel.worktime import Calendar as Hours

if TYPE_CHECKING:
    from service_center.kernel.models import User

BATCH = 200
State = Changeover.State
Subject = Rule | CalendarVersion


@dataclass(frozen=True)
class Forecast:
    """What a change would do to one clock: due before and after (None: it stands still), and which way that is."""

    clock: Clock
    was: datetime | None
    now: datetime | None
    way: str  # later, earlier, at_once (used up already), same

    @property
    def moves(self) -> bool:
        return self.way != "same"


def concerned(subject: Subject, *, at: datetime) -> QuerySet[Clock]:
    """The open clocks on an older version that are not due yet: those a change moves over."""
    waiting = Clock.objects.filter(stopped_at=None, state__in=[Clock.State.RUNNING, Clock.State.PAUSED])
    waiting = waiting.filter(Q(due_at=None) | Q(due_at__gt=at))
    if isinstance(subject, Rule):
        others = waiting.filter(rule__key=subject.key).exclude(rule=subject)
        earlier = Q(rule__valid_from=None) | Q(rule__valid_from__lte=subject.valid_from or at)
        return others.filter(earlier)
    return waiting.filter(
        calendar_version__calendar_id=subject.calendar_id, calendar_version__number__lt=subject.number
    )


def foresee(subject: Subject, rows: Sequence[Clock], *, at: datetime) -> list[Forecast]:
    """What these clocks (with their rules) would be due at if the version counted from `at`; nothing is written."""
    histories = clock_history.of(rows)
    hours = _hours_of(subject, at)
    return [_foreseen(clock, histories[clock.pk], subject, hours, at) for clock in rows]


def _hours_of(subject: Subject, at: datetime) -> Hours:
    if isinstance(subject, Rule):
        return calendars.load(calendars.current(subject.calendar_id, at=at).pk)
    return calendars.parse(subject.plan, code=subject.calendar.code)


def _foreseen(
    clock: Clock, events: list[ClockEvent], subject: Subject, hours: Hours, at: datetime
) -> Forecast:
    rule = subject if isinstance(subject, Rule) else clock.rule
    own = clock.promised_at is None and clock.target != clock.rule.value and clock.rule.unit == rule.unit
    policy = policies.of(rule, hours, target=clock.target if own else None, promised=clock.promised_at)
    change = Fact(seq=len(events) + 1, kind="retarget", occurred_at=at, policy=policy)
    due = folding.fold([*clock_history.facts(events), change], at).due_at
    return Forecast(clock, clock.due_at, due, _way(clock.due_at, due, at))


def _way(was: datetime | None, now: datetime | None, at: datetime) -> str:
    if was == now:
        return "same"
    if now is not None and now <= at:
        return "at_once"
    return "later" if was is not None and (now is None or now > was) else "earlier"


def plan(subject: Subject, *, starts_at: datetime, actor: User | None, at: datetime) -> Changeover:
    """Note that the open clocks are to come under this version from `starts_at` on; the job applies it."""
    named = {"rule": subject} if isinstance(subject, Rule) else {"calendar_version": subject}
    return Changeover.objects.get_or_create(
        **named, defaults={"starts_at": starts_at, "asked_by": actor, "created_at": at}
    )[0]


def apply_now(subject: Subject, *, at: datetime) -> int:
    """Bring all its clocks over within this transaction: for set-up, where nobody works yet. Returns how many."""
    rows = clocks.lock_some(concerned(subject, at=at))
    _bring_over(subject, rows, at)
    return len(rows)


def run_due(*, at: datetime, seconds: float = 10.0, batch: int = BATCH) -> int:
    """Carry the changeovers that have begun on, batch by batch, each in a transaction of its own; returns the clocks done.

    Any worker may call it at any time. Stops after about so many seconds.
    """
    done, until = 0, time.monotonic() + seconds
    for pk in (
        Changeover.objects.exclude(state=State.DONE).filter(starts_at__lte=at).values_list("pk", flat=True)
    ):
        while time.monotonic() < until:
            brought = commands.run(carry_on, pk, batch=batch)
            if not brought:
                break
            done += brought
    return done


def carry_on(pk: int, *, batch: int = BATCH, actor: User | None, at: datetime) -> int:
    """One batch of a changeover: returns how many clocks it brought over, 0 when there is nothing to do for now.

    Another worker's batch and clocks somebody holds are passed over; they are taken next time.
    """
    row = (
        Changeover.objects.select_for_update(skip_locked=True, of=("self",))
        .with_subject()
        .filter(pk=pk)
        .first()
    )
    if row is None or row.state == State.DONE or row.starts_at > at:
        return 0
    subject = row.rule or row.calendar_version
    assert subject is not None
    if row.state == State.WAITING:
        _begin(row, subject, at)
    rows = clocks.lock_some(concerned(subject, at=at), limit=batch, skip_locked=True)
    moved = _bring_over(subject, rows, at)
    row.moved, row.kept = row.moved + moved, row.kept + len(rows) - moved
    row.batches, row.updated_at = row.batches + bool(rows), at
    if not rows and not concerned(subject, at=at).exists():
        row.state, row.finished_at = State.DONE, at
        journal.record(clock_events.APPLIED, subject, actor=None, at=at, moved=row.moved, kept=row.kept)
    row.save()
    return len(rows)


def _begin(row: Changeover, subject: Subject, at: datetime) -> None:
    """A calendar's version is put in force with its first batch, when its time has come."""
    if isinstance(subject, CalendarVersion) and subject.status == VersionStatus.APPROVED:
        rulebook.lock()
        calendars.bring_in_force(subject, at=at)
        journal.record(
            clock_events.REVISED, subject.calendar, actor=row.asked_by, at=at,
            code=subject.calendar.code, number=subject.number,
        )  # fmt: skip
    row.state, row.started_at, row.total = State.RUNNING, at, concerned(subject, at=at).count()


def _bring_over(subject: Subject, rows: Sequence[Clock], at: datetime) -> int:
    """Retarget these locked clocks and tell the timelines of those whose due time moved; returns how many did."""
    if not rows:
        return 0
    rule = subject if isinstance(subject, Rule) else None
    version = calendars.current(rule.calendar_id, at=at) if rule else subject
    assert isinstance(version, CalendarVersion)
    number = subject.version if isinstance(subject, Rule) else subject.number
    moved = [(c, was) for c, was in clocks.rebind(rows, rule=rule, version=version, at=at) if c.due_at != was]
    journal.record_many([_told(clock, was, number, at) for clock, was in moved])
    return len(moved)


def _told(clock: Clock, was: datetime | None, number: int, at: datetime) -> journal.Prepared:
    data = firing.named(clock.rule) | {"number": str(number), "was": _stamp(was), "now": _stamp(clock.due_at)}
    return firing.prepared(clock_events.MOVED, clock, at=at, data=data)


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else firing.stamp(moment)


def history_of(changeover: Changeover) -> QuerySet[ClockEvent]:
    """The retargets a changeover wrote, with the due time before and after, newest first."""
    rows = ClockEvent.objects.filter(kind=ClockEvent.Kind.RETARGET, data__has_key="due_from")
    if changeover.rule_id is not None:
        rows = rows.filter(rule_id=changeover.rule_id)
    else:
        rows = rows.filter(calendar_version_id=changeover.calendar_version_id)
    return rows.exclude(data__due_from=F("data__due_to")).select_related("clock__rule").order_by("-id")


def soonest(subject: Subject, *, at: datetime, after: int = 0, limit: int) -> Iterable[Clock]:
    """Some of the clocks concerned, in the order of their ids, with their rules."""
    rows = concerned(subject, at=at).filter(pk__gt=after)
    return rows.select_related("rule").order_by("pk")[:limit]

"""Clocks of a generated history: the same fold, the same events and firings as in the database, kept in memory.

Between two events a rung fires at its very instant, as it would have under a sweep that is never late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.db.models import Model

from service_center.kernel import calendars, clock_history, clocks, firing, folding
from service_center.kernel.drafting import Draft
from service_center.kernel.models import CalendarVersion, Clock, ClockEvent, Rule, RungFiring

Kind = ClockEvent.Kind


@dataclass
class Drafted:
    """A clock with its events and the rungs that fired or were skipped, by (cycle, generation)."""

    clock: Clock
    events: list[ClockEvent] = field(default_factory=list)
    fired: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))


class ClockDrafts:
    """A book of clocks in memory (clock_book.Book); `run_to` brings its clocks up to the present."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._clocks: dict[tuple[str, int], dict[str, Drafted]] = defaultdict(dict)
        self._versions: dict[int, CalendarVersion] = {}

    def start(
        self,
        subject: Model,
        kind: str,
        *,
        rule: Rule,
        at: datetime,
        started_at: datetime | None = None,
        target: Decimal | None = None,
        due_at: datetime | None = None,
    ) -> Clock:
        begun, version = min(started_at or at, at), self._version(rule, at)
        known = self._of(subject).get(kind)
        if known is None:
            event = clocks.policy_event(Kind.START, rule, version, begun, target, due_at)
            return self._begin(subject, kind, event, at)
        if known.clock.stopped_at is None:
            return known.clock
        begun = max(begun, known.clock.stopped_at)
        self._append(
            [known], at, lambda clock: clocks.policy_event(Kind.START, rule, version, begun, target, due_at)
        )
        return known.clock

    def pause(
        self, subject: Model, *, reason: str, at: datetime, kinds: Collection[str] | None = None
    ) -> list[Clock]:
        standing = [
            each
            for each in self._open(subject, kinds)
            if reason in each.clock.rule.pausing_reasons
            and each.clock.promised_at is None
            and each.clock.pause_reason != reason
        ]
        return self._append(
            standing, at, lambda clock: ClockEvent(kind=Kind.PAUSE, occurred_at=at, reason=reason)
        )

    def resume(self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None) -> list[Clock]:
        paused = [each for each in self._open(subject, kinds) if each.clock.paused_at is not None]
        return self._append(paused, at, lambda clock: ClockEvent(kind=Kind.RESUME, occurred_at=at))

    def stop(
        self, subject: Model, kind: str, *, at: datetime, occurred_at: datetime | None = None
    ) -> Clock | None:
        when = at if occurred_at is None else min(occurred_at, at)
        stopped = self._append(
            self._open(subject, [kind]),
            at,
            lambda clock: ClockEvent(kind=Kind.STOP, occurred_at=max(when, clock.started_at)),
        )
        return stopped[0] if stopped else None

    def retarget(
        self,
        subject: Model,
        kind: str,
        *,
        rule: Rule,
        at: datetime,
        target: Decimal | None = None,
        due_at: datetime | None = None,
    ) -> Clock | None:
        version = self._version(rule, at)
        wanted = None if due_at else rule.value if target is None else target
        asked = (rule.pk, version.pk, wanted, due_at)
        found = self._open(subject, [kind])
        changed = [
            each
            for each in found
            if (each.clock.rule_id, each.clock.calendar_version_id, each.clock.target, each.clock.promised_at)
            != asked
        ]
        self._append(
            changed, at, lambda clock: clocks.policy_event(Kind.RETARGET, rule, version, at, target, due_at)
        )
        return found[0].clock if found else None

    def cancel(self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None) -> list[Clock]:
        return self._append(
            self._open(subject, kinds), at, lambda clock: ClockEvent(kind=Kind.CANCEL, occurred_at=at)
        )

    def reopen(
        self, subject: Model, kind: str, *, policy: Literal["continue", "new_cycle"], at: datetime
    ) -> Clock | None:
        known = self._of(subject).get(kind)
        if known is None or known.clock.stopped_at is None:
            return None
        self._append([known], at, lambda clock: clocks.reopening(clock, policy, at))
        return known.clock

    def lock_for(self, subject: Model) -> list[Clock]:
        return [each.clock for each in self._of(subject).values()]

    def run_to(self, now: datetime) -> None:
        """Fire what is due by now; the clocks are complete then and forgotten."""
        for found in self._clocks.values():
            for each in found.values():
                self._fire(each, now, None)
        self._clocks.clear()

    def _begin(self, subject: Model, kind: str, event: ClockEvent, at: datetime) -> Clock:
        event.seq, event.at = 1, at
        clock = Clock(subject_type=subject._meta.label_lower, subject_id=subject.pk, kind=kind)
        fold = folding.fold(clock_history.facts([event]), at)
        clocks.set_policy(clock, event)
        self._draft.add(clock)
        each = self._of(subject)[kind] = Drafted(clock)
        self._remember(each, [event], firing.assign(clock, fold, set(), at=at))
        return clock

    def _append(
        self, found: Sequence[Drafted], at: datetime, change: Callable[[Clock], ClockEvent]
    ) -> list[Clock]:
        """As `clocks` appends to its rows: settle what was due, fold anew, note what is past or undone."""
        asked = [(each, change(each.clock)) for each in found]
        for each, event in asked:
            self._fire(each, at, event.occurred_at if event.kind == Kind.STOP else None)
        for each, event in asked:
            clock, was = each.clock, (each.clock.breached_at, each.clock.cycle)
            new, fold = clocks.refold(clock, each.events, event, at)
            clocks.set_policy(clock, [*each.events, *new][fold.cycle.policy_seq - 1])
            past = firing.assign(clock, fold, each.fired[fold.number, fold.generation], at=at)
            self._remember(each, new, past)
            if clocks.undone(was, fold):
                self._draft.note(clocks.retraction(clock, was[0], at))
        return [each.clock for each in found]

    def _fire(self, each: Drafted, at: datetime, before: datetime | None) -> None:
        clock = each.clock
        if clock.next_at is None or clock.next_at > at:
            return
        for rung in firing.take(clock, at, before):
            rung.firing.fired_at = rung.firing.instant
            self._remember(each, [], [rung.firing])
            self._draft.note(firing.fact_of(rung, clock.rule))

    def _remember(self, each: Drafted, events: list[ClockEvent], firings: list[RungFiring]) -> None:
        for event in events:
            event.clock = each.clock
            each.events.append(self._draft.add(event))
        for row in firings:
            row.clock_id = each.clock.pk
            each.fired[row.cycle, row.generation].add(row.rung)
            self._draft.add(row)

    def _version(self, rule: Rule, at: datetime) -> CalendarVersion:
        if rule.calendar_id not in self._versions:
            self._versions[rule.calendar_id] = calendars.current(rule.calendar_id, at=at)
        return self._versions[rule.calendar_id]

    def _of(self, subject: Model) -> dict[str, Drafted]:
        return self._clocks[subject._meta.label_lower, subject.pk]

    def _open(self, subject: Model, kinds: Collection[str] | None) -> list[Drafted]:
        return [
            each
            for each in self._of(subject).values()
            if each.clock.stopped_at is None and (kinds is None or each.clock.kind in kinds)
        ]

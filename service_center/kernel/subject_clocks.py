"""One subject's clocks of a generated history, in memory: what `clocks` and `firing` do to rows.

Between two events a rung fires at its very instant, as it would have under a sweep that is never late. Inside, instants
are whole microseconds and the fold is carried on (`tick_fold`); at the edges they are datetimes as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Model

from service_center.kernel import clock_events, firing
from service_center.kernel.clock_book import Kept
from service_center.kernel.drafting import about
from service_center.kernel.folding import DUE
from service_center.kernel.models import Rule
from service_center.kernel.tick_fold import Due, Fold, Terms
from service_center.kernel.timelines import iso
from service_center.kernel.worktime import instant, ticks

if TYPE_CHECKING:
    from service_center.kernel.clock_drafts import ClockDrafts
    from service_center.kernel.journal import EventType


class Bound:
    """What an event of a clock brings: a rule on a published calendar, and its target (None: a promise)."""

    __slots__ = ("heads", "rule", "target", "terms", "version")

    def __init__(self, rule: Rule, version: int, terms: Terms, target: Decimal | None) -> None:
        self.rule, self.version, self.terms, self.target = rule, version, terms, target
        self.heads: dict[str, bytes] = {}
        """What rows of this rule begin with (clock_drafts)."""


class DraftClock:
    """A clock with its fold, the rungs that fired or were skipped by (cycle, generation), and the rung to come."""

    __slots__ = (
        "at", "bound", "bounds", "breached", "cycle", "fired", "fold", "generation", "kind", "next", "pk", "reason",
        "upcoming", "warned",
    )  # fmt: skip

    def __init__(self, kind: str, pk: int, bound: Bound, begun: int) -> None:
        self.kind, self.pk = kind, pk
        self.fold = Fold(bound.terms, begun)
        self.bound, self.bounds = bound, {1: bound}
        self.cycle, self.generation = 1, 0
        self.fired: dict[tuple[int, int], set[str]] = {}
        self.next: Due | None = None
        self.upcoming: Iterator[Due] = iter(())
        self.breached: int | None = None
        self.warned: int | None = None
        self.reason = ""
        self.at = begun

    @property
    def is_open(self) -> bool:
        return self.fold.cycle.stopped_at is None

    @property
    def due_at(self) -> datetime | None:
        due = self.fold.cycle.due_at
        return None if due is None else instant(due)

    @property
    def started_at(self) -> datetime:
        return instant(self.fold.cycle.started_at)

    @property
    def stopped_at(self) -> datetime | None:
        stopped = self.fold.cycle.stopped_at
        return None if stopped is None else instant(stopped)

    @property
    def state(self) -> str:
        cycle = self.fold.cycle
        if cycle.cancelled:
            return "cancelled"
        if self.breached is not None:
            return "breached"
        if cycle.stopped_at is not None:
            return "met"
        return "running" if cycle.open_pause is None else "paused"

    def stops(self, when: int) -> bool:
        """Whether something that happened then stops the clock (`clocks.stoppable`)."""
        cycle = self.fold.cycle
        return cycle.stopped_at is None or (
            not cycle.cancelled and cycle.started_at <= when < cycle.stopped_at
        )

    def undone(self, breached: int | None, cycle: int, at: int) -> bool:
        """True when a breach that was recorded is none any more, in the same cycle (`clocks.undone`)."""
        return breached is not None and cycle == self.fold.number and self.fold.cycle.breached_at(at) is None

    def aim(self) -> None:
        """Look for the rungs to come anew; where their order is certain, each is worked out when its turn comes."""
        cycle, fired = self.fold.cycle, self.fired.get((self.cycle, self.generation), ())
        plan = cycle.plan()
        if plan is None:
            self.upcoming = iter(cycle.schedule(fired))
        else:
            self.upcoming = (
                (cycle.planned(need, step), step.order, step.name, step.role)
                for need, step in plan
                if step.name not in fired
            )
        self.next = next(self.upcoming, None)

    def to_come(self) -> list[Due]:
        """All rungs that are still to fire; called once."""
        return [] if self.next is None else [self.next, *self.upcoming]

    def judge(self, at: int) -> None:
        """Whether the target was missed. Before the next rung nothing can have changed: then nothing is worked out."""
        passed = self.breached is not None or self.next is None or self.next[0] <= at
        if passed or DUE in self.fired.get((self.cycle, self.generation), ()):
            self.breached = self.fold.cycle.breached_at(at)


class SubjectClocks:
    """The clocks of one subject (clock_book.Book; the subject given to each verb is the one it was made for)."""

    def __init__(self, book: ClockDrafts, subject_type: str, subject_id: int) -> None:
        self._book, self._type, self._id = book, subject_type, subject_id
        self._about, self._timeline = (
            about(subject_id, None, None),
            book.draft.timeline(subject_type, subject_id),
        )
        self.clocks: dict[str, DraftClock] = {}

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
    ) -> Kept:
        tick = ticks(at)
        begun = tick if started_at is None else min(ticks(started_at), tick)
        known = self.clocks.get(kind)
        if known is not None and known.is_open:
            return known
        bound, data = self._book.bound(rule, at, target, due_at), _said(rule, target, due_at)
        if known is not None:
            begun = max(begun, known.fold.cycle.stopped_at or begun)
            self._append([known], tick, "start", begun, bound=bound, data=data)
            return known
        clock = self.clocks[kind] = DraftClock(kind, self._book.key(), bound, begun)
        self._book.note(clock, tick, "start", begun, bound, "", data)
        self._settle(clock, tick)
        return clock

    def start_each(
        self, subject: Model, rules: Mapping[str, Rule], *, at: datetime, started_at: datetime | None = None
    ) -> None:
        for kind, rule in rules.items():
            self.start(subject, kind, rule=rule, at=at, started_at=started_at)

    def pause(
        self, subject: Model, *, reason: str, at: datetime, kinds: Collection[str] | None = None
    ) -> Sequence[Kept]:
        standing = [
            clock
            for clock in self._open(kinds)
            if reason in clock.bound.rule.pausing_reasons
            and clock.bound.terms.promised is None
            and clock.reason != reason
        ]
        tick = ticks(at)
        return self._append(standing, tick, "pause", tick, reason=str(reason))

    def resume(self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None) -> Sequence[Kept]:
        tick = ticks(at)
        paused = [clock for clock in self._open(kinds) if clock.fold.cycle.open_pause is not None]
        return self._append(paused, tick, "resume", tick)

    def stop(
        self, subject: Model, kind: str, *, at: datetime, occurred_at: datetime | None = None
    ) -> Kept | None:
        clock, tick = self.clocks.get(kind), ticks(at)
        when = tick if occurred_at is None else min(ticks(occurred_at), tick)
        if clock is None or not clock.stops(when):
            return None
        self._append([clock], tick, "stop", max(when, clock.fold.cycle.started_at))
        return clock

    def retarget(
        self,
        subject: Model,
        kind: str,
        *,
        rule: Rule,
        at: datetime,
        target: Decimal | None = None,
        due_at: datetime | None = None,
    ) -> Kept | None:
        clock = self.clocks.get(kind)
        if clock is None or not clock.is_open:
            return None
        bound, known, tick = self._book.bound(rule, at, target, due_at), clock.bound, ticks(at)
        asked = (rule.pk, bound.version, bound.target, bound.terms.promised)
        if asked != (known.rule.pk, known.version, known.target, known.terms.promised):
            self._append([clock], tick, "retarget", tick, bound=bound, data=_said(rule, target, due_at))
        return clock

    def cancel(self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None) -> Sequence[Kept]:
        tick = ticks(at)
        return self._append(self._open(kinds), tick, "cancel", tick)

    def reopen(
        self, subject: Model, kind: str, *, policy: Literal["continue", "new_cycle"], at: datetime
    ) -> Kept | None:
        clock, tick = self.clocks.get(kind), ticks(at)
        if clock is None or clock.is_open:
            return None
        data: dict[str, Any] = {"policy": policy}
        bound, promised = None, clock.bound.terms.promised
        if policy == "new_cycle" and promised is not None:
            due_at = at + (instant(promised) - clock.started_at)
            data["due_at"] = firing.stamp(due_at)
            bound = self._book.bound(clock.bound.rule, at, None, due_at)
        self._append([clock], tick, "reopen", tick, bound=bound, data=data)
        return clock

    def rule(self, code: str, facts: Mapping[str, Any], *, at: datetime) -> Rule:
        return self._book.rule(code, facts, at=at)

    def stop_each(
        self, subject: Model, kinds: Collection[str], *, at: datetime, occurred_at: datetime | None = None
    ) -> None:
        tick = ticks(at)
        when = tick if occurred_at is None else min(ticks(occurred_at), tick)
        for kind in kinds:
            clock = self.clocks.get(kind)
            if clock is not None and clock.stops(when):
                self._append([clock], tick, "stop", max(when, clock.fold.cycle.started_at))

    def lock_for(self, subject: Model) -> Sequence[Kept]:
        return list(self.clocks.values())

    def _open(self, kinds: Collection[str] | None) -> list[DraftClock]:
        every = self.clocks.values()
        return [clock for clock in every if clock.is_open and (kinds is None or clock.kind in kinds)]

    # -- what `clocks` and `firing` do to rows ---------------------------------------------------------------------

    def _append(
        self,
        found: list[DraftClock],
        at: int,
        kind: str,
        occurred_at: int,
        *,
        bound: Bound | None = None,
        reason: str = "",
        data: Any = None,
    ) -> list[DraftClock]:
        """Settle what was due, fold on, note what is past or undone (`clocks._append`)."""
        for clock in found:
            self._fire(clock, at, occurred_at if kind == "stop" else None)
        fresh = kind == "reopen" and data["policy"] == "new_cycle"
        for clock in found:
            fold, breached, cycle = clock.fold, clock.breached, clock.cycle
            when = max(occurred_at, fold.floor(late=kind == "stop" and occurred_at < at))
            seq = fold.add(when, kind, bound.terms if bound else None, reason, fresh)
            if bound is not None:
                clock.bounds[seq] = bound
            self._book.note(clock, at, kind, when, bound, reason, data)
            undone = clock.undone(breached, cycle, at)
            if undone and fold.generation == clock.generation:
                fold.add(when, "retract")
                self._book.note(clock, at, "retract", when)
                undone = clock.undone(breached, cycle, at)
            clock.bound = clock.bounds[fold.cycle.legs[-1][1]]
            self._settle(clock, at)
            if undone and breached is not None:
                self._tell(clock, clock_events.RETRACTED, at, breached=f"{iso(breached)}Z")
        return found

    def _fire(self, clock: DraftClock, at: int, before: int | None = None) -> None:
        """Fire what is due by then, each at its instant (`firing.take`)."""
        while (due := clock.next) is not None and due[0] <= at and (before is None or due[0] < before):
            when, _, name, role = due
            kind = clock_events.ESCALATED
            if name == DUE:
                clock.breached, kind = when, clock_events.BREACHED
            elif clock.breached is None:
                clock.warned, kind = clock.warned or when, clock_events.WARNED
            self._book.note_rung(clock, name, when, when, skipped=False)
            self._tell(clock, kind, when, rung=name, role=role, **firing.doing(clock.bound.rule, name))
            clock.next = next(clock.upcoming, None)

    def _settle(self, clock: DraftClock, at: int) -> None:
        """Take over what the fold says, and pass over the rungs that are past already (`firing.assign`)."""
        fold, cycle = clock.fold, clock.fold.cycle
        if fold.generation != clock.generation or fold.number != clock.cycle:
            clock.warned, clock.cycle, clock.generation = None, fold.number, fold.generation
        clock.at = at
        if cycle.stopped_at is not None:
            clock.reason, clock.next = "", None
            if clock.breached is not None or cycle.stopped_at < at:
                clock.breached = cycle.breached_at(at)
            return
        pause = cycle.open_pause
        clock.reason = pause[2] if pause else ""
        clock.aim()
        clock.judge(at)
        due = clock.next
        if due is None or due[0] >= at:
            return
        if clock.breached is None:
            clock.warned = clock.warned or at
        while due is not None and due[0] < at:
            self._book.note_rung(clock, due[2], due[0], at, skipped=True)
            due = clock.next = next(clock.upcoming, None)

    def _tell(self, clock: DraftClock, kind: EventType, at: int, **data: str) -> None:
        """A fact about a clock, on the timelines of its subject and of the clock itself (`firing.prepared`)."""
        due = clock.fold.cycle.due_at
        about = (clock.pk, clock.cycle, clock.generation, "null" if due is None else f'"{iso(due)}Z"')
        told = self._book.telling(clock.bound.rule, clock.kind, data) % about
        draft = self._book.draft
        timelines = (self._timeline, draft.timeline("kernel.clock", clock.pk))
        draft.say(draft.head(kind, self._type), self._about, at, at, told.encode(), timelines)

    def close(self, now: int) -> None:
        """Fire what is due by now; the clocks' columns are as they will be written then."""
        for clock in self.clocks.values():
            self._fire(clock, now)
            self._book.note_clock(clock, self._type, self._id)


def _said(rule: Rule, target: Decimal | None, due_at: datetime | None) -> dict[str, str] | None:
    """What an event says beside its rule (`clocks.policy_event`)."""
    if target is None and due_at is None:
        return None
    data = {} if target is None or target == rule.value else {"target": str(target)}
    return data if due_at is None else data | {"due_at": firing.stamp(due_at)}

"""What a clock says: a pure fold over the things that happened to it.

`fold(facts, asof)` answers state, due time, consumed time and the instant of every rung. Facts are ordered by
`(occurred_at, seq)`, so a truth that came late takes its rightful place. Nothing here knows a database, and nothing is
remembered between two folds: the same facts give the same answer for ever.

A retarget keeps the time consumed so far (under the calendar it was consumed on) and replaces the target; when that is
already used up, the clock is due at the moment of the change. Day units count from the start of the cycle.

Somebody who was told acknowledges: the rungs still to come are cancelled for that ladder, except the due one, which is
the verdict and not a message. A retarget and a new cycle begin a ladder of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Literal

from service_center.kernel import deadlines
from service_center.kernel.deadlines import Interval
from service_center.kernel.worktime import Calendar, Span

Kind = Literal["start", "pause", "resume", "stop", "retarget", "cancel", "reopen", "retract", "acknowledge"]
State = Literal["running", "paused", "met", "breached", "cancelled"]
ZERO = timedelta()
DUE = "due"
CLOSED = "stopped"
"""Reason of the gap between a stop and its reopening."""


@dataclass(frozen=True)
class Rung:
    """A step of the ladder, told to a role: at a share of the target, at an amount of open time or of days, or so much
    open time before or after the due time."""

    name: str
    percent: Decimal | None = None
    amount: timedelta | None = None
    days: int | None = None
    before: timedelta | None = None
    after: timedelta | None = None
    role: str = ""


@dataclass(frozen=True)
class Policy:
    """What a rule asks of a clock: a target on a calendar, the reasons that make it stand still, and its rungs.

    Exactly one target is set: `length` (open time), `days` with `natural` or not, or `promised` (an instant given by
    word, which no pause moves).
    """

    calendar: Calendar
    length: timedelta | None = None
    days: int | None = None
    natural: bool = False
    promised: datetime | None = None
    pausing: frozenset[str] = frozenset()
    rungs: tuple[Rung, ...] = ()


@dataclass(frozen=True)
class Fact:
    """One event of a clock. `policy` comes with start and retarget; `fresh` marks a reopening as a new cycle."""

    seq: int
    kind: Kind
    occurred_at: datetime
    policy: Policy | None = None
    reason: str = ""
    fresh: bool = False


@dataclass
class _Leg:
    """A stretch of a cycle under one policy."""

    policy: Policy
    seq: int
    start: datetime
    end: datetime | None = None


@dataclass
class Cycle:
    """One run of a clock from start to stop: legs under their policies, pauses with their reasons."""

    legs: list[_Leg]
    pauses: list[tuple[Span, str]] = field(default_factory=list)
    stopped_at: datetime | None = None
    cancelled: bool = False
    acknowledged_at: datetime | None = None

    @property
    def started_at(self) -> datetime:
        return self.legs[0].start

    @property
    def policy(self) -> Policy:
        return self.legs[-1].policy

    @property
    def policy_seq(self) -> int:
        """The sequence number of the fact that brought the policy in force."""
        return self.legs[-1].seq

    @property
    def since(self) -> datetime:
        """When the policy in force took over."""
        return self.legs[-1].start

    @property
    def spans(self) -> list[Span]:
        return [span for span, _ in self.pauses]

    @property
    def open_pause(self) -> tuple[Span, str] | None:
        """The pause going on, begun first; None when the clock counts or has stopped."""
        if self.stopped_at is not None:
            return None
        return min(((s, r) for s, r in self.pauses if s.end is None), key=lambda p: p[0].start, default=None)

    @cached_property
    def due_at(self) -> datetime | None:
        """When the target is used up; None while a pause stands before it. Never before the policy in force began."""
        reached = self._reach_due()
        return reached if reached is None or len(self.legs) == 1 else max(reached, self.since)

    def _reach_due(self) -> datetime | None:
        policy = self.policy
        if policy.promised is not None:
            return policy.promised
        if policy.days is not None:
            return self._days(policy.days).due
        return self._reach(policy.length or ZERO)

    def _days(self, number: int) -> deadlines.DayCount:
        count = deadlines.natural_days if self.policy.natural else deadlines.working_days
        return count(self.policy.calendar, self.started_at, number, self.spans)

    def _reach(self, amount: timedelta) -> datetime | None:
        """The earliest instant by which that much open time is consumed, over all legs; None when a pause stands before."""
        for leg in self.legs:
            if leg.end is not None:
                here = deadlines.consumed(leg.policy.calendar, leg.start, leg.end, self.spans)
                if here < amount:
                    amount -= here
                    continue
            return deadlines.due(leg.policy.calendar, leg.start, amount, self.spans)
        raise AssertionError("the last leg of a cycle has no end")

    def consumed(self, now: datetime) -> timedelta:
        """Open time used until `now`, or until the stop when that came before."""
        end = now if self.stopped_at is None else min(now, self.stopped_at)
        return sum((self._used(leg, end) for leg in self.legs), ZERO)

    def _used(self, leg: _Leg, end: datetime) -> timedelta:
        until = end if leg.end is None else min(leg.end, end)
        return deadlines.consumed(leg.policy.calendar, leg.start, until, self.spans)

    def breached_at(self, asof: datetime) -> datetime | None:
        """The due time, when it passed before a stop. A stop at the very instant is in time."""
        due = self.due_at
        if due is None:
            return None
        late = due <= asof if self.stopped_at is None else due < self.stopped_at
        return due if late else None

    def rungs(self) -> list[tuple[datetime, Rung]]:
        """Every rung whose instant is known, soonest first; the due rung is there even when the rule names none."""
        ladder = self.policy.rungs
        if all(rung.name != DUE for rung in ladder):
            ladder = (*ladder, Rung(DUE, percent=Decimal(100)))
        known = ((self._instant(rung), _order(rung), rung) for rung in ladder)
        found = sorted(
            ((at, order, rung) for at, order, rung in known if at is not None and self._climbs(at, rung)),
            key=lambda k: k[:2],
        )
        return [(at, rung) for at, _, rung in found]

    def _climbs(self, at: datetime, rung: Rung) -> bool:
        """Whether the rung stands, or was cancelled by somebody's word that they have it in hand."""
        return self.acknowledged_at is None or at <= self.acknowledged_at or rung.name == DUE

    def _instant(self, rung: Rung) -> datetime | None:
        if rung.name == DUE:
            return self.due_at
        if self.policy.length is not None:
            return self._reach(self._threshold(rung))
        return self._around(rung)

    def _threshold(self, rung: Rung) -> timedelta:
        """The consumed time at which the rung of a clock of hours is reached."""
        target = self.policy.length or ZERO
        if rung.amount is not None:
            return rung.amount
        if rung.percent is not None:
            return _share(target, rung.percent)
        if rung.before is not None:
            return max(target - rung.before, ZERO)
        spent = sum((self._used(leg, leg.end) for leg in self.legs if leg.end is not None), ZERO)
        return max(target, spent) + (rung.after or ZERO)

    def _around(self, rung: Rung) -> datetime | None:
        """The instant of a rung that hangs on a due time given by days or by word."""
        due, calendar = self.due_at, self.policy.calendar
        pauses = [] if self.policy.promised is not None else self.spans
        if rung.days is not None:
            return self._days(rung.days).due
        if due is None:
            return None
        if rung.before is not None:
            return max(calendar.before(due, rung.before), self.started_at)
        if rung.percent is not None:
            whole = deadlines.consumed(calendar, self.started_at, due, pauses)
            return deadlines.due(calendar, self.started_at, _share(whole, rung.percent), pauses)
        return deadlines.due(calendar, due, rung.after or ZERO, self.spans)

    def remaining(self, now: datetime) -> timedelta:
        """Open time left until due, never below zero; while paused, what was left when the pause began."""
        if self.policy.length is not None:
            return max(self.policy.length - self.consumed(now), ZERO)
        stood = [span.start for span in self.spans if span.end is None]
        end = min([now if self.stopped_at is None else min(now, self.stopped_at), *stood])
        resumed = Cycle(
            self.legs, [p for pause in self.pauses for p in _ended([pause], max(end, pause[0].start))]
        )
        return deadlines.consumed(self.policy.calendar, end, resumed.due_at or end, resumed.spans)

    def explain(self, now: datetime) -> list[Interval]:
        """Why the clock says what it says: every counted and every skipped interval from the start to the due time
        (to the stop, or to now when that is later)."""
        due, policy = self.due_at, self.policy
        if policy.promised is not None:
            whole = (policy.promised - self.started_at).total_seconds()
            return [Interval(self.started_at, policy.promised, True, whole, "promised")]
        if policy.days is not None:
            return list(self._days(policy.days).lines)
        end = self.stopped_at or max(now, due or now)
        stretches = ((leg, min(leg.end or end, end)) for leg in self.legs)
        return list(
            chain.from_iterable(
                deadlines.explain(leg.policy.calendar, leg.start, until, self.pauses)
                for leg, until in stretches
                if leg.start < until
            )
        )


@dataclass(frozen=True)
class Fold:
    """What the facts amount to at one instant."""

    cycle: Cycle
    number: int
    generation: int
    version: int
    state: State
    due_at: datetime | None
    consumed: timedelta
    remaining: timedelta
    breached_at: datetime | None

    @property
    def counting(self) -> bool:
        """True while time runs: open and not paused (a breached clock runs on)."""
        return self.cycle.stopped_at is None and self.cycle.open_pause is None

    def schedule(self) -> list[tuple[datetime, Rung]]:
        """The rungs of the current generation, past and to come; none once the clock has stopped."""
        return [] if self.cycle.stopped_at is not None else self.cycle.rungs()


def fold(facts: Iterable[Fact], asof: datetime) -> Fold:
    """Fold a clock's facts as seen at `asof`. Raises ValueError when they do not begin with a start; NeverOpen."""
    cycle: Cycle | None = None
    number = generation = version = 0
    for fact in sorted(facts, key=lambda f: (f.occurred_at, f.seq)):
        version += 1
        generation += fact.kind in {"retarget", "retract"}
        fresh = _begin(cycle, fact)
        if fresh is not None:
            cycle, number = fresh, number + 1
        elif cycle is not None:
            _apply(cycle, fact)
    if cycle is None:
        raise ValueError("a clock begins with a start")
    breached_at = cycle.breached_at(asof)
    return Fold(
        cycle=cycle,
        number=number,
        generation=generation,
        version=version,
        state=_state(cycle, breached_at),
        due_at=cycle.due_at,
        consumed=cycle.consumed(asof),
        remaining=cycle.remaining(asof),
        breached_at=breached_at,
    )


def _begin(cycle: Cycle | None, fact: Fact) -> Cycle | None:
    """The cycle a fact opens, if it opens one: a start, or the reopening of a stopped clock with a fresh target."""
    if fact.kind == "start" and fact.policy is not None:
        return Cycle([_Leg(fact.policy, fact.seq, fact.occurred_at)])
    if fact.kind == "reopen" and fact.fresh and cycle is not None and cycle.stopped_at is not None:
        policy, seq = (fact.policy, fact.seq) if fact.policy else (cycle.policy, cycle.policy_seq)
        return Cycle([_Leg(policy, seq, fact.occurred_at)])
    return None


def _apply(cycle: Cycle, fact: Fact) -> None:
    at = fact.occurred_at
    if cycle.stopped_at is not None:
        if fact.kind == "reopen":
            cycle.pauses = [*_ended(cycle.pauses, cycle.stopped_at), (Span(cycle.stopped_at, at), CLOSED)]
            cycle.stopped_at, cycle.cancelled = None, False
    elif fact.kind == "pause":
        if fact.reason in cycle.policy.pausing:
            cycle.pauses.append((Span(at, None), fact.reason))
    elif fact.kind == "resume":
        cycle.pauses = _ended(cycle.pauses, at)
    elif fact.kind in {"stop", "cancel"}:
        cycle.stopped_at, cycle.cancelled = at, fact.kind == "cancel"
    elif fact.kind == "acknowledge":
        cycle.acknowledged_at = cycle.acknowledged_at or at
    elif fact.kind == "retarget" and fact.policy is not None:
        cycle.legs[-1].end, cycle.acknowledged_at = at, None
        cycle.legs.append(_Leg(fact.policy, fact.seq, at))
        kept = fact.policy.pausing
        cycle.pauses = [
            p for pause in cycle.pauses for p in ([pause] if pause[1] in kept else _ended([pause], at))
        ]


def _ended(pauses: Sequence[tuple[Span, str]], at: datetime) -> list[tuple[Span, str]]:
    """The pauses with those still going on ended."""
    return [(Span(span.start, at if span.end is None else span.end), reason) for span, reason in pauses]


def _state(cycle: Cycle, breached_at: datetime | None) -> State:
    if cycle.cancelled:
        return "cancelled"
    if breached_at is not None:
        return "breached"
    if cycle.stopped_at is not None:
        return "met"
    return "running" if cycle.open_pause is None else "paused"


def _share(whole: timedelta, percent: Decimal) -> timedelta:
    """So many percent, rounded down to the microsecond."""
    numerator, denominator = percent.as_integer_ratio()
    return whole * numerator // (denominator * 100)


def _order(rung: Rung) -> int:
    """Ties fire in the order of the ladder: before due, due, after."""
    return 1 if rung.name == DUE else 2 if rung.after is not None else 0


def expected(
    facts: Sequence[Fact], written: Sequence[datetime], asof: datetime
) -> Iterator[tuple[int, int, str]]:
    """The rungs that must have fired or been skipped by `asof`: (cycle, generation, name), derived from the facts alone.

    `written[i]` is when fact i was recorded. For each prefix of the facts, every rung whose instant came before the
    next fact took effect.
    """
    for known in range(1, len(facts) + 1):
        now = fold(facts[:known], written[known - 1])
        following = facts[known] if known < len(facts) else None
        for at, rung in now.schedule():
            if following is None:
                passed = at <= asof
            elif following.kind in {"stop", "retract"}:
                passed = at < min(following.occurred_at, written[known])
            else:
                passed = at <= written[known]
            if passed:
                yield now.number, now.generation, rung.name

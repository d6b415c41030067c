"""The fold of a clock in whole microseconds, carried on fact by fact: what `folding` says, for histories made in bulk.

`folding` is the law and reads better; tests hold both equal. Here a fact that takes effect after all known ones only
changes the cycle it finds, and one that came late folds everything anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import NamedTuple

from service_center.kernel.folding import CLOSED, DUE, Policy, Rung
from service_center.kernel.timelines import Pause, Timeline
from service_center.kernel.worktime import MICROSECOND, ticks

Due = tuple[int, int, str, str]
"""A rung with its instant: (instant, order among ties, name, role)."""
Fact = tuple[int, int, str, "Terms | None", str, bool]
"""An event of a clock: when it took effect, its number, its kind, the terms it brings, its reason, whether it is fresh."""
Leg = tuple["Terms", int, int, "int | None"]
"""A stretch of a cycle: its terms, the number of the event that brought them, from when to when."""


class Step(NamedTuple):
    """A rung in ticks; `share` is a part of the target as numerator and denominator."""

    name: str
    role: str
    order: int
    share: tuple[int, int] | None
    amount: int | None
    days: int | None
    before: int | None
    after: int | None


class Terms:
    """What a rule asks of a clock (`folding.Policy`), on a calendar that is laid out.

    `plan` are the rungs in the order in which they come on a clock that never stands still, where that is certain.
    """

    __slots__ = ("days", "length", "line", "natural", "pausing", "plan", "promised", "steps")

    def __init__(self, policy: Policy, line: Timeline) -> None:
        self.line = line
        self.length = None if policy.length is None else policy.length // MICROSECOND
        self.days, self.natural = policy.days, policy.natural
        self.promised = None if policy.promised is None else ticks(policy.promised)
        self.pausing = policy.pausing
        ladder = policy.rungs
        if all(rung.name != DUE for rung in ladder):
            ladder = (*ladder, Rung(DUE))
        self.steps = tuple(map(_step, ladder))
        self.plan = self._plan()

    def _plan(self) -> list[tuple[int, Step]] | None:
        if self.length is not None:
            needs = [(max(self.threshold(step, 0), 0), step) for step in self.steps]
            return sorted(needs, key=lambda each: (each[0], each[1].order))
        if self.promised is not None or not all(map(_is_plain, self.steps)):
            return None
        return sorted(((step.after or 0, step) for step in self.steps), key=_in_days)

    def promise(self, due_at: int) -> Terms:
        """The terms of a promise, given for another instant."""
        given = Terms.__new__(Terms)
        for name in self.__slots__:
            setattr(given, name, getattr(self, name))
        given.promised = due_at
        return given

    def threshold(self, step: Step, spent: int) -> int:
        """The consumed time at which a rung of a clock of hours is reached."""
        target = self.length or 0
        if step.name == DUE:
            return target
        if step.amount is not None:
            return step.amount
        if step.share is not None:
            return target * step.share[0] // step.share[1]
        if step.before is not None:
            return max(target - step.before, 0)
        return max(target, spent) + (step.after or 0)


def _step(rung: Rung) -> Step:
    share = None
    if rung.percent is not None:
        numerator, denominator = rung.percent.as_integer_ratio()
        share = numerator, denominator * 100
    order = 1 if rung.name == DUE else 2 if rung.after is not None else 0
    amount, before, after = (
        None if span is None else span // MICROSECOND for span in (rung.amount, rung.before, rung.after)
    )
    return Step(rung.name, rung.role, order, share, amount, rung.days, before, after)


def _is_plain(step: Step) -> bool:
    """Whether the rung of a clock of days comes before the due time by a share of it, or after it."""
    return (
        step.name == DUE
        or step.after is not None
        or (step.share is not None and step.share[0] <= step.share[1])
    )


def _in_days(planned: tuple[int, Step]) -> tuple[int, float]:
    after, step = planned
    numerator, denominator = step.share or (1, 1)
    return step.order, after if step.order == 2 else numerator / denominator


class Cycle:
    """One run of a clock from start to stop (`folding.Cycle`)."""

    __slots__ = (
        "_base", "_due", "_due_base", "acknowledged_at", "cancelled", "known", "legs", "pauses", "stopped_at",
    )  # fmt: skip

    def __init__(self, terms: Terms, seq: int, start: int) -> None:
        self.legs: list[Leg] = [(terms, seq, start, None)]
        self.pauses: list[Pause] = []
        self.stopped_at: int | None = None
        self.acknowledged_at: int | None = None
        self.cancelled = self.known = False
        self._due: int | None = None
        self._base: int | None = None
        self._due_base: int | None = None

    def apply(self, fact: Fact) -> None:
        """Let one fact that is no start take effect."""
        at, seq, kind, terms, reason, _ = fact
        if self.stopped_at is not None:
            if kind == "reopen":
                self.pauses = [*ended(self.pauses, self.stopped_at), (self.stopped_at, at, CLOSED)]
                self.stopped_at, self.cancelled, self.known = None, False, False
        elif kind in ("stop", "cancel"):
            self.stopped_at, self.cancelled = at, kind == "cancel"
        elif kind == "pause":
            if reason in self.legs[-1][0].pausing:
                self.pauses.append((at, None, reason))
                self.known = False
        elif kind == "acknowledge":
            self.acknowledged_at = self.acknowledged_at or at
        elif kind == "resume":
            self.pauses, self.known = ended(self.pauses, at), False
        elif kind == "retarget" and terms is not None:
            self.legs[-1] = (*self.legs[-1][:3], at)
            self.legs.append((terms, seq, at, None))
            self.acknowledged_at = None
            kept = terms.pausing
            self.pauses = [each for p in self.pauses for each in ([p] if p[2] in kept else ended([p], at))]
            self.known = False

    @property
    def started_at(self) -> int:
        return self.legs[0][2]

    @property
    def open_pause(self) -> Pause | None:
        """The pause going on, begun first; None when the clock counts or has stopped."""
        if self.stopped_at is not None or not self.pauses:
            return None
        return min((p for p in self.pauses if p[1] is None), key=lambda p: p[0], default=None)

    @property
    def due_at(self) -> int | None:
        """When the target is used up; None while a pause stands before it."""
        if not self.known:
            terms, _, since, _ = self.legs[-1]
            if terms.promised is not None:
                due: int | None = terms.promised
            elif terms.days is not None:
                due = self._days(terms.days)
            else:
                due = self.reach(terms.length or 0)
            self._due = due if due is None or len(self.legs) == 1 else max(due, since)
            self.known, self._due_base = True, None
        return self._due

    def _days(self, number: int) -> int | None:
        terms = self.legs[-1][0]
        return terms.line.count(self.legs[0][2], number, self.pauses, natural=terms.natural)

    def reach(self, amount: int) -> int | None:
        """The earliest instant by which that much open time is consumed, over all legs."""
        for terms, _, start, end in self.legs:
            if end is not None:
                here = terms.line.consumed(start, end, self.pauses)
                if here < amount:
                    amount -= here
                    continue
            return terms.line.due(start, amount, self.pauses)
        raise AssertionError("the last leg of a cycle has no end")

    def consumed(self, now: int) -> int:
        """Open time used until now, or until the stop when that came before."""
        until = now if self.stopped_at is None else min(now, self.stopped_at)
        if len(self.legs) == 1:
            terms, _, start, _ = self.legs[0]
            return terms.line.consumed(start, until, self.pauses)
        return sum(
            terms.line.consumed(start, until if end is None else min(end, until), self.pauses)
            for terms, _, start, end in self.legs
        )

    def spent_and_left(self, now: int) -> tuple[int, int]:
        """Open time used until now, and left until due (while paused, what was left when the pause began)."""
        terms, spent = self.legs[-1][0], self.consumed(now)
        if terms.length is not None:
            return spent, max(terms.length - spent, 0)
        stood = [start for start, end, _ in self.pauses if end is None]
        until = min([now if self.stopped_at is None else min(now, self.stopped_at), *stood])
        if not self.pauses:
            return spent, terms.line.between(until, self.due_at or until)
        resumed = Cycle(*self.legs[0][:3])
        resumed.legs = self.legs
        resumed.pauses = [(p[0], max(until, p[0]) if p[1] is None else p[1], p[2]) for p in self.pauses]
        return spent, terms.line.consumed(until, resumed.due_at or until, resumed.pauses)

    def breached_at(self, asof: int) -> int | None:
        """The due time, when it passed before a stop. A stop at the very instant is in time."""
        due = self.due_at
        if due is None:
            return None
        late = due <= asof if self.stopped_at is None else due < self.stopped_at
        return due if late else None

    # -- rungs -----------------------------------------------------------------------------------------------------

    def plan(self) -> list[tuple[int, Step]] | None:
        """The rungs in their order, where that is certain: on a clock that never stood still under one policy and whose
        ladder nobody cut short."""
        if self.pauses or len(self.legs) > 1 or self.acknowledged_at is not None:
            return None
        return self.legs[0][0].plan

    def planned(self, need: int, step: Step) -> int:
        """The instant of a rung of the plan."""
        terms, _, start, _ = self.legs[0]
        line = terms.line
        if self._base is None:
            self._base = line.before(start)
        if terms.length is not None:
            return line.reaching(self._base + need) if need > 0 else start
        due = self.due_at
        assert due is not None
        if step.name == DUE:
            return due
        if self._due_base is None:
            self._due_base = line.before(due)
        if step.share is None:
            return line.reaching(self._due_base + need) if need > 0 else due
        target = (self._due_base - self._base) * step.share[0] // step.share[1]
        return line.reaching(self._base + target) if target > 0 else start

    def schedule(self, fired: Collection[str]) -> list[Due]:
        """Every rung whose instant is known and whose name has not fired, soonest first."""
        steps = self.legs[-1][0].steps
        known = (
            (self._instant(step), step.order, step.name, step.role)
            for step in steps
            if step.name not in fired
        )
        word = self.acknowledged_at
        found = [
            (at, order, name, role)
            for at, order, name, role in known
            if at is not None and (word is None or at <= word or name == DUE)
        ]
        found.sort(key=itemgetter(0, 1))
        return found

    def _instant(self, step: Step) -> int | None:
        terms = self.legs[-1][0]
        if step.name == DUE:
            return self.due_at
        if terms.length is not None:
            spent = sum(each.line.consumed(start, end, self.pauses) for each, _, start, end in self._done())
            return self.reach(terms.threshold(step, spent))
        return self._around(step, terms)

    def _done(self) -> list[tuple[Terms, int, int, int]]:
        return [(terms, seq, start, end) for terms, seq, start, end in self.legs if end is not None]

    def _around(self, step: Step, terms: Terms) -> int | None:
        """The instant of a rung that hangs on a due time given by days or by word."""
        if step.days is not None:
            return self._days(step.days)
        due, line, started = self.due_at, terms.line, self.legs[0][2]
        if due is None:
            return None
        if step.before is not None:
            return max(line.back(due, step.before), started)
        if step.share is not None:
            pauses = [] if terms.promised is not None else self.pauses
            whole = line.consumed(started, due, pauses)
            return line.due(started, whole * step.share[0] // step.share[1], pauses)
        return line.due(due, step.after or 0, self.pauses)


def ended(pauses: Sequence[Pause], at: int) -> list[Pause]:
    """The pauses with those still going on ended."""
    return [(start, at if end is None else end, reason) for start, end, reason in pauses]


class Fold:
    """The facts of one clock so far, and the cycle they have led to."""

    __slots__ = ("_begun", "_latest", "cycle", "facts", "generation", "number")

    def __init__(self, terms: Terms, start: int) -> None:
        self.facts: list[Fact] = [(start, 1, "start", terms, "", False)]
        self.number, self.generation = 1, 0
        self._latest = self._begun = start
        self.cycle = Cycle(terms, 1, start)

    def add(
        self, occurred_at: int, kind: str, terms: Terms | None = None, reason: str = "", fresh: bool = False
    ) -> int:
        """Take one fact more; returns its number."""
        seq = len(self.facts) + 1
        fact = (occurred_at, seq, kind, terms, reason, fresh)
        self.facts.append(fact)
        if kind in ("start", "reopen"):
            self._begun = max(self._begun, occurred_at)
        if occurred_at >= self._latest:
            self._latest = occurred_at
            self._take(fact)
        else:
            self.number = self.generation = 0
            for each in sorted(self.facts, key=itemgetter(0, 1)):
                self._take(each)
        return seq

    def floor(self, *, late: bool) -> int:
        """No event takes effect before the last one did; a late stop only not before the clock was last set going."""
        return self._begun if late else self._latest

    def _take(self, fact: Fact) -> None:
        at, seq, kind, terms, _, fresh = fact
        if kind == "start" and terms is not None:
            self.cycle, self.number = Cycle(terms, seq, at), self.number + 1
        elif fresh and self.cycle.stopped_at is not None:
            brought = (terms, seq) if terms is not None else self.cycle.legs[-1][:2]
            self.cycle, self.number = Cycle(*brought, at), self.number + 1
        else:
            self.generation += kind in ("retarget", "retract")
            self.cycle.apply(fact)

"""Clocks of a generated history: the same events, firings and columns as in the database, kept in memory.

Between two events a rung fires at its very instant, as it would have under a sweep that is never late. Inside, instants
are whole microseconds and the fold is carried on (`tick_fold`); at the edges they are datetimes as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from struct import Struct
from typing import Any, Literal

from django.db.models import Model
from django.utils import timezone

from service_center.kernel import calendars, clock_events, copying, firing, policies
from service_center.kernel.clock_book import Kept
from service_center.kernel.drafting import Draft, Link
from service_center.kernel.folding import DUE
from service_center.kernel.models import CalendarVersion, Clock, ClockEvent, Rule, RungFiring
from service_center.kernel.tick_fold import Due, Fact, Fold, Terms
from service_center.kernel.timelines import Timeline, iso
from service_center.kernel.worktime import instant, ticks

BACK, AHEAD = timedelta(days=4 * 366), timedelta(days=3 * 366)
"""How far calendars are laid out."""
_CLOCK = (
    "subject_type", "kind", "subject_id", "rule_id", "calendar_version_id", "target", "state", "cycle", "generation",
    "fold_version", "promised_at", "started_at", "due_at", "consumed_seconds", "left_seconds", "counted_to",
    "paused_at", "pause_reason", "warned_at", "breached_at", "stopped_at", "schedule", "next_at", "next_rung", "id",
)  # fmt: skip
_EVENT = ("kind", "rule_id", "calendar_version_id", "reason", "data", "id", "clock_id", "seq", "at", "occurred_at")
_FIRING = ("rung", "skipped", "cycle", "generation", "instant", "fired_at", "fold_version", "id", "clock_id")
_event = Struct(">iqiqiiiqiq").pack
_firing = Struct(">ihihiqiqiiiqiq").pack
_numbers = Struct(">ihihii").pack
_EMPTY_LIST = copying.jsonb([])
_EMPTY = copying.jsonb({})
_NO_TEXT = copying.text("")
_TAIL = copying.NULL + _EMPTY_LIST + copying.NULL + _NO_TEXT


class DraftClock:
    """A clock with its fold, and the rungs that fired or were skipped, by (cycle, generation)."""

    __slots__ = (
        "at", "breached", "cycle", "fired", "fold", "generation", "kind", "pk", "promised", "reason", "rule", "schedule",
        "target", "terms", "version", "warned",
    )  # fmt: skip

    def __init__(self, kind: str, pk: int) -> None:
        self.kind, self.pk = kind, pk
        self.fired: dict[tuple[int, int], set[str]] = {}
        self.cycle, self.generation = 1, 0
        self.schedule: list[Due] = []
        self.breached: int | None = None
        self.warned: int | None = None
        self.fold: Fold
        self.terms: Terms
        self.rule: Rule
        self.version: int
        self.target: Decimal | None
        self.promised: int | None
        self.at: int

    @property
    def due_at(self) -> datetime | None:
        due = self.fold.cycle.due_at
        return None if due is None else instant(due)

    @property
    def started_at(self) -> datetime:
        return instant(self.fold.cycle.legs[0][2])

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

    @property
    def is_open(self) -> bool:
        return self.fold.cycle.stopped_at is None


class Bound:
    """What an event of a clock brings: a rule on a published calendar, and its target."""

    __slots__ = ("heads", "rule", "target", "terms", "version")

    def __init__(self, rule: Rule, version: int, terms: Terms, target: Decimal | None) -> None:
        self.rule, self.version, self.terms, self.target = rule, version, terms, target
        self.heads: dict[str, bytes] = {}

    def head(self, kind: str, data: Any) -> bytes:
        """What the row of such an event begins with."""
        known = self.heads.get(kind)
        if known is None:
            known = self.heads[kind] = (
                b"\x00\x0a" + copying.text(kind) + copying.bigint(self.rule.pk) + copying.bigint(self.version) + _NO_TEXT
            )
        return known + (copying.jsonb(data) if data else _EMPTY)


class ClockDrafts:
    """A book of clocks in memory (clock_book.Book); `run_to` brings its clocks up to the present and writes them."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.clocks = draft.sheet(Clock, _CLOCK)
        self.events = draft.sheet(ClockEvent, _EVENT)
        self.firings = draft.sheet(RungFiring, _FIRING)
        self._subjects: dict[tuple[str, int], SubjectClocks] = {}
        self._versions: dict[int, CalendarVersion] = {}
        self._lines: dict[int, Timeline] = {}
        self._bound: dict[tuple[int, Decimal | None], Bound] = {}
        self.heads: dict[tuple[str, str], bytes] = {}
        self.names: dict[int, dict[str, str | None]] = {}
        self._calendars_of: datetime | None = None

    def of(self, subject: Model) -> SubjectClocks:
        """The subject's own book."""
        return self.of_row(subject._meta.label_lower, subject.pk)

    def of_row(self, subject_type: str, subject_id: int, links: tuple[Link, ...] = ()) -> SubjectClocks:
        """The book of a subject known by type and key."""
        book = self._subjects.get((subject_type, subject_id))
        if book is None:
            book = self._subjects[subject_type, subject_id] = SubjectClocks(self, subject_type, subject_id)
        return book

    def start(self, subject: Model, kind: str, **how: Any) -> Kept:
        return self.of(subject).start(subject, kind, **how)

    def pause(self, subject: Model, **how: Any) -> Sequence[Kept]:
        return self.of(subject).pause(subject, **how)

    def resume(self, subject: Model, **how: Any) -> Sequence[Kept]:
        return self.of(subject).resume(subject, **how)

    def stop(self, subject: Model, kind: str, **how: Any) -> Kept | None:
        return self.of(subject).stop(subject, kind, **how)

    def retarget(self, subject: Model, kind: str, **how: Any) -> Kept | None:
        return self.of(subject).retarget(subject, kind, **how)

    def cancel(self, subject: Model, **how: Any) -> Sequence[Kept]:
        return self.of(subject).cancel(subject, **how)

    def reopen(self, subject: Model, kind: str, **how: Any) -> Kept | None:
        return self.of(subject).reopen(subject, kind, **how)

    def lock_for(self, subject: Model) -> Sequence[Kept]:
        return self.of(subject).lock_for(subject)

    def run_to(self, now: datetime) -> None:
        """Fire what is due by now; the clocks are complete then and forgotten."""
        tick = ticks(now)
        for book in self._subjects.values():
            book.close(tick)
        self._subjects.clear()

    # -- what clocks of one rule share -----------------------------------------------------------------------------

    def bound(self, rule: Rule, at: datetime, target: Decimal | None, due_at: datetime | None) -> Bound:
        """The rule on the calendar that counts; `due_at` makes it a promise."""
        version = self._version(rule.calendar_id, at)
        if due_at is not None:
            policy = policies.of(rule, calendars.load(version), promised=due_at)
            return Bound(rule, version, Terms(policy, self._line(version)), None)
        wanted = rule.value if target is None else target
        known = self._bound.get((rule.pk, wanted))
        if known is None:
            policy = policies.of(rule, calendars.load(version), target=wanted)
            known = self._bound[rule.pk, wanted] = Bound(rule, version, Terms(policy, self._line(version)), wanted)
        return known

    def _version(self, calendar_id: int, at: datetime) -> int:
        if calendar_id not in self._versions:
            self._versions[calendar_id] = calendars.current(calendar_id, at=at)
        return self._versions[calendar_id].pk

    def _line(self, version: int) -> Timeline:
        if version not in self._lines:
            today = timezone.now()
            first, last = (today - BACK).date(), (today + AHEAD).date()
            self._lines[version] = Timeline(calendars.load(version), first, last)
        return self._lines[version]

    def named(self, rule: Rule) -> dict[str, str | None]:
        known = self.names.get(rule.pk)
        if known is None:
            known = self.names[rule.pk] = firing.named(rule)
        return known


class SubjectClocks:
    """The clocks of one subject (clock_book.Book; the subject given to each verb is the one it was made for)."""

    def __init__(self, book: ClockDrafts, subject_type: str, subject_id: int) -> None:
        self._book, self._draft = book, book.draft
        self._type, self._id = subject_type, subject_id
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
        bound = self._book.bound(rule, at, target, due_at)
        known = self.clocks.get(kind)
        if known is not None:
            stopped = known.fold.cycle.stopped_at
            if stopped is not None:
                self._append([known], tick, "start", max(begun, stopped), bound=bound, data=_policy(rule, target, due_at))
            return known
        clock = self.clocks[kind] = DraftClock(kind, self._draft.key(Clock))
        clock.fold = Fold(Fact(begun, 1, "start", bound.terms))
        _bind(clock, bound)
        self._note(clock, tick, "start", begun, bound, "", _policy(rule, target, due_at))
        self._settle(clock, tick)
        return clock

    def pause(
        self, subject: Model, *, reason: str, at: datetime, kinds: Collection[str] | None = None
    ) -> Sequence[Kept]:
        standing = [
            clock
            for clock in self._open(kinds)
            if reason in clock.rule.pausing_reasons and clock.promised is None and clock.reason != reason
        ]
        tick = ticks(at)
        return self._append(standing, tick, "pause", tick, reason=reason)

    def resume(
        self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None
    ) -> Sequence[Kept]:
        tick = ticks(at)
        paused = [clock for clock in self._open(kinds) if clock.fold.cycle.open_pause is not None]
        return self._append(paused, tick, "resume", tick)

    def stop(
        self, subject: Model, kind: str, *, at: datetime, occurred_at: datetime | None = None
    ) -> Kept | None:
        clock, tick = self.clocks.get(kind), ticks(at)
        when = tick if occurred_at is None else min(ticks(occurred_at), tick)
        if clock is None or not _stoppable(clock, when):
            return None
        self._append([clock], tick, "stop", max(when, clock.fold.cycle.legs[0][2]))
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
        bound, tick = self._book.bound(rule, at, target, due_at), ticks(at)
        asked = (rule.pk, bound.version, bound.target, bound.terms.promised)
        if asked != (clock.rule.pk, clock.version, clock.target, clock.promised):
            self._append([clock], tick, "retarget", tick, bound=bound, data=_policy(rule, target, due_at))
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
        bound = None
        if policy == "new_cycle" and clock.promised is not None:
            due_at = at + (instant(clock.promised) - clock.started_at)
            data["due_at"] = firing.stamp(due_at)
            bound = self._book.bound(clock.rule, at, None, due_at)
        self._append([clock], tick, "reopen", tick, bound=bound, data=data)
        return clock

    def lock_for(self, subject: Model) -> Sequence[Kept]:
        return list(self.clocks.values())

    def _open(self, kinds: Collection[str] | None) -> list[DraftClock]:
        return [
            clock for clock in self.clocks.values() if clock.is_open and (kinds is None or clock.kind in kinds)
        ]

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
        """As `clocks._append`: settle what was due, fold anew, note what is past or undone."""
        for clock in found:
            self._fire(clock, at, occurred_at if kind == "stop" else None)
        fresh = kind == "reopen" and data["policy"] == "new_cycle"
        for clock in found:
            fold, breached, cycle = clock.fold, clock.breached, clock.cycle
            when = max(occurred_at, _floor(fold.facts, late=kind == "stop" and occurred_at < at))
            fold.add(Fact(when, len(fold.facts) + 1, kind, bound.terms if bound else None, reason, fresh))
            self._note(clock, at, kind, when, bound, reason, data)
            undone = _undone(clock, breached, cycle, at)
            if undone and fold.generation == clock.generation:
                fold.add(Fact(when, len(fold.facts) + 1, "retract"))
                self._note(clock, at, "retract", when, None, "", None)
                undone = _undone(clock, breached, cycle, at)
            if bound is not None and fold.cycle.legs[-1][0] is bound.terms:
                _bind(clock, bound)
            self._settle(clock, at)
            if undone and breached is not None:
                self._tell(clock, clock_events.RETRACTED, at, {"breached": f"{iso(breached)}Z"})
        return found

    def _fire(self, clock: DraftClock, at: int, before: int | None) -> None:
        """Fire what is due by then, each at its instant (`firing.take`)."""
        schedule = clock.schedule
        if not schedule or schedule[0][0] > at:
            return
        while schedule and (schedule[0][0] <= at if before is None else schedule[0][0] < before):
            when, _, name, role = schedule.pop(0)
            kind = clock_events.ESCALATED
            if name == DUE:
                clock.breached, kind = when, clock_events.BREACHED
            elif clock.breached is None:
                clock.warned, kind = clock.warned or when, clock_events.WARNED
            self._note_rung(clock, name, when, when, skipped=False)
            self._tell(clock, kind, when, {"rung": name, "role": role})

    def _settle(self, clock: DraftClock, at: int) -> None:
        """Take over what the fold says, and pass over the rungs that are past already (`firing.assign`)."""
        fold = clock.fold
        cycle = fold.cycle
        if (fold.number, fold.generation) != (clock.cycle, clock.generation):
            clock.warned = None
            clock.cycle, clock.generation = fold.number, fold.generation
        clock.at, clock.breached = at, cycle.breached_at(at)
        pause = cycle.open_pause
        clock.reason = pause[2] if pause else ""
        if cycle.stopped_at is not None:
            clock.schedule = []
            return
        fired = clock.fired.get((fold.number, fold.generation))
        waiting = cycle.schedule()
        if fired:
            waiting = [due for due in waiting if due[2] not in fired]
        if not waiting or waiting[0][0] >= at:
            clock.schedule = waiting
            return
        clock.schedule = [due for due in waiting if due[0] >= at]
        if clock.breached is None:
            clock.warned = clock.warned or at
        for when, _, name, _ in waiting:
            if when < at:
                self._note_rung(clock, name, when, at, skipped=True)

    def _note(
        self, clock: DraftClock, at: int, kind: str, occurred_at: int, bound: Bound | None, reason: str, data: Any
    ) -> None:
        """The row of an event."""
        head = bound.head(kind, data) if bound is not None else self._book.head(kind, reason, data)
        y2k = copying.Y2K
        row = _event(
            8, self._draft.key(ClockEvent), 8, clock.pk, 4, len(clock.fold.facts), 8, at - y2k, 8, occurred_at - y2k
        )
        self._book.events.rows.append(head + row)

    def _note_rung(self, clock: DraftClock, name: str, when: int, at: int, *, skipped: bool) -> None:
        place = clock.cycle, clock.generation
        clock.fired.setdefault(place, set()).add(name)
        y2k = copying.Y2K
        row = _firing(
            2, place[0], 2, place[1], 8, when - y2k, 8, at - y2k, 4, len(clock.fold.facts), 8,
            self._draft.key(RungFiring), 8, clock.pk,
        )  # fmt: skip
        self._book.firings.rows.append(self._book.rung_head(name, skipped) + row)

    def _tell(self, clock: DraftClock, kind: EventType, at: int, data: dict[str, Any]) -> None:
        """A fact about a clock, on the timelines of its subject and of the clock itself (`firing.prepared`)."""
        due = clock.fold.cycle.due_at
        about = {
            "clock": clock.pk, "kind": clock.kind, "cycle": clock.cycle, "generation": clock.generation,
            "due": None if due is None else f"{iso(due)}Z", **self._book.named(clock.rule), **data,
        }  # fmt: skip
        draft, timeline = self._draft, self._draft.link(self._type)
        draft.say(
            draft.head(kind, self._type), self._id, version=None, actor=None, at=at, occurred_at=at, data=about,
            links=((timeline, self._id), (draft.link("kernel.clock"), clock.pk)),
        )  # fmt: skip

    def close(self, now: int) -> None:
        """Fire what is due by now and write the clocks' columns."""
        head = copying.text(self._type)
        for clock in self.clocks.values():
            self._fire(clock, now, None)
            self._book.clocks.rows.append(self._row(clock, head))

    def _row(self, clock: DraftClock, head: bytes) -> bytes:
        fold, cycle, moment = clock.fold, clock.fold.cycle, copying.moment
        pause = cycle.open_pause
        counting = cycle.stopped_at is None and pause is None
        return b"".join((
            b"\x00\x19", head, self._book.clock_head(clock), copying.bigint(self._id), *clock_tail
        ))

"""Clocks of a generated history, kept in memory: the same events, firings and columns as in the database.

One book serves many subjects; `subject_clocks` does the work for each, and here are the rules they share, laid out once,
and the rows they leave.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from struct import Struct
from typing import Any

from django.db.models import Model
from django.utils import timezone

from service_center.kernel import calendars, copying, firing, policies, rulebook
from service_center.kernel.clock_book import Kept
from service_center.kernel.copying import Y2K
from service_center.kernel.drafting import Draft
from service_center.kernel.models import Calendar, Clock, ClockEvent, Rule, RungFiring
from service_center.kernel.subject_clocks import Bound, DraftClock, SubjectClocks
from service_center.kernel.tick_fold import Terms
from service_center.kernel.timelines import Timeline, iso
from service_center.kernel.worktime import ticks

BACK, AHEAD = timedelta(days=4 * 366), timedelta(days=3 * 366)
"""How far calendars are laid out."""
_CLOCK = (
    "subject_type", "kind", "rule_id", "calendar_version_id", "target", "subject_id", "id", "state", "cycle",
    "generation", "fold_version", "started_at", "promised_at", "due_at", "consumed_seconds", "left_seconds",
    "warned_at", "breached_at", "stopped_at", "counted_to", "paused_at", "pause_reason", "next_at", "next_rung",
    "schedule",
)  # fmt: skip
_EVENT = ("kind", "rule_id", "calendar_version_id", "reason", "data", "clock_id", "seq", "at", "occurred_at")
_FIRING = ("rung", "skipped", "cycle", "generation", "instant", "fired_at", "fold_version", "clock_id")
"""Nobody names an event of a clock or a firing: the tables give them their keys."""
_event = Struct(">iqiiiqiq").pack
_firing = Struct(">ihihiqiqiiiq").pack
_keys = Struct(">iqiq").pack
_numbers = Struct(">ihihiiiq").pack
_NOTHING = copying.jsonb({})
_NO_TEXT = copying.text("")
_STOPPED = copying.NULL + copying.NULL + _NO_TEXT + copying.NULL + _NO_TEXT + copying.jsonb([])
"""The last columns of a clock that stands still for good."""


class ClockDrafts:
    """A book of clocks in memory (clock_book.Book); `run_to` brings its clocks up to the present and writes them."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._clocks = draft.sheet(Clock, _CLOCK)
        self._events = draft.sheet(ClockEvent, _EVENT)
        self._firings = draft.sheet(RungFiring, _FIRING)
        self._subjects: dict[tuple[str, int], SubjectClocks] = {}
        self._versions: dict[int, int] = {}
        self._edges = rulebook.edges()
        self._rules: dict[tuple[Any, ...], Rule] = {}
        self._bound: dict[tuple[int, Decimal | None], Bound] = {}
        self._heads: dict[Any, bytes] = {}
        self._tellings: dict[tuple[Any, ...], str] = {}

    def of(self, subject: Model) -> SubjectClocks:
        """The subject's own book."""
        return self.of_row(subject._meta.label_lower, subject.pk)

    def of_row(self, subject_type: str, subject_id: int) -> SubjectClocks:
        """The book of a subject known by type and key."""
        book = self._subjects.get((subject_type, subject_id))
        if book is None:
            book = self._subjects[subject_type, subject_id] = SubjectClocks(self, subject_type, subject_id)
        return book

    def start(self, subject: Model, kind: str, **how: Any) -> Kept:
        return self.of(subject).start(subject, kind, **how)

    def start_each(self, subject: Model, rules: Mapping[str, Rule], **how: Any) -> None:
        self.of(subject).start_each(subject, rules, **how)

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

    def rule(self, code: str, facts: Mapping[str, Any], *, at: datetime) -> Rule:
        asked = (code, bisect_right(self._edges, at), *facts.values())
        known = self._rules.get(asked)
        if known is None:
            known = self._rules[asked] = rulebook.rule(code, at=at, **facts)
        return known

    def stop_each(self, subject: Model, kinds: Collection[str], **how: Any) -> None:
        self.of(subject).stop_each(subject, kinds, **how)

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
        if due_at is not None:
            promise = self._bind(rule, at, None)
            return Bound(rule, promise.version, promise.terms.promise(ticks(due_at)), None)
        return self._bind(rule, at, rule.value if target is None else target)

    def _bind(self, rule: Rule, at: datetime, target: Decimal | None) -> Bound:
        known = self._bound.get((rule.id, target))
        if known is None:
            version = self._version(rule.calendar_id, at)
            calendar = calendars.load(version)
            promised = at if target is None else None
            terms = Terms(policies.of(rule, calendar, target=target, promised=promised), line_of(version))
            known = self._bound[rule.id, target] = Bound(rule, version, terms, target)
        return known

    def _version(self, calendar_id: int, at: datetime) -> int:
        if calendar_id not in self._versions:
            self._versions[calendar_id] = calendars.current(calendar_id, at=at).pk
        return self._versions[calendar_id]

    def telling(self, rule: Rule, kind: str, data: dict[str, str]) -> str:
        """A fact about a clock of the rule as JSON, its key, cycle, generation and due time still to be filled in."""
        asked = (rule.id, kind, *data.values())
        known = self._tellings.get(asked)
        if known is None or "breached" in data:
            told = copying.json_text({"kind": kind, **firing.named(rule), **data}).replace("%", "%%")
            known = f'{{"clock":%d,"cycle":%d,"generation":%d,"due":%s,{told[1:]}'
            self._tellings[asked] = known
        return known

    # -- rows ------------------------------------------------------------------------------------------------------

    def key(self) -> int:
        """The next clock's key."""
        return self.draft.key(Clock)

    def note(
        self,
        clock: DraftClock,
        at: int,
        kind: str,
        occurred_at: int,
        bound: Bound | None = None,
        reason: str = "",
        data: dict[str, str] | None = None,
    ) -> None:
        """The row of the clock's last event."""
        policy = None if bound is None else (bound.rule.id, bound.version)
        head = self._heads.get((kind, policy, reason))
        if head is None:
            rule, version = policy or (None, None)
            of_kind = (
                copying.text(kind) + copying.bigint(rule) + copying.bigint(version) + copying.text(reason)
            )
            head = self._heads[kind, policy, reason] = b"\x00\x09" + of_kind
        seq = len(clock.fold.facts)
        row = _event(8, clock.pk, 4, seq, 8, at - Y2K, 8, occurred_at - Y2K)
        self._events.rows.append(head + (copying.jsonb(data) if data else _NOTHING) + row)

    def note_rung(self, clock: DraftClock, name: str, when: int, at: int, *, skipped: bool) -> None:
        """The row of a rung that fired or was passed over."""
        place = clock.cycle, clock.generation
        known = clock.fired.get(place)
        if known is None:
            clock.fired[place] = {name}
        else:
            known.add(name)
        head = self._heads.get((name, skipped))
        if head is None:
            head = self._heads[name, skipped] = b"\x00\x08" + copying.text(name) + copying.boolean(skipped)
        seq = len(clock.fold.facts)
        row = _firing(2, place[0], 2, place[1], 8, when - Y2K, 8, at - Y2K, 4, seq, 8, clock.pk)
        self._firings.rows.append(head + row)

    def note_clock(self, clock: DraftClock, subject_type: str, subject_id: int) -> None:
        """The row of the clock itself, as it stands for good."""
        bound, fold, cycle, moment = clock.bound, clock.fold, clock.fold.cycle, copying.moment
        about = (subject_type, clock.kind, bound.rule.id, bound.version, bound.target)
        head = self._heads.get(about)
        if head is None:
            head = self._heads[about] = b"\x00\x19" + b"".join(
                (copying.text(subject_type), copying.text(clock.kind), copying.bigint(bound.rule.id),
                 copying.bigint(bound.version), copying.numeric(bound.target))
            )  # fmt: skip
        consumed, left = cycle.spent_and_left(clock.at)
        numbers = _numbers(2, fold.number, 2, fold.generation, 4, len(fold.facts), 8, cycle.started_at - Y2K)
        self._clocks.rows.append(b"".join((
            head, _keys(8, subject_id, 8, clock.pk), copying.text(clock.state), numbers, moment(bound.terms.promised),
            moment(cycle.due_at), copying.seconds(consumed), copying.seconds(left), moment(clock.warned),
            moment(clock.breached), moment(cycle.stopped_at), _STOPPED if cycle.stopped_at is not None else _open(clock),
        )))  # fmt: skip


@lru_cache(maxsize=16)
def line_of(version: int) -> Timeline:
    """A published version of a calendar, laid out around today."""
    today = timezone.now()
    return Timeline(calendars.load(version), (today - BACK).date(), (today + AHEAD).date())


def lay_out() -> None:
    """Lay out the calendars that count now, before others are forked that need them."""
    for calendar in Calendar.objects.all():
        line_of(calendars.current(calendar.pk, at=timezone.now()).pk)


def _open(clock: DraftClock) -> bytes:
    """The last columns of a clock that may still ring."""
    pause, schedule = clock.fold.cycle.open_pause, clock.to_come()
    counted_to = clock.at if pause is None else None
    paused_at, reason = (None, "") if pause is None else (pause[0], pause[2])
    next_at, rung = (schedule[0][0], schedule[0][2]) if schedule else (None, "")
    to_come = [[name, f"{iso(at)}Z", role] for at, _, name, role in schedule]
    return b"".join((
        copying.moment(counted_to), copying.moment(paused_at), copying.text(reason), copying.moment(next_at),
        copying.text(rung), copying.jsonb(to_come),
    ))  # fmt: skip

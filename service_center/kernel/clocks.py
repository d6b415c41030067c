"""Clocks: every deadline is a row that cites its rule, explains its arithmetic and escalates by itself.

The verbs are called by higher apps inside their transaction, after the subject is locked; clocks are locked by id.
A verb first fires what was due by then, then writes its event, folds all events anew and caches the result, so cache,
firings and events agree at every commit. `at` is the transaction's database time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from service_center.kernel import (
    calendars,
    clock_events,
    clock_history,
    firing,
    folding,
    journal,
    pausing,
    rulebook,
)
from service_center.kernel.clock_book import Kept
from service_center.kernel.clock_policies import policy_event, reopening, set_policy
from service_center.kernel.errors import Invalid
from service_center.kernel.explaining import as_dict, explain, why
from service_center.kernel.folding import Fold
from service_center.kernel.models import CalendarVersion, Clock, ClockEvent, Rule, RungFiring

Change = Callable[[Clock], ClockEvent]
Kind = ClockEvent.Kind
NOW = timedelta(seconds=1)
"""What was read from a clock while the transaction began is as good as its own time."""


def rule(code: str, facts: Mapping[str, Any], *, at: datetime) -> Rule:
    """The rule of that code for a case with these facts. Raises NoRule."""
    return rulebook.rule(code, at=at, **facts)


def start(
    subject: Model,
    kind: str,
    *,
    rule: Rule,
    at: datetime,
    started_at: datetime | None = None,
    target: Decimal | None = None,
    due_at: datetime | None = None,
) -> Clock:
    """Start the subject's clock of that kind; one still open is returned as it is, a stopped one begins a new cycle.

    `started_at` may lie before `at` (rungs already past are skipped, not fired). `target` replaces the rule's value,
    in the rule's unit; `due_at` makes it a promise: an instant given by word that no pause moves.
    """
    begun = _begun(started_at, at)
    version = calendars.current(rule.calendar_id, at=at)
    known = _locked(subject).filter(kind=kind).first()
    if known is not None:
        if known.stopped_at is None:
            return known
        begun = max(begun, known.stopped_at)
        _append([known], at, lambda clock: policy_event(Kind.START, rule, version, begun, target, due_at))
        return known
    return _begin(subject, {kind: policy_event(Kind.START, rule, version, begun, target, due_at)}, at)[0]


def start_each(
    subject: Model, rules: Mapping[str, Rule], *, at: datetime, started_at: datetime | None = None
) -> None:
    """Start several of the subject's clocks as `start` does each, in a few statements whatever their number."""
    begun = _begun(started_at, at)
    events = {
        kind: policy_event(Kind.START, rule, calendars.current(rule.calendar_id, at=at), begun, None, None)
        for kind, rule in rules.items()
    }
    new = {clock.kind for clock in _begin(subject, events, at)}
    for kind in rules.keys() - new:
        start(subject, kind, rule=rules[kind], at=at, started_at=started_at)


def _begun(started_at: datetime | None, at: datetime) -> datetime:
    """When a clock begins to count. Raises Invalid beside `started_at` for a time in the future."""
    return at if started_at is None else _not_after(started_at, at, "started_at")


def _not_after(occurred_at: datetime, at: datetime, field: str) -> datetime:
    if occurred_at > at + NOW:
        raise Invalid(_("时限的事件不能发生在将来。"), field=field)
    return min(occurred_at, at)


def _begin(subject: Model, events: Mapping[str, ClockEvent], at: datetime) -> list[Clock]:
    """Write the clocks that the subject never had, each with the event that starts it."""
    clocks: list[Clock] = []
    past: list[tuple[Clock, firing.Firing]] = []
    for kind, event in events.items():
        clock = Clock(subject_type=subject._meta.label_lower, subject_id=subject.pk, kind=kind)
        event.seq, event.at = 1, at
        fold = folding.fold(clock_history.facts([event]), at)
        set_policy(clock, event)
        past += [(clock, rung) for rung in firing.assign(clock, fold, set(), at=at)]
        clocks.append(clock)
    new = firing.begin(clocks, list(events.values()))
    for clock, rung in past:
        rung.clock_id = clock.pk
    firing.note([rung for clock, rung in past if clock in new])
    return new


def pause(subject: Model, *, reason: str, at: datetime, kinds: Collection[str] | None = None) -> list[Clock]:
    """Let the open clocks whose rule lists the reason stand still; returns them. A promise never does.

    Raises Invalid beside `reason` for none and for an unknown one.
    """
    pausing.require(reason)
    clocks = [
        clock
        for clock in _open(subject, kinds)
        if reason in clock.rule.pausing_reasons and clock.promised_at is None and clock.pause_reason != reason
    ]
    return _append(clocks, at, lambda clock: ClockEvent(kind=Kind.PAUSE, occurred_at=at, reason=reason))


def resume(subject: Model, *, at: datetime, kinds: Collection[str] | None = None) -> list[Clock]:
    """Let the paused clocks count on; returns them. Raises Invalid beside `kinds` when a clock asked for is running."""
    clocks = [clock for clock in _open(subject, kinds) if clock.paused_at is not None]
    if kinds is not None and len(clocks) < len(set(kinds)):
        raise Invalid(_("这个时限没有暂停，不能恢复。"), field="kinds")
    return _append(clocks, at, lambda clock: ClockEvent(kind=Kind.RESUME, occurred_at=at))


def stop(subject: Model, kind: str, *, at: datetime, occurred_at: datetime | None = None) -> Clock | None:
    """Stop the clock: met when it happened by the due time, equality included. None when there is nothing to stop.

    `occurred_at` before a recorded breach retracts the breach: the generation rises and `clock.retracted` tells it. One
    before the stop on record takes its place: the first of two truths counts, whichever is heard first.
    Whether a late truth is to be believed is the caller's decision. Raises Invalid beside `occurred_at` for the future.
    """
    stopped = _stop(subject, [kind], at, occurred_at)
    return stopped[0] if stopped else None


def stop_each(
    subject: Model, kinds: Collection[str], *, at: datetime, occurred_at: datetime | None = None
) -> None:
    """Stop those of these clocks that it stops, told apart under one lock, in a few statements whatever their number."""
    _stop(subject, kinds, at, occurred_at)


def _stop(subject: Model, kinds: Collection[str], at: datetime, occurred_at: datetime | None) -> list[Clock]:
    when = at if occurred_at is None else _not_after(occurred_at, at, "occurred_at")
    clocks = [clock for clock in lock_for(subject) if clock.kind in kinds and stoppable(clock, when)]
    return _append(
        clocks, at, lambda clock: ClockEvent(kind=Kind.STOP, occurred_at=max(when, clock.started_at))
    )


def stoppable(clock: Kept, when: datetime) -> bool:
    """Whether something that happened then stops the clock: it is open, or its cycle was stopped later than that."""
    if clock.stopped_at is None:
        return True
    return clock.state != Clock.State.CANCELLED and clock.started_at <= when < clock.stopped_at


def retarget(
    subject: Model,
    kind: str,
    *,
    rule: Rule,
    at: datetime,
    target: Decimal | None = None,
    due_at: datetime | None = None,
) -> Clock | None:
    """Put the open clock under another rule: consumed time stays, the target is replaced, the ladder starts anew.

    Already used up: breached at `at`. The same rule with the same target changes nothing. None when none is open.
    """
    version = calendars.current(rule.calendar_id, at=at)
    wanted = None if due_at else rule.value if target is None else target
    asked = (rule.pk, version.pk, wanted, due_at)
    clocks = _open(subject, [kind])
    changed = [c for c in clocks if (c.rule_id, c.calendar_version_id, c.target, c.promised_at) != asked]
    _append(changed, at, lambda clock: policy_event(Kind.RETARGET, rule, version, at, target, due_at))
    return clocks[0] if clocks else None


def lock_one(pk: int) -> Clock:
    """One clock, locked."""
    return _locking(Clock.objects.filter(pk=pk)).get()


def acknowledge(clock: Clock, *, alarm: int, at: datetime) -> Clock:
    """Cancel the rungs still to come on the locked clock's ladder; the due one stays."""
    _append([clock], at, lambda one: ClockEvent(kind=Kind.ACKNOWLEDGE, occurred_at=at, data={"alarm": alarm}))
    return clock


def cancel(subject: Model, *, at: datetime, kinds: Collection[str] | None = None) -> list[Clock]:
    """End the open clocks without a verdict; returns them."""
    return _append(_open(subject, kinds), at, lambda clock: ClockEvent(kind=Kind.CANCEL, occurred_at=at))


def reopen(
    subject: Model, kind: str, *, policy: Literal["continue", "new_cycle"], at: datetime
) -> Clock | None:
    """Let a stopped clock go on (the time since the stop is a pause) or begin a new cycle under the same rule.

    A new cycle of a promise grants the same span again. None when no such clock has stopped.
    """
    clocks = [clock for clock in _locked(subject).filter(kind=kind) if clock.stopped_at is not None]
    reopened = _append(clocks, at, lambda clock: reopening(clock, policy, at))
    return reopened[0] if reopened else None


def rebind(
    clocks: Sequence[Clock], *, rule: Rule | None = None, version: CalendarVersion, at: datetime
) -> list[tuple[Clock, datetime | None]]:
    """Put locked clocks, none of them due yet, under a new version of their rule or calendar, as a retarget.

    Consumed time stays; a target of the clock's own stays too. Each event keeps the due time before and after. Returns the
    clocks with the due time they had.
    """
    was = [(clock, clock.due_at) for clock in clocks]
    _append(clocks, at, lambda clock: _rebinding(clock, rule or clock.rule, version, at))
    return was


def _rebinding(clock: Clock, rule: Rule, version: CalendarVersion, at: datetime) -> ClockEvent:
    own = clock.promised_at is None and (clock.target != clock.rule.value and clock.rule.unit == rule.unit)
    event = policy_event(
        Kind.RETARGET, rule, version, at, clock.target if own else rule.value, clock.promised_at
    )
    event.data["due_from"] = clock.due_at and firing.stamp(clock.due_at)
    return event


def lock_for(subject: Model) -> list[Clock]:
    """All clocks of the subject, locked in the order of their ids."""
    return list(_locked(subject))


def lock_some(rows: QuerySet[Clock], *, limit: int | None = None, skip_locked: bool = False) -> list[Clock]:
    """So many of these clocks, locked in the order of their ids; with `skip_locked` those that somebody holds are left."""
    held = rows.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)
    return list(held.select_related("rule").order_by("id")[:limit])


def for_subject(subject: Model) -> list[Clock]:
    """All clocks of the subject with rule, clause and calendar, oldest first."""
    return for_subjects(type(subject), [subject.pk])[subject.pk]


def for_subjects(model: type[Model], ids: Iterable[int]) -> dict[int, list[Clock]]:
    """The clocks of many subjects of one model by subject id, in one query; every id asked for is there."""
    found: dict[int, list[Clock]] = {pk: [] for pk in ids}
    rows = Clock.objects.filter(subject_type=model._meta.label_lower, subject_id__in=found).order_by("id")
    rules = rulebook.rules(clock.rule_id for clock in rows)
    for clock in rows:
        clock.rule = rules[clock.rule_id]
        found[clock.subject_id].append(clock)
    return found


def _append(clocks: Sequence[Clock], at: datetime, change: Change) -> list[Clock]:
    """Write one event on each of these locked clocks, fold, cache; a breach that the fold undoes is retracted."""
    if not clocks:
        return []
    asked = {clock.pk: change(clock) for clock in clocks}
    _settle(clocks, asked, at)
    known, fired = clock_history.of(clocks), _fired(clocks)
    fresh: list[ClockEvent] = []
    past: list[firing.Firing] = []
    retracted: list[journal.Prepared] = []
    for clock in clocks:
        was = clock.breached_at, clock.cycle
        new, fold = refold(clock, known[clock.pk], asked[clock.pk], at)
        set_policy(clock, [*known[clock.pk], *new][fold.cycle.policy_seq - 1])
        past += firing.assign(clock, fold, fired[clock.pk, fold.number, fold.generation], at=at)
        fresh += new
        if "due_from" in asked[clock.pk].data:
            asked[clock.pk].data["due_to"] = fold.due_at and firing.stamp(fold.due_at)
        if undone(was, fold):
            retracted.append(retraction(clock, was[0], at))
    ClockEvent.objects.bulk_create(fresh)
    firing.store(clocks)
    firing.note(past)
    journal.record_many(retracted)
    return list(clocks)


def refold(
    clock: Clock, events: list[ClockEvent], event: ClockEvent, at: datetime
) -> tuple[list[ClockEvent], Fold]:
    """The events to add and the fold of all: the event asked for and, when it undoes a breach, a retraction."""
    event.clock, event.seq, event.at = clock, len(events) + 1, at
    event.occurred_at = max(
        event.occurred_at, _floor(events, late=event.kind == Kind.STOP and event.occurred_at < at)
    )
    new = [event]
    fold = folding.fold(clock_history.facts([*events, event]), at)
    if undone((clock.breached_at, clock.cycle), fold) and fold.generation == clock.generation:
        new.append(
            ClockEvent(
                clock=clock, seq=event.seq + 1, kind=Kind.RETRACT, at=at, occurred_at=event.occurred_at
            )
        )
        fold = folding.fold(clock_history.facts([*events, *new]), at)
    return new, fold


def undone(was: tuple[datetime | None, int], fold: Fold) -> bool:
    """True when a breach that was recorded is none any more, in the same cycle."""
    return was[0] is not None and was[1] == fold.number and fold.breached_at is None


def retraction(clock: Clock, breached_at: datetime | None, at: datetime) -> journal.Prepared:
    then = firing.stamp(breached_at) if breached_at else None
    return firing.prepared(
        clock_events.RETRACTED, clock, at=at, data=firing.named(clock.rule) | {"breached": then}
    )


def _floor(events: list[ClockEvent], *, late: bool) -> datetime:
    """No event takes effect before the last one did; a late stop only not before the clock was last set going."""
    begun = {Kind.START, Kind.REOPEN}
    return max(event.occurred_at for event in events if not late or event.kind in begun)


def _settle(clocks: Sequence[Clock], asked: dict[int, ClockEvent], at: datetime) -> None:
    """Fire what was due before the event took effect; a stop at the due instant is in time, so only what was earlier."""
    for clock in clocks:
        if clock.next_at is not None and clock.next_at <= at:
            event = asked[clock.pk]
            firing.fire([clock], at=at, before=event.occurred_at if event.kind == Kind.STOP else None)


def _fired(clocks: Sequence[Clock]) -> dict[tuple[int, int, int], set[str]]:
    """The rungs that fired or were skipped, by (clock, cycle, generation)."""
    fired: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    rows = RungFiring.objects.filter(clock__in=clocks).values_list("clock_id", "cycle", "generation", "rung")
    for clock_id, cycle, generation, rung in rows:
        fired[clock_id, cycle, generation].add(rung)
    return fired


def _locked(subject: Model) -> QuerySet[Clock]:
    return _locking(Clock.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk))


def _locking(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    return clocks.select_for_update(no_key=True, of=("self",)).select_related("rule").order_by("id")


def _open(subject: Model, kinds: Collection[str] | None) -> list[Clock]:
    return [c for c in _locked(subject) if c.stopped_at is None and (kinds is None or c.kind in kinds)]


__all__ = [
    "acknowledge",
    "as_dict",
    "cancel",
    "explain",
    "for_subject",
    "for_subjects",
    "lock_for",
    "lock_one",
    "lock_some",
    "pause",
    "policy_event",
    "rebind",
    "reopen",
    "reopening",
    "resume",
    "retarget",
    "rule",
    "set_policy",
    "start",
    "start_each",
    "stop",
    "stop_each",
    "stoppable",
    "why",
]

"""Clocks against their events: the cached columns and the fired rungs must be what a fresh fold says they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from service_center.kernel import calendars, clock_history, clocks, dbtime, firing, folding
from service_center.kernel.folding import Fact, Fold
from service_center.kernel.models import Clock, ClockEvent, RungFiring
from service_center.kernel.worktime import MICROSECOND

CHUNK = 100
PLAIN = (
    "rule_id",
    "calendar_version_id",
    "state",
    "cycle",
    "generation",
    "fold_version",
    "target",
    "promised_at",
    "started_at",
    "due_at",
    "consumed_seconds",
    "left_seconds",
    "paused_at",
    "pause_reason",
    "breached_at",
    "stopped_at",
    "acknowledged_at",
    "schedule",
    "next_at",
    "next_rung",
)
"""The columns compared as they stand; `counted_to` only says at what instant the seconds are right."""


def check(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each clock column, missing rung or unjustified rung that differs from the fold; `fix` rebuilds the
    columns (a rung that fired wrongly stays on record, one that is missing fires with the next sweep)."""
    last = 0
    while True:
        with transaction.atomic():
            batch = list(
                Clock.objects.select_for_update(of=("self",)).filter(pk__gt=last).order_by("pk")[:CHUNK]
            )
            if not batch:
                return
            now = max(dbtime.now(), at)
            yield from _check_batch(batch, now, fix)
            last = batch[-1].pk


def _check_batch(batch: list[Clock], now: datetime, fix: bool) -> list[str]:
    events = clock_history.of(batch)
    fired: dict[int, list[RungFiring]] = {clock.pk: [] for clock in batch}
    for firing_row in RungFiring.objects.filter(clock__in=batch):
        fired[firing_row.clock_id].append(firing_row)
    lines: list[str] = []
    broken: list[Clock] = []
    for clock in batch:
        found = differences(clock, events[clock.pk], fired[clock.pk], now)
        if found:
            broken.append(clock)
            lines += [f"clock {clock.pk} ({clock}): {line}" for line in found]
    if fix and broken:
        for clock in broken:
            rebuild(clock, events[clock.pk], fired[clock.pk], now)
        firing.store(broken)
    return lines


def differences(clock: Clock, events: list[ClockEvent], fired: list[RungFiring], now: datetime) -> list[str]:
    """What of one clock is not as its events say."""
    if not events:
        return ["no events"]
    asof = _asof(clock, now)
    known = max(asof, clock.counted_to or asof)
    fresh = rebuilt(clock, events, fired, known)
    lines = [
        f"{name} is {old}, not {new}"
        for name in PLAIN
        if (old := _at(clock, name, known)) != (new := _at(fresh, name, known))
    ]
    return [*lines, *rung_differences(events, fired, asof)]


def rung_differences(events: list[ClockEvent], fired: list[RungFiring], asof: datetime) -> Iterator[str]:
    """Rungs that should have fired by now and did not; rungs that fired without being due by what was known then."""
    facts, written = clock_history.facts(events), [event.at for event in events]
    seen = {(row.cycle, row.generation, row.rung) for row in fired}
    for cycle, generation, rung in dict.fromkeys(folding.expected(facts, written, asof)):
        if (cycle, generation, rung) not in seen:
            yield f"rung {rung} of cycle {cycle}, generation {generation} has not fired"
    for row in fired:
        if not _justified(row, facts, written):
            yield f"rung {row.rung} of cycle {row.cycle}, generation {row.generation} fired without being due"


def rebuilt(clock: Clock, events: list[ClockEvent], fired: list[RungFiring], asof: datetime) -> Clock:
    """A fresh copy of the clock with columns from the fold alone."""
    fresh = Clock(pk=clock.pk, subject_type=clock.subject_type, subject_id=clock.subject_id, kind=clock.kind)
    fresh.cycle, fresh.generation, fresh.warned_at = clock.cycle, clock.generation, clock.warned_at
    fold = folding.fold(clock_history.facts(events), asof)
    clocks.set_policy(fresh, events[fold.cycle.policy_seq - 1])
    firing.assign(fresh, fold, _names(fired, fold), at=asof)
    return fresh


def rebuild(clock: Clock, events: list[ClockEvent], fired: list[RungFiring], now: datetime) -> None:
    """Write the fold into the clock's columns; a rung that is past and never fired is put first, to be fired now."""
    if not events:
        return
    fold = folding.fold(clock_history.facts(events), now)
    clocks.set_policy(clock, events[fold.cycle.policy_seq - 1])
    firing.assign(clock, fold, _names(fired, fold), at=now)
    owed = [(t, rung) for t, rung in fold.schedule() if rung.name not in _names(fired, fold)]
    clock.schedule = [[rung.name, firing.stamp(t), rung.role] for t, rung in owed]
    if any(rung.name == folding.DUE and t <= now for t, rung in owed):
        clock.state, clock.breached_at = Clock.State.RUNNING, None
    firing.aim(clock)


def _names(fired: list[RungFiring], fold: Fold) -> set[str]:
    return {row.rung for row in fired if (row.cycle, row.generation) == (fold.number, fold.generation)}


def _justified(row: RungFiring, facts: list[Fact], written: list[datetime]) -> bool:
    """Whether the rung was due at that instant by the events known when it fired."""
    if not 0 < row.fold_version <= len(facts):
        return False
    then = folding.fold(facts[: row.fold_version], written[row.fold_version - 1])
    known = {(rung.name, instant) for instant, rung in then.schedule()}
    return (then.number, then.generation) == (row.cycle, row.generation) and (row.rung, row.instant) in known


def _asof(clock: Clock, now: datetime) -> datetime:
    """Compare as of just before the next rung: one that is due this very second is not a difference.

    Columns are compared no earlier than they were written: a change can make a clock due in its own instant.
    """
    return now if clock.next_at is None else min(now, clock.next_at - MICROSECOND)


def _at(clock: Clock, name: str, asof: datetime) -> Any:
    """A column's value; seconds moved on to `asof`."""
    value = getattr(clock, name)
    if name in {"consumed_seconds", "left_seconds"} and clock.counted_to is not None:
        calendar = calendars.load(clock.calendar_version_id or 0)
        moved = calendar.between(clock.counted_to, asof) - calendar.between(asof, clock.counted_to)
        seconds = Decimal(moved // MICROSECOND) / 1_000_000
        value = value + seconds if name == "consumed_seconds" else max(value - seconds, Decimal(0))
    return value

"""Rungs fire here, once each, for one clock or for a thousand: the sweep and the verbs share these few statements.

The caller holds the rows' locks inside a transaction and says what time it is. Nothing above the kernel is touched:
what a rung means is for the subscribers of its event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from service_center.kernel import clock_events, journal
from service_center.kernel.folding import DUE, Fold
from service_center.kernel.models import Clock, Event, RungFiring
from service_center.kernel.worktime import MICROSECOND

COLUMNS = {
    "rule_id": "bigint",
    "calendar_version_id": "bigint",
    "state": "text",
    "cycle": "smallint",
    "generation": "smallint",
    "fold_version": "integer",
    "target": "numeric",
    "promised_at": "timestamptz",
    "started_at": "timestamptz",
    "due_at": "timestamptz",
    "consumed_seconds": "numeric",
    "left_seconds": "numeric",
    "counted_to": "timestamptz",
    "paused_at": "timestamptz",
    "pause_reason": "text",
    "warned_at": "timestamptz",
    "breached_at": "timestamptz",
    "stopped_at": "timestamptz",
    "schedule": "jsonb",
    "next_at": "timestamptz",
    "next_rung": "text",
}
"""The cached columns and their types: everything the fold decides."""

FIRED = ("state", "warned_at", "breached_at", "schedule", "next_at", "next_rung")
"""The columns a firing changes."""

_ONCE = """
    INSERT INTO kernel_rungfiring
        (clock_id, cycle, generation, rung, instant, fired_at, skipped, fold_version)
    SELECT clock_id, cycle, generation, rung, instant, fired_at, skipped, fold_version
    FROM jsonb_to_recordset(%s::jsonb) AS rows(
        clock_id bigint, cycle smallint, generation smallint, rung text, instant timestamptz,
        fired_at timestamptz, skipped boolean, fold_version integer)
    ON CONFLICT (clock_id, cycle, rung, generation) DO NOTHING
    RETURNING clock_id, rung
"""


def fire(clocks: Sequence[Clock], *, at: datetime, before: datetime | None = None) -> list[Event]:
    """Fire every scheduled rung of these locked clocks that is due by `at` (`before`: strictly before it instead).

    Writes firings, clock columns, events and deliveries in sets; a rung the database has seen already is passed over.
    Returns the events.
    """
    due = [pair for clock in clocks for pair in _take(clock, at, before)]
    if not due:
        return []
    new = _insert_once([firing for _, firing, _ in due])
    store(list({clock.pk: clock for clock, _, _ in due}.values()), FIRED)
    facts = [fact for _, firing, fact in due if (firing.clock_id, firing.rung) in new]
    return journal.record_many(facts)


def skip(clock: Clock, rungs: Iterable[tuple[datetime, str]], *, at: datetime) -> list[RungFiring]:
    """Firings for rungs that were past when the clock was set: noted, never told to anybody."""
    return [_firing(clock, name, instant, at, skipped=True) for instant, name in rungs]


def note(firings: Sequence[RungFiring]) -> None:
    """Write skipped firings."""
    if firings:
        _insert_once(firings)


def _take(
    clock: Clock, at: datetime, before: datetime | None
) -> list[tuple[Clock, RungFiring, journal.Prepared]]:
    """Take the due rungs off the clock's schedule, in order, and say what each amounts to."""
    taken = []
    while clock.next_at is not None and (clock.next_at <= at if before is None else clock.next_at < before):
        name, _, role = clock.schedule.pop(0)
        instant = clock.next_at
        if name == DUE:
            clock.state, clock.breached_at = Clock.State.BREACHED, instant
        elif clock.breached_at is None:
            clock.warned_at = clock.warned_at or instant
        aim(clock)
        taken.append((clock, _firing(clock, name, instant, at), _fact(clock, name, role, instant, at)))
    return taken


def aim(clock: Clock) -> None:
    """Point `next_at` and `next_rung` at the head of the schedule."""
    head = clock.schedule[0] if clock.schedule else None
    clock.next_at = datetime.fromisoformat(head[1]) if head else None
    clock.next_rung = head[0] if head else ""


def _firing(clock: Clock, name: str, instant: datetime, at: datetime, *, skipped: bool = False) -> RungFiring:
    return RungFiring(
        clock_id=clock.pk,
        cycle=clock.cycle,
        generation=clock.generation,
        rung=name,
        instant=instant,
        fired_at=at,
        skipped=skipped,
        fold_version=clock.fold_version,
    )


def _fact(clock: Clock, name: str, role: str, instant: datetime, at: datetime) -> journal.Prepared:
    kind = clock_events.WARNED
    if clock.breached_at is not None:
        kind = clock_events.BREACHED if name == DUE else clock_events.ESCALATED
    return prepared(kind, clock, at=at, occurred_at=instant, rung=name, role=role)


def prepared(
    kind: journal.EventType, clock: Clock, *, at: datetime, occurred_at: datetime | None = None, **data: Any
) -> journal.Prepared:
    """An event about a clock, on the timelines of its subject and of the clock itself."""
    about = {
        "clock": clock.pk,
        "kind": clock.kind,
        "cycle": clock.cycle,
        "generation": clock.generation,
        "due": clock.due_at and stamp(clock.due_at),
    }
    return journal.prepare(
        kind,
        clock.subject_type,
        clock.subject_id,
        at=at,
        occurred_at=occurred_at,
        links=[("kernel.clock", clock.pk)],
        data=about | data,
    )


def assign(clock: Clock, fold: Fold, fired: set[str], *, at: datetime) -> list[RungFiring]:
    """Write a fold into the clock's columns (in memory) and return the rungs it passes over as already past.

    `fired`: names that fired or were skipped before in this cycle and generation.
    """
    cycle, pause = fold.cycle, fold.cycle.open_pause
    if (fold.number, fold.generation) != (clock.cycle, clock.generation):
        clock.warned_at = None
    clock.cycle, clock.generation, clock.fold_version = fold.number, fold.generation, fold.version
    clock.state, clock.started_at, clock.due_at = fold.state, cycle.started_at, fold.due_at
    clock.breached_at, clock.stopped_at = fold.breached_at, cycle.stopped_at
    clock.consumed_seconds = Decimal(fold.consumed // MICROSECOND) / 1_000_000
    clock.left_seconds = Decimal(fold.remaining // MICROSECOND) / 1_000_000
    clock.counted_to = at if fold.counting else None
    clock.paused_at, clock.pause_reason = (pause[0].start, pause[1]) if pause else (None, "")
    waiting = [(instant, rung) for instant, rung in fold.schedule() if rung.name not in fired]
    past = [(instant, rung.name) for instant, rung in waiting if instant < at]
    if clock.breached_at is None and clock.stopped_at is None and past:
        clock.warned_at = clock.warned_at or at
    clock.schedule = [[rung.name, stamp(instant), rung.role] for instant, rung in waiting if instant >= at]
    aim(clock)
    return skip(clock, past, at=at)


def store(clocks: Sequence[Clock], columns: Iterable[str] = COLUMNS) -> None:
    """Write these columns of many clocks in one statement."""
    names = list(columns)
    rows = [{"id": clock.pk} | {name: _plain(getattr(clock, name)) for name in names} for clock in clocks]
    changes = ", ".join(f"{name} = rows.{name}" for name in names)
    shape = ", ".join(f"{name} {COLUMNS[name]}" for name in names)
    statement = (
        f"UPDATE kernel_clock AS clock SET {changes} "  # noqa: S608 - the names are the constants above
        f"FROM jsonb_to_recordset(%s::jsonb) AS rows(id bigint, {shape}) WHERE clock.id = rows.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows)])


def stamp(instant: datetime) -> str:
    """An instant as text: UTC, RFC 3339."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _insert_once(firings: Sequence[RungFiring]) -> set[tuple[int, str]]:
    """Insert firings and return those that were new: the unique constraint is the judge of "once"."""
    fields = ("clock_id", "cycle", "generation", "rung", "instant", "fired_at", "skipped", "fold_version")
    rows = [{name: _plain(getattr(firing, name)) for name in fields} for firing in firings]
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, [json.dumps(rows)])
        return {(clock, rung) for clock, rung in cursor.fetchall()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value

"""Rungs fire here, once each, on the clocks that a verb holds; `firing_in_sets` does the same for the sweep.

The caller holds the rows' locks inside a transaction and says what time it is. Nothing above the kernel is touched:
what a rung means is for the subscribers of its event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from service_center.kernel import clock_events, journal
from service_center.kernel.folding import DUE, Fold
from service_center.kernel.models import Clock, ClockEvent, Event, Rule
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
    "acknowledged_at": "timestamptz",
    "schedule": "jsonb",
    "next_at": "timestamptz",
    "next_rung": "text",
}
"""The cached columns and their types: everything the fold decides."""

FIRED = ("state", "warned_at", "breached_at", "schedule", "next_at", "next_rung")
"""The columns a firing changes."""

_SHAPE = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_BEGIN = f"""
    WITH asked AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS rows(
            subject_type text, subject_id bigint, kind text, begun timestamptz, at timestamptz, data jsonb, {_SHAPE})
    ), clock AS (
        INSERT INTO kernel_clock (subject_type, subject_id, kind, {", ".join(COLUMNS)})
        SELECT subject_type, subject_id, kind, {", ".join(COLUMNS)} FROM asked
        ON CONFLICT (subject_type, subject_id, kind) DO NOTHING RETURNING id, kind
    ), begun AS (
        INSERT INTO kernel_clockevent
            (clock_id, seq, kind, at, occurred_at, rule_id, calendar_version_id, reason, data)
        SELECT clock.id, 1, 'start', at, begun, rule_id, calendar_version_id, '', data
        FROM clock JOIN asked USING (kind))
    SELECT kind, id FROM clock
"""  # noqa: S608 - the names are the constants above
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
    taken = [rung for clock in clocks for rung in take(clock, at, before)]
    if not taken:
        return []
    new = _insert_once([rung.firing for rung in taken])
    store(list({rung.clock.pk: rung.clock for rung in taken}.values()), FIRED)
    told = [rung for rung in taken if (rung.firing.clock_id, rung.firing.rung) in new]
    rules = Rule.objects.only("code", "name_zh", "name_en", "rungs").in_bulk(
        {rung.clock.rule_id for rung in told}
    )
    return journal.record_many([fact_of(rung, rules[rung.clock.rule_id]) for rung in told])


@dataclass(slots=True)
class Firing:
    """A row of RungFiring to be: thousands are made a second."""

    clock_id: int | None
    cycle: int
    generation: int
    rung: str
    instant: datetime
    fired_at: datetime
    skipped: bool
    fold_version: int


def skip(clock: Clock, rungs: Iterable[tuple[datetime, str]], *, at: datetime) -> list[Firing]:
    """Firings for rungs that were past when the clock was set: noted, never told to anybody."""
    return [_firing(clock, name, instant, at, skipped=True) for instant, name in rungs]


def note(firings: Sequence[Firing]) -> None:
    """Write skipped firings."""
    if firings:
        _insert_once(firings)


@dataclass
class Taken:
    """A rung taken off its clock's schedule: what it is told as, to whom, and the row that makes it fire once."""

    clock: Clock
    firing: Firing
    kind: journal.EventType
    role: str


def take(clock: Clock, at: datetime, before: datetime | None) -> Iterator[Taken]:
    """Take the due rungs off the clock's schedule, in order."""
    while clock.next_at is not None and (clock.next_at <= at if before is None else clock.next_at < before):
        name, _, role = clock.schedule.pop(0)
        instant, kind = clock.next_at, clock_events.ESCALATED
        if name == DUE:
            clock.state, clock.breached_at, kind = Clock.State.BREACHED, instant, clock_events.BREACHED
        elif clock.breached_at is None:
            clock.warned_at, kind = clock.warned_at or instant, clock_events.WARNED
        aim(clock)
        yield Taken(clock, _firing(clock, name, instant, at), kind, role)


def named(rule: Rule) -> dict[str, str | None]:
    """What the deadline is called, for the data of its events."""
    zh = rule.name_zh or rule.code
    return {"rule": rule.code, "name": zh, "name_en": rule.name_en or zh}


def doing(rule: Rule, name: str) -> dict[str, str]:
    """What the rung does beside telling people, for the data of its event; nothing is said of one that only tells."""
    for step in rule.rungs:
        if name in (step.get("name"), step.get("rung")) and step.get("action", "notify") != "notify":
            return {"action": step["action"]}
    return {}


def fact_of(rung: Taken, rule: Rule) -> journal.Prepared:
    """The event a rung is told as, named by its rule; it occurred when the rung was due."""
    row = rung.firing
    told = named(rule) | {"rung": row.rung, "role": rung.role} | doing(rule, row.rung)
    return prepared(rung.kind, rung.clock, at=row.fired_at, occurred_at=row.instant, data=told)


def aim(clock: Clock) -> None:
    """Point `next_at` and `next_rung` at the head of the schedule."""
    head = clock.schedule[0] if clock.schedule else None
    clock.next_at = datetime.fromisoformat(head[1]) if head else None
    clock.next_rung = head[0] if head else ""


def _firing(clock: Clock, name: str, instant: datetime, at: datetime, *, skipped: bool = False) -> Firing:
    return Firing(
        clock_id=clock.pk,
        cycle=clock.cycle,
        generation=clock.generation,
        rung=name,
        instant=instant,
        fired_at=at,
        skipped=skipped,
        fold_version=clock.fold_version,
    )


def prepared(
    kind: journal.EventType,
    clock: Clock,
    *,
    at: datetime,
    data: dict[str, str | None],
    occurred_at: datetime | None = None,
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


def assign(clock: Clock, fold: Fold, fired: set[str], *, at: datetime) -> list[Firing]:
    """Write a fold into the clock's columns (in memory) and return the rungs it passes over as already past.

    `fired`: names that fired or were skipped before in this cycle and generation.
    """
    cycle, pause = fold.cycle, fold.cycle.open_pause
    if (fold.number, fold.generation) != (clock.cycle, clock.generation):
        clock.warned_at = None
    clock.cycle, clock.generation, clock.fold_version = fold.number, fold.generation, fold.version
    clock.state, clock.started_at, clock.due_at = fold.state, cycle.started_at, fold.due_at
    clock.breached_at, clock.stopped_at = fold.breached_at, cycle.stopped_at
    clock.acknowledged_at = cycle.acknowledged_at
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


def begin(clocks: Sequence[Clock], events: Sequence[ClockEvent]) -> list[Clock]:
    """Write new clocks of one subject, each with the event that starts it, in one statement; gives them their keys.

    Returns those of a kind the subject has had no clock of; the others are left alone.
    """
    rows = [
        {
            "subject_type": clock.subject_type,
            "subject_id": clock.subject_id,
            "kind": clock.kind,
            "data": event.data,
        }
        | {"begun": event.occurred_at.isoformat(), "at": event.at.isoformat()}
        | {name: _plain(getattr(clock, name)) for name in COLUMNS}
        for clock, event in zip(clocks, events, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [json.dumps(rows)])
        keys = dict(cursor.fetchall())
    new = [clock for clock in clocks if clock.kind in keys]
    for clock in new:
        clock.pk = keys[clock.kind]
        clock._state.adding, clock._state.db = False, connection.alias
    return new


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


def _insert_once(firings: Sequence[Firing]) -> set[tuple[int, str]]:
    """Insert firings and return those that were new: the unique constraint is the judge of "once"."""
    rows = [{name: _plain(getattr(firing, name)) for name in Firing.__slots__} for firing in firings]
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, [json.dumps(rows)])
        return {(clock, rung) for clock, rung in cursor.fetchall()}


def _plain(value: Any) -> Any:
    if type(value) is datetime:
        return value.isoformat()
    return str(value) if type(value) is Decimal else value

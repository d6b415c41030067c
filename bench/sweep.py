"""The sweep against the same rows written by one hand-made statement a batch, in turns in one run.

A rung is its clock's new state, its firing, its fact, the fact's two timelines and two deliveries.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction

from bench import clocks
from bench.measuring import Line
from service_center.kernel import subscriptions, sweep
from service_center.kernel.models import Rule

NUMBER, ROUNDS, SHARE = 5000, 7, 0.6
LISTENERS = ("bench.first", "bench.second")
TABLES = "kernel_clock, kernel_rungfiring, kernel_event, kernel_eventlink, kernel_delivery"
BY_HAND = """
    WITH due AS (
        SELECT clock.id, clock.subject_type, clock.subject_id, clock.kind, clock.cycle, clock.generation,
               clock.fold_version, clock.due_at, clock.next_at, clock.next_rung, clock.schedule->0->>2 AS role,
               rule.code, rule.name_zh, rule.name_en
        FROM kernel_clock clock JOIN kernel_rule rule ON rule.id = clock.rule_id
        WHERE clock.next_at <= transaction_timestamp() ORDER BY clock.next_at, clock.id LIMIT %(batch)s
        FOR NO KEY UPDATE OF clock SKIP LOCKED
    ), state AS (
        UPDATE kernel_clock SET state = 'breached', breached_at = due.next_at, schedule = '[]', next_at = NULL,
               next_rung = '' FROM due WHERE kernel_clock.id = due.id
    ), rung AS (
        INSERT INTO kernel_rungfiring (clock_id, cycle, generation, rung, instant, fired_at, skipped, fold_version)
        SELECT id, cycle, generation, next_rung, next_at, clock_timestamp(), false, fold_version FROM due
        ON CONFLICT (clock_id, cycle, rung, generation) DO NOTHING RETURNING clock_id
    ), fact AS MATERIALIZED (
        SELECT nextval('kernel_event_id_seq') AS event, due.* FROM due
        JOIN rung ON rung.clock_id = due.id
    ), event AS (
        INSERT INTO kernel_event (id, name, schema, subject_type, subject_id, at, occurred_at, data)
        SELECT event, 'clock.breached', 1, subject_type, subject_id, clock_timestamp(), next_at, jsonb_build_object(
            'clock', id, 'kind', kind, 'cycle', cycle, 'generation', generation, 'due', due_at, 'rule', code,
            'name', coalesce(nullif(name_zh, ''), code), 'name_en', coalesce(nullif(name_en, ''), code),
            'rung', next_rung, 'role', role) FROM fact
    ), link AS (
        INSERT INTO kernel_eventlink (event_id, kind, object_id)
        SELECT event, link.kind, link.object_id
        FROM fact, LATERAL (VALUES (subject_type, subject_id), ('kernel.clock', id)) AS link(kind, object_id)
    ), delivery AS (
        INSERT INTO kernel_delivery
            (event_id, subscriber, subject_type, subject_id, attempts, next_try_at, last_error)
        SELECT event, subscriber, subject_type, subject_id, 0, transaction_timestamp(), ''
        FROM fact, unnest(%(listeners)s) AS subscriber)
    SELECT count(*) FROM fact
"""


def main() -> list[Line]:
    subscriptions._by_event = defaultdict(list, {"clock.breached": list(LISTENERS)})
    subscriptions._by_name = {name: lambda *_, **__: None for name in LISTENERS}
    rule = clocks.rule()
    _timed(lambda: len(sweep.fire_all()), rule, 1000)
    _timed(_by_hand, rule, 1000)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(NUMBER / _timed(lambda: len(sweep.fire_all()), rule, NUMBER))
        theirs.append(NUMBER / _timed(_by_hand, rule, NUMBER))
    mine, other = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    told = f"one hand-made statement for each {sweep.BATCH} clocks, the same {7 * NUMBER} rows"
    return [
        Line(
            "rungs swept: clock, firing, fact, two timelines, two deliveries", round(mine), "1/s", round(other), told,
            round(ratio, 3), f">= {SHARE:g}", ratio >= SHARE,
        )
    ]  # fmt: skip


def _timed(work: Callable[[], int], rule: Rule, number: int) -> float:
    """Seconds for so many fresh clocks that are due; nothing else is, and nothing is owed to anybody."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_delivery")
        cursor.execute("UPDATE kernel_clock SET next_at = NULL, next_rung = '' WHERE next_at <= now()")
    clocks.copies(rule, number, due=clocks.now() - timedelta(seconds=5))
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {TABLES}")
    began = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - began
    if done != number:
        raise RuntimeError(f"{done} of {number} rungs")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_delivery")
        if cursor.fetchone()[0] != 2 * number:
            raise RuntimeError("not every delivery is there")
    return seconds


def _by_hand() -> int:
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BY_HAND, {"batch": sweep.BATCH, "listeners": list(LISTENERS)})
            fired = cursor.fetchone()[0]
        if not fired:
            return done
        done += fired

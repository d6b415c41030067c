"""The sweep's way of firing: a batch of clocks that are due, claimed and told in one statement.

It writes to the letter what `firing.fire` writes for clocks that a verb holds (tests hold both equal), without carrying
a row out of the database. A rung that the database has seen already is passed over.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from service_center.kernel import clock_events, subscriptions

log = logging.getLogger(__name__)

KINDS = (clock_events.WARNED.name, clock_events.BREACHED.name, clock_events.ESCALATED.name)


class Rang(NamedTuple):
    """A rung that was told: its fact, when it was due, when it fired."""

    pk: int
    occurred_at: datetime
    fired_at: datetime


STATEMENT = """
    WITH due AS MATERIALIZED (
        SELECT clock.*, rule.code, rule.rungs, coalesce(nullif(rule.name_zh, ''), rule.code) AS name_zh,
               coalesce(nullif(rule.name_en, ''), nullif(rule.name_zh, ''), rule.code) AS name_en
        FROM kernel_clock clock JOIN kernel_rule rule ON rule.id = clock.rule_id
        WHERE clock.next_at <= transaction_timestamp() AND (%(only)s::bigint IS NULL OR clock.id = %(only)s)
        ORDER BY clock.next_at, clock.id LIMIT %(limit)s
        FOR NO KEY UPDATE OF clock SKIP LOCKED
    ), step AS (
        SELECT due.id, place, step->>0 AS rung, (step->>1)::timestamptz AS instant, step->>2 AS role,
               CASE WHEN step->>0 = 'due' THEN 'clock.breached'
                    WHEN due.breached_at IS NULL AND NOT coalesce(bool_or(step->>0 = 'due') OVER earlier, false)
                    THEN 'clock.warned' ELSE 'clock.escalated' END AS fact
        FROM due, jsonb_array_elements(due.schedule) WITH ORDINALITY AS steps(step, place)
        WHERE (step->>1)::timestamptz <= transaction_timestamp()
        WINDOW earlier AS (PARTITION BY due.id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ), change AS (
        SELECT id, count(*)::integer AS taken, max(instant) FILTER (WHERE fact = 'clock.breached') AS breached,
               min(instant) FILTER (WHERE fact = 'clock.warned') AS warned
        FROM step GROUP BY id
    ), aside AS (
        UPDATE kernel_clock AS clock SET next_at = transaction_timestamp() + interval '1 minute'
        FROM due WHERE clock.id = due.id AND due.id NOT IN (SELECT id FROM change) RETURNING clock.id
    ), state AS (
        UPDATE kernel_clock AS clock SET
            state = CASE WHEN breached IS NULL THEN clock.state ELSE 'breached' END,
            breached_at = coalesce(breached, clock.breached_at), warned_at = coalesce(clock.warned_at, warned),
            schedule = (SELECT coalesce(jsonb_agg(step ORDER BY place), '[]')
                        FROM jsonb_array_elements(clock.schedule) WITH ORDINALITY AS steps(step, place)
                        WHERE place > taken),
            next_at = (clock.schedule->taken->>1)::timestamptz, next_rung = coalesce(clock.schedule->taken->>0, '')
        FROM change WHERE clock.id = change.id
    ), firing AS (
        INSERT INTO kernel_rungfiring (clock_id, cycle, generation, rung, instant, fired_at, skipped, fold_version)
        SELECT id, cycle, generation, rung, instant, transaction_timestamp(), false, fold_version
        FROM step JOIN due USING (id)
        ON CONFLICT (clock_id, cycle, rung, generation) DO NOTHING
        RETURNING clock_id, rung
    ), told AS MATERIALIZED (
        SELECT nextval('kernel_event_id_seq') AS event_id, ordered.* FROM (
            SELECT due.*, step.fact, step.rung, step.instant, step.role FROM firing
            JOIN step ON step.id = firing.clock_id AND step.rung = firing.rung JOIN due ON due.id = step.id
            ORDER BY due.next_at, due.id, step.place) AS ordered
    ), event AS (
        INSERT INTO kernel_event (id, name, schema, subject_type, subject_id, at, occurred_at, data)
        SELECT event_id, fact, 1, subject_type, subject_id, transaction_timestamp(), instant, jsonb_build_object(
            'clock', id, 'kind', kind, 'cycle', cycle, 'generation', generation,
            'due', replace(to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'),
            'rule', code, 'name', name_zh, 'name_en', name_en, 'rung', rung, 'role', role) || coalesce((
                SELECT CASE WHEN coalesce(step->>'action', 'notify') <> 'notify'
                       THEN jsonb_build_object('action', step->'action') END
                FROM jsonb_array_elements(rungs) WITH ORDINALITY AS steps(step, place)
                WHERE rung IN (step->>'name', step->>'rung') ORDER BY place LIMIT 1), '{}')
        FROM told
    ), link AS (
        INSERT INTO kernel_eventlink (event_id, kind, object_id)
        SELECT event_id, link.kind, link.object_id
        FROM told, LATERAL (VALUES (subject_type, subject_id), ('kernel.clock', id)) AS link(kind, object_id)
    ), delivery AS (
        INSERT INTO kernel_delivery
            (event_id, subscriber, subject_type, subject_id, attempts, next_try_at, last_error)
        SELECT event_id, subscriber, subject_type, subject_id, 0, transaction_timestamp(), ''
        FROM told JOIN unnest(%(facts)s::text[], %(subscribers)s::text[], %(about)s::text[])
            AS listener(fact, subscriber, about) USING (fact)
        WHERE about = '' OR subject_type = ANY(string_to_array(about, ' ')) ORDER BY event_id)
    SELECT event_id, instant, transaction_timestamp(), NULL FROM told UNION ALL SELECT NULL, NULL, NULL, id FROM aside
"""


def fire(limit: int, *, only: int | None = None) -> list[Rang]:
    """Fire up to so many due clocks (`only`: this one) in the transaction under way; rows that somebody holds are left.

    A clock whose schedule names no rung for its instant is looked at again in a minute; `recompute` repairs it.
    """
    owed = [
        (fact, name, " ".join(sorted(subscriptions.cares_for(name))))
        for fact in KINDS
        for name in subscriptions.listeners(fact)
    ]
    facts, subscribers, about = ([each[place] for each in owed] for place in range(3))
    asked = {"limit": limit, "only": only, "facts": facts, "subscribers": subscribers, "about": about}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, asked)
        rows = cursor.fetchall()
    for *_, aside in rows:
        if aside is not None:
            log.error("clock %s is due without a rung", aside)
    return [Rang(*told) for *told, aside in rows if aside is None]

"""What measurements of clocks share: a rule, and any number of clocks due at one instant, written by SQL."""

from __future__ import annotations

import itertools
import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from service_center.kernel.models import Calendar, CalendarVersion, Clause, Document, Rule
from service_center.kernel.rulebook import calendar_version

HOUR = timedelta(hours=1)
_serial = itertools.count(1)
_COPY = """
    WITH clock AS (
        INSERT INTO kernel_clock
            (subject_type, subject_id, kind, rule_id, calendar_version_id, state, cycle, generation, fold_version, target,
             started_at, due_at, consumed_seconds, left_seconds, counted_to, pause_reason, schedule, next_at, next_rung)
        SELECT %(type)s, subject.id, %(kind)s, %(rule)s, %(version)s, 'running', 1, 0, 1, %(target)s, %(start)s,
               %(due)s + n * %(step)s, 0, %(left)s, %(start)s, '', jsonb_build_array(jsonb_build_array('due',
               to_char((%(due)s + n * %(step)s) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'supervisor')),
               %(due)s + n * %(step)s, 'due'
        FROM ({subjects}) AS subject(id, n) RETURNING id, started_at, due_at, rule_id, calendar_version_id)
    INSERT INTO kernel_clockevent (clock_id, seq, kind, at, occurred_at, rule_id, calendar_version_id, reason, data)
    SELECT id, 1, 'start', due_at - %(open)s, due_at - %(open)s, rule_id, calendar_version_id, '', '{{}}' FROM clock
"""

_DOCUMENTS = "SELECT %(first)s + n, n FROM generate_series(0, %(number)s - 1) AS n"
_TICKETS = "SELECT id, row_number() OVER (ORDER BY id DESC) - 1 FROM tickets_ticket ORDER BY id DESC LIMIT %(number)s"


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def rule(value: str = "1", calendar: str = "24x7", **fields: Any) -> Rule:
    """A rule of the measurement's own, with its clause; one rung, the due one, unless told otherwise."""
    number = next(_serial)
    document, _ = Document.objects.get_or_create(
        code="BENCH", defaults={"name_zh": "测量", "name_en": "Measuring"}
    )
    article = f"{number} {now().isoformat()}"
    clause = Clause.objects.create(
        document=document, article=article, title_zh="测量时限", title_en="Measured limit"
    )
    rungs = fields.pop("rungs", [{"rung": "due", "percent": 100, "role": "supervisor"}])
    return Rule.objects.create(
        key=f"bench.{article}", code="bench.limit", value=Decimal(value), unit="hour", clause=clause, rungs=rungs,
        calendar=Calendar.objects.get(code=calendar), **fields,
    )  # fmt: skip


def version(of: Rule) -> CalendarVersion:
    found = calendar_version(of.calendar_id)
    assert found is not None
    return found


def copies(
    rule: Rule, number: int, *, due: datetime, step: timedelta = timedelta(), tickets: bool = False
) -> None:
    """So many running clocks of an hour around the clock, the first due then, each by a step later.

    Their subjects are nobody's documents, or the newest tickets.
    """
    about: dict[str, Any] = {
        "type": "tickets.ticket" if tickets else "kernel.document", "kind": f"bench {time.time_ns()}", "rule": rule.pk,
        "version": version(rule).pk, "target": rule.value, "start": due - HOUR, "due": due, "step": step, "left": 3600,
        "number": number, "open": HOUR, "first": time.time_ns() // 1000,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COPY.format(subjects=_TICKETS if tickets else _DOCUMENTS), about)
        if cursor.rowcount != number:
            raise RuntimeError(f"only {cursor.rowcount} subjects")

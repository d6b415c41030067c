"""The manager's first page against what it shows read by hand-written SQL: sums of days, what is open, late and due."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection

from bench import doors
from bench.measuring import Line, at_most, times_ms
from service_center.kernel import commands
from service_center.kernel.models import User
from service_center.reports.queries import dashboard as boards
from service_center.reports.queries.scope import midnight, zone
from service_center.reports.subscribers import build_sums
from service_center.reports.web.asking import question
from tickets.states import OPEN as OPEN_STATES

LIMIT_MS, TIMES, CALLS = 150, 3, 30
OPEN = f"status IN ({', '.join(repr(status.value) for status in OPEN_STATES)})"
CLOCKS = "SELECT {} FROM kernel_clock WHERE stopped_at IS NULL AND subject_type = 'tickets.ticket' AND {}"
STATEMENTS = (
    """SELECT part, width_bucket(day, %(days)s::date[]), sum(count), sum(amount) FROM reports_daysum
        WHERE level = 'whole' AND day >= %(first)s AND day <= %(last)s GROUP BY 1, 2""",
    f"""SELECT status, now() - reported_at > interval '3 days', assignee_id, count(*) FROM tickets_ticket
        WHERE {OPEN} GROUP BY GROUPING SETS (1, 2, 3)""",
    CLOCKS.format("count(*)", "state = 'breached'"),
    CLOCKS.format("count(*)", "state = 'running' AND warned_at IS NOT NULL"),
    CLOCKS.format("id, subject_id, kind, due_at, rule_id", "state = 'breached'") + " ORDER BY due_at LIMIT 8",
    """SELECT fault_class, fault_code, count(*) FROM tickets_diagnosis WHERE at >= %(since)s AND at < %(until)s
        GROUP BY 1, 2 ORDER BY 3 DESC""",
    """SELECT least(score / 10, 9)::int, count(*) FROM surveys_invitation WHERE answered_at >= %(since)s GROUP BY 1""",
    """SELECT count(DISTINCT customer_id), count(DISTINCT customer_id) FILTER (WHERE status = 'completed')
        FROM surveys_followup WHERE due_at >= %(since)s AND due_at < %(until)s AND status <> 'cancelled'""",
    """SELECT count(*) FROM parts_stockpolicy AS p JOIN parts_balance AS b USING (part_id, location_id)
        WHERE b.on_hand - b.reserved <= p.reorder_point""",
    f"""SELECT count(*), count(*) FILTER (WHERE closed_at >= %(morning)s AND closed_at < %(cut)s) FROM tickets_ticket
        WHERE reported_at >= %(morning)s AND reported_at < %(cut)s AND NOT ({OPEN})""",
    """SELECT kind, count(*), count(*) FILTER (WHERE breached_at IS NULL) FROM kernel_clock
        WHERE kind IN ('response', 'arrival', 'solution') AND ((state = 'met' AND breached_at IS NULL
            AND stopped_at >= %(morning)s AND stopped_at < %(cut)s)
            OR (breached_at >= %(morning)s AND breached_at < %(cut)s)) GROUP BY 1""",
)
"""Sixty days by day; what is open by state, age and engineer; late, at risk, latest; faults, scores, calls due, parts
short; and the part of the day a month ago that has passed by now."""


def main() -> list[Line]:
    build_sums(at=commands.now())  # as a worker does where they are not in force for these formulas
    manager = doors.pages("manager")
    page = statistics.median(times_ms(lambda: manager.get("/dashboard/"), calls=CALLS))
    read = statistics.median(times_ms(_reading(), calls=CALLS))
    by_hand = statistics.median(times_ms(_by_hand, calls=CALLS))
    against = f"the same in {len(STATEMENTS)} statements of hand-written SQL"
    return [
        at_most("dashboard: median of the page", page, "ms", LIMIT_MS),
        *(
            Line(
                f"dashboard: median of {what}", round(ours, 2), "ms", round(by_hand, 2), against,
                round(ours / by_hand, 2), f"<= {TIMES}", ours / by_hand <= TIMES,
            )
            for what, ours in (("its figures, read and worked out", read), ("the whole page", page))
        ),
    ]  # fmt: skip


def _reading() -> Callable[[], object]:
    """All that the page shows, as its template gets it."""
    user = User.objects.select_related("person__branch").get(username="manager")

    def read() -> object:
        asked = question(user, {}, now=commands.now())
        return boards.board(asked.scope, asked.period, asked.addresses, now=asked.now)

    return read


def _by_hand() -> None:
    now = commands.now()
    today = now.astimezone(zone()).date()
    days = [today - timedelta(days=n) for n in range(59, -1, -1)]
    told: dict[str, Any] = {
        "days": days, "first": days[0], "last": days[-1], "since": midnight(days[30]), "until": now,
        "morning": midnight(days[29]), "cut": now - timedelta(days=30),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, told)
            cursor.fetchall()

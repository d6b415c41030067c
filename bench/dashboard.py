"""The manager's first page, whole, against the sums and counts it shows read by hand-written SQL."""

from __future__ import annotations

import statistics
from datetime import timedelta

from django.db import connection

from bench import doors
from bench.measuring import Line, at_most, times_ms
from service_center.kernel import commands
from service_center.reports.queries.scope import zone

LIMIT_MS = 150
TIMES = 3
SUMS = """
    SELECT part, width_bucket(day, %(days)s::date[]) AS slot, sum(count), sum(amount) FROM reports_daysum
    WHERE level = 'whole' AND day >= %(first)s AND day <= %(last)s GROUP BY 1, 2
"""
OPEN = "SELECT status, count(*) FROM tickets_ticket WHERE status NOT IN ('closed', 'answered', 'cancelled', 'refused') GROUP BY 1"
LATE = """
    SELECT count(*) FILTER (WHERE state = 'breached'), count(*) FILTER (WHERE state = 'running' AND warned_at IS NOT NULL)
    FROM kernel_clock WHERE stopped_at IS NULL AND subject_type = 'tickets.ticket'
"""


def main() -> list[Line]:
    manager = doors.pages("manager")
    page = times_ms(lambda: manager.get("/dashboard/"), calls=30)
    by_hand = times_ms(_by_hand, calls=30)
    ours, theirs = statistics.median(page), statistics.median(by_hand)
    return [
        at_most("dashboard: median", ours, "ms", LIMIT_MS),
        Line(
            "dashboard: median", round(ours, 2), "ms", round(theirs, 2), "its sums and counts in hand-written SQL",
            round(ours / theirs, 2), f"<= {TIMES}", ours / theirs <= TIMES,
        ),
    ]  # fmt: skip


def _by_hand() -> None:
    """Thirty days by day and the thirty before, what is open by state, what is late and at risk."""
    today = commands.now().astimezone(zone()).date()
    days = [today - timedelta(days=n) for n in range(59, -1, -1)]
    with connection.cursor() as cursor:
        for statement in (SUMS, OPEN, LATE):
            cursor.execute(statement, {"days": days, "first": days[0], "last": days[-1]})
            cursor.fetchall()

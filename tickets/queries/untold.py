"""Changes of tickets that no fact tells of: every version from 1 to the present one must stand in the journal (I9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from tickets.models import Ticket

UNTOLD = """
    WITH told AS (
        SELECT subject_id, count(DISTINCT version) AS versions
        FROM kernel_event WHERE subject_type = %s AND version > 0 GROUP BY subject_id)
    SELECT t.number, t.version, coalesce(told.versions, 0)
    FROM tickets_ticket t LEFT JOIN told ON told.subject_id = t.id
    WHERE t.version > coalesce(told.versions, 0) ORDER BY t.id
"""


def changes(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each ticket with versions nobody told of; there is nothing to rebuild them from."""
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD, [Ticket._meta.label_lower])
        rows = cursor.fetchall()
    yield from (f"{number}: version {version}, told of {versions}" for number, version, versions in rows)

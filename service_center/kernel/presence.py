"""Who has which record open, and who had it last. A courtesy, not a lock: a stale edit is refused by its version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models

from service_center.kernel.models import Presence, User

SEEN_FOR = timedelta(seconds=30)
_SEE = """
    WITH mine AS (
        INSERT INTO kernel_presence (subject_type, subject_id, user_id, seen_at)
        VALUES (%(type)s, %(id)s, %(user)s, clock_timestamp())
        ON CONFLICT (subject_type, subject_id, user_id) DO UPDATE SET seen_at = excluded.seen_at)
    SELECT transaction_timestamp(), coalesce(array_agg(user_id), '{}') FROM kernel_presence
    WHERE subject_type = %(type)s AND subject_id = %(id)s AND user_id <> %(user)s
        AND seen_at >= clock_timestamp() - %(seen_for)s
"""


@dataclass(frozen=True)
class Company:
    """Who else is here, and the database's time at which that was true."""

    at: datetime
    others: list[User]


def see(user: User, row: models.Model) -> Company:
    """Note that the user has the row on the screen; who else saw it within the last half minute."""
    named = {"type": row._meta.label_lower, "id": row.pk, "user": user.pk, "seen_for": SEEN_FOR}
    with connection.cursor() as cursor:
        cursor.execute(_SEE, named)
        at, ids = cursor.fetchone()
    return Company(at, list(User.objects.filter(pk__in=ids).select_related("person")) if ids else [])


def last_seen(user: User, labels: list[str], limit: int) -> list[tuple[str, int]]:
    """The rows the user had on the screen last: model label and id, the latest first."""
    rows = Presence.objects.filter(user=user, subject_type__in=labels).order_by("-seen_at")
    return list(rows.values_list("subject_type", "subject_id")[:limit])

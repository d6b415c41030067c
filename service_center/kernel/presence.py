"""Who has which record open, and who had it last. A courtesy, not a lock: a stale edit is refused by its version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models.functions import Now

from service_center.kernel.models import Presence, User

SEEN_FOR = timedelta(seconds=30)
_SEE = """
    WITH mine AS (
        INSERT INTO kernel_presence (subject_type, subject_id, user_id, seen_at)
        VALUES (%s, %s, %s, clock_timestamp())
        ON CONFLICT (subject_type, subject_id, user_id) DO UPDATE SET seen_at = excluded.seen_at)
    SELECT transaction_timestamp(), coalesce(json_agg(other), '[]') FROM ({others}) AS other (pk, username, name)
"""


@dataclass(frozen=True)
class Other:
    """Somebody else who has the row on the screen."""

    pk: int
    username: str
    name: str | None


@dataclass(frozen=True)
class Company:
    """Who else is here, and the database's time at which that was true."""

    at: datetime
    others: list[Other]


def see(user: User, row: models.Model) -> Company:
    """Note that the user has the row on the screen; who else saw it within the last half minute. One query."""
    subject = {"subject_type": row._meta.label_lower, "subject_id": row.pk}
    seen = Presence.objects.filter(**subject, seen_at__gte=Now() - SEEN_FOR).exclude(user=user)
    others = seen.order_by("user_id").values_list("user_id", "user__username", "user__person__name")
    sql, params = others.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SEE.format(others=sql), (*subject.values(), user.pk, *params))
        at, found = cursor.fetchone()
    return Company(at, [Other(**one) for one in found])


def last_seen(user: User, labels: list[str], limit: int) -> list[tuple[str, int]]:
    """The rows the user had on the screen last: model label and id, the latest first."""
    rows = Presence.objects.filter(user=user, subject_type__in=labels).order_by("-seen_at")
    return list(rows.values_list("subject_type", "subject_id")[:limit])

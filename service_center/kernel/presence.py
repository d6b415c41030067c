"""Who else has this record open. A courtesy, not a lock: a stale edit is refused by its version all the same."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, models

from service_center.kernel.models import Presence, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

SEEN_FOR = timedelta(seconds=30)
_SEE = """
    INSERT INTO kernel_presence (subject_type, subject_id, user_id, seen_at) VALUES (%s, %s, %s, clock_timestamp())
    ON CONFLICT (subject_type, subject_id, user_id) DO UPDATE SET seen_at = excluded.seen_at
"""


def see(user: User, row: models.Model) -> None:
    """Note that the user has the row on the screen."""
    with connection.cursor() as cursor:
        cursor.execute(_SEE, [row._meta.label_lower, row.pk, user.pk])


def others(user: User, row: models.Model) -> "QuerySet[User]":
    """Who else saw the row within the last half minute."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        since = cursor.fetchone()[0] - SEEN_FOR
    here = Presence.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk, seen_at__gte=since)
    return User.objects.filter(pk__in=here.exclude(user=user).values("user")).select_related("person")

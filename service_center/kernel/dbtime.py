"""The one clock: the database's."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The time of the running transaction (UTC). Unlike `commands.now` nothing can set it: what the sweep goes by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment

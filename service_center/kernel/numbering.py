"""Numbers people read out on the phone: T-2026-000123, gap-free per series within committed work."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

_NEXT = """
    INSERT INTO kernel_counter (series, value) VALUES (%s, 1)
    ON CONFLICT (series) DO UPDATE SET value = kernel_counter.value + 1 RETURNING value
"""


def next_number(prefix: str, *, at: datetime) -> str:
    """The next number of the prefix's series in the company's local year, e.g. `T-2026-000001`.

    Locks the series until the transaction ends, so it is taken as late as the verb can.
    """
    year = at.astimezone(ZoneInfo(settings.TIME_ZONE)).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [f"{prefix}-{year}"])
        return f"{prefix}-{year}-{cursor.fetchone()[0]:06d}"

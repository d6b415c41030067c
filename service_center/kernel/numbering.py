"""Numbers people read out on the phone: T-2026-000123, gap-free per series within committed work."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

_NEXT = """
    INSERT INTO kernel_counter (series, value) VALUES (%s, 1)
    ON CONFLICT (series) DO UPDATE SET value = kernel_counter.value + 1 RETURNING value
"""
_LOCK = """
    INSERT INTO kernel_counter (series, value) VALUES (%s, 0)
    ON CONFLICT (series) DO UPDATE SET value = kernel_counter.value RETURNING value
"""


def next_number(prefix: str, *, at: datetime) -> str:
    """The next number of the prefix's series in the company's local year, e.g. `T-2026-000001`.

    Locks the series until the transaction ends, so it is taken as late as the verb can.
    """
    series = _series(prefix, at)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series])
        return f"{series}-{cursor.fetchone()[0]:06d}"


class Run:
    """Many numbers in one transaction: each series is locked at its first number and written back by `close`."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def next_number(self, prefix: str, *, at: datetime) -> str:
        """The next number, as `next_number` would give it."""
        series = _series(prefix, at)
        if series not in self._taken:
            with connection.cursor() as cursor:
                cursor.execute(_LOCK, [series])
                self._taken[series] = cursor.fetchone()[0]
        self._taken[series] += 1
        return f"{series}-{self._taken[series]:06d}"

    def close(self) -> None:
        """Note the last number of each series; begin anew with the next transaction."""
        with connection.cursor() as cursor:
            for series, value in self._taken.items():
                cursor.execute("UPDATE kernel_counter SET value = %s WHERE series = %s", [value, series])
        self._taken.clear()


def _series(prefix: str, at: datetime) -> str:
    return f"{prefix}-{at.astimezone(ZoneInfo(settings.TIME_ZONE)).year}"

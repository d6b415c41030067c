"""Numbers people read out on the phone: T-2026-000123, gap-free per series within committed work."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

_NEXT = """
    INSERT INTO kernel_counter (series, value) VALUES (%s, 1)
    ON CONFLICT (series) DO UPDATE SET value = kernel_counter.value + 1 RETURNING value
"""
_TAKE = """
    INSERT INTO kernel_counter (series, value) VALUES (%s, %s)
    ON CONFLICT (series) DO UPDATE SET value = kernel_counter.value + excluded.value RETURNING value
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
    """Many numbers taken at once: say how many are wanted, take them, then hand them out."""

    def __init__(self) -> None:
        self._wanted: Counter[str] = Counter()
        self._taken: dict[str, Iterator[int]] = {}

    def want(self, prefix: str, *, at: datetime) -> None:
        """One number more of the prefix's series will be needed."""
        self._wanted[_series(prefix, at)] += 1

    def take(self) -> None:
        """Take what is wanted; numbers that are not handed out then are lost. In the order of the series."""
        with connection.cursor() as cursor:
            for series, number in sorted(self._wanted.items()):
                cursor.execute(_TAKE, [series, number])
                last = cursor.fetchone()[0]
                self._taken[series] = iter(range(last - number + 1, last + 1))
        self._wanted.clear()

    def next_number(self, prefix: str, *, at: datetime) -> str:
        """The next number, as `next_number` would give it. Raises KeyError, StopIteration when none is left."""
        series = _series(prefix, at)
        return f"{series}-{next(self._taken[series]):06d}"


def _series(prefix: str, at: datetime) -> str:
    return f"{prefix}-{at.astimezone(_zone()).year}"


@lru_cache(maxsize=1)
def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)

"""Balances against the ledger they are kept from (R15, I6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from parts import queries
from parts.actions import ledger

MEND: Final = """
    UPDATE parts_balance b SET
        on_hand = (SELECT coalesce(sum(quantity), 0) FROM parts_stockentry e
                   WHERE e.part_id = b.part_id AND e.location_id = b.location_id),
        reserved = (SELECT coalesce(sum(quantity), 0) FROM parts_reservation r
                    WHERE r.part_id = b.part_id AND r.location_id = b.location_id AND r.status = 'reserved')
    WHERE b.part_id = %s AND b.location_id = %s
"""


def recount(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each balance that differs from its entries or reservations, and for each fault of the
    ledger.

    `fix` rebuilds differing balances, each under its row lock; faults of the ledger itself are only told.
    """
    for difference in queries.balance_differences():
        yield str(difference)
        if fix:
            with transaction.atomic(), connection.cursor() as cursor:
                ledger.lock_balances([(difference.part_id, difference.location_id)])
                cursor.execute(MEND, [difference.part_id, difference.location_id])
    yield from queries.ledger_differences()

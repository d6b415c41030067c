"""Issuing from one part that everybody wants, from many clients at once, against the same movement in raw SQL.

Both begin with the same number of pieces and go on until nobody gets one any more: what was handed out is counted in the
ledger, not by those who took it.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg2
from django.db import connection, transaction
from psycopg2.extras import execute_values

from bench.measuring import Line, at_most
from parts.actions import ledger
from parts.models import Balance, Location, OutOfStock, Part, StockEntry
from parts.states import Kind, MoveKind
from service_center.kernel import commands
from staff.models import Branch

CLIENTS, PIECES, ROUNDS = 16, 2000, 3
SHARE = 0.6
MOVE = """
    INSERT INTO parts_stockmove (kind, at, reason, source_type) VALUES ('issue', clock_timestamp(), '', '') RETURNING id
"""
ENTRIES = "INSERT INTO parts_stockentry (move_id, part_id, location_id, quantity) VALUES %s"
TAKE = """
    UPDATE parts_balance SET on_hand = on_hand - 1
    WHERE part_id = %s AND location_id = %s AND on_hand - 1 >= reserved
"""
PUT = """
    INSERT INTO parts_balance (part_id, location_id, on_hand, reserved) VALUES (%s, %s, 1, 0)
    ON CONFLICT (part_id, location_id) DO UPDATE SET on_hand = parts_balance.on_hand + 1
"""


@dataclass(frozen=True)
class Hot:
    """One piece goes from the store to those who hold what was issued."""

    part: Part
    store: Location
    issued: Location

    def verb(self) -> Callable[[], bool]:
        """The product's movement."""

        def take() -> bool:
            try:
                with transaction.atomic():
                    line = ledger.Line(self.part, self.store, self.issued, 1)
                    ledger.post(MoveKind.ISSUE, [line], actor=None, at=commands.now())
            except OutOfStock:
                return False
            return True

        return take

    def by_hand(self) -> Callable[[], bool]:
        """The same rows in hand-written statements on a connection of its own."""
        own = psycopg2.connect(**connection.get_connection_params())
        part, store, issued = self.part.pk, self.store.pk, self.issued.pk

        def take() -> bool:
            with own, own.cursor() as cursor:
                cursor.execute(TAKE, [part, store])
                if cursor.rowcount != 1:
                    return False
                cursor.execute(PUT, [part, issued])
                cursor.execute(MOVE)
                move = cursor.fetchone()[0]
                execute_values(cursor, ENTRIES, [(move, part, store, -1), (move, part, issued, 1)])
            return True

        return take


def main() -> list[Line]:
    hot = _hot()
    found: dict[str, list[float]] = {"verb": [], "by_hand": []}
    lost = 0
    for _ in range(ROUNDS):
        for name, rates in found.items():
            before = _put_in(hot)
            seconds = _all_at_once(hot, name)
            lost += _wrong(hot, before)
            rates.append(PIECES / seconds)
    ours, theirs = median(found["verb"]), median(found["by_hand"])
    return [
        Line(
            f"issues of one part from {CLIENTS} clients", round(ours, 1), "1/s", round(theirs, 1),
            "the same rows in hand-written SQL, as many clients", round(ours / theirs, 3), f">= {SHARE}", ours / theirs >= SHARE,
        ),
        at_most(f"pieces handed out twice or lost in {2 * ROUNDS * PIECES}", lost, "pieces", 0),
    ]  # fmt: skip


def _hot() -> Hot:
    branch = Branch.objects.get(code="HZ")
    part = Part.objects.filter(tracked="none", is_active=True).earliest("pk")
    return Hot(part, ledger.place(branch, Kind.STORE), ledger.place(branch, Kind.ISSUED))


def _put_in(hot: Hot) -> int:
    """Exactly so many pieces are free in the store; how many entries the ledger has."""
    row, _ = Balance.objects.get_or_create(part=hot.part, location=hot.store)
    change = PIECES - (row.on_hand - row.reserved)
    origin, goal = ledger.outside(Kind.ADJUST), hot.store
    if change < 0:
        origin, goal = goal, origin
    if change:
        with transaction.atomic():
            line = ledger.Line(hot.part, origin, goal, abs(change))
            ledger.post(MoveKind.ADJUSTMENT, [line], actor=None, at=commands.now())
    return _taken(hot)


def _taken(hot: Hot) -> int:
    return StockEntry.objects.filter(part=hot.part, location=hot.issued).count()


def _wrong(hot: Hot, before: int) -> int:
    """How many pieces were handed out otherwise than once."""
    row = Balance.objects.get(part=hot.part, location=hot.store)
    return abs(_taken(hot) - before - PIECES) + abs(row.on_hand - row.reserved)


def _all_at_once(hot: Hot, name: str) -> float:
    """Seconds from the starting shot until nobody gets a piece any more."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    ready, go = fork.Barrier(CLIENTS + 1), fork.Event()
    clients = [fork.Process(target=_client, args=(hot, name, ready, go)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    ready.wait()
    began = time.perf_counter()
    go.set()
    for client in clients:
        client.join()
    if any(client.exitcode for client in clients):
        raise RuntimeError(f"a client failed: {[client.exitcode for client in clients]}")
    return time.perf_counter() - began


def _client(hot: Hot, name: str, ready: Any, go: Any) -> None:
    take = getattr(hot, name)()
    connection.ensure_connection()
    ready.wait()
    go.wait()
    while take():
        pass

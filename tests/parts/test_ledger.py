"""What PostgreSQL refuses, whoever asks (R15, I6)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from parts import actions as stock
from parts import queries
from parts.models import Balance, Serial, StockEntry, StockMove
from parts.states import Kind
from service_center.kernel import commands
from service_center.kernel.commands import now
from tests.parts.conftest import run


def _refused(statement: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as refusal:
        _at_once(statement, values)
    return str(refusal.value)


def _at_once(statement: str, values: tuple[object, ...]) -> None:
    """Run it in a savepoint with the deferred checks made now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.req("PRT-04")
@pytest.mark.parametrize("table", ["parts_stockmove", "parts_stockentry"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_ledger_refuses_changes(board, table, verb):
    assert "append-only" in _refused(verb.format(table))


def test_ledger_refuses_a_move_that_does_not_sum_to_zero(board, store):
    move = StockMove.objects.create(kind="adjustment", at=now())
    assert "does not sum to zero" in _refused(
        "INSERT INTO parts_stockentry (move_id, part_id, location_id, quantity) VALUES (%s, %s, %s, 3)",
        move.pk,
        board.pk,
        store.pk,
    )


def test_ledger_refuses_a_tracked_part_without_serial(motor, store):
    move = StockMove.objects.create(kind="adjustment", at=now())
    pool = stock.place(store.branch, Kind.CUSTODY)
    assert "disagree about serials" in _refused(
        "INSERT INTO parts_stockentry (move_id, part_id, location_id, quantity)"
        " VALUES (%s, %s, %s, 1), (%s, %s, %s, -1)",
        *(move.pk, motor.pk, store.pk),
        *(move.pk, motor.pk, pool.pk),
    )


@pytest.mark.req("PRT-13")
def test_ledger_refuses_to_issue_from_quarantine(board, store):
    move = StockMove.objects.create(kind="issue", at=now())
    blocked, out = stock.place(store.branch, Kind.QUARANTINE), stock.place(store.branch, Kind.ISSUED)
    assert "not usable" in _refused(
        "INSERT INTO parts_stockentry (move_id, part_id, location_id, quantity)"
        " VALUES (%s, %s, %s, -1), (%s, %s, %s, 1)",
        *(move.pk, board.pk, blocked.pk),
        *(move.pk, board.pk, out.pk),
    )


def test_serial_cannot_jump_without_the_ledger(motor, store):
    piece = motor.serials.get(serial="S-1")
    elsewhere = stock.place(store.branch, Kind.QUARANTINE)
    assert "not where the ledger has it" in _refused(
        "UPDATE parts_serial SET location_id = %s WHERE id = %s", elsewhere.pk, piece.pk
    )


def test_serial_exists_once_per_part(motor, store):
    with pytest.raises(IntegrityError), transaction.atomic():
        Serial.objects.create(part=motor, serial="S-1", location=store)


@pytest.mark.parametrize("fault", ["on_hand = -1", "reserved = -1", "reserved = on_hand + 1"])
def test_balance_refuses_impossible_figures(board, fault):
    assert "balance_" in _refused(f"UPDATE parts_balance SET {fault}")


@pytest.mark.req("PRT-04")
def test_recount_names_and_mends_a_wrong_balance(board, store):
    Balance.objects.filter(part=board, location=store).update(on_hand=9, reserved=1)

    assert [str(d) for d in queries.balance_differences()] == list(stock.recount(at=now(), fix=True))
    assert queries.balance_differences() == []
    assert Balance.objects.get(part=board, location=store).on_hand == 5


def test_stock_is_among_the_nightly_comparisons(board):
    from service_center.kernel import recompute

    assert recompute.run(at=commands.now(), fix=False, names=["stock"]) == {"stock": []}


def test_every_move_has_two_sides(board, motor, job):
    run(stock.issue, job.reserve(motor, serials=["S-1"]))
    run(stock.consume, run(stock.issue, job.reserve(board, 2)))

    sides = StockEntry.objects.filter(move__kind="consumption").values_list("location__kind", "quantity")
    assert sorted(sides) == [("customer", 2), ("issued", -2)]

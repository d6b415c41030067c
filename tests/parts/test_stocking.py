"""Carried stock, custody of faulty parts, quarantine, stock-take adjustments."""

from __future__ import annotations

import pytest

from parts import actions as stock
from parts import queries
from parts.models import OutOfStock, SerialsNeeded, StockMove
from parts.states import Kind
from service_center.kernel import approvals, errors
from service_center.kernel.models import Approval
from tests.parts.conftest import figures, run


def test_carry_and_bring_back(board, person):
    engineer = person("engineer")
    run(stock.carry, board, person=engineer, quantity=3)
    assert queries.at_hand(engineer, [board.pk]) == {board.pk: 3}
    assert (figures(board).on_hand, figures(board).carried) == (2, 3)

    run(stock.uncarry, board, person=engineer, quantity=2)
    assert queries.carried([engineer.pk], [board.pk]) == {(engineer.pk, board.pk): 1}


def test_carry_refuses_more_than_is_free(board, person, job):
    job.reserve(board, 4)
    with pytest.raises(OutOfStock):
        run(stock.carry, board, person=person("engineer"), quantity=2)
    assert not StockMove.objects.filter(kind="carry").exists()


def test_carry_refuses_other_roles(board, person, sh):
    engineer = person("engineer")
    for who in (engineer, person("storekeeper", branch=sh)):
        with pytest.raises(errors.Forbidden):
            run(stock.carry, board, person=engineer, quantity=1, actor=who.user)


def test_custody_keeps_the_faulty_part_out_of_usable_stock(motor, person, job):
    engineer = person("engineer")
    run(stock.take_custody, motor, quantity=1, serial="OLD-9", source=job.row, actor=engineer.user)

    assert motor.serials.get(serial="OLD-9").location.kind == Kind.CUSTODY
    assert figures(motor).on_hand == 2


def test_custody_takes_back_a_piece_we_once_built_in(motor, person, job):
    run(stock.consume, run(stock.issue, job.reserve(motor, serials=["S-1"])))
    run(stock.take_custody, motor, quantity=1, serial="S-1", source=job.row, branch=job.row)
    run(stock.dispose, motor, quantity=1, serial="S-1", branch=job.row)

    assert motor.serials.get(serial="S-1").location.kind == Kind.SCRAP


def test_custody_refuses_a_piece_that_lies_in_the_store(motor, job, person):
    with pytest.raises(errors.Invalid):
        run(stock.take_custody, motor, quantity=1, serial="S-1", source=job.row, branch=job.row)
    with pytest.raises(SerialsNeeded):
        run(stock.take_custody, motor, quantity=1, source=job.row, branch=job.row)
    with pytest.raises(errors.Forbidden):
        run(stock.take_custody, motor, quantity=1, serial="X", source=job.row, actor=person("agent").user)


@pytest.mark.req("PRT-13")
def test_quarantined_pieces_cannot_be_reserved(board, store, job, person):
    run(
        stock.quarantine,
        board,
        location=store,
        quantity=5,
        reason="抽检不合格",
        actor=person("inspector").user,
    )
    assert (figures(board).on_hand, figures(board).blocked) == (0, 5)
    assert job.reserve(board).status == "short"


def test_quarantine_refuses_reserved_pieces_and_silence(board, store, job, person):
    job.reserve(board, 5)
    with pytest.raises(OutOfStock):
        run(stock.quarantine, board, location=store, quantity=1, reason="受潮")
    with pytest.raises(errors.Invalid):
        run(stock.quarantine, board, location=store, quantity=1, reason=" ")
    with pytest.raises(errors.Forbidden):
        run(
            stock.quarantine,
            board,
            location=store,
            quantity=1,
            reason="受潮",
            actor=person("engineer").user,
        )


def test_cleared_pieces_serve_those_who_wait(board, store, hz, job):
    run(stock.quarantine, board, location=store, quantity=3, reason="复检")
    waiting = job.reserve(board, 4)
    run(stock.clear, board, branch=hz, quantity=2, outcome="release")
    run(stock.clear, board, branch=hz, quantity=1, outcome="supplier")

    waiting.refresh_from_db()
    assert (waiting.status, figures(board).blocked) == ("reserved", 0)


def test_scrapping_needs_the_parts_supervisor(board, store, hz, person):
    inspector, supervisor = person("inspector").user, person("parts").user
    run(stock.quarantine, board, location=store, quantity=1, reason="损坏", actor=inspector)
    asked = run(stock.clear, board, branch=hz, quantity=1, outcome="scrap", actor=inspector)
    assert (isinstance(asked, Approval), figures(board).blocked) == (True, 1)

    run(approvals.decide, asked, approve=True, note="", actor=supervisor)
    assert (figures(board).blocked, figures(board).on_hand) == (0, 4)


@pytest.mark.req("PRT-05", "PRT-06")
def test_adjustment_by_the_storekeeper_waits_for_approval(board, store, person):
    keeper, supervisor = person("storekeeper").user, person("parts").user
    asked = run(stock.adjust, board, location=store, quantity=-1, reason="盘亏", actor=keeper)
    assert (isinstance(asked, Approval), figures(board).on_hand) == (True, 5)

    run(approvals.decide, asked, approve=True, note="", actor=supervisor)
    assert figures(board).on_hand == 4
    move = StockMove.objects.get(kind="adjustment", actor=keeper)
    assert move.reason == "盘亏"


def test_adjustment_refused_by_the_supervisor_moves_nothing(board, store, person):
    asked = run(
        stock.adjust, board, location=store, quantity=-1, reason="盘亏", actor=person("storekeeper").user
    )
    run(approvals.decide, asked, approve=False, note="请复盘", actor=person("parts").user)
    assert figures(board).on_hand == 5


def test_adjustment_within_the_limit_is_the_supervisors(board, store, person):
    supervisor = person("parts").user
    run(stock.adjust, board, location=store, quantity=1, reason="盘盈", actor=supervisor)
    assert figures(board).on_hand == 6

    asked = run(stock.adjust, board, location=store, quantity=5, reason="盘盈", actor=supervisor)
    assert (isinstance(asked, Approval), figures(board).on_hand) == (True, 6)  # 600 CNY: the manager's


@pytest.mark.parametrize(("quantity", "reason"), [(0, "盘点"), (1, "  ")])
def test_adjustment_refuses_nothing_and_silence(board, store, quantity, reason):
    with pytest.raises(errors.Invalid):
        run(stock.adjust, board, location=store, quantity=quantity, reason=reason)


def test_adjustment_refuses_what_is_not_there_or_not_ours(board, store, person, sh, job):
    job.reserve(board, 5)
    with pytest.raises(OutOfStock):
        run(stock.adjust, board, location=store, quantity=-1, reason="盘亏")
    for who in (person("engineer"), person("storekeeper", branch=sh)):
        with pytest.raises(errors.Forbidden):
            run(stock.adjust, board, location=store, quantity=1, reason="盘盈", actor=who.user)
    assert figures(board).on_hand == 5


def test_adjustment_of_numbered_pieces_names_them(motor, store):
    with pytest.raises(SerialsNeeded):
        run(stock.adjust, motor, location=store, quantity=-1, reason="盘亏")
    run(stock.adjust, motor, location=store, quantity=-1, serials=["S-1"], reason="盘亏")
    assert [s.serial for s in motor.serials.filter(location=store)] == ["S-2"]

"""Proposal, plan, order, receipt, inspection, stock (requirement 4.5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from parts import actions as stock
from parts import events
from parts.models import (
    ProposalOpen,
    PurchaseOrder,
    PurchaseProposal,
    Receipt,
    SerialsNeeded,
    StockMove,
    SupplierNotEvaluated,
)
from parts.states import Kind
from service_center.kernel import errors
from service_center.kernel.models import Event
from tests.parts.conftest import PASSED, figures, run

FAILED = PASSED | {"marking": False}


@pytest.fixture
def proposal(board, store):
    return run(stock.propose, board, location=store, quantity=10, reason="备货")


def _contract(supplier, *lines):
    return {
        "supplier": supplier,
        "lines": list(lines),
        "due_on": date(2030, 1, 1),
        "quality_standard": "原厂",
        "after_sales_terms": "包换一年",
    }


def test_propose_refuses_a_second_open_one(proposal, board, store, person):
    with pytest.raises(ProposalOpen):
        run(stock.propose, board, location=store, quantity=1, reason="备货")
    with pytest.raises(errors.Forbidden):
        run(stock.propose, board, location=store, quantity=1, reason="备货", actor=person("buyer").user)
    assert PurchaseProposal.objects.count() == 1


@pytest.mark.req("PUR-01")
def test_decide_plans_another_quantity(proposal, person):
    planned = run(stock.decide, proposal, approve=True, quantity=12, actor=person("parts").user)
    assert (planned.status, planned.quantity) == ("planned", 12)


def test_decide_drops_only_with_a_reason(proposal):
    with pytest.raises(errors.Invalid):
        run(stock.decide, proposal, approve=False)
    assert run(stock.decide, proposal, approve=False, reason="停产").status == "dropped"
    with pytest.raises(errors.TransitionNotAllowed):
        run(stock.decide, proposal, approve=True)


def test_decide_is_the_parts_supervisors(proposal, person):
    for role in ("buyer", "storekeeper", "engineer"):
        with pytest.raises(errors.Forbidden):
            run(stock.decide, proposal, approve=True, actor=person(role).user)


@pytest.mark.req("PUR-03")
def test_order_takes_planned_proposals(proposal, supplier, person):
    run(stock.decide, proposal, approve=True)
    order = run(
        stock.place_order, **_contract(supplier, (proposal, Decimal("9.50"))), actor=person("buyer").user
    )

    assert order.number.startswith("PO-")
    assert [(line.quantity, line.unit_price) for line in order.lines.all()] == [(10, Decimal("9.50"))]
    assert figures(proposal.part).on_order == 10
    proposal.refresh_from_db()
    assert proposal.status == "ordered"


@pytest.mark.req("PUR-02")
def test_order_refuses_a_supplier_nobody_evaluated(proposal):
    run(stock.decide, proposal, approve=True)
    fresh = run(stock.register_supplier, code="NEW", name_zh="新供应商", name_en="New")
    with pytest.raises(SupplierNotEvaluated):
        run(stock.place_order, **_contract(fresh, (proposal, Decimal(1))))
    assert not PurchaseOrder.objects.exists()


def test_order_refuses_what_was_not_planned_or_named_twice(proposal, supplier, person):
    with pytest.raises(errors.TransitionNotAllowed):
        run(stock.place_order, **_contract(supplier, (proposal, Decimal(1))))
    run(stock.decide, proposal, approve=True)
    for lines in ([], [(proposal, Decimal(1))] * 2):
        with pytest.raises(errors.Invalid):
            run(stock.place_order, **_contract(supplier, *lines))
    with pytest.raises(errors.Forbidden):
        run(stock.place_order, **_contract(supplier, (proposal, Decimal(1))), actor=person("parts").user)
    assert not PurchaseOrder.objects.exists()


@pytest.mark.req("PRT-08", "PRT-11")
def test_received_pieces_are_stock_only_after_the_inspection(board, order, person):
    placed = order(board, 10)
    run(stock.receive, placed, part=board, quantity=10, actor=person("storekeeper").user)
    assert (figures(board).on_hand, figures(board).blocked, figures(board).on_order) == (5, 10, 10)

    run(stock.inspect, placed, part=board, passed=10, failed=0, **PASSED, actor=person("inspector").user)
    assert (figures(board).on_hand, figures(board).blocked, figures(board).on_order) == (15, 0, 0)
    placed.refresh_from_db()
    assert placed.status == "closed"


@pytest.mark.req("PRT-12")
def test_failed_pieces_never_reach_the_store(board, order, hz):
    placed = order(board, 10)
    run(stock.receive, placed, part=board, quantity=10)
    run(stock.inspect, placed, part=board, passed=7, failed=3, **FAILED)

    assert (figures(board).on_hand, figures(board).blocked) == (12, 3)
    run(stock.clear, board, branch=hz, quantity=3, outcome="supplier")
    assert figures(board).blocked == 0


def test_arrival_is_told_and_serves_those_who_wait_oldest_first(board, order, job, hz):
    older, younger = job.reserve(board, 7), job.reserve(board, 6)
    placed = order(board, 8)
    run(stock.receive, placed, part=board, quantity=8)
    run(stock.inspect, placed, part=board, passed=8, failed=0, **PASSED)

    older.refresh_from_db()
    younger.refresh_from_db()
    assert (older.status, younger.status) == ("reserved", "reserved")
    told = Event.objects.get(name=events.ARRIVED.name)
    assert (told.subject_id, told.data["branch"], told.data["quantity"]) == (board.pk, hz.pk, 8)


def test_inspection_cannot_be_skipped_or_exceed_the_receipt(board, order):
    placed = order(board, 10)
    with pytest.raises(errors.TransitionNotAllowed):
        run(stock.inspect, placed, part=board, passed=1, failed=0, **PASSED)
    run(stock.receive, placed, part=board, quantity=4)
    with pytest.raises(errors.Invalid):
        run(stock.inspect, placed, part=board, passed=5, failed=0, **PASSED)
    assert figures(board).on_hand == 5


@pytest.mark.parametrize(("criteria", "passed", "failed"), [(PASSED, 1, 1), (FAILED, 2, 0)])
def test_inspection_refuses_failures_without_a_failed_criterion(board, order, criteria, passed, failed):
    placed = order(board, 10)
    run(stock.receive, placed, part=board, quantity=2)
    with pytest.raises(errors.Invalid):
        run(stock.inspect, placed, part=board, passed=passed, failed=failed, **criteria)


def test_receipt_refuses_more_than_ordered_and_other_roles(board, motor, order, person, sh):
    placed = order(board, 2)
    for part, quantity in ((board, 3), (board, 0), (motor, 1)):
        with pytest.raises(errors.Invalid):
            run(stock.receive, placed, part=part, quantity=quantity)
    for who in (person("buyer"), person("storekeeper", branch=sh)):
        with pytest.raises(errors.Forbidden):
            run(stock.receive, placed, part=board, quantity=1, actor=who.user)
    with pytest.raises(errors.Forbidden):
        run(
            stock.inspect,
            placed,
            part=board,
            passed=1,
            failed=0,
            **PASSED,
            actor=person("storekeeper").user,
        )
    assert not Receipt.objects.exists()


def test_numbered_pieces_are_received_and_judged_by_serial(motor, order):
    placed = order(motor, 3)
    with pytest.raises(SerialsNeeded):
        run(stock.receive, placed, part=motor, quantity=3)
    with pytest.raises(errors.Invalid):
        run(stock.receive, placed, part=motor, quantity=1, serials=["S-1"])
    run(stock.receive, placed, part=motor, quantity=3, serials=["S-3", "S-4", "S-5"])
    with pytest.raises(SerialsNeeded):
        run(stock.inspect, placed, part=motor, passed=2, failed=1, failed_serials=["S-1"], **FAILED)
    run(stock.inspect, placed, part=motor, passed=2, failed=1, failed_serials=["S-4"], **FAILED)

    kinds = {s.serial: s.location.kind for s in motor.serials.select_related("location")}
    assert (kinds["S-3"], kinds["S-4"], kinds["S-5"]) == (Kind.STORE, Kind.QUARANTINE, Kind.STORE)


def test_cancelling_takes_the_order_out_of_the_position(board, order, person):
    placed = order(board, 10)
    with pytest.raises(errors.Forbidden):
        run(stock.cancel_order, placed, reason="停产", actor=person("storekeeper").user)
    with pytest.raises(errors.Invalid):
        run(stock.cancel_order, placed, reason="")
    run(stock.cancel_order, placed, reason="停产")
    assert (figures(board).on_order, figures(board).position) == (0, 5)


def test_cancelling_waits_for_the_inspection(board, order):
    placed = order(board, 10)
    run(stock.receive, placed, part=board, quantity=4)
    with pytest.raises(errors.Invalid):
        run(stock.cancel_order, placed, reason="停产")
    run(stock.inspect, placed, part=board, passed=4, failed=0, **PASSED)
    assert run(stock.cancel_order, placed, reason="停产").status == "cancelled"
    assert not StockMove.objects.filter(kind="clearance").exists()


def test_evaluation_needs_scores_between_0_and_100(supplier, person):
    scores = {"qualification": 101, "reputation": 0, "quality": 0, "price": 0, "delivery": 0}
    with pytest.raises(errors.Invalid):
        run(stock.evaluate_supplier, supplier, **scores)
    with pytest.raises(errors.Forbidden):
        run(
            stock.evaluate_supplier,
            supplier,
            **(scores | {"qualification": 1}),
            actor=person("agent").user,
        )

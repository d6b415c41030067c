"""Positions, reorder points and the one open proposal (PRT-03, domain rules e.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from parts import actions as stock
from parts import events, queries
from parts.models import Part, PurchaseProposal
from service_center.kernel import errors
from service_center.kernel.models import Event
from tests.parts.conftest import PASSED, figures, run


@pytest.mark.parametrize(
    ("position", "point", "lot", "minimum", "pack", "size"),
    [
        (6, 5, 10, 1, 1, 0),  # above: nothing
        (5, 5, 10, 1, 1, 10),  # equality triggers
        (-7, 5, 10, 1, 1, 20),  # one Q does not lift it above s
        (-5, 5, 10, 1, 1, 20),  # -5 + 10 = 5 is not above 5
        (5, 5, 1, 8, 1, 8),  # raised to the minimum order
        (5, 5, 10, 1, 12, 12),  # rounded up to whole packs
        (5, 5, 10, 13, 12, 24),  # first the minimum, then the packs
        (-1, -1, 1, 1, 1, 1),  # no policy: one waits for one
    ],
)
def test_order_size(position, point, lot, minimum, pack, size):
    part = Part(minimum_order=minimum, pack_size=pack)
    assert part.order_size(position=position, reorder_point=point, reorder_quantity=lot) == size


@pytest.fixture
def planned(board, store):
    """On hand 5, reorder point 4, buy 6 at a time: one above the point."""
    run(stock.plan_stock, board, location=store, safety_stock=2, reorder_point=4, reorder_quantity=6)
    return board


@pytest.mark.req("PRT-03")
def test_falling_to_the_reorder_point_proposes_one_purchase(planned, job, store):
    job.reserve(planned)

    proposal = PurchaseProposal.objects.get()
    assert (proposal.part, proposal.location, proposal.quantity, proposal.status) == (
        planned,
        store,
        6,
        "proposed",
    )
    assert (proposal.calculation["position"], proposal.calculation["reorder_point"]) == (4, 4)
    assert proposal.calculation["source"] == "000 五(一)3"
    assert figures(planned).position == 4 + 6


def test_above_the_reorder_point_nothing_is_proposed(planned):
    stock.replenish(planned, planned.policies.get().location, at=_now())
    assert not PurchaseProposal.objects.exists()


def test_further_demand_tops_the_proposal_up_only_when_needed(planned, job):
    job.reserve(planned, 1)
    job.reserve(planned, 4)  # position 0 + 6: still above 4
    assert PurchaseProposal.objects.get().quantity == 6

    job.reserve(planned, 3)  # short: position -3 + 6 = 3
    proposal = PurchaseProposal.objects.get()
    assert (proposal.quantity, proposal.version) == (12, 1)
    assert Event.objects.filter(name=events.TOPPED_UP.name).count() == 1


def test_a_planned_proposal_is_not_topped_up_nor_doubled(planned, job):
    job.reserve(planned, 1)
    run(stock.decide, PurchaseProposal.objects.get(), approve=True)
    job.reserve(planned, 30)
    assert [p.quantity for p in PurchaseProposal.objects.all()] == [6]


def test_ordering_lets_the_next_proposal_open(planned, job, order):
    job.reserve(planned, 1)
    proposal = PurchaseProposal.objects.get()
    run(stock.decide, proposal, approve=True)
    job.reserve(planned, 30)
    run(stock.place_order, **_contract(order, proposal))

    assert sorted(PurchaseProposal.objects.values_list("status", "quantity")) == [
        ("ordered", 6),
        ("proposed", 30),
    ]
    assert figures(planned).position == 4 - 30 + 6 + 30


def _contract(order, proposal):
    from datetime import date

    from parts.models import Supplier

    return {
        "supplier": Supplier.objects.get(),
        "lines": [(proposal, Decimal(1))],
        "due_on": date(2030, 1, 1),
        "quality_standard": "原厂",
        "after_sales_terms": "包换",
    }


def test_a_part_without_policy_is_bought_for_those_who_wait(board, job):
    job.reserve(board, 5)
    assert not PurchaseProposal.objects.exists()
    job.reserve(board, 2)
    assert PurchaseProposal.objects.get().quantity == 2


def test_policy_refuses_a_point_below_the_safety_stock(board, store, person):
    with pytest.raises(errors.Invalid):
        run(stock.plan_stock, board, location=store, safety_stock=5, reorder_point=4, reorder_quantity=1)
    with pytest.raises(errors.Forbidden):
        run(stock.plan_stock, board, location=store, reorder_quantity=1, actor=person("buyer").user)
    assert not board.policies.exists()


def test_policy_takes_its_defaults_from_the_rulebook(board, store):
    policy = run(stock.plan_stock, board, location=store, reorder_quantity=3)
    assert (policy.safety_stock, policy.reorder_point) == (2, 5)


def test_below_reorder_lists_what_nobody_ordered_yet(planned, job, order):
    assert list(queries.parts_below_reorder()) == []
    job.reserve(planned, 1)
    assert list(queries.parts_below_reorder()) == [planned]

    placed = order(planned, 6)
    assert list(queries.parts_below_reorder()) == []
    run(stock.receive, placed, part=planned, quantity=6)
    run(stock.inspect, placed, part=planned, passed=6, failed=0, **PASSED)
    assert (figures(planned).on_hand, figures(planned).position) == (11, 10)


def test_figures_cost_one_query(board, motor, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queries.figures([board.pk, motor.pk])
    assert {k: f.on_hand for k, f in found.items()} == {board.pk: 5, motor.pk: 2}


def _now():
    from service_center.kernel.commands import now

    return now()

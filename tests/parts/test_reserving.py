"""Reserve, issue, use, give back (requirement 4.4)."""

from __future__ import annotations

import pytest

from parts import actions as stock
from parts import events
from parts.models import NotTracked, OutOfStock, Reservation, SerialsNeeded, StockMove
from parts.states import Kind, ReservationStatus
from service_center.kernel import commands, errors
from service_center.kernel.models import Event
from tests.parts.conftest import figures, run


def test_reserve_holds_free_stock(board, job):
    reservation = job.reserve(board, 2)

    assert reservation.status == ReservationStatus.RESERVED
    assert (figures(board).on_hand, figures(board).reserved, figures(board).available) == (5, 2, 3)
    assert Event.objects.filter(name=events.RESERVED.name, subject_id=reservation.pk).count() == 1


def test_reserve_waits_when_stock_is_short_and_holds_nothing(board, job):
    reservation = job.reserve(board, 6)

    assert reservation.status == ReservationStatus.SHORT
    assert (figures(board).reserved, figures(board).backorders) == (0, 6)


@pytest.mark.parametrize("quantity", [0, -1])
def test_reserve_refuses_no_pieces(board, job, quantity):
    with pytest.raises(errors.Invalid):
        job.reserve(board, quantity)
    assert Reservation.objects.count() == 0


def test_reserve_refuses_another_branch_and_other_roles(board, job, person, sh):
    for who in (person("engineer", branch=sh), person("accountant")):
        with pytest.raises(errors.Forbidden):
            job.reserve(board, actor=who.user)
    assert Reservation.objects.count() == 0


def test_reserve_refuses_a_retired_part(board, job):
    run(stock.revise_part, board, expected=0, is_active=False)
    board.refresh_from_db()
    with pytest.raises(errors.Invalid):
        job.reserve(board)


def test_reserve_prefers_what_the_engineer_carries(board, job, person):
    engineer = person("engineer")
    run(stock.carry, board, person=engineer, quantity=2)
    bag = stock.carried_by(engineer)

    first = job.reserve(board, 2, prefer_location=bag, actor=engineer.user)
    second = job.reserve(board, 1, prefer_location=bag, actor=engineer.user)

    assert (first.location, second.location.kind) == (bag, Kind.STORE)


def test_reserve_by_serial_claims_the_piece(motor, job):
    first = job.reserve(motor, serials=["S-1"])
    with pytest.raises(OutOfStock) as refusal:
        job.reserve(motor, serials=["S-1"])

    assert refusal.value.code == "out_of_stock"
    assert [s.serial for s in first.serials.all()] == ["S-1"]
    assert Reservation.objects.count() == 1


def test_reserve_refuses_serials_of_an_untracked_part(board, job):
    with pytest.raises(NotTracked):
        job.reserve(board, serials=["S-1"])


def test_issue_moves_the_pieces_out_of_the_store(board, job, person):
    keeper = person("storekeeper")
    reservation = run(stock.issue, job.reserve(board, 2), actor=keeper.user)

    assert reservation.status == ReservationStatus.ISSUED
    assert reservation.issued_by == keeper.user
    assert (figures(board).on_hand, figures(board).reserved) == (3, 0)
    entries = (
        StockMove.objects.get(kind="issue").entries.order_by("id").values_list("location__kind", "quantity")
    )
    assert list(entries) == [("store", -2), ("issued", 2)]


def test_issue_twice_is_refused_and_moves_once(board, job):
    reservation = run(stock.issue, job.reserve(board, 1))
    with pytest.raises(errors.TransitionNotAllowed) as refusal:
        run(stock.issue, reservation)

    assert refusal.value.extra["allowed"] == ["consumption", "return"]
    assert StockMove.objects.filter(kind="issue").count() == 1


def test_issue_with_the_same_key_is_harmless_twice(board, job, person):
    keeper, reservation = person("storekeeper").user, job.reserve(board, 1)
    key = commands.Key(f"user:{keeper.pk}", "k-1", "print")
    for _again in range(2):
        run(stock.issue, reservation, actor=keeper, key=key)

    assert StockMove.objects.filter(kind="issue").count() == 1


def test_issue_refuses_while_waiting(board, job):
    reservation = job.reserve(board, 6)
    with pytest.raises(OutOfStock):
        run(stock.issue, reservation)


def test_issue_refuses_other_roles_and_branches(board, job, person, sh):
    reservation = job.reserve(board)
    for who in (person("engineer"), person("storekeeper", branch=sh), person("agent")):
        with pytest.raises(errors.Forbidden):
            run(stock.issue, reservation, actor=who.user)
    assert not StockMove.objects.filter(kind="issue").exists()


def test_issue_by_the_engineer_from_carried_stock(board, job, person):
    engineer, other = person("engineer"), person("engineer")
    run(stock.carry, board, person=engineer, quantity=1)
    reservation = job.reserve(board, prefer_location=stock.carried_by(engineer), actor=engineer.user)

    with pytest.raises(errors.Forbidden):
        run(stock.issue, reservation, actor=other.user)
    assert run(stock.issue, reservation, actor=engineer.user).status == ReservationStatus.ISSUED


def test_issue_of_a_tracked_part_needs_its_serials(motor, job):
    reservation = job.reserve(motor)
    with pytest.raises(SerialsNeeded):
        run(stock.issue, reservation)
    reservation.refresh_from_db()
    assert (reservation.status, figures(motor).on_hand) == (ReservationStatus.RESERVED, 2)

    run(stock.issue, reservation, serials=["S-2"])
    assert motor.serials.get(serial="S-2").location.kind == Kind.ISSUED


def test_issue_refuses_a_serial_claimed_by_another(motor, job):
    job.reserve(motor, serials=["S-1"])
    reservation = job.reserve(motor)
    with pytest.raises(OutOfStock):
        run(stock.issue, reservation, serials=["S-1"])


def test_issue_with_another_serial_frees_the_claimed_one(motor, job):
    reservation = job.reserve(motor, serials=["S-1"])
    run(stock.issue, reservation, serials=["S-2"])
    assert motor.serials.get(serial="S-1").reservation is None


def test_consume_puts_the_part_at_the_customer(motor, job, person):
    reservation = run(stock.issue, job.reserve(motor, serials=["S-1"]))
    run(stock.consume, reservation, actor=person("engineer").user)

    piece = motor.serials.get(serial="S-1")
    assert (piece.location.kind, piece.reservation) == (Kind.CUSTOMER, None)
    with pytest.raises(errors.TransitionNotAllowed):
        run(stock.consume, reservation)


def test_consume_refuses_what_was_not_issued(board, job, person, sh):
    reservation = job.reserve(board)
    with pytest.raises(errors.TransitionNotAllowed):
        run(stock.consume, reservation)
    with pytest.raises(errors.Forbidden):
        run(stock.consume, reservation, actor=person("engineer", branch=sh).user)


def test_give_back_part_of_it_and_use_the_rest(board, job):
    reservation = run(stock.issue, job.reserve(board, 3))
    reservation = run(stock.give_back, reservation, quantity=1)
    assert (reservation.status, reservation.outstanding) == (ReservationStatus.ISSUED, 2)

    reservation = run(stock.consume, reservation)
    assert (reservation.status, figures(board).on_hand) == (ReservationStatus.USED, 3)


def test_give_back_everything_ends_the_reservation(motor, job):
    reservation = run(stock.issue, job.reserve(motor, serials=["S-1"]))
    reservation = run(stock.give_back, reservation, quantity=1)

    assert (reservation.status, figures(motor).available) == (ReservationStatus.RETURNED, 2)
    assert motor.serials.get(serial="S-1").reservation is None


@pytest.mark.parametrize("quantity", [0, 4])
def test_give_back_refuses_more_than_went_out(board, job, quantity):
    reservation = run(stock.issue, job.reserve(board, 3))
    with pytest.raises(errors.Invalid):
        run(stock.give_back, reservation, quantity=quantity)
    assert figures(board).on_hand == 2


def test_release_frees_the_stock_for_the_next_who_waits(board, job):
    first, waiting, late = job.reserve(board, 5), job.reserve(board, 2), job.reserve(board, 3)
    run(stock.release, first)

    for reservation in (waiting, late):
        reservation.refresh_from_db()
        assert reservation.status == ReservationStatus.RESERVED
    told = Event.objects.filter(name=events.FILLED.name).order_by("id").values_list("subject_id", flat=True)
    assert list(told) == [waiting.pk, late.pk]


def test_release_refuses_what_was_issued(board, job):
    reservation = run(stock.issue, job.reserve(board))
    with pytest.raises(errors.TransitionNotAllowed):
        run(stock.release, reservation)


def test_filled_event_names_the_source(board, job, fill):
    reservation = job.reserve(board, 7)
    fill(board, 2)

    told = Event.objects.get(name=events.FILLED.name)
    reservation.refresh_from_db()
    assert reservation.status == ReservationStatus.RESERVED
    assert (told.data["source_type"], told.data["source_id"]) == ("staff.branch", job.row.pk)


def test_filling_lets_smaller_wishes_pass_a_larger_one(board, job, fill):
    large, small = job.reserve(board, 20), job.reserve(board, 6)
    fill(board, 1)

    large.refresh_from_db()
    small.refresh_from_db()
    assert (large.status, small.status) == (ReservationStatus.SHORT, ReservationStatus.RESERVED)

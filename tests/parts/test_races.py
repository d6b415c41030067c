"""Many hands on the same shelf: real threads, real PostgreSQL; the guards are also switched off to see it fail."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from parts import actions as stock
from parts import queries
from parts.actions import ledger
from parts.models import Balance, OutOfStock, Part, PurchaseProposal, Reservation, Serial
from parts.states import Kind, ReservationStatus
from service_center.kernel import commands, errors
from tests.parts.conftest import run

HANDS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def race(*hands: Callable[[], Any]) -> list[Any]:
    """What each hand got, or the exception it met; all start together."""
    gate, results = threading.Barrier(len(hands)), [None] * len(hands)

    def work(index: int, hand: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=20)
            results[index] = hand()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(i, hand)) for i, hand in enumerate(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@contextmanager
def checks_off() -> Iterator[None]:
    """The balance's CHECK constraints dropped, and put back over emptied balances."""
    names = ("on_hand_not_negative", "reserved_not_negative", "reserved_is_there")
    rules = ("on_hand >= 0", "reserved >= 0", "reserved <= on_hand")
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"ALTER TABLE parts_balance DROP CONSTRAINT balance_{name}")
    try:
        yield
    finally:
        Reservation.objects.all().delete()
        list(stock.recount(at=commands.now(), fix=True))
        with connection.cursor() as cursor:
            for name, rule in zip(names, rules, strict=True):
                cursor.execute(f"ALTER TABLE parts_balance ADD CONSTRAINT balance_{name} CHECK ({rule})")


UNCONDITIONAL = """
    UPDATE parts_balance SET on_hand = on_hand + %(pieces)s, reserved = reserved + %(held)s
    WHERE part_id = %(part)s AND location_id = %(location)s
"""


@pytest.fixture
def last_piece(make_part, fill) -> Part:
    part = make_part("LAST-1")
    fill(part, 1)
    return part


@pytest.mark.req("PRT-04", "PRT-07")
def test_the_last_piece_is_reserved_once(make_part, fill, job):
    for turn in range(10):
        part = make_part(f"LAST-{turn}")
        fill(part, 1)
        results = race(*[lambda part=part: job.reserve(part)] * HANDS)

        outcome = Counter(str(getattr(r, "status", r)) for r in results)
        assert outcome == {ReservationStatus.RESERVED: 1, ReservationStatus.SHORT: HANDS - 1}
        assert PurchaseProposal.objects.filter(part=part).count() == 1


def test_the_last_piece_is_carried_away_once(last_piece, person):
    people = [person("engineer") for _ in range(HANDS)]
    results = race(*[lambda p=p: run(stock.carry, last_piece, person=p, quantity=1) for p in people])

    assert Counter(type(r).__name__ for r in results) == {"StockMove": 1, "OutOfStock": HANDS - 1}


def test_one_serial_is_issued_once(make_part, fill, job):
    part = make_part("SN-1", tracked="serial")
    fill(part, 4, "A", "B", "C", "D")
    wishes = [job.reserve(part) for _ in range(4)]
    results = race(*[lambda w=w: run(stock.issue, w, serials=["A"]) for w in wishes])

    assert Counter(type(r).__name__ for r in results) == {"Reservation": 1, "OutOfStock": 3}


def test_one_reservation_is_issued_once(last_piece, job):
    wish = job.reserve(last_piece)
    results = race(*[lambda: run(stock.issue, wish)] * 4)
    assert Counter(type(r).__name__ for r in results) == {"Reservation": 1, "TransitionNotAllowed": 3}


def test_arrival_and_new_wishes_leave_nobody_waiting_beside_free_stock(make_part, fill, job):
    """The lost wake-up: a wish decides to wait while the stock it waits for comes in."""
    for turn in range(10):
        part = make_part(f"WAKE-{turn}")
        race(lambda part=part: job.reserve(part), lambda part=part: fill(part, 1))
        assert Reservation.objects.get(part=part).status == ReservationStatus.RESERVED


def test_without_condition_and_check_the_last_piece_is_sold_often(last_piece, job, monkeypatch):
    """Negative control: both guards off, and the race above goes red."""
    with checks_off():
        monkeypatch.setattr(ledger, "SHIFT", UNCONDITIONAL)
        results = race(*[lambda: job.reserve(last_piece)] * HANDS)
        monkeypatch.undo()

        sold = sum(getattr(r, "status", "") == ReservationStatus.RESERVED for r in results)
        assert sold == HANDS
        assert queries.balance_differences() == []  # the ledger alone would not have noticed
        assert Balance.objects.get(part=last_piece, location__kind=Kind.STORE).reserved == HANDS


def test_without_condition_the_check_still_refuses(last_piece, job, monkeypatch):
    """The second guard alone: PostgreSQL refuses what the statement let through."""
    monkeypatch.setattr(ledger, "SHIFT", UNCONDITIONAL)
    results = race(*[lambda: job.reserve(last_piece)] * HANDS)

    assert Counter(type(r).__name__ for r in results) == {"Reservation": 1, "IntegrityError": HANDS - 1}
    assert all("balance_reserved_is_there" in str(r) for r in results if isinstance(r, IntegrityError))


class Hand:
    """One thread doing whatever the dice say; refusals are part of the day."""

    def __init__(self, seed: int, parts: list[Part], job: Any, engineer: Any, store: Any) -> None:
        self.dice, self.parts, self.job = random.Random(seed), parts, job
        self.engineer, self.store = engineer, store
        self.mine: list[Reservation] = []

    def work(self, steps: int) -> int:
        done = 0
        for _ in range(steps):
            try:
                self.dice.choice(
                    [self.reserve, self.reserve, self.move_on, self.move_on, self.shift, self.count]
                )()
                done += 1
            except (OutOfStock, errors.TransitionNotAllowed):
                continue
        return done

    def reserve(self) -> None:
        self.mine.append(self.job.reserve(self.dice.choice(self.parts), self.dice.randint(1, 3)))

    def move_on(self) -> None:
        if not self.mine:
            return
        mine = Reservation.objects.get(pk=self.dice.choice(self.mine).pk)
        verb = self.dice.choice([stock.issue, stock.consume, stock.release, stock.give_back])
        more = {"quantity": mine.outstanding} if verb is stock.give_back else {}
        run(verb, mine, **more)

    def shift(self) -> None:
        verb = self.dice.choice([stock.carry, stock.uncarry])
        run(verb, self.dice.choice(self.parts), person=self.engineer, quantity=self.dice.randint(1, 2))

    def count(self) -> None:
        part, found = self.dice.choice(self.parts), self.dice.choice([-2, -1, 1, 2, 3])
        run(stock.adjust, part, location=self.store, quantity=found, reason="盘点")


@pytest.mark.req("PRT-02", "PRT-04")
def test_eight_hands_at_random_leave_ledger_and_balances_equal(make_part, fill, job, person, store):
    parts = [make_part(f"RND-{n}") for n in range(3)]
    for part in parts:
        fill(part, 6)
    engineer = person("engineer")
    hands = [Hand(seed, parts, job, engineer, store) for seed in range(HANDS)]
    done = race(*[lambda h=h: h.work(25) for h in hands])

    assert all(isinstance(d, int) and d > 0 for d in done), done
    assert list(stock.recount(at=commands.now(), fix=False)) == []
    assert not Serial.objects.exists()
    for part in parts:
        here = Balance.objects.get(part=part, location=store)
        waiting = Reservation.objects.waiting(part.pk, store.pk)
        assert all(w.quantity > here.on_hand - here.reserved for w in waiting)

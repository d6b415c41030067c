"""The shelf against a model of it: any sequence of wishes, issues, returns and counts gives what arithmetic says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parts import actions as stock
from parts.models import Balance, OutOfStock, Reservation
from service_center.kernel import errors
from tests.parts.conftest import run

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "issue", "consume", "give_back", "release", "count"]),
        st.integers(0, 5),
        st.sampled_from([-3, -1, 1, 2, 4]),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Shelf:
    """What a careful storekeeper would note on paper."""

    on_hand: int = 3
    wishes: list[list[Any]] = field(default_factory=list)  # [status, quantity]

    @property
    def held(self) -> int:
        return sum(n for status, n in self.wishes if status == "reserved")

    def reserve(self, quantity: int) -> None:
        self.wishes.append(["reserved" if quantity <= self.on_hand - self.held else "short", quantity])

    def count(self, difference: int) -> bool:
        if self.on_hand + difference < self.held:
            return False
        self.on_hand += difference
        self.fill(difference > 0)
        return True

    def step(self, verb: str, index: int) -> bool:
        wish = self.wishes[index]
        status, quantity = wish
        allowed = {"issue": ("reserved",), "release": ("reserved", "short")}.get(verb, ("issued",))
        if status not in allowed:
            return False
        wish[0] = {"issue": "issued", "consume": "used", "give_back": "returned", "release": "released"}[verb]
        self.on_hand += {"issue": -quantity, "give_back": quantity}.get(verb, 0)
        self.fill(verb == "give_back" or (verb, status) == ("release", "reserved"))
        return True

    def fill(self, something_came: bool) -> None:
        for wish in self.wishes:
            if something_came and wish[0] == "short" and wish[1] <= self.on_hand - self.held:
                wish[0] = "reserved"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps=STEPS)
def test_any_sequence_gives_what_arithmetic_says(steps, make_part, store, fill, job):
    before = transaction.savepoint()
    part, paper = make_part("PAPER-1"), Shelf()
    fill(part, paper.on_hand)
    for verb, index, number in steps:
        if verb == "reserve":
            job.reserve(part, abs(number))
            paper.reserve(abs(number))
        elif verb == "count":
            assert _done(stock.adjust, part, location=store, quantity=number, reason="盘点") == paper.count(
                number
            )
        elif index < len(paper.wishes):
            wish = Reservation.objects.filter(part=part).order_by("id")[index]
            more = {"quantity": wish.quantity} if verb == "give_back" else {}
            assert _done(getattr(stock, verb), wish, **more) == paper.step(verb, index)
        here = Balance.objects.get(part=part, location=store)
        assert (here.on_hand, here.reserved) == (paper.on_hand, paper.held)
        statuses = Reservation.objects.filter(part=part).order_by("id").values_list("status", flat=True)
        assert list(statuses) == [status for status, _quantity in paper.wishes]
    transaction.savepoint_rollback(before)


def _done(verb: Any, *args: Any, **fields: Any) -> bool:
    """Whether the verb did it; a refusal is an answer too."""
    try:
        run(verb, *args, **fields)
    except (OutOfStock, errors.TransitionNotAllowed):
        return False
    return True

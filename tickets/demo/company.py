"""The company a history is written for: who works where, who may repair what, whose hours and which parts are free."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

import staff.models
from customers.models import Access, Unit
from parts.actions import ledger
from parts.models import Balance, Location, Part, PurchaseProposal, Reservation, StockPolicy
from parts.states import Kind
from service_center.kernel import rulebook
from service_center.kernel.worktime import MICROSECOND, instant, ticks
from staff.models import Booking, Licence, Person
from tickets.actions.dispatch import least_busy
from tickets.demo import seasons
from tickets.demo.words import KEPT_PARTS
from tickets.models import Ticket

Span = tuple[datetime, datetime]


@dataclass
class Branch:
    """The people of a branch that tickets need."""

    agents: list[Person]
    engineers: list[Person]
    managers: list[Person]
    storekeepers: list[Person]


class Hours:
    """Taken stretches of one person's time, joined where nothing useful fits between them."""

    def __init__(self, travel: int, visit: int) -> None:
        self.travel, self.length = travel, travel + visit
        self.begins: list[int] = []
        self.ends: list[int] = []

    def free(self, earliest: int) -> int:
        """The first instant from then on at which a visit, with the way there, touches nothing taken."""
        begin = earliest - self.travel
        place = bisect_right(self.ends, begin)
        while place < len(self.begins) and self.begins[place] < begin + self.length:
            begin = self.ends[place]
            place += 1
        return begin + self.travel

    def take(self, begin: int, end: int) -> None:
        """Something is there from begin to end."""
        first = bisect_left(self.ends, begin - self.length + 1)
        last = bisect_right(self.begins, end + self.length - 1)
        if first < last:
            begin, end = min(begin, self.begins[first]), max(end, self.ends[last - 1])
        self.begins[first:last], self.ends[first:last] = [begin], [end]


@dataclass(eq=False, slots=True)
class Item:
    """A part in a branch's store: how much of it is free, above which it must stay, and how much comes at a time."""

    part: Part
    store: Location
    free: int
    floor: int
    lot: int
    waited_for: bool = False

    def bring(self, quantity: int) -> int:
        """How much must come before so many are taken, if nobody is to propose a purchase; it is there then."""
        if self.free - quantity > self.floor:
            return 0
        self.free += self.lot
        return self.lot


class Stock:
    """What the stores hold: plenty of most parts, and parts that are short until a planned purchase comes."""

    def __init__(self, branches: Iterable[int]) -> None:
        self._plenty: dict[int, list[Item]] = {branch: [] for branch in branches}
        self._scarce: dict[int, list[Item]] = {branch: [] for branch in branches}
        for branch in staff.models.Branch.objects.filter(pk__in=self._plenty):
            for kind in (Kind.STORE, Kind.ISSUED, Kind.CUSTODY):
                ledger.place(branch, kind)
        for kind in (Kind.CUSTOMER, Kind.ADJUST):
            ledger.outside(kind)
        planned, proposed = (_proposed(status) for status in ("planned", "proposed"))
        waited_for = set(Reservation.objects.filter(status="short").values_list("part_id", "location_id"))
        points = {(p, at): (point, lot) for p, at, point, lot in _policies()}
        for row in _shelves(branches):
            place = (row.part_id, row.location_id)
            point, lot = points.get(place, (-1, 1))
            item = Item(row.part, row.location, row.on_hand - row.reserved, point, max(lot, 20))
            if place not in waited_for and place not in proposed:
                shelf = self._scarce if place in planned else self._plenty
                shelf[row.location.branch_id].append(item)  # type: ignore[index]  # a store has a branch

    def plenty(self, branch_id: int, random: Callable[[], float]) -> Item | None:
        """Some part of which there is always enough."""
        items = self._plenty[branch_id]
        return items[int(random() * len(items))] if items else None

    def scarce(self, branch_id: int) -> Item | None:
        """A part on order that nobody waits for yet."""
        return next((item for item in self._scarce[branch_id] if not item.waited_for), None)


def _shelves(branches: Iterable[int]) -> QuerySet[Balance]:
    """What lies in the stores and is counted by the piece; the fixed facts of the demo world stay as they are."""
    rows = Balance.objects.filter(
        location__kind=Kind.STORE, location__branch__in=list(branches), part__is_active=True
    )
    untouched = rows.filter(part__tracked="none").exclude(part__code__in=KEPT_PARTS)
    return untouched.select_related("part", "location").order_by("location_id", "part__code")


def _policies() -> Iterable[tuple[int, int, int, int]]:
    return StockPolicy.objects.values_list("part_id", "location_id", "reorder_point", "reorder_quantity")


def _proposed(status: str) -> set[tuple[int, int]]:
    rows = PurchaseProposal.objects.open().filter(status=status)
    return set(rows.values_list("part_id", "location_id"))


class Company:
    """Machines, people and licences, read once; the hours that tickets leave booked are remembered."""

    def __init__(self) -> None:
        self.branches = _branches()
        self.units = [unit for unit in _units() if unit.customer.branch_id in self.branches]
        self.licences = list(Licence.objects.order_by("pk"))
        self.travel = timedelta(minutes=int(rulebook.setting("dispatch.travel.minutes")))
        self.visit = timedelta(minutes=int(rulebook.setting("dispatch.visit.minutes")))
        travel, visit = self.travel // MICROSECOND, self.visit // MICROSECOND
        self.hours: dict[int, Hours] = defaultdict(lambda: Hours(travel, visit))
        for booking in Booking.objects.live():
            self.take(booking.person_id, booking.span.lower, booking.span.upper)
        self.stock = Stock(self.branches)
        self._asked: dict[tuple[str, int], Person | None] = {}
        self.granted: set[tuple[int, int, int | None]] = set(
            Access.objects.values_list("person_id", "customer_id", "unit_id")
        )
        edges = {
            e
            for row in self.licences
            for e in (row.valid_from, row.valid_to, row.revoked_at)
            if e is not None
        }
        self._edges = sorted(edges)
        self._able: dict[tuple[int, int, int], list[Person]] = {}

    def engineers_for(self, unit: Unit, at: datetime) -> list[Person]:
        """Who may repair the machine at that instant."""
        asked = (unit.customer.branch_id, unit.product_model_id, bisect_right(self._edges, at))
        known = self._able.get(asked)
        if known is None:
            known = self._able[asked] = self._licensed(unit, at)
        return known

    def _licensed(self, unit: Unit, at: datetime) -> list[Person]:
        model = unit.product_model
        able = {
            licence.person_id
            for licence in self.licences
            if licence.valid_from <= at
            and (licence.valid_to is None or licence.valid_to > at)
            and (licence.revoked_at is None or licence.revoked_at > at)
            and licence.product_model in {"", model.code}
            and (licence.product_model or licence.product_line in {"", model.line_id})
        }
        return [p for p in self.branches[unit.customer.branch_id].engineers if p.pk in able]

    def free(self, engineer: Person, earliest: datetime) -> Span:
        """The first stretch for a visit by day from then on that touches no hours left booked."""
        asked, start = None, earliest
        while start != asked:
            asked = seasons.visiting(start)
            start = instant(self.hours[engineer.id].free(ticks(asked)))
        return start, start + self.visit

    def take(self, person_id: int, begin: datetime, end: datetime) -> None:
        """These hours are not free for others."""
        self.hours[person_id].take(ticks(begin), ticks(end))

    def asked(self, role: str, branch_id: int) -> Person | None:
        """Whom a call for help reaches. Scripts hand tickets to agents only, so that it stays the same person."""
        if (role, branch_id) not in self._asked:
            self._asked[role, branch_id] = least_busy(role, Ticket(branch_id=branch_id))
        return self._asked[role, branch_id]

    def grant(self, person_id: int, customer_id: int, unit_id: int | None) -> bool:
        """Whether this lets the person see what the person did not see before."""
        about = (person_id, customer_id, unit_id)
        if about in self.granted:
            return False
        self.granted.add(about)
        return True


def _branches() -> dict[int, Branch]:
    people = list(Person.objects.at_work().select_related("user", "branch").order_by("pk"))
    managers = [p for p in people if p.has_role("manager")]
    found = {}
    for branch_id in sorted({p.branch_id for p in people}):
        here = [p for p in people if p.branch_id == branch_id]
        agents = [p for p in here if p.has_role("agent")]
        if agents and managers:
            engineers, keepers = ([p for p in here if p.has_role(r)] for r in ("engineer", "storekeeper"))
            found[branch_id] = Branch(agents, engineers, managers, keepers)
    return found


def _units() -> list[Unit]:
    rows = Unit.objects.select_related("customer__branch", "product_model__line")
    return list(rows.order_by("pk"))

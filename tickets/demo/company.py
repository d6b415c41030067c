"""The company a history is written for: who works where, who may repair what, whose hours are still free."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from customers.models import Access, Unit
from service_center.kernel import rulebook
from service_center.kernel.worktime import MICROSECOND, instant, ticks
from staff.models import Booking, Licence, Person

Span = tuple[datetime, datetime]


@dataclass
class Branch:
    """The people of a branch that tickets need."""

    agents: list[Person]
    engineers: list[Person]
    managers: list[Person]


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
        """The first stretch for a visit from then on that touches no hours left booked."""
        start = instant(self.hours[engineer.id].free(ticks(earliest)))
        return start, start + self.visit

    def take(self, person_id: int, begin: datetime, end: datetime) -> None:
        """These hours are not free for others."""
        self.hours[person_id].take(ticks(begin), ticks(end))

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
            found[branch_id] = Branch(agents, [p for p in here if p.has_role("engineer")], managers)
    return found


def _units() -> list[Unit]:
    rows = Unit.objects.select_related("customer__branch", "product_model__line")
    return list(rows.order_by("pk"))

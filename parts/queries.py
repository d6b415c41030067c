"""What screens and higher apps ask about stock: positions, what is free, what an engineer carries, ledger
against balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from parts.models import (
    Balance,
    Location,
    Part,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseProposal,
    Reservation,
    StockEntry,
    StockMove,
    StockPolicy,
)
from parts.states import Kind, ReservationStatus

if TYPE_CHECKING:
    from staff.models import Branch, Person


@dataclass(frozen=True)
class Figures:
    """Stock of a part in the stores asked for, in pieces.

    position = on hand (usable, in stores) + on order + proposed - reserved - backorders; decisions look at it
    and never at on hand (domain rules e.2). `reorder_point` is the sum of the stores'.
    """

    on_hand: int = 0
    reserved: int = 0
    on_order: int = 0
    proposed: int = 0
    backorders: int = 0
    carried: int = 0
    blocked: int = 0
    reorder_point: int = 0
    safety_stock: int = 0

    @property
    def position(self) -> int:
        return self.on_hand + self.on_order + self.proposed - self.reserved - self.backorders

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def bar(self) -> int:
        """Full length of the stock bar: twice the reorder point, or what there is."""
        return max(self.on_hand, 2 * self.reorder_point, 1)

    def as_dict(self) -> dict[str, int]:
        return asdict(self) | {"position": self.position, "available": self.available}


_FIGURES = """
    WITH place AS (
        SELECT id, kind FROM parts_location
        WHERE branch_id IS NOT NULL AND (%(branch)s::bigint IS NULL OR branch_id = %(branch)s)
          AND (%(location)s::bigint IS NULL OR id = %(location)s)
    ), fact AS (
        SELECT b.part_id,
               CASE WHEN kind = 'store' THEN b.on_hand ELSE 0 END AS on_hand,
               CASE WHEN kind = 'store' THEN b.reserved ELSE 0 END AS reserved,
               0 AS on_order, 0 AS proposed, 0 AS backorders,
               CASE WHEN kind = 'engineer' THEN b.on_hand ELSE 0 END AS carried,
               CASE WHEN kind IN ('quarantine', 'inspection') THEN b.on_hand ELSE 0 END AS blocked,
               0 AS reorder_point, 0 AS safety_stock
        FROM parts_balance b JOIN place ON place.id = b.location_id WHERE b.part_id = ANY(%(parts)s)
        UNION ALL
        SELECT l.part_id, 0, 0, l.quantity - l.accepted - l.rejected, 0, 0, 0, 0, 0, 0
        FROM parts_purchaseorderline l JOIN parts_purchaseorder o ON o.id = l.order_id
        JOIN place ON place.id = o.location_id
        WHERE o.status IN ('ordered', 'arrived') AND l.part_id = ANY(%(parts)s)
        UNION ALL
        SELECT p.part_id, 0, 0, 0, p.quantity, 0, 0, 0, 0, 0
        FROM parts_purchaseproposal p JOIN place ON place.id = p.location_id
        WHERE p.status IN ('proposed', 'planned') AND p.part_id = ANY(%(parts)s)
        UNION ALL
        SELECT r.part_id, 0, 0, 0, 0, r.quantity, 0, 0, 0, 0
        FROM parts_reservation r JOIN place ON place.id = r.location_id
        WHERE r.status = 'short' AND r.part_id = ANY(%(parts)s)
        UNION ALL
        SELECT s.part_id, 0, 0, 0, 0, 0, 0, 0, s.reorder_point, s.safety_stock
        FROM parts_stockpolicy s JOIN place ON place.id = s.location_id WHERE s.part_id = ANY(%(parts)s)
    )
    SELECT part_id, sum(on_hand)::int, sum(reserved)::int, sum(on_order)::int, sum(proposed)::int,
           sum(backorders)::int, sum(carried)::int, sum(blocked)::int, sum(reorder_point)::int,
           sum(safety_stock)::int
    FROM fact GROUP BY part_id
"""


def figures(
    part_ids: Iterable[int], *, branch_id: int | None = None, location_id: int | None = None
) -> dict[int, Figures]:
    """Figures of each part in one query: of all stores, one branch's or one place's."""
    wanted = list(part_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"parts": wanted, "branch": branch_id, "location": location_id})
        known = {part_id: Figures(*numbers) for part_id, *numbers in cursor.fetchall()}
    return {part_id: known.get(part_id, Figures()) for part_id in wanted}


def available(part: Part, branch: Branch) -> int:
    """Free pieces in the branch's store."""
    found = Balance.objects.filter(part=part, location__branch=branch, location__kind=Kind.STORE)
    return found.aggregate(free=Sum(F("on_hand") - F("reserved")))["free"] or 0


def at_hand(person: Person, part_ids: Iterable[int]) -> dict[int, int]:
    """Free pieces of each part the engineer carries, 0 included."""
    wanted = list(part_ids)
    found = carried([person.pk], wanted)
    return {part_id: found.get((person.pk, part_id), 0) for part_id in wanted}


def carried(person_ids: Sequence[int], part_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """Free pieces by (person, part) of what engineers carry, in one query; pairs without stock are absent."""
    rows = Balance.objects.filter(location__holder_id__in=person_ids, part_id__in=part_ids).values_list(
        "location__holder_id", "part_id", F("on_hand") - F("reserved")
    )
    return {(holder, part): free for holder, part, free in rows}


def below_reorder(branch_id: int | None = None) -> QuerySet[StockPolicy]:
    """Policies whose free stock plus orders, less what waits, is at or below the reorder point.

    A proposal nobody ordered yet does not lift a part out of this list.
    """
    here = {"part": OuterRef("part"), "location": OuterRef("location")}
    policies = StockPolicy.objects.annotate(
        free=_total(Balance.objects.filter(**here), F("on_hand") - F("reserved")),
        coming=_total(
            PurchaseOrderLine.objects.filter(
                part=OuterRef("part"),
                order__location=OuterRef("location"),
                order__status__in=("ordered", "arrived"),
            ),
            F("quantity") - F("accepted") - F("rejected"),
        ),
        waiting=_total(Reservation.objects.filter(**here, status=ReservationStatus.SHORT), F("quantity")),
    ).filter(reorder_point__gte=F("free") + F("coming") - F("waiting"))
    return policies if branch_id is None else policies.filter(location__branch_id=branch_id)


def parts_below_reorder(branch_id: int | None = None) -> QuerySet[Part]:
    """The parts of `below_reorder`, for lists and the dashboard."""
    return Part.objects.filter(Exists(below_reorder(branch_id).filter(part=OuterRef("pk"))))


def _total(rows: QuerySet[Any], pieces: Any) -> Coalesce:
    """Sum of `pieces` over correlated rows, 0 where there are none."""
    summed = rows.order_by().values("part").annotate(total=Sum(pieces)).values("total")
    return Coalesce(Subquery(summed, output_field=IntegerField()), Value(0))


def catalogue(rows: QuerySet[Part]) -> QuerySet[Part]:
    """Parts with their class."""
    return rows.select_related("part_class")


def locations(rows: QuerySet[Location]) -> QuerySet[Location]:
    """Places with their branch and, of what an engineer carries, its holder."""
    return rows.select_related("branch", "holder__user")


def moves(rows: QuerySet[StockMove]) -> QuerySet[StockMove]:
    """Moves with their entries, in a constant number of queries."""
    entries = StockEntry.objects.select_related("part", "location", "serial").order_by("id")
    return rows.select_related("actor", "reservation").prefetch_related(Prefetch("entries", entries))


def reservations(rows: QuerySet[Reservation]) -> QuerySet[Reservation]:
    """Reservations with all a list of them shows."""
    related = ("part", "location__branch", "created_by", "issued_by")
    return rows.select_related(*related).prefetch_related("serials")


def proposals(rows: QuerySet[PurchaseProposal]) -> QuerySet[PurchaseProposal]:
    """Proposals with all a list of them shows."""
    return rows.select_related("part", "location__branch", "created_by", "decided_by")


def orders(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """Orders with their lines, in a constant number of queries."""
    lines = PurchaseOrderLine.objects.select_related("part").order_by("id")
    return rows.select_related("supplier", "location__branch").prefetch_related(Prefetch("lines", lines))


_BALANCE_DIFFERENCES = """
    WITH ledger AS (
        SELECT e.part_id, e.location_id, sum(e.quantity)::int AS pieces
        FROM parts_stockentry e JOIN parts_location l ON l.id = e.location_id AND l.branch_id IS NOT NULL
        GROUP BY 1, 2
    ), held AS (
        SELECT part_id, location_id, sum(quantity)::int AS pieces FROM parts_reservation
        WHERE status = 'reserved' GROUP BY 1, 2
    )
    SELECT part_id, location_id, coalesce(b.on_hand, 0), coalesce(l.pieces, 0),
           coalesce(b.reserved, 0), coalesce(h.pieces, 0)
    FROM parts_balance b
    FULL JOIN ledger l USING (part_id, location_id) FULL JOIN held h USING (part_id, location_id)
    WHERE coalesce(b.on_hand, 0) <> coalesce(l.pieces, 0) OR coalesce(b.reserved, 0) <> coalesce(h.pieces, 0)
    ORDER BY part_id, location_id
"""
_SERIAL_DIFFERENCES = """
    SELECT s.id, l.code, (s.location_id = l.id)::int, sum(e.quantity)::int
    FROM parts_stockentry e JOIN parts_serial s ON s.id = e.serial_id
    JOIN parts_location l ON l.id = e.location_id AND l.branch_id IS NOT NULL
    GROUP BY s.id, l.id HAVING sum(e.quantity) <> (s.location_id = l.id)::int ORDER BY s.id
"""
_UNBALANCED = """
    SELECT move_id, part_id, sum(quantity)::int
    FROM parts_stockentry GROUP BY move_id, part_id HAVING sum(quantity) <> 0 ORDER BY move_id
"""


@dataclass(frozen=True)
class BalanceDifference:
    """A balance that is not the sum of its entries, or a reserved figure that is not that of its
    reservations.
    """

    part_id: int
    location_id: int
    on_hand: int
    ledger: int
    reserved: int
    held: int

    def __str__(self) -> str:
        return (
            f"part {self.part_id} at location {self.location_id}: on hand {self.on_hand}, ledger {self.ledger}; "
            f"reserved {self.reserved}, reservations {self.held}"
        )


def balance_differences() -> list[BalanceDifference]:
    """Where balances disagree with ledger or reservations (R15, I6)."""
    return [BalanceDifference(*row) for row in _rows(_BALANCE_DIFFERENCES)]


def ledger_differences() -> list[str]:
    """Where the ledger disagrees with itself: serials not where their entries say, moves that do not sum to
    zero.
    """
    serials = [f"serial {s} at {place}: row {r}, ledger {n}" for s, place, r, n in _rows(_SERIAL_DIFFERENCES)]
    return serials + [f"move {m}, part {p}: sum {n}" for m, p, n in _rows(_UNBALANCED)]


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

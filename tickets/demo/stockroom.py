"""Stock of a generated history: reservations, moves with their entries, and what they change in the balances.

The rows are those of parts.actions; balances move in one statement when the tickets of a draft are written, in the order
in which drafts are written. Only parts without serial numbers are handled.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from parts import events
from parts.models import Location, Part, Reservation, StockEntry, StockMove
from parts.states import OUTSIDE, Kind, MoveKind
from service_center.kernel.drafting import Draft, Row, about
from service_center.kernel.journal import EventType

RESERVATION, PART = Reservation._meta.label_lower, Part._meta.label_lower
_CHANGES = "unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::integer[]) AS c(part_id, location_id, pieces, held)"
_OPEN = f"""
    INSERT INTO parts_balance (part_id, location_id, on_hand, reserved)
    SELECT part_id, location_id, 0, 0 FROM {_CHANGES} ON CONFLICT DO NOTHING
"""  # noqa: S608 - a constant
_SHIFT = f"""
    WITH changes AS (
        SELECT b.id, c.pieces, c.held FROM parts_balance b JOIN {_CHANGES} USING (part_id, location_id)
        ORDER BY part_id, location_id FOR UPDATE OF b)
    UPDATE parts_balance AS b SET on_hand = b.on_hand + pieces, reserved = b.reserved + held
    FROM changes WHERE changes.id = b.id
"""  # noqa: S608 - a constant


@dataclass(slots=True)
class Held:
    """A reservation to be, with its part and its store."""

    row: Row
    part: Part
    store: Location


class Stockroom:
    """The stock that one draft moves. Instants are ticks, people the keys of their log-ins."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._places: dict[tuple[int | None, str], Location] = {
            (place.branch_id, place.kind): place for place in Location.objects.exclude(kind=Kind.ENGINEER)
        }
        self._changes: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])

    def close(self) -> None:
        """Let the draft write what changed in the balances, in the one lock order."""
        rows = sorted((*place, *change) for place, change in self._changes.items())
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self.draft.change(_OPEN, columns)
            self.draft.change(_SHIFT, columns)
        self._changes.clear()

    def place(self, branch_id: int | None, kind: Kind) -> Location:
        return self._places[branch_id, kind]

    # -- moves -----------------------------------------------------------------------------------------------------

    def supply(self, part: Part, store: Location, quantity: int, *, reason: str, at: int) -> None:
        """Pieces that were found (stocking.adjust by the system)."""
        pool = self.place(None, Kind.ADJUST)
        self._move(MoveKind.ADJUSTMENT, part, pool, store, quantity, actor=None, at=at, reason=reason)
        told = {"part": part.code, "location": store.code, "quantity": f"{quantity:+d}", "reason": reason}
        self._tell_of_part(events.ADJUSTED, part, None, at, told)

    def reserve(
        self, part: Part, store: Location, quantity: int, *, short: bool, source: tuple[str, int], reference: str,
        actor: int | None, at: int,
    ) -> Held:  # fmt: skip
        row = self.draft.row(
            Reservation, part_id=part.id, location_id=store.id, quantity=quantity, source_type=source[0],
            source_id=source[1], reference=reference, status="short" if short else "reserved", created_at=at,
            created_by_id=actor,
        )  # fmt: skip
        held = Held(row, part, store)
        self._tell(events.SHORT if short else events.RESERVED, held, actor, at)
        if not short:
            self._hold(row, quantity)
        return held

    def fill(self, held: Held, at: int) -> None:
        """What was waited for has come (reserving.fill_waiting by the system)."""
        self._change(held.row, "reserved")
        self._hold(held.row, held.row["quantity"])
        self._tell(events.FILLED, held, None, at)

    def release(self, held: Held, actor: int | None, at: int) -> None:
        if held.row["status"] == "reserved":
            self._hold(held.row, -held.row["quantity"])
        self._change(held.row, "released", finished_at=at)
        self._tell(events.RELEASED, held, actor, at)

    def issue(self, held: Held, actor: int | None, at: int) -> None:
        self._change(held.row, "issued", issued_by_id=actor, issued_at=at)
        self._hold(held.row, -held.row["quantity"])
        self._carry(MoveKind.ISSUE, held, held.store, self._out(held), actor, at)
        self._tell(events.ISSUED, held, actor, at, serials=[])

    def consume(self, held: Held, actor: int | None, at: int) -> None:
        self._change(held.row, "used", finished_at=at)
        self._carry(MoveKind.CONSUMPTION, held, self._out(held), self.place(None, Kind.CUSTOMER), actor, at)
        self._tell(events.USED, held, actor, at, serials=[])

    def give_back(self, held: Held, actor: int | None, at: int) -> None:
        """All of it."""
        quantity = held.row["quantity"]
        self._change(held.row, "returned", finished_at=at, returned_quantity=quantity)
        self._carry(MoveKind.RETURN, held, self._out(held), held.store, actor, at)
        self._tell(events.RETURNED, held, actor, at, quantity=quantity)

    def _out(self, held: Held) -> Location:
        """Where what was handed out is until it is built in."""
        return self.place(held.store.branch_id, Kind.ISSUED)

    def _carry(
        self, kind: MoveKind, held: Held, origin: Location, destination: Location, actor: int | None, at: int
    ) -> None:
        row = held.row
        self._move(
            kind, held.part, origin, destination, row["quantity"], actor=actor, at=at, reservation_id=row.pk
        )

    def take_custody(
        self, part: Part, quantity: int, *, branch_id: int, source: tuple[str, int], at: int
    ) -> None:
        customer, custody = self.place(None, Kind.CUSTOMER), self.place(branch_id, Kind.CUSTODY)
        kept = {"source_type": source[0], "source_id": source[1]}
        self._move(MoveKind.CUSTODY, part, customer, custody, quantity, actor=None, at=at, **kept)
        told = {"part": part.code, "quantity": quantity, "location": custody.code, **kept}
        self._tell_of_part(events.CUSTODY_TAKEN, part, None, at, told)

    # -- rows ------------------------------------------------------------------------------------------------------

    def _change(self, row: Row, status: str, **values: Any) -> None:
        row.update(status=status, version=row["version"] + 1, **values)

    def _hold(self, row: Row, quantity: int) -> None:
        self._changes[row["part_id"], row["location_id"]][1] += quantity

    def _move(
        self, kind: MoveKind, part: Part, origin: Location, destination: Location, quantity: int, *, actor: int | None,
        at: int, **values: Any,
    ) -> None:  # fmt: skip
        move = self.draft.put(StockMove, kind=kind, at=at, actor_id=actor, **values)
        for place, sign in ((origin, -1), (destination, 1)):
            entry = {"part_id": part.id, "location_id": place.id, "quantity": sign * quantity}
            self.draft.put(StockEntry, move_id=move, **entry)
            if place.kind not in OUTSIDE:
                self._changes[part.id, place.id][0] += sign * quantity

    def _tell(self, kind: EventType, held: Held, actor: int | None, at: int, **data: Any) -> None:
        draft, row, store = self.draft, held.row, held.store
        facts = {
            "part": held.part.code, "quantity": row["quantity"], "location": store.code, "branch": store.branch_id,
            "reference": row["reference"], "source_type": row["source_type"], "source_id": row["source_id"], **data,
        }  # fmt: skip
        timelines = (draft.timeline(RESERVATION, row.pk), draft.timeline(PART, held.part.id))
        draft.say(
            draft.head(kind, RESERVATION), about(row.pk, row["version"], actor), at, at, facts, timelines
        )

    def _tell_of_part(
        self, kind: EventType, part: Part, actor: int | None, at: int, data: dict[str, Any]
    ) -> None:
        draft, timelines = self.draft, (self.draft.timeline(PART, part.id),)
        draft.say(draft.head(kind, PART), about(part.id, part.version, actor), at, at, data, timelines)

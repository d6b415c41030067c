"""Writing the stock ledger: the only code that changes a balance, a serial's place, or adds a move.

Every balance changes by one conditional statement whose row count is checked; nothing is read first, so two
takers of the last piece cannot both succeed. Rows are taken in the order (part, location), which keeps two
moves of one part in opposite directions from waiting for each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.utils.translation import gettext as _

from parts.models import Location, NotTracked, OutOfStock, Part, Serial, SerialsNeeded, StockEntry, StockMove
from parts.states import Kind, MoveKind
from service_center.kernel import errors
from service_center.kernel.languages import listed

if TYPE_CHECKING:
    from django.db.models import Model

    from parts.models import Reservation
    from service_center.kernel.models import User
    from staff.models import Branch, Person

SHIFT: Final = """
    UPDATE parts_balance SET on_hand = on_hand + %(pieces)s, reserved = reserved + %(held)s
    WHERE part_id = %(part)s AND location_id = %(location)s
      AND on_hand + %(pieces)s >= 0 AND reserved + %(held)s >= 0
      AND on_hand + %(pieces)s >= reserved + %(held)s
"""
PUT: Final = """
    INSERT INTO parts_balance (part_id, location_id, on_hand, reserved)
    VALUES (%(part)s, %(location)s, %(pieces)s, 0)
    ON CONFLICT (part_id, location_id) DO UPDATE SET on_hand = parts_balance.on_hand + EXCLUDED.on_hand
"""


@dataclass(frozen=True)
class Line:
    """So many pieces of a part from one place to another; `reserved` when they were held for a reservation
    there.
    """

    part: Part
    origin: Location
    destination: Location
    quantity: int
    serials: tuple[Serial, ...] = ()
    reserved: bool = False


def post(
    kind: MoveKind,
    lines: Sequence[Line],
    *,
    actor: User | None,
    at: datetime,
    reservation: Reservation | None = None,
    source: Model | None = None,
    reason: str = "",
    origin_key: str | None = None,
) -> StockMove:
    """Write one balanced move and the balances with it.

    Raises OutOfStock when a counted place has not enough that is free (or held, for reserved lines). The balances come
    last: whoever wants the same part waits for them, and for nothing that could have been written before.
    """
    move = StockMove.objects.create(
        kind=kind,
        at=at,
        actor=actor,
        reservation=reservation,
        source_type=source._meta.label_lower if source is not None else "",
        source_id=source.pk if source is not None else None,
        reason=reason,
        origin_key=origin_key,
    )
    StockEntry.objects.bulk_create([entry for line in lines for entry in _entries(move, line)])
    _shift_balances(lines)
    for line in lines:
        _carry_serials(line)
    return move


def _shift_balances(lines: Sequence[Line]) -> None:
    changes: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        if line.origin.is_counted:
            change = changes[line.part.pk, line.origin.pk]
            change[0] -= line.quantity
            change[1] -= line.quantity if line.reserved else 0
        if line.destination.is_counted:
            changes[line.part.pk, line.destination.pk][0] += line.quantity
    for (part_id, location_id), (pieces, held) in sorted(changes.items()):
        if pieces > 0 and held == 0:
            _run(PUT, part_id, location_id, pieces, held)
        elif not _run(SHIFT, part_id, location_id, pieces, held):
            raise OutOfStock


def _run(statement: str, part_id: int, location_id: int, pieces: int, held: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"part": part_id, "location": location_id, "pieces": pieces, "held": held})
        return bool(cursor.rowcount == 1)


def hold(part_id: int, location_id: int, quantity: int) -> bool:
    """Hold free pieces for a reservation (negative: let them go). False when there are not enough."""
    return _run(SHIFT, part_id, location_id, 0, quantity)


def lock_balances(places: Iterable[tuple[int, int]]) -> None:
    """Hold the balance rows of (part id, location id) until the transaction ends, in the one lock order.

    A row is made where none is: what is decided from a position is then decided by one at a time.
    """
    for part_id, location_id in sorted(set(places)):
        _run(PUT, part_id, location_id, 0, 0)


def _carry_serials(line: Line) -> None:
    """Move each numbered piece, only if it still is where the line takes it from."""
    if not line.part.has_serials:
        return
    moved = Serial.objects.filter(pk__in=[s.pk for s in line.serials], location=line.origin).update(
        location=line.destination
    )
    if moved != line.quantity:
        raise OutOfStock(_("所选序列号已不在 %(place)s。") % {"place": line.origin.code}, field="serials")


def _entries(move: StockMove, line: Line) -> list[StockEntry]:
    pieces: list[tuple[int, Serial | None]] = (
        [(1, serial) for serial in line.serials] if line.part.has_serials else [(line.quantity, None)]
    )
    return [
        StockEntry(move=move, part=line.part, location=place, quantity=sign * quantity, serial=serial)
        for quantity, serial in pieces
        for place, sign in ((line.origin, -1), (line.destination, 1))
    ]


def serials_at(
    part: Part, location: Location, names: Sequence[str], quantity: int, *, held_by: Reservation | None = None
) -> tuple[Serial, ...]:
    """The named pieces of a tracked part at a place, free or held by this reservation; () for other parts.

    Raises NotTracked, SerialsNeeded when names and quantity differ, OutOfStock when one is elsewhere or held.
    """
    check_names(part, names, quantity)
    if not part.has_serials:
        return ()
    here = Serial.objects.filter(part=part, location=location, serial__in=names).order_by("id")
    free = tuple(s for s in here if s.reservation_id in (None, held_by.pk if held_by else None))
    missing = set(names) - {s.serial for s in free}
    if missing:
        text = _("序列号 %(serials)s 不在 %(place)s 或已被预留。")
        raise OutOfStock(text % {"serials": listed(sorted(missing)), "place": location.code}, field="serials")
    return free


def check_names(part: Part, names: Sequence[str], quantity: int) -> None:
    """Raises NotTracked, SerialsNeeded."""
    if not part.has_serials and names:
        raise NotTracked(field="serials")
    if part.has_serials and (len(set(names)) != quantity or len(names) != quantity):
        raise SerialsNeeded(field="serials")


def new_serials(part: Part, names: Sequence[str], quantity: int, *, outside: Location) -> tuple[Serial, ...]:
    """Pieces coming in from outside, known there or new.

    Raises SerialsNeeded, NotTracked, Invalid when one is elsewhere.
    """
    check_names(part, names, quantity)
    ours = part.serials.filter(serial__in=names).exclude(location=outside).values_list("serial", flat=True)
    if known := list(ours):
        raise errors.Invalid(_("序列号 %(serials)s 已有记录。") % {"serials": listed(known)}, field="serials")
    Serial.objects.bulk_create(
        [Serial(part=part, serial=name, location=outside) for name in names], ignore_conflicts=True
    )
    return serials_at(part, outside, names, quantity)


def place(branch: Branch, kind: Kind) -> Location:
    """The branch's place of a kind, opened when first needed."""
    return Location.objects.get_or_create(
        branch=branch, kind=kind, defaults={"code": f"{branch.code}-{kind.value}".upper()}
    )[0]


def outside(kind: Kind) -> Location:
    """The one place of a kind outside our branches."""
    return Location.objects.get_or_create(branch=None, kind=kind, defaults={"code": kind.value.upper()})[0]


def carried_by(person: Person) -> Location:
    """The stock an engineer carries (PRT-17)."""
    return Location.objects.get_or_create(
        holder=person,
        defaults={
            "branch_id": person.branch_id,
            "kind": Kind.ENGINEER,
            "code": f"{person.branch.code}-E-{person.user.username}".upper(),
        },
    )[0]

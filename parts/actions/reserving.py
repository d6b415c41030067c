"""Parts for a job: reserved or waiting, issued by the storekeeper, used or given back (requirement 4.4,
PRT-07).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parts import events, permissions
from parts.actions import ledger, replenishing
from parts.models import Balance, Location, OutOfStock, Part, Reservation, Serial
from parts.states import Kind, MoveKind, ReservationStatus
from service_center.kernel import access, errors, journal

if TYPE_CHECKING:
    from django.db.models import Model

    from service_center.kernel.journal import EventType
    from service_center.kernel.models import User
    from staff.models import Branch


def reserve(
    part: Part,
    *,
    quantity: int,
    branch: Branch,
    source: Model,
    serials: Sequence[str] = (),
    prefer_location: Location | None = None,
    reference: str = "",
    actor: User | None,
    at: datetime,
) -> Reservation:
    """Hold free stock for `source`, first where preferred (an engineer's own stock), else in the branch's
    store.

    Without enough free stock the whole quantity waits (`short`) and a purchase is proposed; arrival fills the
    waiting oldest first. Named serials must be free: raises OutOfStock. Raises Invalid, SerialsNeeded,
    NotTracked, Forbidden.
    """
    access.require(permissions.can_reserve, actor, branch.pk)
    _check_wish(part, quantity, serials)
    store = ledger.place(branch, Kind.STORE)
    location, status = _find(part, quantity, serials, prefer_location, store)
    reservation = Reservation.objects.create(
        part=part,
        location=location,
        quantity=quantity,
        source_type=source._meta.label_lower,
        source_id=source.pk,
        reference=reference or str(getattr(source, "number", "")),
        status=status,
        created_at=at,
        created_by=actor,
    )
    _claim(ledger.serials_at(part, location, serials, quantity) if serials else (), reservation)
    _tell(events.RESERVED if status == ReservationStatus.RESERVED else events.SHORT, reservation, actor, at)
    replenishing.replenish(part, location, at=at)
    return reservation


def _check_wish(part: Part, quantity: int, serials: Sequence[str]) -> None:
    if quantity < 1:
        raise errors.Invalid(_("数量至少为 1。"), field="quantity")
    if not part.is_active:
        raise errors.Invalid(_("配件 %(part)s 已停用，请选择替代件。") % {"part": part.code}, field="part")
    if serials:
        ledger.check_names(part, serials, quantity)


def _find(
    part: Part, quantity: int, serials: Sequence[str], preferred: Location | None, store: Location
) -> tuple[Location, ReservationStatus]:
    """Where the pieces are now held, or the store to wait at.

    The balance row is held before waiting is decided: what arrives meanwhile is seen, what arrives later sees
    us.
    """
    for location in dict.fromkeys(filter(None, (preferred, store))):
        has_them = Serial.objects.filter(part=part, location=location, serial__in=serials).count() == len(
            serials
        )
        if has_them and ledger.hold(part.pk, location.pk, quantity):
            return location, ReservationStatus.RESERVED
    if serials:
        raise OutOfStock(field="serials")
    ledger.lock_balances([(part.pk, store.pk)])
    if ledger.hold(part.pk, store.pk, quantity):
        return store, ReservationStatus.RESERVED
    return store, ReservationStatus.SHORT


def _claim(serials: Sequence[Serial], reservation: Reservation | None) -> None:
    """Mark numbered pieces as this reservation's (None: free again). Raises OutOfStock when one was just
    taken.
    """
    if not serials:
        return
    pieces = Serial.objects.filter(pk__in=[s.pk for s in serials])
    if reservation is not None:
        pieces = pieces.filter(reservation__isnull=True) | pieces.filter(reservation=reservation)
    if pieces.update(reservation=reservation) != len(serials):
        raise OutOfStock(field="serials")


def release(reservation: Reservation, *, actor: User | None, at: datetime) -> Reservation:
    """Give up a reservation that was not issued; what it held goes to the next who waits."""
    reservation = Reservation.objects.lock(reservation.pk)
    access.require(permissions.can_release, actor, reservation)
    held = reservation.status == ReservationStatus.RESERVED
    reservation.let_go(at=at)
    _save(reservation, "status", "finished_at")
    if held:
        ledger.hold(reservation.part_id, reservation.location_id, -reservation.quantity)
        _claim(list(reservation.serials.all()), None)
        fill_waiting(reservation.part, reservation.location, actor=actor, at=at)
    _tell(events.RELEASED, reservation, actor, at)
    return reservation


def issue(
    reservation: Reservation, *, serials: Sequence[str] = (), actor: User | None, at: datetime
) -> Reservation:
    """Hand out what was reserved, with its issue record (PRT-07). Engineers may draw from what they carry.

    Serials claimed at the reservation need not be named again. Raises OutOfStock while it waits,
    SerialsNeeded, Forbidden.
    """
    reservation = Reservation.objects.lock(reservation.pk)
    access.require(permissions.can_issue, actor, reservation)
    if reservation.status == ReservationStatus.SHORT:
        raise OutOfStock(_("此配件还在等待到货，不能发料。"))
    reservation.hand_out(by=actor, at=at)
    _save(reservation, "status", "issued_by", "issued_at")
    part, origin = reservation.part, reservation.location
    names = serials or [s.serial for s in reservation.serials.all()]
    pieces = ledger.serials_at(part, origin, names, reservation.quantity, held_by=reservation)
    reservation.serials.exclude(pk__in=[s.pk for s in pieces]).update(reservation=None)
    _claim(pieces, reservation)
    out = ledger.place(origin.branch, Kind.ISSUED)  # type: ignore[arg-type]  # counted places have a branch
    line = ledger.Line(part, origin, out, reservation.quantity, pieces, reserved=True)
    ledger.post(MoveKind.ISSUE, [line], actor=actor, at=at, reservation=reservation)
    _tell(events.ISSUED, reservation, actor, at, serials=[s.serial for s in pieces])
    return reservation


def consume(reservation: Reservation, *, actor: User | None, at: datetime) -> Reservation:
    """What was issued and not given back is built in at the customer's."""
    reservation = Reservation.objects.lock(reservation.pk)
    access.require(permissions.can_return, actor, reservation)
    reservation.use_up(at=at)
    _save(reservation, "status", "finished_at")
    part = reservation.part
    out = ledger.place(reservation.location.branch, Kind.ISSUED)  # type: ignore[arg-type]  # as above
    pieces = tuple(reservation.serials.filter(location=out).order_by("id"))
    line = ledger.Line(part, out, ledger.outside(Kind.CUSTOMER), reservation.outstanding, pieces)
    ledger.post(MoveKind.CONSUMPTION, [line], actor=actor, at=at, reservation=reservation)
    _claim(pieces, None)
    _tell(events.USED, reservation, actor, at, serials=[s.serial for s in pieces])
    return reservation


def give_back(
    reservation: Reservation,
    *,
    quantity: int,
    serials: Sequence[str] = (),
    actor: User | None,
    at: datetime,
) -> Reservation:
    """Take unused pieces back to where they came from; some may stay out. Serials needed when only some come
    back.

    Raises Invalid, SerialsNeeded, OutOfStock.
    """
    reservation = Reservation.objects.lock(reservation.pk)
    access.require(permissions.can_return, actor, reservation)
    reservation.take_back(quantity)
    if reservation.outstanding == 0:
        reservation.finish_returned(at=at)
    _save(reservation, "status", "returned_quantity", "finished_at")
    part, store = reservation.part, reservation.location
    out = ledger.place(store.branch, Kind.ISSUED)  # type: ignore[arg-type]  # as above
    names = serials or ([s.serial for s in reservation.serials.all()] if reservation.outstanding == 0 else [])
    pieces = ledger.serials_at(part, out, names, quantity, held_by=reservation)
    line = ledger.Line(part, out, store, quantity, pieces)
    ledger.post(MoveKind.RETURN, [line], actor=actor, at=at, reservation=reservation)
    _claim(pieces, None)
    _tell(events.RETURNED, reservation, actor, at, quantity=quantity)
    fill_waiting(part, store, actor=actor, at=at)
    return reservation


def fill_waiting(part: Part, location: Location, *, actor: User | None, at: datetime) -> list[Reservation]:
    """Give what is free to waiting reservations, oldest first; one that is too large lets smaller ones pass.

    Returns the filled ones. The caller holds the balance row by having changed it.
    """
    filled: list[Reservation] = []
    free = _free(part, location)
    for waiting in Reservation.objects.waiting(part.pk, location.pk).select_for_update(no_key=True):
        if free == 0:
            break
        if waiting.quantity <= free and ledger.hold(part.pk, location.pk, waiting.quantity):
            free -= waiting.quantity
            waiting.fill()
            _save(waiting, "status")
            _tell(events.FILLED, waiting, actor, at)
            filled.append(waiting)
    return filled


def _free(part: Part, location: Location) -> int:
    balance = Balance.objects.filter(part=part, location=location).first()
    return balance.on_hand - balance.reserved if balance is not None else 0


def _save(reservation: Reservation, *fields: str) -> None:
    reservation.version += 1
    reservation.save(update_fields=[*fields, "version"])


def _tell(
    kind: EventType, reservation: Reservation, actor: User | None, at: datetime, **data: int | list[str]
) -> None:
    part, location = reservation.part, reservation.location
    facts: dict[str, Any] = {
        "part": part.code,
        "quantity": reservation.quantity,
        "location": location.code,
        "branch": location.branch_id,
        "reference": reservation.reference,
        "source_type": reservation.source_type,
        "source_id": reservation.source_id,
    }
    journal.record(kind, reservation, actor=actor, at=at, links=[part], **(facts | data))

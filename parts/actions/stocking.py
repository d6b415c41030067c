"""Stock that moves without a job: carried by engineers, faulty parts in custody, quarantine, stock-take
adjustments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from parts import events, permissions
from parts.actions import ledger, replenishing, reserving
from parts.models import Location, Part, StockMove
from parts.states import USABLE, Clearance, Kind, MoveKind
from service_center.kernel import access, approvals, commands, errors, journal
from staff.models import Branch

if TYPE_CHECKING:
    from django.db.models import Model

    from service_center.kernel.models import Approval, User
    from staff.models import Person

ADJUSTMENT: Final = "stock.adjustment"
SCRAPPING: Final = "stock.scrap"


def carry(
    part: Part,
    *,
    person: Person,
    quantity: int,
    serials: Sequence[str] = (),
    actor: User | None,
    at: datetime,
) -> StockMove:
    """Give an engineer stock to carry, out of the store of their branch (PRT-17). Raises OutOfStock."""
    store, bag = ledger.place(person.branch, Kind.STORE), ledger.carried_by(person)
    access.require(permissions.can_keep_store, actor, store)
    return _shift(MoveKind.CARRY, part, store, bag, quantity, serials, actor, at)


def uncarry(
    part: Part,
    *,
    person: Person,
    quantity: int,
    serials: Sequence[str] = (),
    actor: User | None,
    at: datetime,
) -> StockMove:
    """Take carried stock back into the store. Raises OutOfStock."""
    store, bag = ledger.place(person.branch, Kind.STORE), ledger.carried_by(person)
    access.require(permissions.can_keep_store, actor, store)
    move = _shift(MoveKind.UNCARRY, part, bag, store, quantity, serials, actor, at)
    reserving.fill_waiting(part, store, actor=actor, at=at)
    return move


def _shift(
    kind: MoveKind,
    part: Part,
    origin: Location,
    destination: Location,
    quantity: int,
    serials: Sequence[str],
    actor: User | None,
    at: datetime,
) -> StockMove:
    _check_quantity(quantity)
    pieces = ledger.serials_at(part, origin, serials, quantity)
    line = ledger.Line(part, origin, destination, quantity, pieces)
    move = ledger.post(kind, [line], actor=actor, at=at, origin_key=commands.origin_key())
    _tell(events.CARRIED, part, actor, at, quantity=quantity, origin=origin.code, location=destination.code)
    replenishing.replenish(part, origin, at=at)
    return move


def _tell(fact: journal.EventType, part: Part, actor: User | None, at: datetime, **told: Any) -> None:
    journal.record(fact, part, actor=actor, at=at, part=part.code, **told)


def _check_quantity(quantity: int) -> None:
    if quantity < 1:
        raise errors.Invalid(_("数量至少为 1。"), field="quantity")


def take_custody(
    part: Part,
    *,
    quantity: int,
    serial: str | None = None,
    source: Model,
    branch: Branch | None = None,
    actor: User | None,
    at: datetime,
) -> StockMove:
    """Keep a faulty part that came off a customer's unit, in the branch's custody area, never in usable
    stock.

    The branch is the actor's unless given. Raises SerialsNeeded, NotTracked, Invalid.
    """
    home = branch or _branch_of(actor)
    access.require(permissions.can_take_custody, actor, home.pk)
    _check_quantity(quantity)
    customer, custody = ledger.outside(Kind.CUSTOMER), ledger.place(home, Kind.CUSTODY)
    pieces = ledger.new_serials(part, [serial] if serial else [], quantity, outside=customer)
    line = ledger.Line(part, customer, custody, quantity, pieces)
    move = ledger.post(MoveKind.CUSTODY, [line], actor=actor, at=at, source=source)
    _tell(
        events.CUSTODY_TAKEN,
        part,
        actor,
        at,
        quantity=quantity,
        location=custody.code,
        source_type=source._meta.label_lower,
        source_id=source.pk,
    )
    return move


def _branch_of(actor: User | None) -> Branch:
    person: Person | None = getattr(actor, "person", None)
    if person is None:
        raise errors.Invalid(_("请指定网点。"), field="branch")
    return person.branch


def dispose(
    part: Part,
    *,
    quantity: int,
    serial: str | None = None,
    branch: Branch | None = None,
    source: Model | None = None,
    actor: User | None,
    at: datetime,
) -> StockMove:
    """Scrap a faulty part out of custody. Raises OutOfStock, SerialsNeeded."""
    home = branch or _branch_of(actor)
    access.require(permissions.can_take_custody, actor, home.pk)
    _check_quantity(quantity)
    custody = ledger.place(home, Kind.CUSTODY)
    pieces = ledger.serials_at(part, custody, [serial] if serial else [], quantity)
    line = ledger.Line(part, custody, ledger.outside(Kind.SCRAP), quantity, pieces)
    move = ledger.post(MoveKind.DISPOSAL, [line], actor=actor, at=at, source=source)
    _tell(events.DISPOSED, part, actor, at, quantity=quantity)
    return move


def quarantine(
    part: Part,
    *,
    location: Location,
    quantity: int,
    serials: Sequence[str] = (),
    reason: str,
    actor: User | None,
    at: datetime,
) -> StockMove:
    """Isolate free pieces that have a problem; nothing issues them from there (PRT-13). Raises OutOfStock,
    Invalid.
    """
    access.require(permissions.can_quarantine, actor, location)
    _check_quantity(quantity)
    if location.kind not in USABLE or location.branch is None:
        raise errors.Invalid(_("只能隔离仓库或随身库里的配件。"), field="location")
    if not reason.strip():
        raise errors.Invalid(_("隔离需要写明原因。"), field="reason")
    pieces = ledger.serials_at(part, location, serials, quantity)
    line = ledger.Line(part, location, ledger.place(location.branch, Kind.QUARANTINE), quantity, pieces)
    move = ledger.post(
        MoveKind.QUARANTINE, [line], actor=actor, at=at, reason=reason, origin_key=commands.origin_key()
    )
    _tell(events.QUARANTINED, part, actor, at, quantity=quantity, location=location.code, reason=reason)
    replenishing.replenish(part, location, at=at)
    return move


def clear(
    part: Part,
    *,
    branch: Branch,
    quantity: int,
    serials: Sequence[str] = (),
    outcome: str,
    actor: User | None,
    at: datetime,
) -> StockMove | Approval:
    """Decide on quarantined pieces: passed again, back to the supplier, or scrapped (PRT-12, PRT-13).

    Scrapping is asked for unless the actor holds the rulebook's role. Raises OutOfStock, SerialsNeeded.
    """
    access.require(permissions.can_inspect, actor)
    _check_quantity(quantity)
    ledger.check_names(part, serials, quantity)
    if outcome == Clearance.SCRAP and not approvals.may_alone(SCRAPPING, actor, at=at):
        wish = {"branch": branch.pk, "quantity": quantity, "serials": list(serials)}
        worth = part.unit_price * quantity
        return approvals.ask(SCRAPPING, part, kind=SCRAPPING, payload=wish, amount=worth, actor=actor, at=at)
    return _clear(part, branch, quantity, serials, Clearance(outcome), actor, at)


@approvals.performs(SCRAPPING)
def scrap_as_approved(approval: Approval, *, actor: User | None, at: datetime) -> StockMove:
    """Scrap what an inspector asked to scrap; the stock is checked again."""
    access.require(permissions.can_inspect, actor)
    wish = approval.payload
    part, branch = Part.objects.get(pk=approval.subject_id), Branch.objects.get(pk=wish["branch"])
    return _clear(part, branch, wish["quantity"], wish["serials"], Clearance.SCRAP, actor, at)


def _clear(
    part: Part,
    branch: Branch,
    quantity: int,
    serials: Sequence[str],
    outcome: Clearance,
    actor: User | None,
    at: datetime,
) -> StockMove:
    origin, store = ledger.place(branch, Kind.QUARANTINE), ledger.place(branch, Kind.STORE)
    destination, fact = {
        Clearance.RELEASE: (store, events.CLEARED),
        Clearance.SUPPLIER: (ledger.outside(Kind.SUPPLIER), events.SENT_BACK),
        Clearance.SCRAP: (ledger.outside(Kind.SCRAP), events.SCRAPPED),
    }[outcome]
    pieces = ledger.serials_at(part, origin, serials, quantity)
    line = ledger.Line(part, origin, destination, quantity, pieces)
    move = ledger.post(MoveKind.CLEARANCE, [line], actor=actor, at=at, origin_key=commands.origin_key())
    _tell(fact, part, actor, at, quantity=quantity)
    if outcome == Clearance.RELEASE:
        reserving.fill_waiting(part, store, actor=actor, at=at)
    return move


def adjust(
    part: Part,
    *,
    location: Location,
    quantity: int,
    serials: Sequence[str] = (),
    reason: str,
    actor: User | None,
    at: datetime,
) -> StockMove | Approval:
    """Book the difference between count and ledger, with its cause (PRT-05, PRT-06): + found, - missing.

    Who holds the rulebook's role for that amount books at once; the wish of another becomes an approval and
    nothing moves yet. Raises OutOfStock, Invalid, SerialsNeeded, Forbidden.
    """
    access.require(permissions.can_ask_adjustment, actor, location)
    _check_adjustment(part, location, quantity, serials, reason)
    worth = part.unit_price * abs(quantity)
    if not approvals.may_alone(ADJUSTMENT, actor, at=at, amount=worth):
        assert actor is not None  # the system may always
        return _ask_adjustment(part, location, quantity, serials, reason, actor, at)
    return _book_adjustment(part, location, quantity, serials, reason, actor, at)


def _check_adjustment(
    part: Part, location: Location, quantity: int, serials: Sequence[str], reason: str
) -> None:
    if quantity == 0:
        raise errors.Invalid(_("差异数量不能为 0。"), field="quantity")
    if not reason.strip():
        raise errors.Invalid(_("请写明差异原因。"), field="reason")
    if not location.is_counted:
        raise errors.Invalid(_("只能调整本公司库位的数量。"), field="location")
    ledger.check_names(part, serials, abs(quantity))


def _ask_adjustment(
    part: Part,
    location: Location,
    quantity: int,
    serials: Sequence[str],
    reason: str,
    actor: User,
    at: datetime,
) -> Approval:
    _tell(
        events.ADJUSTMENT_ASKED,
        part,
        actor,
        at,
        location=location.code,
        quantity=f"{quantity:+d}",
        reason=reason,
    )
    payload = {"location": location.pk, "quantity": quantity, "serials": list(serials), "reason": reason}
    return approvals.ask(
        ADJUSTMENT,
        part,
        kind=ADJUSTMENT,
        payload=payload,
        amount=part.unit_price * abs(quantity),
        reason=reason,
        actor=actor,
        at=at,
    )


@approvals.performs(ADJUSTMENT)
def adjust_as_approved(approval: Approval, *, actor: User | None, at: datetime) -> StockMove:
    """Book what a storekeeper asked for and somebody approved; the stock is checked again."""
    wish = approval.payload
    part, location = Part.objects.get(pk=approval.subject_id), Location.objects.get(pk=wish["location"])
    access.require(permissions.can_ask_adjustment, actor, location)
    return _book_adjustment(part, location, wish["quantity"], wish["serials"], wish["reason"], actor, at)


def _book_adjustment(
    part: Part,
    location: Location,
    quantity: int,
    serials: Sequence[str],
    reason: str,
    actor: User | None,
    at: datetime,
) -> StockMove:
    pool, pieces = ledger.outside(Kind.ADJUST), abs(quantity)
    if quantity > 0:
        line = ledger.Line(
            part, pool, location, pieces, ledger.new_serials(part, serials, pieces, outside=pool)
        )
    else:
        line = ledger.Line(part, location, pool, pieces, ledger.serials_at(part, location, serials, pieces))
    move = ledger.post(
        MoveKind.ADJUSTMENT, [line], actor=actor, at=at, reason=reason, origin_key=commands.origin_key()
    )
    _tell(events.ADJUSTED, part, actor, at, location=location.code, quantity=f"{quantity:+d}", reason=reason)
    if quantity > 0:
        reserving.fill_waiting(part, location, actor=actor, at=at)
    else:
        replenishing.replenish(part, location, at=at)
    return move

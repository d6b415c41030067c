"""Parts of a job: drawn from the store, waited for, used or let go; and what becomes of the old ones (CF-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parts import actions as stock
from parts.states import ReservationStatus
from service_center.kernel import rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from tickets import events, permissions
from tickets.actions.recording import keep, tell
from tickets.models import FaultyPart, PartLine, Ticket
from tickets.states import Disposition, PartLineStatus, PartSource

if TYPE_CHECKING:
    from parts.models import Part, Reservation
    from service_center.kernel.journal import EventType
    from service_center.kernel.models import User

WAITING = (PartLineStatus.RESERVED, PartLineStatus.SHORT)
DRAWN = (PartLineStatus.RESERVED, PartLineStatus.ISSUED)


class DispositionMissing(DomainError):
    code = "disposition_missing"
    message = _("请先登记每个换下旧件的去向（交还客户、留存或已处置）。")


def add(
    ticket: Ticket,
    *,
    part: Part,
    quantity: int,
    serials: Sequence[str] = (),
    source: str = PartSource.STORE,
    actor: User | None,
    at: datetime,
) -> PartLine:
    """Ask for a part: reserved when there is enough, else short and waiting its turn (PRT-07, RPR-20).

    Raises Forbidden, TransitionNotAllowed, ConsentRequired, and what parts refuses.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_draw_part, actor, ticket)
    ticket.draw_part()
    keep(ticket)
    row = PartLine.objects.create(
        ticket=ticket, part=part, quantity=quantity, serials=list(serials), source=source,
        status=PartLineStatus.SHORT, at=at, by=actor,
    )  # fmt: skip
    row.reservation = _reserve(row, actor=actor, at=at)
    row.status = PartLineStatus(row.reservation.status)
    row.save()
    _tell(events.PART_ADDED, row, actor=actor, at=at, quantity=quantity, status=row.status)
    return row


def _reserve(row: PartLine, *, actor: User | None, at: datetime) -> Reservation:
    """From what the engineer carries first, where that was asked for; else from the branch's store."""
    ticket = row.ticket
    own = stock.carried_by(ticket.engineer) if row.source == PartSource.ENGINEER and ticket.assignee else None
    return stock.reserve(
        row.part, quantity=row.quantity, branch=ticket.branch, source=row, serials=row.serials, prefer_location=own,
        reference=ticket.number, actor=actor, at=at,
    )  # fmt: skip


def _tell(kind: EventType, row: PartLine, *, actor: User | None, at: datetime, **data: Any) -> None:
    """A fact about a part line, on the part's timeline too."""
    tell(kind, row.ticket, actor=actor, at=at, also=[row.part], part=row.part.code, part_line=row.pk, **data)


def release(ticket: Ticket, *, part_line: int, actor: User | None, at: datetime) -> PartLine:
    """Let go of a part that is not needed after all. Raises Forbidden, TransitionNotAllowed, Invalid."""
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_draw_part, actor, ticket)
    ticket.draw_part()
    row = _line(ticket, part_line, WAITING)
    keep(ticket)
    _let_go(row, actor=actor, at=at)
    return row


def _line(ticket: Ticket, pk: int, statuses: Sequence[str]) -> PartLine:
    """Raises Invalid when the ticket has no such part line in one of these states."""
    row = ticket.part_lines.select_related("part", "reservation").filter(pk=pk, status__in=statuses).first()
    if row is None:
        raise Invalid(_("此工单没有这个配件行，或它已处理。"), field="part_line")
    row.ticket = ticket
    return row


def _let_go(row: PartLine, *, actor: User | None, at: datetime) -> None:
    if row.reservation is not None:
        stock.release(row.reservation, actor=None, at=at)
    row.status = PartLineStatus.RELEASED
    row.save()
    _tell(events.PART_RELEASED, row, actor=actor, at=at, quantity=row.quantity)


def let_go_all(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    """The job ends without the parts it still waits for: they go back to free stock, issued ones too."""
    for row in _lines(ticket, (*WAITING, PartLineStatus.ISSUED)):
        if row.status == PartLineStatus.ISSUED and row.reservation is not None:
            stock.give_back(row.reservation, quantity=row.quantity, actor=None, at=at)
            row.status = PartLineStatus.RELEASED
            row.save()
        else:
            _let_go(row, actor=actor, at=at)


def _lines(ticket: Ticket, statuses: Sequence[str]) -> list[PartLine]:
    """In the order of their parts: the lock order of stock."""
    rows = ticket.part_lines.select_related("part", "reservation").filter(status__in=statuses)
    ordered = list(rows.order_by("part_id", "id"))
    for row in ordered:
        row.ticket = ticket
    return ordered


def follow_stock(row: PartLine, status: str) -> bool:
    """Let a line know what became of its reservation; True when that is news."""
    if row.status == status or row.status in {PartLineStatus.USED, PartLineStatus.RELEASED}:
        return False
    row.status = status
    row.save()
    return True


def dispose(
    ticket: Ticket,
    *,
    part_line: int,
    disposition: str,
    serial: str = "",
    actor: User | None,
    at: datetime,
) -> FaultyPart:
    """Record where the replaced part went; into custody it enters the ledger of old parts (RPR-22, RPR-23).

    Recorded again, the later word counts unless the part is in custody already. Raises Forbidden,
    TransitionNotAllowed, Invalid.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.dispose_faulty()
    line = _line(ticket, part_line, (*WAITING, PartLineStatus.ISSUED))
    known = FaultyPart.objects.filter(part_line=line).first()
    if known is not None and known.disposition == Disposition.CUSTODY:
        raise Invalid(_("此旧件已入库留存，不能再改去向。"), field="part_line")
    keep(ticket)
    row = known or FaultyPart(ticket=ticket, part_line=line)
    row.ticket, row.disposition, row.serial, row.at, row.by = ticket, disposition, serial, at, actor
    row.keep_until = _keep_until(at) if disposition == Disposition.CUSTODY else None
    row.save()
    if disposition == Disposition.CUSTODY and (serial or not line.part.has_serials):
        stock.take_custody(
            line.part, quantity=line.quantity, serial=serial or None, source=row, branch=ticket.branch, actor=None,
            at=at,
        )  # fmt: skip
    _tell(events.FAULTY_DISPOSED, line, actor=actor, at=at, disposition=disposition)
    return row


def _keep_until(at: datetime) -> date:
    retention: timedelta = rulebook.setting("faulty_part.retention", at=at)
    return timezone.localdate(at + retention)


def use_all(ticket: Ticket, *, actor: User | None, at: datetime) -> list[PartLine]:
    """Everything drawn is built in: issued if it was not yet, consumed, with its warranty (RPR-20, RPR-24).

    Lines still waiting for stock were not needed after all and are let go. Raises DispositionMissing, SerialsNeeded.
    """
    used = _lines(ticket, DRAWN)
    if FaultyPart.objects.filter(part_line__in=used).count() < len(used):
        raise DispositionMissing
    for row in _lines(ticket, (PartLineStatus.SHORT,)):
        _let_go(row, actor=actor, at=at)
    for row in used:
        _use(row, actor=actor, at=at)
    return used


def _use(row: PartLine, *, actor: User | None, at: datetime) -> None:
    assert row.reservation is not None
    row.reservation.refresh_from_db()  # the storekeeper may have issued it since; the line hears of it a moment later
    if row.reservation.status == ReservationStatus.RESERVED:
        stock.issue(row.reservation, serials=row.serials, actor=None, at=at)
    stock.consume(row.reservation, actor=None, at=at)
    row.status, row.warranty_until = PartLineStatus.USED, _part_warranty(row, at)
    row.save()
    _tell(events.PART_USED, row, actor=actor, at=at, quantity=row.quantity)


def _part_warranty(row: PartLine, at: datetime) -> date:
    """The last day of the replaced part's own warranty: its catalogue term, else the company's."""
    months = row.part.warranty_months or int(rulebook.setting("warranty.part_term", at=at))
    return add_months(timezone.localdate(at), months)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where there is none (31 Jan + 1 = 28 Feb)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))

"""Goods that come in: received into the inspection area, inspected by four criteria, and only then stock
(PRT-08, PRT-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parts import events, permissions
from parts.actions import ledger, replenishing, reserving
from parts.models import Inspection, Part, PurchaseOrder, PurchaseOrderLine, Receipt, Serial, SerialsNeeded
from parts.states import Kind, MoveKind
from service_center.kernel import access, commands, errors, journal

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from staff.models import Branch


def receive(
    order: PurchaseOrder,
    *,
    part: Part,
    quantity: int,
    serials: Sequence[str] = (),
    delivery_note: str = "",
    actor: User | None,
    at: datetime,
) -> Receipt:
    """The storekeeper takes in pieces of an order; they stand in the inspection area and cannot be issued.

    Raises Invalid (not ordered, more than ordered, serial known), SerialsNeeded, TransitionNotAllowed.
    """
    order = PurchaseOrder.objects.lock(order.pk)
    access.require(permissions.can_receive, actor, order)
    order.arrive()
    line = _line(order, part)
    if not 1 <= quantity <= line.to_come:
        raise errors.Invalid(
            _("到货数量应在 1 至 %(rest)s 之间。") % {"rest": line.to_come}, field="quantity"
        )
    line.received += quantity
    line.save(update_fields=["received"])
    _save(order)
    receipt = Receipt(line=line, quantity=quantity, serials=list(serials), delivery_note=delivery_note)
    receipt.by, receipt.at, receipt.origin_key = actor, at, commands.origin_key()
    _take_in(receipt, order, part)
    told: dict[str, Any] = {"order": order.number, "part": part.code, "quantity": quantity}
    journal.record(events.RECEIVED, order, actor=actor, at=at, links=[part], **told)
    return receipt


def _take_in(receipt: Receipt, order: PurchaseOrder, part: Part) -> None:
    """From the supplier into the inspection area."""
    supplier, area = ledger.outside(Kind.SUPPLIER), ledger.place(_branch(order), Kind.INSPECTION)
    pieces = ledger.new_serials(part, receipt.serials, receipt.quantity, outside=supplier)
    receipt.save()
    posting = ledger.Line(part, supplier, area, receipt.quantity, pieces)
    ledger.post(MoveKind.RECEIPT, [posting], actor=receipt.by, at=receipt.at, source=receipt)


def inspect(
    order: PurchaseOrder,
    *,
    part: Part,
    appearance: bool,
    size: bool,
    performance: bool,
    marking: bool,
    passed: int,
    failed: int,
    failed_serials: Sequence[str] = (),
    note: str = "",
    actor: User | None,
    at: datetime,
) -> Inspection:
    """The inspector judges received pieces by the four criteria; passed ones enter the store, failed ones
    quarantine.

    Passed stock goes to waiting reservations oldest first and is announced (`part.arrived`). A numbered part
    is judged by whole lots. Raises Invalid, SerialsNeeded, TransitionNotAllowed.
    """
    order = PurchaseOrder.objects.lock(order.pk)
    access.require(permissions.can_inspect, actor)
    order.examine()
    verdict = Inspection(appearance=appearance, size=size, performance=performance, marking=marking)
    verdict.passed, verdict.failed, verdict.failed_serials = passed, failed, list(failed_serials)
    verdict.line, verdict.note = _line(order, part), note
    verdict.by, verdict.at, verdict.origin_key = actor, at, commands.origin_key()
    _check_verdict(verdict)
    good, bad = _sort_serials(verdict.line, failed_serials, passed, failed)
    _count(verdict)
    _put_away(order, verdict, good, bad, actor, at)
    _finish(order, actor, at)
    return verdict


def _count(verdict: Inspection) -> None:
    """The verdict stands, and the order's line counts its pieces."""
    verdict.line.accepted += verdict.passed
    verdict.line.rejected += verdict.failed
    verdict.line.save(update_fields=["accepted", "rejected"])
    verdict.save()


def _check_verdict(verdict: Inspection) -> None:
    passed, failed, rest = verdict.passed, verdict.failed, verdict.line.to_inspect
    criteria = (verdict.appearance, verdict.size, verdict.performance, verdict.marking)
    if passed < 0 or failed < 0 or not 1 <= passed + failed <= rest:
        text = _("合格与不合格合计应在 1 至 %(rest)s 之间。")
        raise errors.Invalid(text % {"rest": rest}, field="passed")
    if all(criteria) != (failed == 0):
        raise errors.Invalid(_("有不合格品时须指出不合格的项目，反之亦然。"), field="failed")


def _sort_serials(
    line: PurchaseOrderLine, failed_serials: Sequence[str], passed: int, failed: int
) -> tuple[tuple[Serial, ...], tuple[Serial, ...]]:
    """Numbered pieces of the lot, passed and failed. Raises SerialsNeeded, NotTracked."""
    part = line.part
    ledger.check_names(part, failed_serials, failed)
    if not part.has_serials:
        return (), ()
    names = {name for receipt in line.receipts.all() for name in receipt.serials}
    area = ledger.place(_branch(line.order), Kind.INSPECTION)
    lot = list(Serial.objects.filter(part=part, location=area, serial__in=names).order_by("id"))
    bad = tuple(s for s in lot if s.serial in failed_serials)
    good = tuple(s for s in lot if s.serial not in failed_serials)
    if len(bad) != failed or len(good) != passed:
        raise SerialsNeeded(_("按序列号管理的配件须整批检验，并逐件指出不合格品。"), field="failed_serials")
    return good, bad


def _put_away(
    order: PurchaseOrder,
    inspection: Inspection,
    good: tuple[Serial, ...],
    bad: tuple[Serial, ...],
    actor: User | None,
    at: datetime,
) -> None:
    part, branch, store = inspection.line.part, _branch(order), order.location
    area = ledger.place(branch, Kind.INSPECTION)
    lines = []
    if inspection.passed:
        lines.append(ledger.Line(part, area, store, inspection.passed, good))
    if inspection.failed:
        lines.append(ledger.Line(part, area, ledger.place(branch, Kind.QUARANTINE), inspection.failed, bad))
    ledger.post(MoveKind.INSPECTION, lines, actor=actor, at=at, source=inspection)
    journal.record(
        events.INSPECTED,
        order,
        actor=actor,
        at=at,
        links=[part],
        order=order.number,
        part=part.code,
        passed=inspection.passed,
        failed=inspection.failed,
    )
    if inspection.passed:
        reserving.fill_waiting(part, store, actor=actor, at=at)
        journal.record(
            events.ARRIVED,
            part,
            actor=actor,
            at=at,
            part=part.code,
            branch=branch.pk,
            location=store.code,
            quantity=inspection.passed,
        )
    replenishing.replenish(part, store, at=at)


def _finish(order: PurchaseOrder, actor: User | None, at: datetime) -> None:
    """Close the order when nothing is to come and nothing to inspect."""
    lines = list(order.lines.select_related("part"))
    if any(line.to_come or line.to_inspect for line in lines):
        _save(order)
        return
    order.close(at=at)
    _save(order)
    journal.record(
        events.ORDER_CLOSED,
        order,
        actor=actor,
        at=at,
        links=[line.part for line in lines],
        order=order.number,
    )


def _line(order: PurchaseOrder, part: Part) -> PurchaseOrderLine:
    line = order.lines.select_related("part", "order__location__branch").filter(part=part).first()
    if line is None:
        raise errors.Invalid(_("订单 %(order)s 里没有此配件。") % {"order": order.number}, field="part")
    return line


def _branch(order: PurchaseOrder) -> Branch:
    return order.location.branch  # type: ignore[return-value]  # a store has a branch, by constraint


def _save(order: PurchaseOrder) -> None:
    order.version += 1
    order.save(update_fields=["status", "closed_at", "version"])

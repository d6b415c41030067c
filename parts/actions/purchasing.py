"""Buying: proposal -> plan -> order -> receipt -> inspection -> stock; no step can be left out (PRT-08,
PRT-11, PRT-12).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parts import events, permissions
from parts.actions import ledger, replenishing
from parts.models import (
    Location,
    Part,
    ProposalOpen,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseProposal,
    Supplier,
    SupplierNotEvaluated,
)
from parts.models.purchasing import CRITERIA
from parts.states import Kind
from service_center.kernel import access, commands, errors, journal, numbering

if TYPE_CHECKING:
    from service_center.kernel.models import User


def register_supplier(*, code: str, name_zh: str, name_en: str, actor: User | None, at: datetime) -> Supplier:
    """Open a supplier's file; nothing is ordered there before the evaluation. Raises Invalid when the code is
    taken.
    """
    access.require(permissions.can_evaluate, actor)
    if Supplier.objects.filter(code=code).exists():
        raise errors.Invalid(_("供应商编码 %(code)s 已存在。") % {"code": code}, field="code")
    supplier = Supplier.objects.create(code=code, name_zh=name_zh, name_en=name_en)
    journal.record(events.SUPPLIER_REGISTERED, supplier, actor=actor, at=at, supplier=supplier.code)
    return supplier


def evaluate_supplier(
    supplier: Supplier,
    *,
    qualification: int,
    reputation: int,
    quality: int,
    price: int,
    delivery: int,
    actor: User | None,
    at: datetime,
) -> Supplier:
    """Note the five criteria, 0-100 each (PUR-02). Raises Invalid."""
    supplier = Supplier.objects.lock(supplier.pk)
    access.require(permissions.can_evaluate, actor)
    scores = dict(zip(CRITERIA, (qualification, reputation, quality, price, delivery), strict=True))
    for name, score in scores.items():
        if not 0 <= score <= 100:
            raise errors.Invalid(_("评分应在 0 至 100 之间。"), field=name)
        setattr(supplier, name, score)
    supplier.evaluated_at = at
    supplier.version += 1
    supplier.save()
    journal.record(
        events.SUPPLIER_EVALUATED, supplier, actor=actor, at=at, supplier=supplier.code, scores=scores
    )
    return supplier


def propose(
    part: Part, *, location: Location, quantity: int, reason: str, actor: User | None, at: datetime
) -> PurchaseProposal:
    """A purchase somebody wants beyond the reorder point. Raises ProposalOpen, Invalid."""
    access.require(permissions.can_plan, actor)
    if location.kind != Kind.STORE:
        raise errors.Invalid(_("只能为仓库提出采购。"), field="location")
    if quantity < 1:
        raise errors.Invalid(_("数量至少为 1。"), field="quantity")
    ledger.lock_balances([(part.pk, location.pk)])
    if PurchaseProposal.objects.open().filter(part=part, location=location).exists():
        raise ProposalOpen
    proposal = PurchaseProposal.objects.create(
        part=part,
        location=location,
        quantity=quantity,
        reason=reason,
        created_at=at,
        created_by=actor,
        origin_key=commands.origin_key(),
    )
    _tell_proposal(events.PROPOSED, proposal, actor, at)
    return proposal


def decide(
    proposal: PurchaseProposal,
    *,
    approve: bool,
    quantity: int | None = None,
    reason: str = "",
    actor: User | None,
    at: datetime,
) -> PurchaseProposal:
    """The parts supervisor puts a proposal into the plan, perhaps with another quantity, or drops it with a
    reason.
    """
    proposal = PurchaseProposal.objects.lock(proposal.pk)
    access.require(permissions.can_plan, actor)
    if approve:
        wanted = proposal.quantity if quantity is None else quantity
        if wanted < 1:
            raise errors.Invalid(_("数量至少为 1。"), field="quantity")
        proposal.plan(quantity=wanted, by=actor, at=at)
    else:
        proposal.drop(reason=reason, by=actor, at=at)
    proposal.version += 1
    proposal.save()
    _tell_proposal(events.PLANNED if approve else events.DROPPED, proposal, actor, at)
    return proposal


def _tell_proposal(
    kind: journal.EventType, proposal: PurchaseProposal, actor: User | None, at: datetime
) -> None:
    journal.record(
        kind,
        proposal,
        actor=actor,
        at=at,
        links=[proposal.part],
        part=proposal.part.code,
        quantity=proposal.quantity,
        location=proposal.location.code,
        reason=proposal.reason,
    )


def place_order(
    *,
    supplier: Supplier,
    lines: Sequence[tuple[PurchaseProposal, Decimal]],
    due_on: date,
    quality_standard: str,
    after_sales_terms: str,
    actor: User | None,
    at: datetime,
) -> PurchaseOrder:
    """Order planned proposals of one store from an evaluated supplier, with the contract's five items
    (PUR-02, PUR-03).

    `lines` are (proposal, unit price in CNY). Raises SupplierNotEvaluated, TransitionNotAllowed, Invalid.
    """
    supplier = Supplier.objects.lock(supplier.pk)
    access.require(permissions.can_buy, actor)
    if not supplier.is_evaluated:
        raise SupplierNotEvaluated(field="supplier")
    wanted = _lock_planned(lines)
    order = PurchaseOrder.objects.create(
        number=numbering.next_number("PO", at=at),
        supplier=supplier,
        location=wanted[0][0].location,
        due_on=due_on,
        quality_standard=quality_standard,
        after_sales_terms=after_sales_terms,
        ordered_at=at,
        ordered_by=actor,
        origin_key=commands.origin_key(),
    )
    for proposal, unit_price in wanted:
        _order_line(order, proposal, unit_price)
    parts = [proposal.part for proposal, _price in wanted]
    journal.record(
        events.ORDERED, order, actor=actor, at=at, links=parts, order=order.number, supplier=supplier.code
    )
    for part in parts:
        replenishing.replenish(part, order.location, at=at)
    return order


def _lock_planned(
    lines: Sequence[tuple[PurchaseProposal, Decimal]],
) -> list[tuple[PurchaseProposal, Decimal]]:
    """The proposals under lock, parts by id, balances first. Raises Invalid for none, twice one, several
    stores.
    """
    if not lines or len({proposal.pk for proposal, _price in lines}) != len(lines):
        raise errors.Invalid(_("请选择采购建议，且每条只选一次。"), field="lines")
    if len({proposal.location_id for proposal, _price in lines}) != 1:
        raise errors.Invalid(_("一张订单只能为一个仓库采购。"), field="lines")
    ordered = sorted(lines, key=lambda line: line[0].part_id)
    ledger.lock_balances((proposal.part_id, proposal.location_id) for proposal, _price in ordered)
    return [(PurchaseProposal.objects.lock(proposal.pk), price) for proposal, price in ordered]


def _order_line(order: PurchaseOrder, proposal: PurchaseProposal, unit_price: Decimal) -> None:
    proposal.order()
    proposal.version += 1
    proposal.save(update_fields=["status", "version"])
    PurchaseOrderLine.objects.create(
        order=order,
        part=proposal.part,
        proposal=proposal,
        quantity=proposal.quantity,
        unit_price=unit_price,
    )


def cancel_order(order: PurchaseOrder, *, reason: str, actor: User | None, at: datetime) -> PurchaseOrder:
    """Call off what has not come. Raises Invalid without reason or while a lot awaits inspection."""
    order = PurchaseOrder.objects.lock(order.pk)
    access.require(permissions.can_buy, actor)
    lines = list(order.lines.select_related("part").order_by("part_id"))
    if any(line.to_inspect for line in lines):
        raise errors.Invalid(_("还有到货未检验，请先检验再取消余量。"), field="reason")
    order.call_off(reason=reason, at=at)
    order.version += 1
    order.save(update_fields=["status", "reason", "closed_at", "version"])
    journal.record(
        events.ORDER_CANCELLED,
        order,
        actor=actor,
        at=at,
        links=[line.part for line in lines],
        order=order.number,
        reason=reason,
    )
    for line in lines:
        replenishing.replenish(line.part, order.location, at=at)
    return order

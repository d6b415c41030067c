"""From a proposal to parts on the shelf: proposed, planned, ordered, received, inspected (requirement section
4.5).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from parts.models.catalogue import Part
from parts.models.ledger import Location
from parts.states import OPEN_PROPOSAL, SEES_ALL_STOCK, OrderStatus, ProposalStatus
from service_center.kernel import errors

if TYPE_CHECKING:
    from service_center.kernel.models import User

CRITERIA = ("qualification", "reputation", "quality", "price", "delivery")


class SupplierNotEvaluated(errors.DomainError):
    code = "supplier_not_evaluated"
    message = _("此供应商尚未按资质、信誉、质量、价格、交期五项评价，请先评价再下单。")


class ProposalOpen(errors.DomainError):
    """One proposal at a time for a part and a store."""

    code = "proposal_open"
    message = _("此配件在该仓库已有未完成的采购建议，请在原建议上处理。")


class SupplierQuerySet(models.QuerySet["Supplier"]):
    def visible_to(self, user: User) -> SupplierQuerySet:
        """Those who plan, buy and oversee."""
        person = getattr(user, "person", None)
        return self if person is not None and person.has_role(*SEES_ALL_STOCK) else self.none()

    def lock(self, pk: int) -> Supplier:
        return self.select_for_update(no_key=True).get(pk=pk)


class Supplier(models.Model):
    """Who we buy from, and the five criteria (0-100) without which nothing is ordered (PUR-02)."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    qualification = models.PositiveSmallIntegerField(null=True)
    reputation = models.PositiveSmallIntegerField(null=True)
    quality = models.PositiveSmallIntegerField(null=True)
    price = models.PositiveSmallIntegerField(null=True)
    delivery = models.PositiveSmallIntegerField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        constraints = tuple(
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": 100}),
                name=f"supplier_{name}_percent",
            )
            for name in CRITERIA
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_evaluated(self) -> bool:
        return all(getattr(self, name) is not None for name in CRITERIA)


class ProposalQuerySet(models.QuerySet["PurchaseProposal"]):
    def lock(self, pk: int) -> PurchaseProposal:
        return (
            self.select_for_update(no_key=True, of=("self",))
            .select_related("part", "location__branch")
            .get(pk=pk)
        )

    def visible_to(self, user: User) -> ProposalQuerySet:
        """All for those who plan, buy and oversee, the branch's own for others."""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        return self if person.has_role(*SEES_ALL_STOCK) else self.filter(location__branch_id=person.branch_id)

    def open(self) -> ProposalQuerySet:
        return self.filter(status__in=OPEN_PROPOSAL)


class PurchaseProposal(FSMModelMixin, models.Model):
    """What should be bought for one store, and the arithmetic that says so. One open per part and place."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="proposals")
    location = models.ForeignKey(Location, models.PROTECT, related_name="proposals")
    quantity = models.PositiveIntegerField()
    status = FSMField(
        max_length=8, choices=ProposalStatus.choices, default=ProposalStatus.PROPOSED, protected=True
    )
    calculation = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["part", "location"], condition=Q(status__in=OPEN_PROPOSAL), name="proposal_one_open"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="proposal_buys_something"),
        )
        indexes = (models.Index(fields=["status", "id"], name="proposal_status"),)

    def __str__(self) -> str:
        return f"{self.part_id}@{self.location_id} × {self.quantity}"

    @transition(
        field=status,
        source=ProposalStatus.PROPOSED,
        target=ProposalStatus.PLANNED,
        custom={"noun": "decision"},
    )
    def plan(self, *, quantity: int, by: User | None, at: datetime) -> None:
        self.quantity, self.decided_by, self.decided_at = quantity, by, at

    @transition(
        field=status,
        source=[ProposalStatus.PROPOSED, ProposalStatus.PLANNED],
        target=ProposalStatus.DROPPED,
        custom={"noun": "decision"},
    )
    def drop(self, *, reason: str, by: User | None, at: datetime) -> None:
        if not reason.strip():
            raise errors.Invalid(_("放弃采购建议需要写明原因。"), field="reason")
        self.reason, self.decided_by, self.decided_at = reason, by, at

    @transition(field=status, source=ProposalStatus.PLANNED, target=ProposalStatus.ORDERED)
    def order(self) -> None:
        """A buyer put it into a purchase order."""


class OrderQuerySet(models.QuerySet["PurchaseOrder"]):
    def visible_to(self, user: User) -> OrderQuerySet:
        """All for those who plan, buy and oversee, the branch's own for others."""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        return self if person.has_role(*SEES_ALL_STOCK) else self.filter(location__branch_id=person.branch_id)

    def lock(self, pk: int) -> PurchaseOrder:
        return (
            self.select_for_update(no_key=True, of=("self",))
            .select_related("location__branch", "supplier")
            .get(pk=pk)
        )


class PurchaseOrder(FSMModelMixin, models.Model):
    """A contract with a supplier for a store: it holds the five contract items with its lines (PUR-03)."""

    number = models.CharField(max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="orders")
    location = models.ForeignKey(Location, models.PROTECT, related_name="purchase_orders")
    status = FSMField(max_length=9, choices=OrderStatus.choices, default=OrderStatus.ORDERED, protected=True)
    due_on = models.DateField()
    quality_standard = models.CharField(max_length=500)
    after_sales_terms = models.CharField(max_length=500)
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["status", "id"], name="order_status"),)

    def __str__(self) -> str:
        return self.number

    @transition(
        field=status,
        source=[OrderStatus.ORDERED, OrderStatus.ARRIVED],
        target=OrderStatus.ARRIVED,
        custom={"noun": "receipt"},
    )
    def arrive(self) -> None:
        """Goods stand in the inspection area."""

    @transition(
        field=status,
        source=OrderStatus.ARRIVED,
        target=OrderStatus.ARRIVED,
        custom={"noun": "inspection"},
    )
    def examine(self) -> None:
        """A received lot was inspected."""

    @transition(field=status, source=OrderStatus.ARRIVED, target=OrderStatus.CLOSED)
    def close(self, *, at: datetime) -> None:
        self.closed_at = at

    @transition(
        field=status,
        source=[OrderStatus.ORDERED, OrderStatus.ARRIVED],
        target=OrderStatus.CANCELLED,
        custom={"noun": "cancellation"},
    )
    def call_off(self, *, reason: str, at: datetime) -> None:
        if not reason.strip():
            raise errors.Invalid(_("取消订单需要写明原因。"), field="reason")
        self.reason, self.closed_at = reason, at


class PurchaseOrderLine(models.Model):
    """One part of an order. Received is what came, accepted and rejected what the inspection said of it."""

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="lines")
    part = models.ForeignKey(Part, models.PROTECT, related_name="order_lines")
    proposal = models.OneToOneField(PurchaseProposal, models.PROTECT, related_name="order_line")
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    received = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order", "part"], name="orderline_part_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0), name="orderline_sensible"
            ),
            models.CheckConstraint(
                condition=Q(received__lte=F("quantity")), name="orderline_not_over_received"
            ),
            models.CheckConstraint(
                condition=Q(received__gte=F("accepted") + F("rejected")),
                name="orderline_inspected_was_received",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.part_id} × {self.quantity}"

    @property
    def to_come(self) -> int:
        return self.quantity - self.received

    @property
    def to_inspect(self) -> int:
        return self.received - self.accepted - self.rejected


class Receipt(models.Model):
    """Pieces of one line that the storekeeper took in; they stand in the inspection area until inspected."""

    line = models.ForeignKey(PurchaseOrderLine, models.PROTECT, related_name="receipts")
    quantity = models.PositiveIntegerField()
    serials = models.JSONField(default=list)
    delivery_note = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(quantity__gte=1), name="receipt_of_something"),)

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"


class Inspection(models.Model):
    """What the inspector found: four criteria, and how many pieces passed (PRT-11). Failed ones never reach a
    store.
    """

    line = models.ForeignKey(PurchaseOrderLine, models.PROTECT, related_name="inspections")
    appearance = models.BooleanField()
    size = models.BooleanField()
    performance = models.BooleanField()
    marking = models.BooleanField()
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    failed_serials = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(appearance=True, size=True, performance=True, marking=True, failed=0)
                | (Q(failed__gte=1) & ~Q(appearance=True, size=True, performance=True, marking=True)),
                name="inspection_failure_has_criterion",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id}: {self.passed} / {self.failed}"

"""Outward shapes of parts, stock and purchases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from parts import queries
from parts.models import Part
from service_center.kernel.api.serializers import Instant
from service_center.kernel.languages import pick


class Named(serializers.CharField):
    """`name_zh` or `name_en` in the reader's language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return pick(value)


def user_of(source: str) -> serializers.CharField:
    """Who did it, by user name; null for the system."""
    return serializers.CharField(source=f"{source}.username", default=None, allow_null=True)


def code_of(source: str) -> serializers.CharField:
    """Another row by its code."""
    return serializers.CharField(source=f"{source}.code")


class ClassOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = Named()
    function = serializers.CharField()
    use = serializers.CharField()
    frequency = serializers.CharField()
    shelf = serializers.CharField()


class PartList(serializers.ListSerializer[Any]):
    """A page of parts with the figures of all in one query."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data)
        known = queries.figures(row.pk for row in rows)
        for row in rows:
            row.figures = known[row.pk]
        return super().to_representation(rows)


class PartOutput(serializers.Serializer[Part]):
    """A part with its figures over all stores (domain rules e.2)."""

    code = serializers.CharField()
    name = Named()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    part_class = code_of("part_class")
    function = serializers.CharField(source="part_class.function")
    use = serializers.CharField(source="part_class.use")
    frequency = serializers.CharField(source="part_class.frequency")
    shelf = serializers.CharField(source="part_class.shelf")
    tracked = serializers.CharField()
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    minimum_order = serializers.IntegerField()
    pack_size = serializers.IntegerField()
    lead_time_days = serializers.IntegerField()
    warranty_months = serializers.IntegerField()
    is_original = serializers.BooleanField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()
    on_hand = serializers.IntegerField(source="figures.on_hand")
    reserved = serializers.IntegerField(source="figures.reserved")
    on_order = serializers.IntegerField(source="figures.on_order")
    proposed = serializers.IntegerField(source="figures.proposed")
    backorders = serializers.IntegerField(source="figures.backorders")
    position = serializers.IntegerField(source="figures.position")
    available = serializers.IntegerField(source="figures.available")
    carried = serializers.IntegerField(source="figures.carried")
    blocked = serializers.IntegerField(source="figures.blocked")
    reorder_point = serializers.IntegerField(source="figures.reorder_point")
    safety_stock = serializers.IntegerField(source="figures.safety_stock")

    class Meta:
        list_serializer_class = PartList

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if not hasattr(instance, "figures"):
            instance.figures = queries.figures([instance.pk])[instance.pk]
        return super().to_representation(instance)


class LocationOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.CharField()
    branch = serializers.CharField(source="branch.code", default=None, allow_null=True)
    holder = serializers.CharField(source="holder.user.username", default=None, allow_null=True)


class EntryOutput(serializers.Serializer[Any]):
    part = code_of("part")
    location = code_of("location")
    quantity = serializers.IntegerField()
    serial = serializers.CharField(source="serial.serial", default=None, allow_null=True)


class MoveOutput(serializers.Serializer[Any]):
    """A movement with both its sides; quantities of one part sum to zero."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    at = Instant()
    actor = user_of("actor")
    reason = serializers.CharField()
    reservation = serializers.IntegerField(source="reservation_id", allow_null=True)
    reference = serializers.CharField(source="reservation.reference", default="")
    entries = EntryOutput(many=True)


class ReservationOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    part = code_of("part")
    location = code_of("location")
    quantity = serializers.IntegerField()
    returned_quantity = serializers.IntegerField()
    reference = serializers.CharField()
    status = serializers.CharField()
    serials = serializers.SerializerMethodField()
    created_at = Instant()
    issued_at = Instant(allow_null=True)
    issued_by = user_of("issued_by")
    version = serializers.IntegerField()

    def get_serials(self, reservation: Any) -> list[str]:
        return sorted(serial.serial for serial in reservation.serials.all())


class ProposalOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    part = code_of("part")
    location = code_of("location")
    quantity = serializers.IntegerField()
    status = serializers.CharField()
    calculation = serializers.JSONField()
    reason = serializers.CharField()
    created_at = Instant()
    created_by = user_of("created_by")
    decided_at = Instant(allow_null=True)
    decided_by = user_of("decided_by")
    version = serializers.IntegerField()


class DecisionOutput(serializers.Serializer[Any]):
    status = serializers.CharField()
    quantity = serializers.IntegerField()
    reason = serializers.CharField()
    decided_at = Instant(allow_null=True)
    decided_by = user_of("decided_by")


class SupplierOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = Named()
    qualification = serializers.IntegerField(allow_null=True)
    reputation = serializers.IntegerField(allow_null=True)
    quality = serializers.IntegerField(allow_null=True)
    price = serializers.IntegerField(allow_null=True)
    delivery = serializers.IntegerField(allow_null=True)
    evaluated_at = Instant(allow_null=True)
    version = serializers.IntegerField()


class OrderLineOutput(serializers.Serializer[Any]):
    part = code_of("part")
    proposal = serializers.IntegerField(source="proposal_id")
    quantity = serializers.IntegerField()
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2)
    received = serializers.IntegerField()
    accepted = serializers.IntegerField(label=_("合格数量"))
    rejected = serializers.IntegerField(label=_("不合格数量"))


class OrderOutput(serializers.Serializer[Any]):
    number = serializers.CharField()
    supplier = code_of("supplier")
    location = code_of("location")
    status = serializers.CharField()
    due_on = serializers.DateField()
    quality_standard = serializers.CharField()
    after_sales_terms = serializers.CharField()
    ordered_at = Instant()
    closed_at = Instant(allow_null=True)
    reason = serializers.CharField()
    lines = OrderLineOutput(many=True)
    version = serializers.IntegerField()


class ReceiptOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    part = code_of("line.part")
    quantity = serializers.IntegerField()
    serials = serializers.ListField(child=serializers.CharField())
    delivery_note = serializers.CharField()
    at = Instant()


class InspectionOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    part = code_of("line.part")
    appearance = serializers.BooleanField()
    size = serializers.BooleanField()
    performance = serializers.BooleanField()
    marking = serializers.BooleanField()
    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    failed_serials = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()
    at = Instant()


class PolicyOutput(serializers.Serializer[Any]):
    part = code_of("part")
    location = code_of("location")
    safety_stock = serializers.IntegerField()
    reorder_point = serializers.IntegerField()
    reorder_quantity = serializers.IntegerField()

"""Bodies of requests; parts, places and people are named by their codes."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from rest_framework import serializers

from parts.models import Location, Part, PartClass, PurchaseProposal, Supplier
from parts.states import Clearance, Frequency, Function, Tracking, Use
from service_center.kernel.api.naming import IdOf, NameOf
from service_center.kernel.api.serializers import StrictSerializer, Text
from staff.models import Branch, Person

PIECES: Final = 1_000_000
CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class PartCode(NameOf):
    def rows(self, user: Any) -> QuerySet[Part]:
        return Part.objects.visible_to(user)


class LocationCode(NameOf):
    def rows(self, user: Any) -> QuerySet[Location]:
        return Location.objects.visible_to(user)


class Username(NameOf):
    """A colleague by user name."""

    called = "user__username"

    def rows(self, user: Any) -> QuerySet[Person]:
        return Person.objects.visible_to(user).select_related("user", "branch")


class ProposalId(IdOf):
    def rows(self, user: Any) -> QuerySet[PurchaseProposal]:
        return PurchaseProposal.objects.visible_to(user)


def score() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=100)


def pieces(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(**({"min_value": 1, "max_value": PIECES} | options))


def serials() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=500
    )


class ClassInput(StrictSerializer):
    code = serializers.RegexField(CODE, max_length=20)
    name_zh = serializers.CharField(max_length=80)
    name_en = serializers.CharField(max_length=80)
    function = serializers.ChoiceField(Function.choices)
    use = serializers.ChoiceField(Use.choices)
    frequency = serializers.ChoiceField(Frequency.choices)
    shelf = serializers.CharField(max_length=20)


class PartInput(StrictSerializer):
    code = serializers.RegexField(CODE, max_length=40)
    name_zh = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)
    part_class = serializers.SlugRelatedField(slug_field="code", queryset=PartClass.objects.all())
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    tracked = serializers.ChoiceField(Tracking.choices, required=False, default=Tracking.NONE)
    minimum_order = pieces(required=False, default=1)
    pack_size = pieces(required=False, default=1)
    lead_time_days = serializers.IntegerField(min_value=0, max_value=3650, required=False, default=7)
    warranty_months = serializers.IntegerField(min_value=0, max_value=600, required=False, default=0)
    is_original = serializers.BooleanField(required=False, default=True)


class PartChange(StrictSerializer):
    name_zh = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)
    part_class = serializers.SlugRelatedField(slug_field="code", queryset=PartClass.objects.all())
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    minimum_order = pieces()
    pack_size = pieces()
    lead_time_days = serializers.IntegerField(min_value=0, max_value=3650)
    warranty_months = serializers.IntegerField(min_value=0, max_value=600)
    is_original = serializers.BooleanField()
    is_active = serializers.BooleanField()


class PolicyInput(StrictSerializer):
    location = LocationCode()
    safety_stock = serializers.IntegerField(min_value=0, max_value=PIECES, required=False)
    reorder_point = serializers.IntegerField(min_value=0, max_value=PIECES, required=False)
    reorder_quantity = pieces()


class AdjustmentInput(StrictSerializer):
    part = PartCode()
    location = LocationCode()
    quantity = serializers.IntegerField(min_value=-PIECES, max_value=PIECES)
    serials = serials()
    reason = Text(max_length=500)


class QuarantineInput(StrictSerializer):
    location = LocationCode()
    quantity = pieces()
    serials = serials()
    reason = Text(max_length=500)


class ClearanceInput(StrictSerializer):
    branch = serializers.SlugRelatedField(slug_field="code", queryset=Branch.objects.all())
    quantity = pieces()
    serials = serials()
    outcome = serializers.ChoiceField(Clearance.choices)


class CarriedInput(StrictSerializer):
    person = Username()
    quantity = pieces()
    serials = serials()


class IssueInput(StrictSerializer):
    serials = serials()


class ReturnInput(StrictSerializer):
    quantity = pieces()
    serials = serials()


class ProposalInput(StrictSerializer):
    part = PartCode()
    location = LocationCode()
    quantity = pieces()
    reason = Text(max_length=500)


class DecisionInput(StrictSerializer):
    approve = serializers.BooleanField()
    quantity = pieces(required=False, allow_null=True, default=None)
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class SupplierInput(StrictSerializer):
    code = serializers.RegexField(CODE, max_length=20)
    name_zh = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)


class EvaluationInput(StrictSerializer):
    qualification = score()
    reputation = score()
    quality = score()
    price = score()
    delivery = score()


class OrderLineInput(StrictSerializer):
    proposal = ProposalId()
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)


class OrderInput(StrictSerializer):
    supplier = serializers.SlugRelatedField(slug_field="code", queryset=Supplier.objects.all())
    lines = serializers.ListField(child=OrderLineInput(), min_length=1, max_length=100)
    due_on = serializers.DateField()
    quality_standard = Text(max_length=500)
    after_sales_terms = Text(max_length=500)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[tuple[PurchaseProposal, Any]]:
        return [(line["proposal"], line["unit_price"]) for line in lines]


class CancellationInput(StrictSerializer):
    reason = Text(max_length=500)


class ReceiptInput(StrictSerializer):
    part = PartCode()
    quantity = pieces()
    serials = serials()
    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class InspectionInput(StrictSerializer):
    part = PartCode()
    appearance = serializers.BooleanField()
    size = serializers.BooleanField()
    performance = serializers.BooleanField()
    marking = serializers.BooleanField()
    passed = pieces(min_value=0)
    failed = pieces(min_value=0)
    failed_serials = serials()
    note = Text(max_length=500, required=False, allow_blank=True, default="")

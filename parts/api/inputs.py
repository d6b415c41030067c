"""Bodies of requests; parts, places and people are named by their codes."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from rest_framework import serializers

from parts.models import Location, Part, PartClass, PurchaseProposal, Supplier
from parts.states import Clearance, Frequency, Function, Tracking, Use
from service_center.kernel.api.serializers import StrictSerializer, Text
from staff.models import Branch, Person

PIECES: Final = 1_000_000
CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class Seen(serializers.SlugRelatedField[Any]):
    """A row named by a code, among those the user may see."""

    def get_queryset(self) -> QuerySet[Any]:
        rows, request = super().get_queryset(), self.context.get("request")
        assert rows is not None  # each use names its rows
        if request is None:
            return rows
        seen: QuerySet[Any] = rows.model._default_manager.visible_to(request.user)
        return seen


def part() -> Seen:
    return Seen(slug_field="code", queryset=Part.objects.all())


def location() -> Seen:
    return Seen(slug_field="code", queryset=Location.objects.all())


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
    location = location()
    safety_stock = serializers.IntegerField(min_value=0, max_value=PIECES, required=False)
    reorder_point = serializers.IntegerField(min_value=0, max_value=PIECES, required=False)
    reorder_quantity = pieces()


class AdjustmentInput(StrictSerializer):
    part = part()
    location = location()
    quantity = serializers.IntegerField(min_value=-PIECES, max_value=PIECES)
    serials = serials()
    reason = Text(max_length=500)


class QuarantineInput(StrictSerializer):
    location = location()
    quantity = pieces()
    serials = serials()
    reason = Text(max_length=500)


class ClearanceInput(StrictSerializer):
    branch = serializers.SlugRelatedField(slug_field="code", queryset=Branch.objects.all())
    quantity = pieces()
    serials = serials()
    outcome = serializers.ChoiceField(Clearance.choices)


class CarriedInput(StrictSerializer):
    person = serializers.SlugRelatedField(
        slug_field="user__username", queryset=Person.objects.select_related("user", "branch")
    )
    quantity = pieces()
    serials = serials()


class IssueInput(StrictSerializer):
    serials = serials()


class ReturnInput(StrictSerializer):
    quantity = pieces()
    serials = serials()


class ProposalInput(StrictSerializer):
    part = part()
    location = location()
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
    proposal = serializers.PrimaryKeyRelatedField(queryset=PurchaseProposal.objects.all())
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
    part = part()
    quantity = pieces()
    serials = serials()
    delivery_note = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class InspectionInput(StrictSerializer):
    part = part()
    appearance = serializers.BooleanField()
    size = serializers.BooleanField()
    performance = serializers.BooleanField()
    marking = serializers.BooleanField()
    passed = pieces(min_value=0)
    failed = pieces(min_value=0)
    failed_serials = serials()
    note = Text(max_length=500, required=False, allow_blank=True, default="")

"""Bodies of requests, exactly as contract C writes them. Shape only: what they mean is for the verbs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.states import Proof, Zone
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from tickets import states
from tickets.api.fields import Base64Image, LineCode, PartCode, Username

Choice = serializers.ChoiceField


class AddressInput(StrictSerializer):
    province = Text(max_length=40, required=False, allow_blank=True)
    city = Text(max_length=40, required=False, allow_blank=True)
    district = Text(max_length=60, required=False, allow_blank=True)
    zone = Choice(Zone.choices)
    detail = Text(max_length=400)


class ContactPersonInput(StrictSerializer):
    name = Text(max_length=120)
    phone = Text(max_length=40)
    relation = Text(max_length=40, required=False, allow_blank=True)


class CustomerInput(StrictSerializer):
    """`{id}` of a file, or name, phone and address of a new one (TKT-04)."""

    id = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    name = Text(max_length=120, required=False)
    phone = Text(max_length=40, required=False)
    address = AddressInput(required=False)
    contact = ContactPersonInput(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = () if "id" in attrs else ("name", "phone", "address")
        missing = {name: [_("请填写。")] for name in wanted if name not in attrs}
        if missing:
            raise serializers.ValidationError(missing, code="required")
        return attrs


class UnitInput(StrictSerializer):
    """`{id}` of a known unit, or model and serial number of a new one."""

    id = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    product_model = Text(max_length=40, required=False)
    serial = Text(max_length=60, required=False)
    purchased_on = serializers.DateField(required=False, allow_null=True)
    proof = Choice(Proof.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = () if "id" in attrs else ("product_model", "serial")
        missing = {name: [_("请填写。")] for name in wanted if name not in attrs}
        if missing:
            raise serializers.ValidationError(missing, code="required")
        return attrs


class TicketInput(StrictSerializer):
    channel = Choice(states.Channel.choices)
    reported_at = Instant(required=False)
    customer = CustomerInput()
    unit = UnitInput(required=False, allow_null=True)
    symptom = Text(required=False, allow_blank=True)
    subject = Text(max_length=120)
    description = Text()
    demand = Choice(states.Demand.choices)
    promised_at = Instant(required=False, allow_null=True)


class TicketChange(StrictSerializer):
    subject = Text(max_length=120)
    description = Text()
    symptom = Text(allow_blank=True)
    demand = Choice(states.Demand.choices)
    promised_at = Instant(allow_null=True)
    contact = serializers.IntegerField(allow_null=True, min_value=1, max_value=2**62)


class VerificationInput(StrictSerializer):
    confirmed = serializers.BooleanField()
    note = Text(required=False, allow_blank=True)


class AnswerInput(StrictSerializer):
    text = Text()


class TriageInput(StrictSerializer):
    nature = Choice(states.Nature.choices)
    product_line = LineCode(allow_null=True)
    tier = Choice(states.Tier.choices)
    complexity = Choice(states.Complexity.choices)
    service_category = Choice(states.ServiceCategory.choices)
    mode = Choice(states.Mode.choices)
    is_critical = serializers.BooleanField(required=False)


class AssignmentInput(StrictSerializer):
    engineer = Username()
    expected_at = Instant()


class AcceptanceInput(StrictSerializer):
    accepted = serializers.BooleanField()
    reason = Text(required=False, allow_blank=True)


class ContactInput(StrictSerializer):
    at = Instant(required=False, source="occurred_at")
    channel = Choice(states.ContactChannel.choices)
    outcome = Choice(states.ContactOutcome.choices)
    note = Text(required=False, allow_blank=True)


class AppointmentInput(StrictSerializer):
    starts_at = Instant()
    ends_at = Instant()
    place = Text(max_length=400)


class DropInput(StrictSerializer):
    reason = Text(required=False, allow_blank=True, default="")
    customer_absent = serializers.BooleanField(required=False, default=True)


class PresenceInput(StrictSerializer):
    """Where and when the engineer came or left; both optional (APT-02)."""

    at = Instant(required=False, source="occurred_at")
    latitude = serializers.DecimalField(9, 6, required=False, allow_null=True, min_value=-90, max_value=90)
    longitude = serializers.DecimalField(9, 6, required=False, allow_null=True, min_value=-180, max_value=180)


class DiagnosisInput(StrictSerializer):
    fault_class = Choice(states.FaultClass.choices)
    fault_code = Text(max_length=40, required=False, allow_blank=True)
    cause = Text()
    plan = Text()
    readings = serializers.DictField(child=Text(max_length=200), required=False)


class ConsentInput(StrictSerializer):
    plan = Text()
    amount = serializers.DecimalField(12, 2, min_value=0)
    method = Choice(states.ConsentMethod.choices)
    signed_by = Text(max_length=80)


class NoticeInput(StrictSerializer):
    channel = Choice(states.ContactChannel.choices)
    text = Text()


class HoldInput(StrictSerializer):
    reason = Choice(states.HoldReason.choices)
    notice = NoticeInput()


class PartLineInput(StrictSerializer):
    part = PartCode()
    quantity = serializers.IntegerField(min_value=1, max_value=100_000)
    serials = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=500
    )
    source: Any = Choice(states.PartSource.choices, required=False)  # DRF's own attribute has another type


class FaultyPartInput(StrictSerializer):
    part_line = serializers.IntegerField(min_value=1, max_value=2**62)
    disposition = Choice(states.Disposition.choices)
    serial = Text(max_length=60, required=False, allow_blank=True)


class TimeEntryInput(StrictSerializer):
    category = Choice(states.ServiceCategory.choices)
    started_at = Instant()
    minutes = serializers.IntegerField(min_value=1, max_value=1440)


class EscalationInput(StrictSerializer):
    to = Choice(states.EscalationTarget.choices)
    reason = Text()


class ReportWords(StrictSerializer):
    work_done = Text()
    tested = serializers.BooleanField()
    demonstrated = serializers.BooleanField()
    customer_comment = Text(required=False, allow_blank=True)


class SignatureInput(StrictSerializer):
    png = Base64Image()
    signed_by = Text(max_length=80)
    report_hash = serializers.RegexField(r"^[0-9a-fA-F]{64}$", max_length=64)


class ReportInput(ReportWords):
    signature = serializers.IntegerField(min_value=1, max_value=2**62)


class ResultCallInput(StrictSerializer):
    outcome = Choice(states.ContactOutcome.choices)
    satisfied = serializers.BooleanField(required=False, allow_null=True)
    reason = Text(required=False, allow_blank=True)


class ReasonInput(StrictSerializer):
    reason = Text()


class HandoverInput(StrictSerializer):
    owner = Username()

"""Bodies of the complaint's nouns."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from complaints.api.fields import CustomerId, ProductCode, TicketNumber, UnitId, Username
from complaints.states import Channel, Complexity, Gravity, Level, Method, Outcome, ReplyChannel
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text


class ComplaintInput(StrictSerializer):
    """The record of CMP-02; `simple` is the answer given at once."""

    customer = CustomerId(required=False)
    ticket = TicketNumber(required=False)
    unit = UnitId(required=False)
    channel = serializers.ChoiceField(choices=Channel.choices)
    content = Text()
    product = ProductCode(required=False)
    fault = Text(required=False, allow_blank=True)
    evidence = Text(required=False, allow_blank=True)
    apology = Text()
    simple = Text(required=False)
    owner = Username(required=False)
    reported_at = Instant(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "customer" not in attrs and "ticket" not in attrs:
            raise serializers.ValidationError({"customer": _("请指明客户或工单。")}, code="required")
        return attrs


class PromiseInput(StrictSerializer):
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    text = Text()


class GradingInput(StrictSerializer):
    """`reply`: what the customer was told with the grading; it counts as the response within 24 hours."""

    gravity = serializers.ChoiceField(choices=Gravity.choices)
    complexity = serializers.ChoiceField(choices=Complexity.choices)
    reply = PromiseInput(required=False)


class VerificationInput(StrictSerializer):
    founded = serializers.BooleanField()
    evidence = Text()


class TeamInput(StrictSerializer):
    leader = Username()
    members = serializers.ListField(child=Username(), allow_empty=False, max_length=30)


class FindingInput(StrictSerializer):
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=Method.choices), allow_empty=False, max_length=4
    )
    root_cause = Text()
    responsibility = Text()


class MilestoneInput(StrictSerializer):
    step = Text(max_length=300)
    due_on = serializers.DateField()


class AgreementInput(StrictSerializer):
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    note = Text()


class PlanInput(StrictSerializer):
    """`agreement`: how the customer agreed to the solution (CMP-10)."""

    text = Text()
    department = Text(max_length=120)
    responsible = Username()
    timetable = serializers.ListField(child=MilestoneInput(), allow_empty=False, max_length=50)
    agreement = AgreementInput(required=False)


class ExecutionInput(StrictSerializer):
    report = Text()


class ResultInput(StrictSerializer):
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    text = Text()


class SatisfactionInput(StrictSerializer):
    satisfied = serializers.BooleanField()
    reason = Text(required=False, allow_blank=True)


class ClosureInput(StrictSerializer):
    """`reason` only to close unresolved: that is asked of the manager and answers 202 (CF-28)."""

    reason = Text(required=False)


class AnswerInput(StrictSerializer):
    text = Text()


class ContactInput(StrictSerializer):
    at = Instant(required=False, source="occurred_at")
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = Text(required=False, allow_blank=True)


class ReminderInput(StrictSerializer):
    text = Text()


class EscalationInput(StrictSerializer):
    to = serializers.ChoiceField(choices=Level.choices)
    reason = Text()


class HandoverInput(StrictSerializer):
    owner = Username()


class VisitInput(StrictSerializer):
    visitor = Username()
    note = Text()
    at = Instant(required=False, source="visited_at")

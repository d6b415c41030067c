"""Complaints and their steps as the REST interface shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from complaints.models import Complaint
from complaints.queries import steps
from complaints.states import Channel, Complexity, Gravity, Level, Method, Outcome, ReplyChannel, Status
from service_center.kernel import clocks
from service_center.kernel.api.clocks import ClockOutput
from service_center.kernel.api.serializers import Instant
from service_center.kernel.commands import allowed_nouns


class CustomerRef(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(source="masked_phone")


class ComplaintRef(serializers.Serializer[Any]):
    """What a noun answers of its complaint."""

    number = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    version = serializers.IntegerField()


class ComplaintLine(ComplaintRef):
    """A complaint in a list."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    customer = CustomerRef()
    ticket = serializers.CharField(source="ticket.number", default=None, allow_null=True)
    product = serializers.CharField(source="product_model.code", default=None, allow_null=True)
    branch = serializers.CharField(source="branch.code")
    owner = serializers.CharField(source="owner.user.username")
    gravity = serializers.ChoiceField(choices=Gravity.choices, allow_blank=True)
    complexity = serializers.ChoiceField(choices=Complexity.choices, allow_blank=True)
    founded = serializers.BooleanField(allow_null=True)
    reported_at = Instant()
    registered_at = Instant()
    closed_at = Instant(allow_null=True)


class ComplaintOutput(ComplaintLine):
    """A complaint with its record, its clocks and the nouns it allows now."""

    content = serializers.CharField()
    fault = serializers.CharField(allow_blank=True)
    evidence = serializers.CharField(allow_blank=True)
    apology = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    visit_required = serializers.BooleanField()
    visited_at = Instant(allow_null=True)
    open_tasks = serializers.SerializerMethodField()
    allowed = serializers.SerializerMethodField()
    clocks = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(["visit", "letter"])))
    def get_open_tasks(self, complaint: Complaint) -> list[str]:
        return complaint.open_tasks(letter_sent=steps.letter_sent(complaint))

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_allowed(self, complaint: Complaint) -> list[str]:
        return allowed_nouns(complaint)

    @extend_schema_field(ClockOutput(many=True))
    def get_clocks(self, complaint: Complaint) -> list[dict[str, Any]]:
        return list(ClockOutput(clocks.for_subject(complaint), many=True).data)


class GradingOutput(serializers.Serializer[Any]):
    gravity = serializers.ChoiceField(choices=Gravity.choices)
    complexity = serializers.ChoiceField(choices=Complexity.choices)
    owner = serializers.CharField(source="owner.user.username")


class _Done(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = Instant()


class VerificationOutput(_Done):
    founded = serializers.BooleanField()
    evidence = serializers.CharField()


class TeamOutput(_Done):
    leader = serializers.CharField(source="leader.user.username")
    members = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_members(self, group: Any) -> list[str]:
        return list(group.members.order_by("user__username").values_list("user__username", flat=True))


class FindingOutput(_Done):
    methods = serializers.ListField(child=serializers.ChoiceField(choices=Method.choices))
    root_cause = serializers.CharField()
    responsibility = serializers.CharField()


class MilestoneOutput(serializers.Serializer[Any]):
    step = serializers.CharField()
    due_on = serializers.CharField()


class PlanOutput(_Done):
    number = serializers.IntegerField()
    text = serializers.CharField()
    department = serializers.CharField()
    responsible = serializers.CharField(source="responsible.user.username")
    timetable = MilestoneOutput(many=True)
    carried_out_at = Instant(allow_null=True)
    report = serializers.CharField(allow_blank=True)


class ReplyOutput(_Done):
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    text = serializers.CharField()


class SatisfactionOutput(_Done):
    satisfied = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class ClosureOutput(serializers.Serializer[Any]):
    closed_at = Instant(allow_null=True)
    unsatisfied = serializers.BooleanField(source="closed_unsatisfied")
    reason = serializers.CharField(source="close_reason", allow_blank=True)


class AnswerOutput(serializers.Serializer[Any]):
    text = serializers.CharField(source="answer")
    closed_at = Instant(allow_null=True)


class ContactOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = Instant(source="occurred_at")
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = serializers.CharField(allow_blank=True)


class ReminderOutput(_Done):
    to = serializers.CharField(source="to.user.username")
    text = serializers.CharField()


class EscalationOutput(_Done):
    to = serializers.ChoiceField(choices=Level.choices, source="level")
    reason = serializers.CharField()


class HandoverOutput(serializers.Serializer[Any]):
    owner = serializers.CharField(source="owner.user.username")


class VisitOutput(serializers.Serializer[Any]):
    visitor = serializers.CharField(source="visitor.user.username")
    note = serializers.CharField(source="visit_note")
    at = Instant(source="visited_at")

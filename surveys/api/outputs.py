"""Invitations, follow-ups and rectifications as the REST interface shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from service_center.kernel.api.serializers import Instant
from surveys.states import (
    AnswerChannel,
    Cause,
    Channel,
    OpinionKind,
    Outcome,
    RectificationStatus,
    Status,
)


class CustomerRef(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(source="masked_phone")


class AnswerOutput(serializers.Serializer[Any]):
    questionnaire = serializers.CharField(source="questionnaire.code")
    question = serializers.CharField()
    value = serializers.IntegerField()
    scale_min = serializers.IntegerField()
    scale_max = serializers.IntegerField()
    score = serializers.DecimalField(max_digits=5, decimal_places=2)


class InvitationOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.number", default=None, allow_null=True)
    customer = CustomerRef()
    branch = serializers.CharField(source="branch.code")
    sent_at = Instant()
    sent_count = serializers.IntegerField()
    expires_at = Instant()
    answered_at = Instant(allow_null=True)
    channel = serializers.ChoiceField(choices=AnswerChannel.choices, allow_blank=True)
    score = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    comment_kind = serializers.ChoiceField(choices=OpinionKind.choices, allow_blank=True)
    answers = AnswerOutput(many=True)


class InvitationRef(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    answered_at = Instant(allow_null=True)
    expires_at = Instant()


class FollowUpRef(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    version = serializers.IntegerField()


class FollowUpOutput(FollowUpRef):
    ticket = serializers.CharField(source="ticket.number", default=None, allow_null=True)
    complaint = serializers.CharField(source="complaint.number", default=None, allow_null=True)
    customer = CustomerRef()
    branch = serializers.CharField(source="branch.code")
    owner = serializers.CharField(source="owner.user.username", default=None, allow_null=True)
    cause = serializers.ChoiceField(choices=Cause.choices)
    due_at = Instant()
    opened_at = Instant()
    requested_at = Instant(allow_null=True)
    attempts = serializers.IntegerField(source="attempt_count")
    completed_at = Instant(allow_null=True)
    solved = serializers.BooleanField(allow_null=True)
    polite = serializers.BooleanField(allow_null=True)
    missing = serializers.CharField(allow_blank=True)
    satisfied = serializers.BooleanField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)


class AttemptOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = Instant()
    channel = serializers.ChoiceField(choices=Channel.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = serializers.CharField(allow_blank=True)


class OutcomeOutput(serializers.Serializer[Any]):
    solved = serializers.BooleanField()
    polite = serializers.BooleanField()
    missing = serializers.CharField(allow_blank=True)
    satisfied = serializers.BooleanField()
    score = serializers.IntegerField(allow_null=True)


class OwnerOutput(serializers.Serializer[Any]):
    owner = serializers.CharField(source="owner.user.username")


class RectificationRef(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=RectificationStatus.choices)
    version = serializers.IntegerField()


class RectificationOutput(RectificationRef):
    ticket = serializers.CharField(source="ticket.number", default=None, allow_null=True)
    invitation = serializers.IntegerField(source="invitation_id", allow_null=True)
    follow_up = serializers.IntegerField(source="follow_up_id", allow_null=True)
    branch = serializers.CharField(source="branch.code")
    engineer = serializers.CharField(source="engineer.user.username", default=None, allow_null=True)
    owner = serializers.CharField(source="owner.user.username", default=None, allow_null=True)
    score = serializers.DecimalField(max_digits=5, decimal_places=2)
    opened_at = Instant()
    due_at = Instant()
    cause = serializers.CharField(allow_blank=True)
    measure = serializers.CharField(allow_blank=True)
    result = serializers.CharField(allow_blank=True)
    completed_at = Instant(allow_null=True)

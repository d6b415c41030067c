"""Bodies of the nouns of invitations, follow-ups and rectifications."""

from __future__ import annotations

from rest_framework import serializers

from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from surveys.api.fields import Username
from surveys.states import AnswerChannel, Channel, OpinionKind, Outcome


class MarksInput(StrictSerializer):
    """Marks by questionnaire and question: `{"service": {"quality": 9, ...}, "card": {...}}`."""

    channel = serializers.ChoiceField(
        choices=[c for c in AnswerChannel.choices if c[0] != AnswerChannel.LINK]
    )
    marks = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=100))
    )
    comment = Text(required=False, allow_blank=True)
    comment_kind = serializers.ChoiceField(choices=OpinionKind.choices, required=False)


class AttemptInput(StrictSerializer):
    channel = serializers.ChoiceField(choices=Channel.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = Text(required=False, allow_blank=True)


class OutcomeInput(StrictSerializer):
    """The four questions of FUP-04 and the mark of 1-10."""

    solved = serializers.BooleanField()
    polite = serializers.BooleanField()
    missing = Text(allow_blank=True)
    satisfied = serializers.BooleanField()
    score = serializers.IntegerField(min_value=1, max_value=10, required=False)


class HandoverInput(StrictSerializer):
    owner = Username()


class AnalysisInput(StrictSerializer):
    cause = Text()
    measure = Text()
    owner = Username()
    due_at = Instant(required=False)


class CompletionInput(StrictSerializer):
    result = Text()

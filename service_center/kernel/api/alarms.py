"""What rungs told the user: acknowledge it, and finish the task it opened."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from service_center.kernel import alarms, clock_subjects
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from service_center.kernel.api.views import CollectionView, NounView, Output
from service_center.kernel.models import Alarm, AlarmTask, RungAction


class AlarmOutput(serializers.Serializer[Any]):
    """A rung as it reached people: whom the ladder names, who was reached, who was passed over, who acknowledged."""

    id = serializers.IntegerField()
    clock = serializers.IntegerField(source="clock_id")
    kind = serializers.CharField(source="clock.kind")
    name = serializers.SerializerMethodField()
    rung = serializers.CharField()
    action = serializers.ChoiceField(choices=RungAction.choices)
    role = serializers.CharField()
    reached = serializers.CharField(allow_blank=True)
    passed = serializers.ListField(child=serializers.CharField())
    at = Instant()
    acknowledged_at = Instant(allow_null=True)
    acknowledged_by = serializers.CharField(source="acknowledged_by.username", default=None, allow_null=True)
    note = serializers.CharField(allow_blank=True)

    def get_name(self, alarm: Alarm) -> str:
        return clock_subjects.label(alarm.clock)


class AcknowledgementInput(StrictSerializer):
    note = Text(max_length=500, required=False, allow_blank=True, default="", label=_("说明"))


class CompletionInput(StrictSerializer):
    result = Text(label=_("处理结果"))


class TaskOutput(serializers.Serializer[Any]):
    opened_at = Instant()
    done_at = Instant(allow_null=True)
    result = serializers.CharField(allow_blank=True)

    class Meta:
        model = AlarmTask


class AlarmFilter(django_filters.FilterSet):
    ringing = django_filters.BooleanFilter(method="only_ringing", label=_("待确认"))

    class Meta:
        model = Alarm
        fields = ("ringing",)

    def only_ringing(self, rows: QuerySet[Alarm], name: str, value: bool) -> QuerySet[Alarm]:
        ringing = Alarm.objects.ringing().values("pk")
        return rows.filter(pk__in=ringing) if value else rows.exclude(pk__in=ringing)


class Alarms(CollectionView):
    """What the user was told of deadlines, newest first."""

    model = Alarm
    output = AlarmOutput
    filterset_class = AlarmFilter
    shown = staticmethod(lambda rows: rows.select_related("clock", "acknowledged_by"))
    tag: ClassVar[str] = "clocks"
    name = "alarm"


class Acknowledgement(NounView):
    """Have it in hand: nothing more climbs on this ladder."""

    model = Alarm
    lookup = "pk"
    parent = "alarm"
    parent_output: ClassVar[Output] = AlarmOutput
    noun = "acknowledgement"
    input = AcknowledgementInput
    verb = staticmethod(alarms.acknowledge)
    tag: ClassVar[str] = "clocks"


class Completion(NounView):
    """Finish the task that the rung opened, with what came of it."""

    model = Alarm
    lookup = "pk"
    parent = "alarm"
    parent_output: ClassVar[Output] = AlarmOutput
    noun = "completion"
    input = CompletionInput
    output = TaskOutput
    verb = staticmethod(alarms.complete)
    tag: ClassVar[str] = "clocks"

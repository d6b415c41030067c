"""The deadlines of a row, the same on every row's `clocks/`, and why each stands where it stands."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import clock_story, clock_subjects, clocks, commands, explaining
from service_center.kernel.api.serializers import Instant
from service_center.kernel.api.views import Door, NounView
from service_center.kernel.clock_story import Version
from service_center.kernel.deadlines import Interval
from service_center.kernel.models import Clock, User


class ClockClause(serializers.Serializer[Any]):
    document = serializers.CharField()
    article = serializers.CharField()
    title = serializers.CharField()


class ClockOutput(serializers.Serializer[Any]):
    """One deadline: its rule and clause, where it stands, when it is due (null while it stands still)."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    rule = serializers.CharField()
    clause = ClockClause(allow_null=True)
    state = serializers.ChoiceField(choices=Clock.State.choices)
    cycle = serializers.IntegerField()
    target = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(label=_("计量单位"))
    calendar = serializers.CharField()
    started_at = Instant()
    due_at = Instant(allow_null=True)
    consumed_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField()
    breached_at = Instant(allow_null=True)

    def to_representation(self, instance: Clock) -> dict[str, Any]:
        return clocks.as_dict(instance, timezone.now())


class ClocksOf(NounView):
    """GET the row's deadlines, all on one page; set model, parent and lookup."""

    noun: ClassVar[str] = "clocks"
    output = ClockOutput

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        shown = ClockOutput(clocks.for_subject(self.row(request)), many=True).data
        return Response({"results": shown, "next": None, "previous": None})


class IntervalOutput(serializers.Serializer[Any]):
    """A stretch that counts or does not: reason as a code, the day's name or the pause's reason, and the same in words."""

    start = Instant()
    end = Instant()
    counted = serializers.BooleanField()
    seconds = serializers.FloatField()
    reason = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    text = serializers.SerializerMethodField()

    def get_text(self, line: Interval) -> str:
        return clock_story.why(line)


class VersionOutput(serializers.Serializer[Any]):
    """A limit as it stood until the next one: rule, clause and calendar with their versions, and where it led."""

    number = serializers.IntegerField()
    began = serializers.CharField()
    since = Instant()
    until = Instant(allow_null=True)
    rule = serializers.CharField(source="event.rule.code")
    rule_version = serializers.IntegerField(source="event.rule.version")
    clause = serializers.SerializerMethodField()
    target = serializers.CharField()
    calendar = serializers.CharField(source="calendar.calendar.code")
    calendar_version = serializers.IntegerField(source="calendar.number")
    state = serializers.ChoiceField(choices=Clock.State.choices, source="fold.state")
    due_at = Instant(source="fold.due_at", allow_null=True)
    breached_at = Instant(source="fold.breached_at", allow_null=True)
    consumed_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField()
    intervals = IntervalOutput(many=True)

    @extend_schema_field(ClockClause(allow_null=True))
    def get_clause(self, version: Version) -> dict[str, Any] | None:
        return explaining.clause_of(version.event.rule) if version.event.rule else None


class HolderOutput(serializers.Serializer[Any]):
    """Who had the case from when to when; how long by the wall clock, and how much of it counted."""

    name = serializers.CharField()
    part = serializers.CharField()
    start = Instant()
    end = Instant()
    seconds = serializers.FloatField()
    counted_seconds = serializers.FloatField(source="counted")


class LadderOutput(serializers.Serializer[Any]):
    """A rung: fired, skipped (past when the clock was set), cancelled, coming, waiting (paused), never (stopped)."""

    rung = serializers.CharField(source="name")
    role = serializers.CharField()
    at = Instant(allow_null=True)
    state = serializers.CharField()


class ExplanationOutput(serializers.Serializer[Any]):
    """Why a clock stands where it stands."""

    clock = ClockOutput()
    summary = serializers.CharField()
    versions = VersionOutput(many=True)
    holders = HolderOutput(many=True)
    ladder = LadderOutput(many=True, source="steps")


class Explanation(Door):
    """GET why one deadline is due when it is: the last version is the one that stands."""

    operation_ids: ClassVar[dict[str, str]] = {"GET": "get_clock_explanation"}
    tag: ClassVar[str] = "clocks"
    model = Clock

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET"]

    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        assert isinstance(request.user, User)
        found = clock_subjects.find(pk, request.user)
        if found is None:
            raise Http404
        story = clock_story.tell(*found, commands.now())
        told = {
            "summary": explaining.why(story.clock, story.now),
            "clock": story.clock,
            "versions": story.versions,
        }
        told |= {"holders": story.holders, "steps": story.steps}
        return Response(ExplanationOutput(told).data)

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: ExplanationOutput}

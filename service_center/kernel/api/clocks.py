"""The deadlines of a row, the same on every row's `clocks/`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import clocks
from service_center.kernel.api.serializers import Instant
from service_center.kernel.api.views import NounView
from service_center.kernel.models import Clock


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

"""REST doors of the rulebook: rules, settings (edited under If-Match) and calendars."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import rulemaking, setting_changes
from service_center.kernel.api.serializers import Instant, StrictSerializer
from service_center.kernel.api.views import CollectionView, RowView, of_any
from service_center.kernel.languages import pick
from service_center.kernel.models import Calendar, Rule, Setting, VersionStatus
from service_center.kernel.models.rulebook import Versioned


class ClauseOutput(serializers.Serializer[Any]):
    """Document, article and title of the clause a row cites."""

    document = serializers.CharField(source="document.code")
    article = serializers.CharField()
    title = serializers.SerializerMethodField()

    def get_title(self, clause: Any) -> str:
        return pick(clause, "title")


class VersionOutput(serializers.Serializer[Any]):
    """What rules and settings share."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    conditions = serializers.JSONField()
    clause = ClauseOutput(allow_null=True)
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=VersionStatus.choices)
    valid_from = Instant(allow_null=True)
    valid_to = Instant(allow_null=True)
    alternative = serializers.BooleanField()
    mandatory = serializers.BooleanField()
    demo = serializers.BooleanField()
    conflicts = serializers.ListField(child=serializers.CharField())
    notes = serializers.CharField()

    def get_name(self, row: Versioned) -> str:
        return pick(row)


class RuleOutput(VersionOutput):
    value = serializers.DecimalField(max_digits=12, decimal_places=4, normalize_output=True)
    unit = serializers.ChoiceField(choices=Rule.Unit.choices, label=gettext_lazy("计量单位"))
    calendar = serializers.CharField(source="calendar.code")
    rungs = serializers.JSONField()
    pausing_reasons = serializers.ListField(child=serializers.CharField())


class SettingOutput(VersionOutput):
    kind = serializers.ChoiceField(choices=Setting.Kind.choices)
    value = serializers.JSONField()
    unit = serializers.CharField(label=gettext_lazy("计量单位"))
    minimum = serializers.DecimalField(
        max_digits=14, decimal_places=4, allow_null=True, normalize_output=True
    )
    maximum = serializers.DecimalField(
        max_digits=14, decimal_places=4, allow_null=True, normalize_output=True
    )
    choices = serializers.ListField(child=serializers.CharField())


class SettingChange(StrictSerializer):
    """A new value; `together` changes other settings (by key) in the same step, as a set of weights demands."""

    value = serializers.JSONField()
    together = serializers.DictField(child=serializers.JSONField(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "value" not in attrs:  # a PATCH of nothing
            raise ValidationError({"value": [_("请填写新值。")]}, code="required")
        return attrs


class CalendarOutput(serializers.Serializer[Any]):
    """Opening hours by weekday, and the dates that replace them."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    zone = serializers.CharField(label=gettext_lazy("时区"))
    weekly = serializers.JSONField()
    exceptions = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_name(self, row: Calendar) -> str:
        return pick(row)

    def get_exceptions(self, row: Calendar) -> dict[str, Any]:
        days = sorted(row.exceptions.all(), key=lambda day: day.on)
        return {day.on.isoformat(): {"windows": day.windows, "name": pick(day)} for day in days}


class VersionFilters(django_filters.FilterSet):
    code = django_filters.CharFilter()
    key = django_filters.CharFilter()
    document = django_filters.CharFilter("clause__document__code")
    conflict = django_filters.CharFilter("conflicts", lookup_expr="contains")
    status = django_filters.ChoiceFilter(choices=VersionStatus.choices)
    alternative = django_filters.BooleanFilter()
    mandatory = django_filters.BooleanFilter()
    demo = django_filters.BooleanFilter()
    in_force = django_filters.BooleanFilter(method="counting")
    search = django_filters.CharFilter(method="called")

    def counting(self, rows: QuerySet[Any], name: str, wanted: bool) -> QuerySet[Any]:
        counting = rows.in_force(timezone.now())  # type: ignore[attr-defined]  # VersionQuerySet
        return counting if wanted else rows.exclude(pk__in=counting.values("pk"))

    def called(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        words = Q(code__icontains=text) | Q(name_zh__contains=text) | Q(name_en__icontains=text)
        return rows.filter(words)


class RuleFilters(VersionFilters):
    class Meta:
        model = Rule
        fields = ()


class SettingFilters(VersionFilters):
    kind = django_filters.ChoiceFilter(choices=Setting.Kind.choices)

    class Meta:
        model = Setting
        fields = ()


class Rules(CollectionView):
    """Every version of every rule."""

    model, output, filterset_class = Rule, RuleOutput, RuleFilters
    name, tag = "rules", "rulebook"
    ordering = ("key", "-id")
    ordering_fields = ("key", "valid_from")

    def rows(self, request: Request) -> QuerySet[Rule]:
        return Rule.objects.with_clause().select_related("calendar")


class RuleRow(RowView):
    model, output, name, tag = Rule, RuleOutput, "rule", "rulebook"

    def rows(self, request: Request) -> QuerySet[Rule]:
        return Rule.objects.with_clause().select_related("calendar")


class Settings(CollectionView):
    """Settings as they stand: in force, approved as alternatives, and drafts; older versions by `status`."""

    model, output, filterset_class = Setting, SettingOutput, SettingFilters
    name, tag = "settings", "rulebook"
    ordering = ("key", "-id")
    ordering_fields = ("key",)

    def rows(self, request: Request) -> QuerySet[Setting]:
        rows = Setting.objects.with_clause()
        return rows if "status" in request.query_params else rows.current(timezone.now())


class DraftOutput(serializers.Serializer[Any]):
    """What somebody drafted and nobody else has agreed to."""

    version = serializers.IntegerField()
    value = serializers.JSONField()
    drafted_by = serializers.CharField(source="drafted_by.username")


class SettingDetail(SettingOutput):
    draft = serializers.SerializerMethodField()

    @extend_schema_field(DraftOutput(allow_null=True))
    def get_draft(self, row: Setting) -> Any:
        waiting = setting_changes.drafts(row).get(row.key)
        return None if waiting is None else DraftOutput(waiting).data


class SettingRow(RowView):
    """A setting by its key; PATCH drafts the next version (202), which counts when somebody else has agreed."""

    model, output, input = Setting, SettingDetail, SettingChange
    verb, may = staticmethod(setting_changes.change_setting), of_any(rulemaking.can_change)
    lookup, name, tag = "key", "setting", "rulebook"

    @staticmethod
    def standing(key: str) -> Setting:
        row = setting_changes.standing(key)
        if row is None:
            raise Http404
        return row

    def row(self, request: Request) -> Setting:
        return self.standing(self.kwargs["key"])

    def patch(self, request: Request, **kwargs: Any) -> Response:
        response = super().patch(request, **kwargs)
        response.status_code = 202
        return response

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {202: self.output} if method == "PATCH" else super().response_shapes(method)


class Calendars(CollectionView):
    model, output, name, tag = Calendar, CalendarOutput, "calendars", "rulebook"
    ordering = ("code",)

    def rows(self, request: Request) -> QuerySet[Calendar]:
        return Calendar.objects.prefetch_related("exceptions")


class CalendarRow(RowView):
    model, output, lookup, name, tag = Calendar, CalendarOutput, "code", "calendar", "rulebook"

    def rows(self, request: Request) -> QuerySet[Calendar]:
        return Calendar.objects.prefetch_related("exceptions")

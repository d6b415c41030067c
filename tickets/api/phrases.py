"""The words of the desk over REST: text templates and symptoms, and the templates filled in for a ticket."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel.api.serializers import StrictSerializer, Text
from service_center.kernel.api.views import CollectionView, RowView, of_any
from service_center.kernel.errors import Invalid
from tickets import permissions
from tickets.actions import phrases as words
from tickets.api.fields import BranchCode, LineCode
from tickets.api.outputs import Output
from tickets.api.views import TicketReading, page_of
from tickets.models import Symptom, TextTemplate
from tickets.queries import phrases
from tickets.states import TemplateKind

TAG = "tickets"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
Choice = serializers.ChoiceField


class TemplateChange(StrictSerializer):
    kind = Choice(TemplateKind.choices)
    name_zh = Text(max_length=80)
    name_en = Text(max_length=80, required=False, allow_blank=True)
    body_zh = Text()
    body_en = Text(required=False, allow_blank=True)
    active = serializers.BooleanField(required=False)


class TemplateInput(TemplateChange):
    code = serializers.RegexField(CODE, max_length=40)
    branch = BranchCode(required=False, allow_null=True)


class TemplateOutput(Output):
    code = serializers.CharField()
    kind = Choice(TemplateKind.choices)
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    body_zh = serializers.CharField()
    body_en = serializers.CharField()
    branch = serializers.CharField(source="branch.code", default=None, allow_null=True)
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class TemplateFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=TemplateKind.choices)
    active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(method="holding")

    class Meta:
        model = TextTemplate
        fields = ()

    def holding(self, rows: Any, name: str, value: str) -> Any:
        return rows.holding(value)


class TextTemplates(CollectionView):
    """The text templates one may use, with their placeholders as written."""

    model, output, input, verb = TextTemplate, TemplateOutput, TemplateInput, words.write_template
    filterset_class, name, tag, lookup = TemplateFilters, "text_template", TAG, "code"
    ordering, ordering_fields, may = ("code",), ("code",), permissions.can_write_symptom

    def rows(self, request: Request) -> QuerySet[TextTemplate]:
        return TextTemplate.objects.visible_to(request.user).select_related("branch")  # type: ignore[arg-type]  # a user


class OneTextTemplate(RowView):
    model, output, input, verb = TextTemplate, TemplateOutput, TemplateChange, words.edit_template
    name, tag, lookup, may = "text_template", TAG, "code", permissions.can_write_template

    def rows(self, request: Request) -> QuerySet[TextTemplate]:
        return TextTemplate.objects.visible_to(request.user).select_related("branch")  # type: ignore[arg-type]  # a user


class SymptomChange(StrictSerializer):
    name_zh = Text(max_length=60)
    name_en = Text(max_length=120, required=False, allow_blank=True)
    product_line = LineCode(required=False, allow_null=True)
    active = serializers.BooleanField(required=False)


class SymptomInput(SymptomChange):
    code = serializers.RegexField(CODE, max_length=40)


class SymptomOutput(Output):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    initials = serializers.CharField()
    product_line = serializers.CharField(source="product_line.code", default=None, allow_null=True)
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class SymptomFilters(django_filters.FilterSet):
    product_line = django_filters.CharFilter(field_name="product_line__code")
    active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(method="holding")

    class Meta:
        model = Symptom
        fields = ()

    def holding(self, rows: Any, name: str, value: str) -> Any:
        return rows.holding(value)


class Symptoms(CollectionView):
    """What the desk offers as symptoms, found by name or first letters of its pinyin."""

    model, output, input, verb = Symptom, SymptomOutput, SymptomInput, words.add_symptom
    filterset_class, name, tag, lookup = SymptomFilters, "symptom", TAG, "code"
    ordering, ordering_fields, may = ("code",), ("code",), permissions.can_write_symptom

    def rows(self, request: Request) -> QuerySet[Symptom]:
        return Symptom.objects.visible_to(request.user).select_related("product_line")  # type: ignore[arg-type]  # a user


class OneSymptom(RowView):
    model, output, input, verb = Symptom, SymptomOutput, SymptomChange, words.edit_symptom
    name, tag, lookup, may = "symptom", TAG, "code", of_any(permissions.can_write_symptom)

    def rows(self, request: Request) -> QuerySet[Symptom]:
        return Symptom.objects.visible_to(request.user).select_related("product_line")  # type: ignore[arg-type]  # a user


class FilledOutput(Output):
    code = serializers.CharField()
    kind = Choice(TemplateKind.choices)
    name = serializers.CharField()
    text = serializers.CharField()


class Filled(TicketReading):
    """The templates for this ticket in the reader's language, placeholders replaced."""

    operation_ids = {"GET": "list_ticket_text_templates"}

    @extend_schema(parameters=[OpenApiParameter("kind", str, enum=TemplateKind.values)])
    def get(self, request: Request, number: str) -> Response:
        kind = request.query_params.get("kind", "")
        if kind and kind not in TemplateKind.values:
            raise Invalid(field="kind")
        user: Any = request.user
        found = phrases.offered(self.ticket(request), user, kind=kind)
        return Response({"results": FilledOutput(found, many=True).data, "next": None, "previous": None})

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: page_of("TicketTextTemplates", FilledOutput)}

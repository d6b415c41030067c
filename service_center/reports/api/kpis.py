"""Figures over REST: value, numerator, denominator, the rows behind them and when they were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import access, commands
from service_center.kernel.api.pagination import Cursor
from service_center.kernel.api.serializers import Instant
from service_center.kernel.api.views import Door
from service_center.kernel.models import User
from service_center.reports.permissions import can_read_figures
from service_center.reports.queries import (
    catalogue,  # noqa: F401 - entering the figures is what importing it does
    figures,
)
from service_center.reports.queries.figures import CATALOGUE, Figure, Reading
from service_center.reports.queries.periods import Span
from service_center.reports.queries.rows import draw, related
from service_center.reports.queries.scope import Scope, last_days
from service_center.reports.queries.totals import totals
from staff.models import Branch, Person

FILTERS = {"since", "until", "branch", "person"}
PARTS = {"rows", "hits"}
ASKED = [
    OpenApiParameter("since", str, description="RFC 3339; default: 30 days ago"),
    OpenApiParameter("until", str, description="RFC 3339; default: now"),
    OpenApiParameter("branch", str),
    OpenApiParameter("person", str, description="username of an engineer"),
]
PAGED = [
    OpenApiParameter("part", str, enum=sorted(PARTS)),
    OpenApiParameter("cursor", str),
    OpenApiParameter("page_size", int),
]


class KpiOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.ChoiceField(choices=["percent", "count", "score", "hours"])
    formula = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the field is called source
    value = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    numerator = serializers.DecimalField(max_digits=14, decimal_places=2)
    denominator = serializers.IntegerField()
    rows_url = serializers.CharField()
    as_of = Instant()
    version = serializers.IntegerField()


class RowOutput(serializers.Serializer[Any]):
    title = serializers.CharField()
    detail = serializers.CharField()
    url = serializers.CharField()


def scope_of(request: Request, *also: str) -> Scope:
    """The scope a request asks for. Raises Forbidden, ValidationError for unknown or malformed parameters."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    access.require(can_read_figures, user)
    unknown = {n: [_("没有这个筛选条件。")] for n in request.query_params if n not in FILTERS | set(also)}
    if unknown:
        raise ValidationError(unknown, code="unknown_filter")
    scope = last_days(user, now=commands.now())
    for name in ("since", "until"):
        if text := request.query_params.get(name):
            scope = replace(scope, **{name: _instant(name, text)})
    if code := request.query_params.get("branch"):
        scope = replace(scope, branch_id=_known(Branch.objects.filter(code=code), "branch"))
    if scope.since >= scope.until:
        raise ValidationError({"until": [_("结束时间必须晚于开始时间。")]})
    if username := request.query_params.get("person"):
        people = Person.objects.visible_to(user)
        scope = replace(scope, person_id=_known(people.filter(user__username=username), "person"))
    return scope


def _instant(name: str, text: str) -> Any:
    try:
        value = parse_datetime(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        raise ValidationError({name: [_("时间必须带时区，例如 2026-03-01T09:00:00+08:00。")]})
    return value


def _known(rows: Any, field: str) -> int:
    row = rows.first()
    if row is None:
        raise ValidationError({field: [_("没有这个值。")]})
    return int(row.pk)


def shown(reading: Reading, request: Request, scope: Scope) -> dict[str, Any]:
    """A reading in its outward shape; its address names the period, so that it opens the rows that were counted."""
    kind = reading.figure
    asked = {n: v for n, v in request.query_params.items() if n in FILTERS}
    period = {"since": scope.since.isoformat(), "until": scope.until.isoformat()}
    return {
        "code": kind.code,
        "name": str(kind.name),
        "unit": kind.unit,
        "formula": str(kind.formula),
        "source": kind.source,
        "value": reading.value,
        "numerator": reading.numerator,
        "denominator": reading.denominator,
        "rows_url": f"/api/v1/kpis/{kind.code}/rows/?{urlencode(asked | period)}",
        "as_of": reading.as_of,
        "version": kind.version,
    }


class Kpis(Door):
    """Every figure of the catalogue, for the reader's scope."""

    tag = "kpis"
    operation_ids = {"GET": "list_kpis"}

    @extend_schema(parameters=ASKED)
    def get(self, request: Request) -> Response:
        scope = scope_of(request)
        readings = [shown(one, request, scope) for one in _read(scope, CATALOGUE.values())]
        return Response({"results": KpiOutput(readings, many=True).data, "next": None, "previous": None})

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: KpiOutput(many=True)}


class Kpi(Door):
    """One figure."""

    tag = "kpis"
    operation_ids = {"GET": "get_kpi"}

    @extend_schema(parameters=ASKED)
    def get(self, request: Request, code: str) -> Response:
        scope = scope_of(request)
        (reading,) = _read(scope, [_figure(code)])
        return Response(KpiOutput(shown(reading, request, scope)).data)

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: KpiOutput}


class Rows(Door):
    """The rows a figure counts; `?part=hits` those that hit."""

    tag = "kpis"
    operation_ids = {"GET": "list_kpi_rows"}
    pagination_class = Cursor
    filter_backends = ()
    ordering = ("-id",)

    @extend_schema(parameters=ASKED + PAGED)
    def get(self, request: Request, code: str) -> Response:
        scope = scope_of(request, "part", "cursor", "page_size")
        part = request.query_params.get("part", "rows")
        if part not in PARTS:
            raise ValidationError({"part": [_("没有这个值。")]})
        rows = _figure(code).measure(scope).of(part)
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows.select_related(*related(rows.model)), request, view=self)
        return pages.get_paginated_response(RowOutput(draw(rows.model, page or []), many=True).data)

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: RowOutput(many=True)}


def _read(scope: Scope, kinds: Iterable[Figure]) -> list[Reading]:
    """What the dashboard shows of the same time: two queries however many figures, rows and days there are."""
    kinds, now = list(kinds), commands.now()
    found = totals(scope, [Span(scope.since, scope.until)], whole=1, codes=[kind.code for kind in kinds])
    return [
        figures.reading(kind, sums, now=now) for kind in kinds if (sums := found[kind.code][0]) is not None
    ]


def _figure(code: str) -> Figure:
    if code not in CATALOGUE:
        raise Http404
    return CATALOGUE[code]

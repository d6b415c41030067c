"""Named filters, ordering and search of lists; a filter nobody knows is an error, not a silent nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

_GENERAL = {"cursor", "page_size", "ordering", "format"}


class Strict(DjangoFilterBackend):
    """django-filter with the view's `filterset_class`, plus `ordering` from the view's `ordering_fields`.

    Raises ValidationError for unknown filters, unknown orderings, bad page sizes and NUL characters.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        known = _GENERAL | (set(filterset.form.fields) if filterset is not None else set())
        unknown = {name: [_("没有这个筛选条件。")] for name in request.query_params if name not in known}
        if unknown:
            raise ValidationError(unknown, code="unknown_filter")
        if any("\x00" in value for value in request.query_params.values()):
            raise ValidationError({"search": [_("不能包含空字符。")]}, code="nul")
        self._check_page_size(request)
        return super().filter_queryset(request, queryset, view)

    @staticmethod
    def _check_page_size(request: Request) -> None:
        size = request.query_params.get("page_size")
        if size is not None and not (size.isdecimal() and 1 <= int(size) <= 100):
            raise ValidationError({"page_size": [_("每页 1 至 100 条。")]})

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        """What the cursor pages by: `?ordering=field` or `-field` out of the view's `ordering_fields`."""
        asked = request.query_params.get("ordering")
        if asked is None:
            return tuple(getattr(view, "ordering", ("-id",)))
        if asked.lstrip("-") not in getattr(view, "ordering_fields", ()):
            raise ValidationError({"ordering": [_("不能按此字段排序。")]}, code="unknown_ordering")
        return (asked, "-id")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        fields = [f"{sign}{name}" for name in getattr(view, "ordering_fields", ()) for sign in ("", "-")]
        if not fields:
            return []
        schema = {"type": "string", "enum": fields}
        return [{"name": "ordering", "required": False, "in": "query", "schema": schema}]

"""Cursor pages: the work grows with the page, never with the table; no counts."""

from typing import Any

from django.core.exceptions import ValidationError as Malformed
from django.db import DataError
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class Cursor(CursorPagination):
    """`{results, next, previous}`; page_size 25, at most 100."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-id",)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, Malformed, DataError, ValueError) as error:
            if self.cursor_query_param not in request.query_params:
                raise
            raise ValidationError(
                {"cursor": [_("这一页的地址有误，请从第一页重新开始。")]}, code="invalid"
            ) from error

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        links = {name: {"type": ["string", "null"], "format": "uri"} for name in ("next", "previous")}
        return {
            "type": "object",
            "required": ["results", *links],
            "properties": {"results": schema, **links},
        }

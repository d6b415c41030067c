"""HTML lists by keyset pages: the work grows with the page, never with the table, and nothing is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


@dataclass(frozen=True)
class Page:
    """Rows of one page and the addresses of its neighbours (relative, None at an end)."""

    rows: list[Any]
    next: str | None
    previous: str | None


class _Keyset(CursorPagination):
    cursor_query_param = "after"

    def __init__(self, ordering: tuple[str, ...], size: int) -> None:
        self.ordering, self.page_size = ordering, size


def page(
    request: HttpRequest, queryset: QuerySet[Any], *, ordering: tuple[str, ...] = ("-id",), size: int = 50
) -> Page:
    """The page of `queryset` the request asks for by `?after=`, `size` rows long. Raises Http404 for none of ours."""
    pages = _Keyset(ordering, size)
    try:
        rows = pages.paginate_queryset(queryset, Request(request))
    except (NotFound, ValidationError, ValueError) as error:
        if pages.cursor_query_param not in request.GET:
            raise
        raise Http404 from error
    return Page(rows or [], _relative(pages.get_next_link()), _relative(pages.get_previous_link()))


def _relative(link: str | None) -> str | None:
    return f"?{urlsplit(link).query}" if link else None

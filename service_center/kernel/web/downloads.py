"""The door lists leave by: `?format=csv` or `?format=xlsx` on what the user sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from service_center.kernel import commands, exports

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(request: HttpRequest, table: exports.Table, *, filters: Mapping[str, Any]) -> HttpResponseBase:
    """The table as a file, after the export was allowed and noted. Raises Forbidden, TooManyRows."""
    user = request.user
    commands.run(exports.note, table, filters=dict(filters), actor=user if user.is_authenticated else None)
    name = f"{table.name}-{timezone.localdate():%Y%m%d}"
    if request.GET.get("format") == "xlsx":
        return _sent(HttpResponse(exports.as_xlsx(table), content_type=XLSX), f"{name}.xlsx")
    return _sent(
        StreamingHttpResponse(exports.as_csv(table), content_type="text/csv; charset=utf-8"), f"{name}.csv"
    )


def _sent(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

"""The dashboard and the rows behind each of its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from service_center.kernel import commands, exports
from service_center.kernel.models import User
from service_center.kernel.web import downloads, lists
from service_center.reports.permissions import can_read_figures
from service_center.reports.queries import dashboard as boards
from service_center.reports.queries import figures
from service_center.reports.queries.figures import CATALOGUE, Figure
from service_center.reports.queries.rows import draw, related
from service_center.reports.queries.scope import DEFAULT_DAYS, Scope, last_days
from staff.models import Branch

PERIODS = (7, 30, 90, 365)


def _scope(request: HttpRequest) -> Scope:
    """The reader's scope: `?days=30&branch=HZ`. Raises PermissionDenied for those who read no figures."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not can_read_figures(user):
        raise PermissionDenied
    days = int(asked) if (asked := request.GET.get("days", "")) in {str(n) for n in PERIODS} else DEFAULT_DAYS
    scope = last_days(user, now=commands.now(), days=days)
    branch = Branch.objects.filter(code=request.GET.get("branch", "")).first()
    return replace(scope, branch_id=branch.pk) if branch else scope


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Figures straight from the rows; a block polls so that nothing shown is older than ten seconds."""
    scope = _scope(request)
    context = boards.dashboard(scope, now=scope.until) | {
        "periods": PERIODS,
        "days": (scope.until - scope.since).days,
        "branches": Branch.objects.order_by("code"),
        "branch": request.GET.get("branch", ""),
    }
    template = (
        "reports/dashboard.html#figures" if request.headers.get("HX-Request") else "reports/dashboard.html"
    )
    return render(request, template, context)


@login_required
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponseBase:
    """The rows a number counts; `?part=hits` those that hit."""
    kind = CATALOGUE.get(code)
    if kind is None:
        raise Http404
    scope = _scope(request)
    part = "hits" if request.GET.get("part") == "hits" else "rows"
    found = kind.measure(scope).of(part)
    found = found.select_related(*related(found.model))
    if "format" in request.GET:
        return downloads.export(request, _table(kind, found), filters=_asked(request))
    page = lists.page(request, found)
    context = {
        "figure": kind,
        "reading": figures.read(kind, scope, now=scope.until),
        "page": page,
        "lines": draw(found.model, page.rows),
        "hits": part == "hits",
        "may_export": exports.can_export(scope.user),
    }
    return render(request, "reports/rows.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("days", "branch", "part") if name in request.GET}


def _table(kind: Figure, found: QuerySet[Any]) -> exports.Table:
    """The rows behind a number, as a file; one too many is fetched, so that too many are refused and not cut."""
    rows = found.order_by("-pk")[: exports.MAX_ROWS + 1]
    return exports.Table(
        kind.code,
        [
            exports.Column(_("记录"), lambda line: line.title),
            exports.Column(_("说明"), lambda line: line.detail),
            exports.Column(_("地址"), lambda line: line.url),
        ],
        draw(found.model, list(rows)),
    )

"""The director's first page: the company's figures, its branches side by side, the months of the year."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from service_center.kernel import commands
from service_center.kernel.models import User
from service_center.reports.permissions import can_compare_branches
from service_center.reports.queries import branches, charts, compared
from service_center.reports.queries import dashboard as boards
from service_center.reports.queries.appraisals import FOLLOW_UP, PROCESS, appraise
from service_center.reports.queries.periods import Choice
from service_center.reports.web.asking import question


@login_required
@require_GET
def company(request: HttpRequest) -> HttpResponse:
    """This year unless another period is asked for; a branch is a column here, no filter."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not can_compare_branches(user):
        raise PermissionDenied
    wanted = {
        name: str(value) for name, value in request.GET.dict().items() if name not in {"branch", "team"}
    }
    asked = question(user, {"period": Choice.YEAR, **wanted}, now=commands.now())
    options = asked.filter("branch").options
    figures = compared.read(asked.scope, asked.period, now=asked.now)
    context = {
        "asked": asked.only("line"),
        "tiles": [boards.tile(figures, code, asked.addresses) for code in boards.KEY],
        "branches": options,
        "rows": branches.rows(figures, asked.scope, asked.addresses, [(one.pk, one.code) for one in options]),
        "charts": charts.over_time(figures, asked.addresses),
        "process": appraise("process", PROCESS, figures.reading),
        "follow_up": appraise("followup", FOLLOW_UP, figures.reading),
        "as_of": asked.now,
    }
    return render(request, "reports/company.html", context)

"""The dashboard: read at one instant, then kept up to date block by block."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from service_center.kernel import exports
from service_center.reports.queries import dashboard as boards
from service_center.reports.queries.dashboard import Board
from service_center.reports.web import files
from service_center.reports.web.asking import Asked, asked


@login_required
@require_GET
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """The whole page; with `?format=csv` or `xlsx` its figures as a file, with `pdf` the page on paper."""
    question = asked(request)
    if "format" in request.GET and request.GET["format"] != "pdf":
        return files.figures(request, question)
    context = shown(question)
    if "format" in request.GET:
        return files.paper(question, context["board"])
    context["may_export"] = exports.can_export(question.scope.user)
    return render(request, "reports/dashboard.html", context)


@login_required
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The blocks that look otherwise than `seen` says; 204 when none does."""
    question = asked(request)
    context = shown(question)
    seen = request.GET.get("seen", "").split(".")
    now = list(context["digests"].values())
    if seen == now:
        return HttpResponse(status=204)
    names = list(context["digests"])
    changed = {name for name, old, new in zip(names, seen, now, strict=False) if old != new}
    context |= {"changed": changed if len(seen) == len(now) else set(names), "again": True}
    return render(request, "reports/dashboard.html#live", context)


def shown(question: Asked) -> dict[str, Any]:
    """The dashboard as templates need it."""
    board: Board = boards.board(question.scope, question.period, question.addresses, now=question.now)
    digests = board.digests()
    return {"asked": question, "board": board, "digests": digests, "seen": ".".join(digests.values())}

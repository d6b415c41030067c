"""“My month”: a small page on which engineers see what their appraisal will rest on, before it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from service_center.kernel import commands
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.reports.permissions import can_read_own_month
from service_center.reports.queries import mine, periods
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.periods import Period
from service_center.reports.queries.rows import Line, draw, related
from service_center.reports.queries.scope import ONE_DAY, zone
from staff.models import Person

PARTS = ("hits", "misses")


@login_required
@require_GET
def my_month(request: HttpRequest) -> HttpResponse:
    """The month of `?month=2026-03`, else the one that runs."""
    person, now = _engineer(request), commands.now()
    period = _period(request, now)
    before = (period.first - ONE_DAY).strftime("%Y-%m")
    after = (period.first.replace(day=28) + 4 * ONE_DAY).replace(day=1)
    context = {
        "month": mine.month(person, period, now=now),
        "before": before,
        "after": f"{after:%Y-%m}" if after <= now.astimezone(zone()).date() else None,
        "as_of": now,
    }
    return render(request, "reports/my_month.html", context)


@login_required
@require_GET
def my_rows(request: HttpRequest, code: str) -> HttpResponse:
    """The own rows behind a number of the month."""
    person = _engineer(request)
    if code not in (*mine.LOAD, *mine.ON_TIME):
        raise Http404
    period = _period(request, commands.now())
    part = request.GET.get("part", "")
    found = CATALOGUE[code].measure(mine.own(person, period)).of(part if part in PARTS else "")
    page = lists.page(request, found.select_related(*related(found.model)))
    context = {
        "figure": CATALOGUE[code],
        "period": period,
        "part": part,
        "page": page,
        "lines": [_on_the_phone(line) for line in draw(found.model, page.rows)],
        "total": found.order_by().count(),
    }
    return render(request, "reports/my_rows.html", context)


def _on_the_phone(line: Line) -> Line:
    """The line with the phone's page of its ticket."""
    _root, place, number, *_rest = line.url.split("/")
    return replace(line, url=reverse("phone-job", args=[number])) if place == "tickets" else line


def _engineer(request: HttpRequest) -> Person:
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not can_read_own_month(user):
        raise PermissionDenied
    person: Person = user.person
    return person


def _period(request: HttpRequest, now: datetime) -> Period:
    """The month asked for; what is no month, or has not begun, counts as not asked for."""
    today = now.astimezone(zone()).date()
    try:
        first = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        first = today.replace(day=1)
    return periods.month(first if periods.EARLIEST <= first <= today else today.replace(day=1), now=now)

"""Pages of changeovers: how far open clocks have come under a new rule or calendar, and what it did to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from service_center.kernel import changeovers, rulemaking
from service_center.kernel.languages import pick
from service_center.kernel.models import Changeover, ClockEvent
from service_center.kernel.web import forecasts, lists

SHOWN = 50


@dataclass(frozen=True)
class Shift:
    """One due time that moved, as the page tells it."""

    named: forecasts.Named
    was: datetime | None
    now: datetime | None
    at: datetime


def keeper_only(request: HttpRequest) -> None:
    """Cases of every branch stand on these pages: they are for who keeps the rulebook. Raises PermissionDenied."""
    if not rulemaking.can_change(request.user):  # type: ignore[arg-type]  # behind the log-in
        raise PermissionDenied


def title(row: Changeover) -> str:
    """What changed: the rule or calendar with the number of its version."""
    version = row.calendar_version
    if version is not None:
        return _("日历“%(name)s”第 %(number)s 版") % {
            "name": pick(version.calendar),
            "number": version.number,
        }
    assert row.rule is not None
    return _("规则“%(name)s”第 %(number)s 版") % {"name": pick(row.rule), "number": row.rule.version}


def address(row: Changeover) -> str:
    """The page of what changed."""
    version = row.calendar_version
    if version is not None:
        return reverse("calendar-version", args=[version.calendar.code, version.number])
    return reverse("rule", args=[row.rule_id])


@login_required
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """All of them, the latest first."""
    keeper_only(request)
    page = lists.page(request, Changeover.objects.with_subject(), ordering=("-id",), size=SHOWN)
    lines = [(row, title(row)) for row in page.rows]
    return render(request, "kernel/changes/changes.html", {"page": page, "lines": lines})


@login_required
@require_GET
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One: how far it is, and the due times it moved; polled while it runs."""
    keeper_only(request)
    row = get_object_or_404(Changeover.objects.with_subject(), pk=pk)
    page = lists.page(request, changeovers.history_of(row), ordering=("-id",), size=SHOWN)
    context = {
        "change": row,
        "title": title(row),
        "address": address(row),
        "page": page,
        "shifts": _shifts(page.rows),
    }
    if request.headers.get("HX-Request"):
        return render(request, "kernel/changes/change.html#progress", context)
    return render(request, "kernel/changes/change.html", context)


def _shifts(rows: list[ClockEvent]) -> list[Shift]:
    called = forecasts.names([event.clock for event in rows])
    return [
        Shift(called[event.clock_id], _instant(event, "due_from"), _instant(event, "due_to"), event.at)
        for event in rows
    ]


def _instant(event: ClockEvent, key: str) -> datetime | None:
    stamp: Any = event.data.get(key)
    return None if stamp is None else datetime.fromisoformat(stamp)

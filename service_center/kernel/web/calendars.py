"""Pages of the calendars: the year to look at, the versions, drafts and their approval, holidays to import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import (
    calendar_changes,
    calendars,
    commands,
    errors,
    holiday_years,
    journal,
    rulemaking,
)
from service_center.kernel.models import Calendar, CalendarVersion, Rule, User, VersionStatus
from service_center.kernel.web import calendar_forms, forecasts, year_view
from service_center.kernel.web.forms import Styled, refusals_into, status_of

YEAR_STATES = {
    "announced": (gettext_lazy("放假与调休安排已齐"), "green"),
    "tentative": (gettext_lazy("暂定：调休安排尚未公布，只有法定节假日"), "yellow"),
    "missing": (gettext_lazy("该年的节假日尚未导入"), "red"),
    "none": (gettext_lazy("此日历不随节假日休息"), "secondary"),
}


def user_of(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


def may(request: HttpRequest) -> bool:
    return rulemaking.can_change(user_of(request))


def find(request: HttpRequest, code: str) -> Calendar:
    row: Calendar = get_object_or_404(Calendar.objects.visible_to(user_of(request)), code=code)
    return row


@login_required
@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All calendars, with what waits for approval and how many rules use each."""
    waiting = Count("versions", filter=Q(versions__status__in=["draft", "approved"]))
    rules = dict(Rule.objects.in_force(timezone.now()).values_list("calendar").annotate(number=Count("pk")))
    rows = Calendar.objects.annotate(waiting=waiting).order_by("owner_kind", "owner_code", "code")
    context = {"lines": [(row, rules.get(row.pk, 0)) for row in rows], "may_change": may(request)}
    return render(request, "kernel/calendars/calendars.html", context)


@login_required
@require_GET
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """The year in force, day by day, with its versions and the rules that count on it."""
    row = find(request, code)
    number, plan = _year(request), row.plan()
    value = calendars.parse(plan, code=code, language=calendars.language())
    shown = year_view.year(value, number)
    state = holiday_years.state(value, number)
    context = {
        "calendar": row,
        "may_change": may(request),
        "state": (state, *YEAR_STATES[state]),
        "week": [
            (name, year_view.hours(value.weekly[day])) for day, name in enumerate(calendar_forms.WEEKDAYS)
        ],
        "versions": row.versions.select_related("drafted_by__person", "approved_by__person").order_by(
            "-number"
        ),
        "rules": Rule.objects.in_force(timezone.now()).filter(calendar=row).order_by("code", "key"),
        "events": journal.timeline(row)[:20],
    }
    return render(request, "kernel/calendars/calendar.html", context | _shown(shown, number))


def _year(request: HttpRequest, default: int | None = None) -> int:
    text = request.GET.get("year", "")
    number = int(text) if text.isdecimal() and len(text) == 4 else default or timezone.localdate().year
    return min(max(number, 2000), 2100)


def _shown(shown: list[year_view.Month], number: int) -> dict[str, Any]:
    return {
        "months": shown,
        "legend": year_view.legend(shown),
        "weekdays": year_view.weekdays(),
        "year": number,
        "today": timezone.localdate(),
    }


class ForceForm(Styled):
    """From when an approved version counts."""

    valid_from = forms.DateTimeField(
        label=gettext_lazy("生效时间"),
        required=False,
        help_text=gettext_lazy("留空表示立即生效"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("我已核对，确认执行"), error_messages={"required": gettext_lazy("请先勾选确认。")}
    )


@login_required
@require_GET
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version: what it changes, on which clocks, and what can be done with it."""
    return _version(request, _find_version(request, code, number), None)


def _find_version(request: HttpRequest, code: str, number: int) -> CalendarVersion:
    rows = CalendarVersion.objects.select_related("calendar", "drafted_by__person", "approved_by__person")
    return get_object_or_404(rows, calendar=find(request, code), number=number)


def _version(request: HttpRequest, row: CalendarVersion, form: ForceForm | None) -> HttpResponse:
    before = _before(row)
    changes = holiday_years.differing_days(before.plan if before else {}, row.plan)
    default = changes[0].on.year if changes else None
    number = _year(request, default)
    value = calendars.parse(row.plan, code=row.calendar.code, language=calendars.language())
    shown = year_view.year(value, number, frozenset(change.on for change in changes))
    waits = row.status in {VersionStatus.DRAFT, VersionStatus.APPROVED}
    context = {
        "calendar": row.calendar,
        "version": row,
        "before": before,
        "days": [calendar_forms.change_line(change, value) for change in changes],
        "week": calendar_forms.week_changes(before.plan if before else None, row.plan),
        "may_change": may(request),
        "own": row.drafted_by_id == request.user.pk,
        "forecast": forecasts.of(request, row, at=timezone.now()) if waits and may(request) else None,
        "change": getattr(row, "changeover", None),
        "form": form or ForceForm(),
    }
    status = status_of(form) if form is not None else 200
    return render(request, "kernel/calendars/version.html", context | _shown(shown, number), status=status)


def _before(row: CalendarVersion) -> CalendarVersion | None:
    """What the version is compared with: the one in force, or for an older one its predecessor."""
    versions = CalendarVersion.objects.filter(calendar_id=row.calendar_id).exclude(pk=row.pk)
    if row.status in {VersionStatus.DRAFT, VersionStatus.APPROVED}:
        return versions.filter(status=VersionStatus.IN_FORCE).first()
    counted = versions.filter(number__lt=row.number, valid_from__isnull=False)
    return counted.order_by("-number").first()


STEPS = {
    "approval": (calendar_changes.approve, gettext_lazy("已批准，可以使其生效。")),
    "withdrawal": (calendar_changes.drop, gettext_lazy("已放弃这一版。")),
}


@login_required
@require_POST
def step(request: HttpRequest, code: str, number: int, noun: str) -> HttpResponse:
    """Agree to a version or give it up."""
    row, (verb, told) = _find_version(request, code, number), STEPS[noun]
    try:
        commands.run(verb, row, by=request)
    except errors.DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(told))
    return redirect("calendar-version", code, number)


@login_required
@require_POST
def force(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Put an approved version in force, now or from an instant."""
    row, form = _find_version(request, code, number), ForceForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            commands.run(
                calendar_changes.put_in_force, row, valid_from=form.cleaned_data["valid_from"], by=request
            )
            messages.success(request, _("已安排生效，未完成的时限将分批改按新版计时。"))
            return redirect("calendar-version", code, number)
    return _version(request, row, form)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the next version: hours of the week and days of their own."""
    row = find(request, code)
    start = calendar_forms.typed(holiday_years.base_of(row))
    form = calendar_forms.PlanForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            version = commands.run(
                calendar_changes.draft,
                row,
                plan=calendar_forms.plan_of(form.cleaned_data, holiday_years.base_of(row)),
                notes=form.cleaned_data["notes"],
                by=request,
            )
            messages.success(
                request, _("已起草第 %(number)s 版，须由另一人批准。") % {"number": version.number}
            )
            return redirect("calendar-version", code, version.number)
    context = {"calendar": row, "form": form, "may_change": may(request)}
    return render(request, "kernel/calendars/draft.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A calendar of its own, for the company, a branch or a supplier."""
    form = calendar_forms.NewForm(request.POST or None, initial=calendar_forms.EMPTY)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            row = commands.run(calendar_changes.create, by=request, **form.arguments())
            messages.success(request, _("已建立日历，首个版本须由另一人批准后才能使用。"))
            return redirect("calendar-version", row.code, 1)
    context = {"form": form, "may_change": may(request)}
    return render(request, "kernel/calendars/draft.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def holidays(request: HttpRequest, code: str) -> HttpResponse:
    """The State Council's days of a year: what an import would change, day by day, and the button that drafts it."""
    row = find(request, code)
    form = calendar_forms.YearForm(request.POST or request.GET or None)
    year = form.cleaned_data["year"] if form.is_valid() else timezone.localdate().year + 1
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            version = commands.run(calendar_changes.import_year, row, year=year, by=request)
            messages.success(
                request, _("已作为第 %(number)s 版草稿，须由另一人批准。") % {"number": version.number}
            )
            return redirect("calendar-version", code, version.number)
    base = holiday_years.base_of(row)
    plan, changes = holiday_years.imported(base, year)
    value = calendars.parse(plan, code=code, language=calendars.language())
    state = holiday_years.state(value, year)
    shown = year_view.year(value, year, frozenset(change.on for change in changes))
    context = {
        "calendar": row,
        "form": form if form.is_bound else calendar_forms.YearForm(initial={"year": year}),
        "days": [calendar_forms.change_line(change, value) for change in changes],
        "state": (state, *YEAR_STATES[state]),
        "may_change": may(request),
    }
    return render(
        request, "kernel/calendars/holidays.html", context | _shown(shown, year), status=status_of(form)
    )


@login_required
@require_POST
def deletion(request: HttpRequest, code: str) -> HttpResponse:
    """Delete a calendar that never counted."""
    row = find(request, code)
    try:
        commands.run(calendar_changes.remove, row, by=request)
    except errors.DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("calendar", code)
    messages.success(request, _("已删除日历 %(code)s。") % {"code": code})
    return redirect("calendars")

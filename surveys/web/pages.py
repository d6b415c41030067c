"""The pages of follow-up calls, corrections and survey results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrPromise

from complaints.queries import clocks
from service_center.kernel import commands, journal
from service_center.kernel.models import Clock, User
from service_center.kernel.web import alarms, lists
from service_center.kernel.web import clocks as clock_page
from service_center.kernel.web.forms import refusals_into, status_of
from surveys import permissions
from surveys.actions import follow_ups, invitations, rectifications
from surveys.models import FollowUp, Invitation, Rectification
from surveys.queries import figures
from surveys.web import forms
from surveys.web.tables import FOLLOW_UPS, RECTIFICATIONS


@dataclass(frozen=True)
class Step:
    """A noun as a page offers it."""

    noun: str
    label: StrPromise
    icon: str
    form: type[django_forms.Form]
    verb: Callable[..., Any]


CALL_STEPS = (
    Step("outcome", gettext_lazy("登记回访结果"), "phone-check", forms.OutcomeForm, follow_ups.complete),
    Step("attempt", gettext_lazy("登记联系"), "phone", forms.AttemptForm, follow_ups.attempt),
    Step("handover", gettext_lazy("移交"), "arrows-exchange", forms.HandoverForm, follow_ups.hand_over),
)
CORRECTION_STEPS = (
    Step("analysis", gettext_lazy("分析原因"), "search", forms.AnalysisForm, rectifications.analyse),
    Step("completion", gettext_lazy("完成整改"), "check", forms.CompletionForm, rectifications.complete),
)


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


# -- follow-up calls -----------------------------------------------------------------------------------------------


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """Calls owed, the soonest due first; those that have ended, the latest first."""
    return lists.respond(request, FOLLOW_UPS)


def _follow_up(request: HttpRequest, pk: int) -> FollowUp:
    return get_object_or_404(FollowUp.objects.visible_to(_user(request)).for_list(), pk=pk)


@login_required
@require_GET
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """The call: whom, about what, the four questions."""
    return _show_call(request, _follow_up(request, pk))


@login_required
@require_POST
def call_noun(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Note a try, enter the answers, or hand the call over."""
    row = _follow_up(request, pk)
    step, form = _filled(CALL_STEPS, noun, request)
    if _done(request, step, row, form):
        return redirect("follow-up", pk) if noun == "attempt" else redirect("follow-ups")
    return _show_call(request, row, status=status_of(form), **{noun: form})


def _show_call(
    request: HttpRequest, row: FollowUp, status: int = 200, **filled: django_forms.Form
) -> HttpResponse:
    def url(clock: Clock) -> str:
        return f"/follow-ups/{row.pk}/clocks/{clock.pk}/"

    context = {
        "follow_up": row,
        "forms": {step.noun: filled.get(step.noun) or step.form() for step in CALL_STEPS},
        "may_call": row.is_open and permissions.can_follow_up(_user(request), row),
        "may_hand_over": row.is_open and permissions.can_hand_over(_user(request), row),
        "attempts": row.attempts.order_by("-pk"),
        "clocks": alarms.with_told(clocks.of(row, commands.now(), url), _user(request)),
        "events": journal.timeline(row)[:40],
    }
    return render(request, "surveys/follow_up.html", context, status=status)


@login_required
@require_GET
def call_clock(request: HttpRequest, pk: int, clock: int) -> HttpResponse:
    """Why a call is due when it is."""
    return clock_page.of_row(request, _follow_up(request, pk), clock)


# -- corrections ---------------------------------------------------------------------------------------------------


@login_required
@require_GET
def corrections(request: HttpRequest) -> HttpResponseBase:
    """Low marks that lead to something being done."""
    return lists.respond(request, RECTIFICATIONS)


def _correction(request: HttpRequest, pk: int) -> Rectification:
    return get_object_or_404(Rectification.objects.visible_to(_user(request)).for_list(), pk=pk)


@login_required
@require_GET
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One low mark: why, what is done, by whom, until when."""
    return _show_correction(request, _correction(request, pk))


@login_required
@require_POST
def correction_noun(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Enter cause and measure, or the result."""
    row = _correction(request, pk)
    step, form = _filled(CORRECTION_STEPS, noun, request)
    if _done(request, step, row, form):
        return redirect("rectification", pk)
    return _show_correction(request, row, status=status_of(form), **{noun: form})


def _show_correction(
    request: HttpRequest, row: Rectification, status: int = 200, **filled: django_forms.Form
) -> HttpResponse:
    def url(clock: Clock) -> str:
        return f"/rectifications/{row.pk}/clocks/{clock.pk}/"

    allowed = commands.allowed_nouns(row) if permissions.can_rectify(_user(request), row) else []
    known = {"cause": row.cause, "measure": row.measure, "owner": row.owner_id}
    offered = [
        (step, filled.get(step.noun) or step.form(initial=known))
        for step in CORRECTION_STEPS
        if step.noun in allowed
    ]
    context = {
        "row": row,
        "steps": offered,
        "clocks": alarms.with_told(clocks.of(row, commands.now(), url), _user(request)),
        "events": journal.timeline(row)[:40],
    }
    return render(request, "surveys/rectification.html", context, status=status)


@login_required
@require_GET
def correction_clock(request: HttpRequest, pk: int, clock: int) -> HttpResponse:
    """Why a correction is due when it is."""
    return clock_page.of_row(request, _correction(request, pk), clock)


# -- results -------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """The customer satisfaction report of a period (FUP-08, SUR-07): by default the last 30 days."""
    if not permissions.can_read_figures(_user(request)):
        raise PermissionDenied
    since, until = _period(request)
    branch = None if permissions.reads_all_figures(_user(request)) else _user(request).person.branch_id
    period = figures.Period(since, until, branch)
    context = {
        "since": timezone.localtime(since).date(),
        "until": (timezone.localtime(until) - timedelta(days=1)).date(),
        "figures": figures.report(period),
        "card": figures.card_by_engineer(period),
        "opinions": figures.opinions(period),
        "page": lists.page(request, _answered(request, since, until), ordering=("-answered_at", "-id")),
    }
    return render(request, "surveys/results.html", context)


def _answered(request: HttpRequest, since: datetime, until: datetime) -> Any:
    rows = Invitation.objects.visible_to(_user(request)).for_list()
    return rows.filter(answered_at__gte=since, answered_at__lt=until)


def _period(request: HttpRequest) -> tuple[datetime, datetime]:
    """`?since=` and `?until=` as whole days of the branch's zone, both included."""
    today = timezone.localdate()
    first = _day(request.GET.get("since")) or today - timedelta(days=29)
    last = _day(request.GET.get("until")) or today
    zone = timezone.get_current_timezone()
    start = datetime.combine(first, datetime.min.time(), tzinfo=zone)
    return start, datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=zone)


def _day(text: str | None) -> Any:
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2100 else None


@login_required
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a survey's link once more."""
    row = get_object_or_404(Invitation.objects.visible_to(_user(request)).for_list(), pk=pk)
    commands.run(invitations.resend, row, by=request)
    messages.success(request, _("已重新发送满意度调查。"))
    return redirect(f"/tickets/{row.ticket.number}/" if row.ticket else "/follow-ups/")


def _filled(steps: tuple[Step, ...], noun: str, request: HttpRequest) -> tuple[Step, django_forms.Form]:
    step = next((one for one in steps if one.noun == noun), None)
    if step is None:
        raise Http404
    return step, step.form(request.POST)


def _done(request: HttpRequest, step: Step, row: Any, form: django_forms.Form) -> bool:
    """Take the step; False when the form or the verb refused, which the form then says."""
    if form.is_valid():
        with refusals_into(form):
            commands.run(step.verb, row, by=request, **form.cleaned_data)
            messages.success(request, _("已保存。"))
            return True
    return False

"""The people list and a person's page with what may be done to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrPromise

from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.models import User
from service_center.kernel.web import importing, lists, panels
from service_center.kernel.web.forms import refusals_into, renew
from staff import actions, permissions, queries
from staff.models import Booking, Licence, Person, ScoreEntry
from staff.states import Role
from staff.web import forms
from staff.web.tables import PEOPLE


@dataclass(frozen=True)
class Step:
    """Something done to a person: its form, its verb, and who is offered it."""

    noun: str
    label: StrPromise
    icon: str
    form: type[forms.About]
    verb: Callable[..., Any]
    may: Callable[[User, Person], bool]


STEPS = {
    step.noun: step
    for step in (
        Step("edit", gettext_lazy("修改资料"), "edit", forms.EditForm, actions.edit, permissions.can_edit),
        Step("block", gettext_lazy("登记请假或培训"), "calendar-off", forms.BlockForm, actions.block,
             permissions.can_block),
        Step("licence", gettext_lazy("授予维修资格"), "certificate", forms.LicenceForm, actions.license_for,
             permissions.can_qualify),
        Step("skill", gettext_lazy("评定技能"), "school", forms.AssessForm, actions.assess, permissions.can_qualify),
        Step("score", gettext_lazy("登记评分"), "star", forms.ScoreForm, actions.score, permissions.can_score),
        Step("time", gettext_lazy("登记工时"), "clock", forms.TimeForm, actions.log_time, permissions.can_log_time),
        Step("departure", gettext_lazy("办理离职"), "user-off", forms.DepartureForm, actions.leave,
             permissions.can_depart),
    )
}  # fmt: skip


def signed_in(request: HttpRequest) -> User:
    """The log-in behind a page that needs one."""
    assert isinstance(request.user, User)
    return request.user


def _person(request: HttpRequest, username: str) -> Person:
    rows = Person.objects.visible_to(signed_in(request)).select_related("user", "branch", "team")
    return get_object_or_404(rows, user__username=username)


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponseBase:
    """Everybody the user may see, by branch, post and name."""
    return lists.respond(request, PEOPLE, may_hire=permissions.can_hire(signed_in(request)))


@login_required
@require_GET
def person(request: HttpRequest, username: str) -> HttpResponse:
    """The page of one person; `?step=` opens a form."""
    row = _person(request, username)
    step = STEPS.get(request.GET.get("step", ""))
    form = None
    if step is not None and step.may(signed_in(request), row):
        form = step.form(user=signed_in(request), person=row, initial=_initial(step, row))
    return _show(request, row, step=step if form else None, form=form)


@login_required
@require_POST
def noun(request: HttpRequest, username: str, noun: str) -> HttpResponse:
    """Do one thing to a person."""
    row, step = _person(request, username), STEPS.get(noun)
    if step is None:
        raise Http404
    require(step.may, signed_in(request), row)
    form = step.form(request.POST, user=signed_in(request), person=row)
    if form.is_valid():
        with refusals_into(form):
            commands.run(step.verb, row, by=request, **form.arguments())
            messages.success(request, _("%(step)s：已保存。") % {"step": step.label})
            return redirect("person", username)
    if "version" in form.fields:
        renew(form, Person.objects.get(pk=row.pk).version)
    return _show(request, row, step=step, form=form, status=422)


@login_required
@require_POST
def release(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """Take back leave, a shift or training."""
    row = _person(request, username)
    commands.run(actions.release_booking, get_object_or_404(Booking, person=row, pk=pk), by=request)
    messages.success(request, _("已释放。"))
    return redirect("person", username)


@login_required
@require_POST
def revoke(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """Take a licence away."""
    row = _person(request, username)
    commands.run(actions.revoke_licence, get_object_or_404(Licence, person=row, pk=pk), by=request)
    messages.success(request, _("已撤销。"))
    return redirect("person", username)


@login_required
@require_http_methods(["GET", "POST"])
def retract(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """Take a score back, with the reason."""
    row = _person(request, username)
    entry = get_object_or_404(ScoreEntry.objects.counting(), person=row, pk=pk)
    form = forms.RetractionForm(request.POST or None, user=signed_in(request), person=row)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(actions.retract_score, entry, by=request, **form.arguments())
            messages.success(request, _("已撤回，两条记录都保留。"))
            return redirect("person", username)
    return render(request, "staff/retract.html", {"person": row, "entry": entry, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def hire(request: HttpRequest) -> HttpResponse:
    """Give somebody a log-in and a post."""
    user = signed_in(request)
    require(permissions.can_hire, user)
    form = forms.HireForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            made = commands.run(actions.hire, by=request, **form.arguments())
            messages.success(request, _("已录用 %(name)s。") % {"name": made.name})
            return redirect("person", made.user.username)
    return render(request, "staff/hire.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """People from a table."""
    require(permissions.can_hire, signed_in(request))
    columns = actions.importing.COLUMNS
    return importing.page(
        request, title=_("导入员工"), back="people", columns=columns, verb=actions.importing.import_person
    )


def _initial(step: Step, row: Person) -> dict[str, Any]:
    if step.noun != "edit":
        return {}
    names = ("name", "role", "extra_roles", "branch", "team", "joined_on", "is_available", "version")
    return {name: getattr(row, name) for name in names}


def _show(
    request: HttpRequest, row: Person, *, step: Step | None, form: forms.About | None, status: int = 200
) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    figures = permissions.sees_figures_of(user, row)
    day = queries.day_of(now, zone=row.branch.zone)
    context: dict[str, Any] = {
        "person": row,
        "extra_roles": [Role(role).label for role in row.extra_roles],
        "step": step,
        "form": form,
        "steps": [s for s in STEPS.values() if row.left_at is None and s.may(user, row)],
        "may_block": permissions.can_block(user, row),
        "may_qualify": permissions.can_qualify(user, row),
        "licences": queries.valid_licences(row, at=now),
        "skills": row.skills.select_related("skill").order_by("skill__code"),
        "bookings": queries.coming_bookings(row, at=now)[:20],
        "load": queries.load([row.pk], start=day[0], end=day[1]).get(row.pk, queries.NO_LOAD),
        "figures": figures,
        "panels": panels.render("person", request, row),
    }
    if figures:
        context |= {
            "may_score": permissions.can_score(user, row),
            "scores": queries.scores_of(row).filter(retracts=None)[:20],
            "times": queries.time_by_category(row, start=now - timedelta(days=30), end=now),
            "appraisals": queries.appraisals(user).filter(person=row).order_by("-period")[:12],
            "events": journal.timeline(row)[:20],
        }
    return render(request, "staff/person.html", context, status=status)

"""The monthly appraisal: the list, the compilation, and the page whose figures open their entries."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import commands
from service_center.kernel.access import has_role
from service_center.kernel.web import lists
from service_center.kernel.web.forms import refusals_into
from staff import actions, permissions, queries
from staff.states import Role
from staff.web import forms
from staff.web.people import signed_in
from staff.web.tables import APPRAISALS


@login_required
@require_http_methods(["GET", "POST"])
def appraisals(request: HttpRequest) -> HttpResponseBase:
    """The months the user may see; POST compiles one."""
    user = signed_in(request)
    form = forms.CompileForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            made = commands.run(actions.compile_appraisal, by=request, **form.arguments())
            return redirect("appraisal", made.pk)
    may_compile = has_role(user, Role.MANAGER, Role.SUPERVISOR)
    return lists.respond(
        request, APPRAISALS, status=422 if form.errors else 200, form=form, may_compile=may_compile
    )


@login_required
@require_GET
def appraisal(request: HttpRequest, pk: int) -> HttpResponse:
    """One month; every figure with the entries it was made of (STF-06)."""
    row = get_object_or_404(queries.appraisal_with_entries(signed_in(request)), pk=pk)
    may_confirm = row.status == "generated" and permissions.can_confirm(signed_in(request), row)
    return render(request, "staff/appraisal.html", {"appraisal": row, "may_confirm": may_confirm})


@login_required
@require_POST
def confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the month's figures."""
    row = get_object_or_404(queries.appraisals(signed_in(request)), pk=pk)
    commands.run(actions.confirm_appraisal, row, by=request)
    messages.success(request, _("已确认，之后的评分不再改变本月结果。"))
    return redirect("appraisal", pk)

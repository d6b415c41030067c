"""The monthly appraisal: the list, the compilation, and the page whose figures open their entries."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import commands, exports
from service_center.kernel.access import has_role
from service_center.kernel.web import downloads, lists
from service_center.kernel.web.forms import refusals_into
from staff import actions, permissions, queries
from staff.states import Role
from staff.web import forms
from staff.web.people import signed_in


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
    rows = queries.appraisals(user)
    if "format" in request.GET:
        return downloads.export(request, _table(rows), filters={})
    context = {
        "page": lists.page(request, rows, ordering=("-period", "-pk")),
        "form": form,
        "may_compile": has_role(user, Role.MANAGER, Role.SUPERVISOR),
        "may_export": exports.can_export(user),
    }
    return render(request, "staff/appraisals.html", context, status=422 if form.errors else 200)


def _table(rows: Any) -> exports.Table:
    return exports.Table(
        "appraisals",
        [
            exports.Column(_("月份"), lambda row: f"{row.period:%Y-%m}"),
            exports.Column(_("姓名"), lambda row: row.person.name),
            exports.Column(_("总分"), lambda row: row.total),
            exports.Column(_("状态"), lambda row: str(row.get_status_display())),
        ],
        rows.order_by("-period", "-pk"),
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

"""Pages of approvals: what waits for me, what I asked for, and the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import approvals as requests
from service_center.kernel import commands, journal
from service_center.kernel.models import Approval, Clause, User
from service_center.kernel.web import lists
from service_center.kernel.web import rulebook_words as words
from service_center.kernel.web.approvals_list import APPROVALS, kind_names
from service_center.kernel.web.forms import Styled, refusals_into


class DecisionForm(Styled):
    """Yes or no by the button pressed; a no needs its reason."""

    note = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("驳回时必填。"),
    )
    approve = forms.TypedChoiceField(
        choices=(("yes", gettext_lazy("批准")), ("no", gettext_lazy("驳回"))),
        coerce=lambda answer: answer == "yes",
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("请选择批准或驳回。")},
    )


@login_required
@require_GET
def approvals(request: HttpRequest) -> HttpResponseBase:
    """The inbox: what waits for the reader first."""
    return lists.respond(request, APPROVALS)


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


@login_required
@require_http_methods(["GET", "POST"])
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its chain; POST decides the step that waits."""
    row = _approval(request, pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            decided = commands.run(requests.decide, row, by=request, **form.cleaned_data)
            messages.success(request, _told(decided))
            return redirect("approval", row.pk)
    return _show(request, _approval(request, pk), form)


def _approval(request: HttpRequest, pk: int) -> Approval:
    rows = Approval.objects.visible_to(_user(request)).select_related(
        "requester__person", "decided_by__person"
    )
    return get_object_or_404(rows, pk=pk)


def _told(row: Approval) -> str:
    if row.status == Approval.Status.PENDING:
        return _("已同意，转下一步：%(role)s。") % {"role": words.role(row.current_role)}
    return _("已批准并执行。") if row.status == Approval.Status.APPROVED else _("已驳回。")


def _show(request: HttpRequest, row: Approval, form: DecisionForm) -> HttpResponse:
    user = _user(request)
    context: dict[str, Any] = {
        "approval": row,
        "kind": kind_names().get(row.kind, row.kind),
        "chain": _chain(row),
        "described": requests.described(row),
        "subject_url": _address(requests.page_of(requests.subject_of(row))),
        "may_decide": Approval.objects.awaiting(user).filter(pk=row.pk).exists(),
        "may_withdraw": row.status == Approval.Status.PENDING and row.requester_id == user.pk,
        "form": form,
        "events": journal.timeline(row),
    }
    return render(request, "kernel/approvals/approval.html", context, status=400 if form.errors else 200)


def _address(subject: Model | None) -> str:
    """The page of what the request is about: pages are named like their model and found by number, code or id."""
    if subject is None:
        return ""
    name = getattr(subject, "number", None) or getattr(subject, "code", None) or subject.pk
    try:
        return reverse(str(subject._meta.model_name), args=[name])
    except NoReverseMatch:
        return ""


def _chain(row: Approval) -> list[dict[str, Any]]:
    """Each step with its clause and, once taken, its decision."""
    taken = {one.step: one for one in row.decisions.select_related("by__person")}
    clauses = Clause.objects.select_related("document").in_bulk(
        [step["clause"] for step in row.steps if step.get("clause")]
    )
    return [
        {
            "role": words.role(step["role"]),
            "clause": clauses.get(step.get("clause")),
            "decision": taken.get(number),
        }
        for number, step in enumerate(row.steps)
    ]


@login_required
@require_POST
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    row, form = _approval(request, pk), DecisionForm({"note": "", "approve": "yes"})
    if form.is_valid():  # it is: the form only carries a refusal back to the page
        with refusals_into(form):
            commands.run(requests.withdraw, row, by=request)
            messages.success(request, _("已撤回。"))
            return redirect("approval", row.pk)
    return _show(request, _approval(request, pk), form)

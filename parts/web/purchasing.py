"""Proposals, orders, and the page where goods are received and inspected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrPromise

from parts import actions, permissions, queries
from parts.models import PurchaseOrder, PurchaseProposal
from parts.states import OPEN_PROPOSAL, OrderStatus, ProposalStatus
from parts.web import forms
from service_center.kernel import commands, journal
from service_center.kernel.access import has_role
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.forms import refusals_into


@dataclass(frozen=True)
class Step:
    """Something done to an order on its page."""

    noun: str
    label: StrPromise
    icon: str
    form: Callable[..., Any]
    verb: Callable[..., Any]
    may: Callable[[User], bool]


STEPS = (
    Step(
        noun="receipt",
        label=gettext_lazy("到货登记"),
        icon="truck-delivery",
        form=forms.ReceiptForm,
        verb=actions.receive,
        may=lambda user: has_role(user, "storekeeper"),
    ),
    Step(
        noun="inspection",
        label=gettext_lazy("到货检验"),
        icon="checkup-list",
        form=forms.InspectionForm,
        verb=actions.inspect,
        may=permissions.can_inspect,
    ),
    Step(
        noun="cancellation",
        label=gettext_lazy("取消余量"),
        icon="ban",
        form=forms.CancellationForm,
        verb=actions.cancel_order,
        may=permissions.can_buy,
    ),
)


@login_required
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """What should be bought and why; the buyer orders what is planned."""
    return _proposals(request, None)


@login_required
@require_POST
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan or drop one proposal."""
    row = get_object_or_404(PurchaseProposal.objects.visible_to(_user(request)), pk=pk)
    form = forms.DecisionForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            commands.run(actions.decide, row, by=request, **form.cleaned_data)
            messages.success(request, _("已处理采购建议。"))
            return redirect("purchase-proposals")
    return _proposals(request, None, refused=row.pk, refusal=form)


@login_required
@require_http_methods(["GET", "POST"])
def orders(request: HttpRequest) -> HttpResponse:
    """Orders on their way; POST places one for the chosen proposals."""
    if request.method == "POST":
        return _place(request)
    rows = queries.orders(PurchaseOrder.objects.visible_to(_user(request)))
    if (status := request.GET.get("status", "")) in OrderStatus.values:
        rows = rows.filter(status=status)
    context = {"page": lists.page(request, rows), "statuses": OrderStatus.choices}
    return render(request, "parts/orders.html", context)


def _place(request: HttpRequest) -> HttpResponse:
    form = forms.OrderForm(request.POST)
    if form.is_valid():
        lines = form.lines()
        if not form.errors:
            contract = {k: v for k, v in form.cleaned_data.items() if k != "proposals"}
            with refusals_into(form):
                order = commands.run(actions.place_order, by=request, lines=lines, **contract)
                messages.success(request, _("已下单：%s") % order.number)
                return redirect("purchase-order", number=order.number)
    return _proposals(request, form)


def _proposals(
    request: HttpRequest, form: forms.OrderForm | None, *, refused: int | None = None, refusal: Any = None
) -> HttpResponse:
    user = _user(request)
    rows = queries.proposals(PurchaseProposal.objects.visible_to(user))
    status = request.GET.get("status", "")
    rows = (
        rows.filter(status=status)
        if status in ProposalStatus.values
        else rows.filter(status__in=OPEN_PROPOSAL)
    )
    context = {
        "page": lists.page(request, rows),
        "statuses": ProposalStatus.choices,
        "may_decide": permissions.can_plan(user),
        "form": (form or forms.OrderForm()) if permissions.can_buy(user) else None,
        "chosen": form.data.getlist("proposals") if form is not None else [],  # type: ignore[attr-defined]  # posted
        "refused": refused,
        "refusals": [text for texts in refusal.errors.values() for text in texts]
        if refusal is not None
        else [],
    }
    failed = form is not None or refusal is not None
    return render(request, "parts/proposals.html", context, status=422 if failed else 200)


@login_required
@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order with its lines: receiving and inspection."""
    row = _order(request, number)
    wanted = request.GET.get("step", "")
    step = next((s for s in _steps(request, row) if s.noun == wanted), None)
    return _page(request, row, step, step.form(order=row) if step is not None else None)


@login_required
@require_POST
def order_noun(request: HttpRequest, number: str, noun: str) -> HttpResponse:
    """Receive, inspect or cancel."""
    row = _order(request, number)
    step = next((s for s in STEPS if s.noun == noun), None)
    if step is None:
        raise Http404
    form = step.form(request.POST, order=row)
    if form.is_valid():
        with refusals_into(form):
            commands.run(step.verb, row, by=request, **form.cleaned_data)
            messages.success(request, _("已完成：%s") % step.label)
            return redirect("purchase-order", number=row.number)
    return _page(request, row, step, form, status=422)


def _page(
    request: HttpRequest, row: PurchaseOrder, step: Step | None, form: Any, status: int = 200
) -> HttpResponse:
    context = {
        "order": row,
        "events": journal.timeline(row)[:30],
        "steps": _steps(request, row),
        "step": step,
        "form": form,
    }
    return render(request, "parts/order.html", context, status=status)


def _steps(request: HttpRequest, row: PurchaseOrder) -> list[Step]:
    open_nouns = commands.allowed_nouns(row)
    return [step for step in STEPS if step.noun in open_nouns and step.may(_user(request))]


def _order(request: HttpRequest, number: str) -> PurchaseOrder:
    return get_object_or_404(queries.orders(PurchaseOrder.objects.visible_to(_user(request))), number=number)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # behind the log-in
    return request.user

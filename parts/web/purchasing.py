"""Proposals, orders, and the page where goods are received and inspected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrPromise

from parts import actions, permissions, queries
from parts.models import PurchaseOrder, PurchaseProposal
from parts.states import OPEN_PROPOSAL, ProposalStatus
from parts.web import forms
from parts.web.tables import ORDERS, PROPOSALS
from service_center.kernel import commands, journal
from service_center.kernel.access import has_role, require
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
def proposals(request: HttpRequest) -> HttpResponseBase:
    """What should be bought and why; the buyer orders what is planned."""
    return lists.respond(request, PROPOSALS)


@login_required
@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal with its arithmetic; those who plan decide it here, perhaps with another quantity."""
    return _show(request, _proposal(request, pk))


@login_required
@require_POST
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan or drop one proposal."""
    row = _proposal(request, pk)
    form = forms.DecisionForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            commands.run(actions.decide, row, by=request, **form.cleaned_data)
            messages.success(request, _("已处理采购建议。"))
            return redirect("purchase-proposals")
    return _show(request, _proposal(request, pk), form, status=422)


def _proposal(request: HttpRequest, pk: int) -> PurchaseProposal:
    return get_object_or_404(queries.proposals(PurchaseProposal.objects.visible_to(_user(request))), pk=pk)


def _show(
    request: HttpRequest, row: PurchaseProposal, form: forms.DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "proposal": row,
        "may_decide": permissions.can_plan(_user(request)) and row.status in OPEN_PROPOSAL,
        "refusals": [text for texts in form.errors.values() for text in texts] if form is not None else [],
        "events": journal.timeline(row)[:30],
    }
    return render(request, "parts/proposal.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def orders(request: HttpRequest) -> HttpResponseBase:
    """Orders on their way; POST places one for the chosen proposals."""
    return _place(request) if request.method == "POST" else lists.respond(request, ORDERS)


@login_required
@require_GET
def order_new(request: HttpRequest) -> HttpResponse:
    """The contract for the proposals chosen in the list (`?row=`): prices, supplier, terms."""
    require(permissions.can_buy, _user(request))
    return _contract(request, forms.OrderForm(), request.GET.getlist("row"))


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
    return _contract(request, form, request.POST.getlist("proposals"), status=422)


def _contract(
    request: HttpRequest, form: forms.OrderForm, chosen: list[str], status: int = 200
) -> HttpResponse:
    """The form with the planned ones of the chosen proposals, each with the price typed or the part's own."""
    rows = queries.proposals(PurchaseProposal.objects.visible_to(_user(request)))
    keys = [key for key in chosen if key.isdecimal() and len(key) < 19]
    planned = rows.filter(pk__in=keys, status=ProposalStatus.PLANNED).order_by("pk")
    lines = [(row, form.data.get(f"price-{row.pk}", row.part.unit_price)) for row in planned]
    context = {"form": form, "lines": lines, "left_out": len(keys) - len(lines)}
    return render(request, "parts/order_new.html", context, status=status)


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

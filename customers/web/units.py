"""Units and products."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from customers import actions, permissions, queries
from customers.models import Customer, ProductModel, Unit
from customers.web import forms
from customers.web.files import signed_in
from customers.web.tables import MACHINES, PRODUCTS
from service_center.kernel import commands, journal, presence
from service_center.kernel.access import require
from service_center.kernel.web import importing, lists, panels
from service_center.kernel.web.forms import refusals_into, renew


def _unit(request: HttpRequest, pk: int) -> Unit:
    rows = Unit.objects.visible_to(signed_in(request)).select_related(
        "customer__branch", "product_model__line"
    )
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One machine: what it is, whose, in warranty or not and why, its whole life."""
    row, user = _unit(request, pk), signed_in(request)
    presence.see(user, row)
    context = {
        "unit": row,
        "warranty": queries.warranty_on(row, timezone.localdate()),
        "may_edit": permissions.can_edit_unit(user, row),
        "may_transfer": permissions.can_transfer(user, row),
        "panels": panels.render("unit", request, row),
        "events": journal.timeline(row)[:60],
    }
    return render(request, "customers/unit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Register a unit of a customer."""
    user = signed_in(request)
    customer = get_object_or_404(Customer.objects.visible_to(user).select_related("branch"), pk=customer_pk)
    require(permissions.can_register, user, customer)
    form = forms.UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            made = commands.run(actions.register_unit, customer=customer, by=request, **form.arguments())
            messages.success(request, _("已登记机器。"))
            return redirect("unit", made.pk)
    context = {"customer": customer, "form": form}
    return render(request, "customers/unit_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """Units from a table."""
    require(permissions.can_import, signed_in(request))
    return importing.page(
        request,
        title=_("导入机器"),
        back="customers",
        columns=actions.importing.UNIT_COLUMNS,
        verb=actions.importing.import_unit,
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a unit; the loser of two editors keeps what was typed."""
    row = _unit(request, pk)
    require(permissions.can_edit_unit, signed_in(request), row)
    names = (
        "product_model",
        "serial",
        "purchased_on",
        "manufactured_on",
        "installed_on",
        "proof",
        "status",
        "version",
    )
    form = forms.UnitEditForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(actions.edit_unit, row, by=request, **form.arguments())
            messages.success(request, _("已保存。"))
            return redirect("unit", pk)
    if form.errors:
        renew(form, row.version)
    context = {"customer": row.customer, "unit": row, "form": form}
    return render(request, "customers/unit_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a unit to its new owner."""
    row, user = _unit(request, pk), signed_in(request)
    require(permissions.can_transfer, user, row)
    form = forms.TransferForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(actions.transfer_unit, row, by=request, **form.arguments())
            messages.success(request, _("已办理过户。"))
            return redirect("unit", pk)
    context = {"customer": row.customer, "unit": row, "form": form, "transfer": True}
    return render(request, "customers/unit_form.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def units(request: HttpRequest) -> HttpResponseBase:
    """The machines the user may see."""
    user = signed_in(request)
    return lists.respond(request, MACHINES, may_import=permissions.can_import(user))


@login_required
@require_GET
def products(request: HttpRequest) -> HttpResponseBase:
    """The catalogue by line."""
    return lists.respond(request, PRODUCTS)


@login_required
@require_GET
def product(request: HttpRequest, code: str) -> HttpResponse:
    """One model with the terms promised for it."""
    rows = ProductModel.objects.visible_to(signed_in(request)).select_related("line")
    row = get_object_or_404(rows, code=code)
    context = {
        "product": row,
        "terms": row.warranty_terms.order_by("covers", "-sold_from"),
        "panels": panels.render("product", request, row),
    }
    return render(request, "customers/product.html", context)

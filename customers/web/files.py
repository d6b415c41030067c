"""Customers: the list with its look-up, the file, and what is done to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers import actions, permissions
from customers.actions.files import REVEALABLE
from customers.models import Customer, Unit
from customers.web import forms
from customers.web.tables import CUSTOMERS
from service_center.kernel import commands, journal, phones, presence
from service_center.kernel.access import require
from service_center.kernel.models import User
from service_center.kernel.web import importing, lists, panels
from service_center.kernel.web.forms import refusals_into, renew


def signed_in(request: HttpRequest) -> User:
    """The log-in behind a page that needs one."""
    assert isinstance(request.user, User)
    return request.user


def _customer(request: HttpRequest, pk: int) -> Customer:
    rows = Customer.objects.visible_to(signed_in(request))
    return get_object_or_404(
        rows.select_related("branch", "dedicated_agent").prefetch_related("contacts"), pk=pk
    )


@login_required
@require_GET
def customers(request: HttpRequest) -> HttpResponseBase:
    """The files the user may see; `?q=` looks up by number, last four digits, serial or name."""
    user = signed_in(request)
    allowed = {"may_open": permissions.can_open(user), "may_import": permissions.can_import(user)}
    return lists.respond(request, CUSTOMERS, **allowed)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a file."""
    require(permissions.can_open, signed_in(request))
    form = forms.OpenForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            made = commands.run(actions.open_file, by=request, **form.arguments())
            messages.success(request, _("已建立客户档案。"))
            return redirect("customer", made.pk)
    return render(request, "customers/open.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """Customers from a table."""
    require(permissions.can_import, signed_in(request))
    return importing.page(
        request,
        title=_("导入客户"),
        back="customers",
        columns=actions.importing.FILE_COLUMNS,
        verb=actions.importing.import_file,
    )


@login_required
@require_GET
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The file: who, where, units, what higher apps know, timeline."""
    row = _customer(request, pk)
    presence.see(signed_in(request), row)
    return _show(request, row)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a file; the loser of two editors keeps the text typed and sees what stands now."""
    row = _customer(request, pk)
    require(permissions.can_edit, signed_in(request), row)
    form = forms.EditForm(request.POST or None, customer=row)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(actions.edit_file, row, by=request, **form.arguments())
            messages.success(request, _("已保存。"))
            return redirect("customer", pk)
    stale = bool(form.errors) and form.data.get("version") != str(row.version)
    if stale:
        renew(form, row.version)
    context = {"customer": row, "form": form, "stale": stale}
    return render(request, "customers/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Add somebody else who may be called."""
    row = _customer(request, pk)
    require(permissions.can_edit, signed_in(request), row)
    form = forms.ContactForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            commands.run(actions.add_contact, row, by=request, **form.arguments())
            messages.success(request, _("已增加联系人。"))
            return redirect("customer", pk)
    return _show(request, row, contact_form=form, status=422)


@login_required
@never_cache
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one masked value in full, for this once, after the reason was given."""
    row = _customer(request, pk)
    require(permissions.can_reveal, signed_in(request), row)
    form = forms.RevealForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            shown = commands.run(actions.reveal, row, by=request, **form.arguments())
            field = form.cleaned_data["field"]
            value = getattr(shown, REVEALABLE[field])
            revealed = phones.display(value) if field == "phone" and value else value
            return _show(request, row, revealed=revealed, revealed_field=field)
    return _show(request, row, reveal_form=form, status=422)


def _show(request: HttpRequest, row: Customer, *, status: int = 200, **extra: Any) -> HttpResponse:
    user = signed_in(request)
    units = Unit.objects.visible_to(user).filter(customer=row).select_related("product_model").order_by("-pk")
    today = timezone.localdate()
    context = {
        "customer": row,
        "units": [(unit, unit.warranty(today)) for unit in units],
        "may_edit": permissions.can_edit(user, row),
        "may_register": permissions.can_register(user, row),
        "may_reveal": permissions.can_reveal(user, row),
        "contact_form": forms.ContactForm(),
        "reveal_form": forms.RevealForm(),
        "panels": panels.render("customer", request, row),
        "events": journal.timeline(row)[:40],
    } | extra
    return render(request, "customers/customer.html", context, status=status)

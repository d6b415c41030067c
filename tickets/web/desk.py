"""The agent's desk: a call comes in, the caller's file appears, the fault is logged without the mouse."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from customers import queries as files
from customers.models import Customer, Unit
from service_center.kernel import commands
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web.forms import refusals_into, status_of
from tickets import permissions
from tickets.actions import intake
from tickets.models import Ticket, Voucher
from tickets.queries import phrases, promises
from tickets.web.forms import IntakeForm

RECENT = 5


@login_required
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """Register a request. What is refused stays on the screen with the reason beside its field."""
    if not permissions.can_register(request.user):  # type: ignore[arg-type]  # behind the log-in
        raise PermissionDenied
    form = IntakeForm(request.POST or None, initial=_known(request))
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            row = commands.run(intake.register, by=request, **form.arguments())
            messages.success(request, _("已登记工单 %(number)s。") % {"number": row.number})
            return redirect(f"/tickets/{row.number}/")
    context = {
        "form": form,
        "chosen": _chosen(request, form),
        "promises": promises.next_half_days(commands.now()),
        "symptoms": [
            [pick(s), s.initials, s.product_line.code if s.product_line else ""] for s in phrases.symptoms()
        ],
    }
    return render(request, "tickets/desk.html", context, status=status_of(form))


def _known(request: HttpRequest) -> dict[str, str]:
    """What a link to the desk already knows: `?customer=7&unit=9`."""
    return {name: request.GET[name] for name in ("customer", "unit") if request.GET.get(name, "").isdecimal()}


def _chosen(request: HttpRequest, form: IntakeForm) -> Customer | None:
    value = form["customer"].value()
    if not value or not str(value).isdecimal():
        return None
    return Customer.objects.visible_to(request.user).filter(pk=value).first()  # type: ignore[arg-type]


@login_required
@require_GET
def caller(request: HttpRequest) -> HttpResponse:
    """Files of whoever calls: full number, last four digits, or two characters of the name."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    text = request.GET.get("phone", "").strip()[:80]
    found = list(files.look_up(text, user)[:8]) if len(text) >= 2 else []
    if len(found) == 1:
        return render(request, "tickets/desk.html#file", _file(user, found[0]))
    return render(request, "tickets/desk.html#callers", {"customers": found, "text": text})


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One caller's file: units, the service vouchers of their models, open and past tickets (TKT-18)."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    context = _file(user, get_object_or_404(Customer.objects.visible_to(user), pk=pk))
    picked = request.GET.get("unit", "")
    context["picked"] = int(picked) if picked.isdecimal() and len(picked) < 19 else None
    return render(request, "tickets/desk.html#file", context)


def _file(user: User, customer: Customer) -> dict[str, object]:
    tickets = Ticket.objects.visible_to(user).filter(customer=customer).order_by("-id")
    open_tickets = list(tickets.open()[:10])
    return {
        "customer": customer,
        "units": _machines(customer, open_tickets),
        "vouchers": Voucher.objects.filter(ticket__in=tickets)
        .select_related("ticket__product_model")
        .order_by("-id")[:RECENT],
        "open_tickets": open_tickets,
        "past_tickets": tickets.exclude(pk__in=tickets.open().values("pk"))[:RECENT],
    }


def _machines(customer: Customer, open_tickets: list[Ticket]) -> list[tuple[Unit, Ticket | None]]:
    """The caller's machines, each with the ticket that is open about it, so that nobody registers it twice."""
    about = {ticket.unit_id: ticket for ticket in reversed(open_tickets) if ticket.unit_id}
    units = customer.units.select_related("product_model").order_by("-id")[:20]
    return [(unit, about.get(unit.pk)) for unit in units]

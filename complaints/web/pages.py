"""The complaints' pages: the list, a new one, one with its next step first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from complaints import actions, permissions
from complaints.models import Complaint
from complaints.queries import clocks
from complaints.queries import steps as reading
from complaints.web import steps
from complaints.web.forms import RegisterForm
from complaints.web.tables import COMPLAINTS
from customers.models import Customer
from service_center.kernel import commands, journal, presence
from service_center.kernel.models import Approval, Clock, User
from service_center.kernel.web import alarms, lists
from service_center.kernel.web import clocks as clock_page
from service_center.kernel.web.forms import refusals_into, status_of
from tickets.models import Ticket


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


def _complaint(request: HttpRequest, number: str) -> Complaint:
    return get_object_or_404(Complaint.objects.visible_to(_user(request)).for_list(), number=number)


@login_required
@require_GET
def complaints(request: HttpRequest) -> HttpResponseBase:
    """The list, with each complaint's most pressing clock."""
    return lists.respond(request, COMPLAINTS, may_register=permissions.can_register(_user(request)))


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Take a complaint of a customer (`?customer=`) or about a ticket (`?ticket=`)."""
    if not permissions.can_register(_user(request)):
        raise PermissionDenied
    customer, ticket = _about(request)
    if customer is None:
        return render(request, "complaints/new.html", {"form": None})
    form = RegisterForm(request.POST or None, customer=customer, ticket=ticket)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            complaint = commands.run(actions.register, by=request, **form.arguments())
            messages.success(request, _("已受理投诉 %(number)s。") % {"number": complaint.number})
            return redirect("complaint", complaint.number)
    context = {"form": form, "customer": customer, "ticket": ticket}
    return render(request, "complaints/new.html", context, status=422 if form.errors else 200)


def _about(request: HttpRequest) -> tuple[Customer | None, Ticket | None]:
    """Whom and what the new complaint is about, of what the reader may see."""
    user, number, pk = _user(request), request.GET.get("ticket", ""), request.GET.get("customer", "")
    if number:
        ticket = get_object_or_404(Ticket.objects.visible_to(user).with_people(), number=number)
        return ticket.customer, ticket
    if pk.isdecimal() and len(pk) < 19:
        return get_object_or_404(Customer.objects.visible_to(user).select_related("branch"), pk=int(pk)), None
    return None, None


@login_required
@require_GET
def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """The page; `?step=noun` opens that step's form."""
    row = _complaint(request, number)
    presence.see(_user(request), row)
    step = steps.BY_NOUN.get(request.GET.get("step", ""))
    return _show(request, row, step, step.form(complaint=row) if step else None)


@login_required
@require_http_methods(["GET", "POST"])
def noun(request: HttpRequest, number: str, noun: str) -> HttpResponse:
    """One step: GET leads to its form, POST takes it."""
    row, step = _complaint(request, number), steps.BY_NOUN.get(noun)
    if step is None:
        raise Http404
    if request.method == "GET":
        return redirect(f"/complaints/{number}/?step={noun}#step")
    form = step.form(request.POST, complaint=row)
    if form.is_valid():
        with refusals_into(form):
            result = commands.run(step.verb, row, by=request, **form.arguments())
            asked = isinstance(result, Approval)
            messages.success(request, _("已提交经理审批。") if asked else _("已保存。"))
            return redirect("complaint", number)
    return _show(request, row, step, form, status=status_of(form))


@login_required
@require_GET
def clock(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Why a deadline stands where it stands."""
    return clock_page.of_row(request, _complaint(request, number), pk)


def _show(
    request: HttpRequest, row: Complaint, step: steps.Step | None, form: Any, status: int = 200
) -> HttpResponse:
    group = getattr(row, "task_group", None)
    offered = steps.offered(row, _user(request))
    first = steps.primary(row, offered, has_team=group is not None)

    def url(clock: Clock) -> str:
        return f"/complaints/{row.number}/clocks/{clock.pk}/"

    context = {
        "complaint": row,
        "steps": offered,
        "primary": first,
        "others": [one for one in offered if one is not first],
        "step": step,
        "form": form,
        "clocks": alarms.with_told(clocks.of(row, commands.now(), url), _user(request)),
        "tasks": reading.open_tasks(row),
        "verification": getattr(row, "verification", None),
        "group": group,
        "members": group.members.order_by("name") if group else [],
        "findings": row.findings.order_by("-pk"),
        "plans": row.plans.select_related("responsible").order_by("-number"),
        "replies": row.replies.select_related("satisfaction").order_by("-pk"),
        "contacts": row.contacts.order_by("-occurred_at"),
        "events": journal.timeline(row)[:60],
    }
    return render(request, "complaints/complaint.html", context, status=status)

"""The engineer's phone: today's jobs, and one job step by step under the thumb."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from customers import actions as files
from service_center.kernel import commands
from service_center.kernel.access import has_role
from service_center.kernel.models import User
from tickets.models import Ticket
from tickets.queries import desk
from tickets.web import nouns, page
from tickets.web.queue import pressing


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """What is mine: on site, today by time, then the rest; done today at the end."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not has_role(user, "engineer", "expert"):
        raise PermissionDenied
    rows = list(desk.jobs_of(user))
    return render(request, "tickets/phone_jobs.html", {"rows": rows, "clocks": pressing(rows)})


@login_required
@require_GET
def job(request: HttpRequest, number: str) -> HttpResponse:
    """One job: customer, way there, clocks, the next step open."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    row = get_object_or_404(Ticket.objects.visible_to(user).with_people(), number=number)
    step = nouns.BY_NOUN.get(request.GET.get("step", ""))
    if step is None:
        step = nouns.primary(nouns.offered(row, user), row)
    form = step.form(ticket=row, person=user.person) if step else None
    return render(request, "tickets/phone_ticket.html", page.context(request, row, step, form))


@login_required
@require_POST
def reach(request: HttpRequest, number: str) -> HttpResponse:
    """The customer's number and street for the engineer on the way: shown once, with the ticket as the reason."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    row = get_object_or_404(Ticket.objects.visible_to(user).with_people(), number=number)
    field = "address" if request.POST.get("how") == "map" else "phone"
    customer = commands.run(files.reveal, row.customer, field=field, reason=number, by=request)
    return render(request, "tickets/phone_reach.html", {"ticket": row, "customer": customer, "field": field})

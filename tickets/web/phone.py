"""The engineer's phone: today's jobs, one job step by step under the thumb, and what is not sent yet."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from customers import actions as files
from service_center.kernel import commands, journal, phones
from service_center.kernel.access import has_role
from service_center.kernel.models import User
from tickets.models import Ticket
from tickets.queries import desk
from tickets.states import Status
from tickets.web import nouns, phone_page, phone_steps
from tickets.web.queue import pressing

OWNER, VERSION = "Phone-Owner", "Phone-Version"
"""Headers of pages that a phone may keep: whose they are, and as of which version of what they show."""


@gzip_page
@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """What is mine: what is to be done by time, then what only the desk has still to end."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not has_role(user, "engineer", "expert"):
        raise PermissionDenied
    rows = sorted(desk.jobs_of(user), key=_is_over)
    context = {"rows": rows, "clocks": pressing(rows), "over": [row.pk for row in rows if _is_over(row)]}
    return _kept(request, render(request, "tickets/phone_jobs.html", context))


def _is_over(row: Ticket) -> bool:
    return row.status in {Status.HANDLED, Status.RESULT_TOLD} and not row.on_site


@gzip_page
@login_required
@require_GET
def job(request: HttpRequest, number: str) -> HttpResponse:
    """One job: customer, way there, the next step open, the others beside it."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    row = get_object_or_404(Ticket.objects.visible_to(user).with_people().with_work_left(), number=number)
    step = nouns.BY_NOUN.get(request.GET.get("step", ""))
    context = phone_page.context(request, row, step, None)
    return _kept(request, render(request, "tickets/phone_ticket.html", context), row.version)


@gzip_page
@login_required
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Steps on their way: the page is the same for everybody, the phone fills in what it has."""
    steps = {step.noun: str(step.label) for step in phone_steps.steps()}
    context = {"steps": steps, "leaving": "leaving" in request.GET}
    return _kept(request, render(request, "tickets/phone_outbox.html", context))


@login_required
@require_GET
def now(request: HttpRequest, number: str) -> HttpResponse:
    """What stands on the server, beside a step of the phone that was refused: state and what happened since."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    row = get_object_or_404(Ticket.objects.visible_to(user).with_people(), number=number)
    seen = request.GET.get("since", "")
    since = int(seen) if seen.isdecimal() and len(seen) < 10 else row.version
    subject = {"subject_type": row._meta.label_lower, "subject_id": row.pk, "version__gt": since}
    events = journal.timeline(row).filter(**subject)[: phone_page.FACTS]
    standing = phone_page.standing(row, request.GET.get("noun", ""))
    return render(request, "tickets/phone_now.html", {"ticket": row, "events": events, "standing": standing})


@login_required
@require_GET
def parts(request: HttpRequest) -> JsonResponse:
    """The catalogue, from which a part is asked for without a network too."""
    return JsonResponse({"parts": phone_steps.catalogue()})


@login_required
@require_POST
def reach(request: HttpRequest, number: str) -> HttpResponse:
    """The customer's number and street for the engineer on the way: shown once, with the ticket as the reason."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    row = get_object_or_404(Ticket.objects.visible_to(user).with_people(), number=number)
    field = "address" if request.POST.get("how") == "map" else "phone"
    customer = commands.run(files.reveal, row.customer, field=field, reason=number, by=request)
    apple = any(name in request.headers.get("User-Agent", "") for name in ("iPhone", "iPad"))
    context = {"ticket": row, "customer": customer, "field": field, "apple": apple}
    if field == "phone":
        context["shown"] = phones.display(customer.phone)
    return render(request, "tickets/phone_reach.html", context)


def _kept(request: HttpRequest, response: HttpResponse, version: int | str = "") -> HttpResponse:
    response[OWNER], response[VERSION] = str(request.user.pk), str(version)
    return response

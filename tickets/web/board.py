"""The supervisor's list and the day's dispatch: the late stand on top, with their clause and a first why-line."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from service_center.kernel.access import has_role
from service_center.kernel.models import User
from tickets.models import Ticket
from tickets.queries import desk
from tickets.web.queue import pressing

LENGTH = 50


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Late first, then at risk, then what waits for dispatch, with the load of the engineers beside it."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not has_role(user, "supervisor", "manager", "agent", "director"):
        raise PermissionDenied
    seen = Ticket.objects.visible_to(user)
    late = list(seen.open().late().with_people().order_by("id")[:LENGTH])
    risky = list(seen.open().at_risk().with_people().order_by("id")[:LENGTH])
    waiting = list(seen.undispatched().with_people().order_by("id")[:LENGTH])
    context = {
        "late": late,
        "risky": risky,
        "waiting": waiting,
        "clocks": pressing([*late, *risky, *waiting]),
        "load": desk.load_of_engineers(user),
    }
    template = "tickets/board.html#board" if request.headers.get("HX-Request") else "tickets/board.html"
    return render(request, template, context)

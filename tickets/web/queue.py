"""The list of tickets, and finding tickets from the one search box."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from service_center.kernel import clocks, commands
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.search import Hit
from tickets import permissions
from tickets.models import Ticket
from tickets.queries import search
from tickets.web.clocks import drawn
from tickets.web.tables import QUEUE


@login_required
@require_GET
def tickets(request: HttpRequest) -> HttpResponseBase:
    """The list; what it is asked stands in the address, so a view can be kept as a bookmark."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    return lists.respond(request, QUEUE, may_register=permissions.can_register(user))


def pressing(rows: list[Ticket]) -> dict[int, dict[str, Any]]:
    """For each ticket its most pressing open clock, in one query for the page."""
    now = commands.now()
    found: dict[int, dict[str, Any]] = {}
    for pk, mine in clocks.for_subjects(Ticket, [row.pk for row in rows]).items():
        if living := [drawn(c, now) for c in mine if c.stopped_at is None]:
            found[pk] = min(living, key=lambda c: (c["state"] != "breached", str(c["due_at"] or "9")))
    return found


def find(user: User, text: str, limit: int) -> list[Hit]:
    """Tickets for the global search box."""
    rows = (
        search.matching(Ticket.objects.visible_to(user), text)
        .select_related("customer")
        .order_by("-id")[:limit]
    )
    return [
        Hit(
            f"{row.number} {row.subject}",
            f"{row.customer.name} · {row.get_status_display()}",
            f"/tickets/{row.number}/",
            "ticket",
        )
        for row in rows
    ]

"""The customer's link on the ticket's page of the staff: send it again, ask for consent by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from service_center.kernel.web import panels
from service_center.portal import permissions
from service_center.portal.actions.links import can_be_sent
from service_center.portal.queries import cases
from service_center.portal.web.forms import OfferForm
from tickets.states import Status

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from service_center.kernel.models import User
    from tickets.models import Ticket


def _panel(request: HttpRequest, obj: Any) -> SafeString | str:
    """Nothing for those who may not speak to the customer, or when there is no number to send to."""
    ticket: Ticket = obj
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not (ticket.is_open and permissions.can_send_link(user, ticket) and can_be_sent(ticket)):
        return ""
    may_offer = ticket.status == Status.IN_HANDLING and permissions.can_offer(user, ticket)
    context = {"ticket": ticket, "form": OfferForm() if may_offer else None} | cases.latest(ticket)
    return render_to_string("portal/panel.html", context, request=request)


panels.register("ticket", _panel, order=60)

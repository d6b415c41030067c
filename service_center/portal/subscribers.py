"""What the customer's door hears: a new ticket gets its link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel import rulebook
from service_center.kernel.subscriptions import on
from service_center.portal.actions import links
from service_center.portal.models import CaseLink
from tickets import events as ticket_events
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.models import Event


@on(ticket_events.REGISTERED)
def send_case_link(event: Event, *, at: datetime) -> None:
    """The customer gets a link to the open case, where the setting says so and there is a mobile number."""
    if not rulebook.setting("portal.case_link", at=at):
        return
    ticket = Ticket.objects.select_related("customer").get(pk=event.subject_id)
    if ticket.is_open and links.can_be_sent(ticket) and not CaseLink.objects.filter(ticket=ticket).exists():
        links.send(ticket, actor=None, at=at)

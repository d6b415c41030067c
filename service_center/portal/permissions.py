"""Who may send a customer to their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets import permissions

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models import Ticket


def can_send_link(actor: User, ticket: Ticket) -> bool:
    """Whoever may speak to the customer about the ticket."""
    return permissions.can_contact(actor, ticket)


def can_offer(actor: User, ticket: Ticket) -> bool:
    """Whoever may take the customer's consent may ask for it by link."""
    return permissions.can_repair(actor, ticket)

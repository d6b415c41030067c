"""The search document of a ticket, kept by a subscriber so that writing a ticket stays cheap."""

from __future__ import annotations

from tickets.models import SearchDocument, Ticket
from tickets.queries import search


def index(ticket: Ticket) -> None:
    """Renew what the ticket is found by."""
    SearchDocument.objects.update_or_create(ticket=ticket, defaults={"document": search.document(ticket)})

"""Photos and papers of a ticket (B30, RPR-17)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service_center.kernel import attachments, uploads
from service_center.kernel.access import require
from service_center.kernel.models import Attachment
from tickets import permissions
from tickets.actions.recording import keep
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.models import User


def attach(
    ticket: Ticket, *, file: uploads.Upload, kind: str = "photo", actor: User | None, at: datetime
) -> Attachment:
    """Keep a file with the ticket; images lose their position data. Raises Forbidden and what the store refuses."""
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_attach, actor, ticket)
    keep(ticket)
    return attachments.store(ticket, file=file, kind=kind, actor=actor, at=at)

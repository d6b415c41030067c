"""Neighbours of a ticket: what apps above hang on it (a complaint, a return) or another ticket."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Model

from tickets import events
from tickets.actions.recording import keep, tell
from tickets.models import Ticket, TicketLink

if TYPE_CHECKING:
    from service_center.kernel.models import User


def link(
    ticket: Ticket, *, rel: str, target: Model, label: str, actor: User | None, at: datetime
) -> TicketLink:
    """Tie a row to the ticket under the name people read; tying it again changes nothing.

    The verb that calls has decided who may.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    row, created = TicketLink.objects.get_or_create(
        ticket=ticket,
        rel=rel,
        object_type=target._meta.label_lower,
        object_id=target.pk,
        defaults={"label": label, "at": at, "by": actor},
    )
    if created:
        keep(ticket)
        tell(events.LINKED, ticket, actor=actor, at=at, rel=rel, label=label)
    return row

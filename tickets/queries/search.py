"""Finding tickets by what people remember: number, name, model, serial, words of the request."""

from __future__ import annotations

from django.db.models import Func, QuerySet

from service_center.kernel import bigrams
from tickets.models import Ticket


def document(ticket: Ticket) -> Func:
    """The words a ticket may be found by."""
    unit, model = ticket.unit, ticket.product_model
    return bigrams.vector(
        ticket.number,
        ticket.number.rpartition("-")[2].lstrip("0"),
        ticket.subject,
        ticket.symptom,
        ticket.customer.name,
        unit.serial if unit is not None else "",
        f"{model.code} {model.name_zh} {model.name_en}" if model is not None else "",
    )


def matching(tickets: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those of the tickets that hold all words of the text; two Chinese characters are enough."""
    condition = bigrams.query(text)
    return tickets.none() if condition is None else tickets.filter(search_document__document=condition)

"""Finding tickets by what people remember: number, name, model, serial, words of the request."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Func, QuerySet

from service_center.kernel import bigrams
from tickets.models import SearchDocument, Ticket


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


FEW = 1000
"""As many as can be looked at one by one."""


def matching(tickets: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those of the tickets that hold all words of the text; two Chinese characters are enough.

    What few tickets hold is looked up now: asked for the newest of them that a reader may see, PostgreSQL would go through
    all that he may see, in the hope of meeting one soon.
    """
    condition = bigrams.query(text)
    if condition is None:
        return tickets.none()
    holding = SearchDocument.objects.filter(document=condition).values_list("pk", flat=True)
    if _expected(holding) <= FEW:
        found = list(holding[: 2 * FEW])
        if len(found) < 2 * FEW:
            return tickets.filter(pk__in=found)
    return tickets.filter(search_document__document=condition)


def _expected(rows: QuerySet[Any, Any]) -> int:
    """About how many there are, told from statistics, for to find them all may take long."""
    plan = json.loads(rows.explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])

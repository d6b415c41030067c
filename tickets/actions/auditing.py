"""What a ticket's columns remember of its records, counted anew: version, presence on site, flags, reopenings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from service_center.kernel.models import Event
from tickets.models import Consent, Diagnosis, Reopening, ResultCall, Ticket, Visit
from tickets.states import VisitStatus

COLUMNS = {
    "version": "told_version",
    "on_site": "is_on_site",
    "diagnosed": "has_diagnosis",
    "consented": "has_consent",
    "reopen_count": "times_reopened",
}


def recount(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each column that differs from its records; with `fix` it is put right under the ticket's lock."""
    differs = Q()
    for column, truth in COLUMNS.items():
        differs |= ~Q(**{column: F(truth)})
    for pk in list(
        _counted(Ticket.objects.all()).filter(differs).order_by("pk").values_list("pk", flat=True)
    ):
        with transaction.atomic():
            Ticket.objects.lock(pk)
            row = _counted(Ticket.objects.filter(pk=pk)).values("number", *COLUMNS, *COLUMNS.values()).get()
            wrong = {column: row[truth] for column, truth in COLUMNS.items() if row[column] != row[truth]}
            if fix and wrong:
                Ticket.objects.filter(pk=pk).update(**wrong)
        yield from (f"{row['number']} {column}: {row[column]} -> {value}" for column, value in wrong.items())


def _counted(tickets: QuerySet[Ticket]) -> QuerySet[Any]:
    facts = Event.objects.filter(subject_type=Ticket._meta.label_lower, subject_id=OuterRef("pk"))
    own = {"ticket": OuterRef("pk")}
    dissatisfied = ResultCall.objects.filter(**own, satisfied=False)
    return tickets.annotate(
        told_version=_one(facts.order_by().values("subject_id").annotate(n=Max("version"))),
        is_on_site=Exists(Visit.objects.filter(**own, status=VisitStatus.ARRIVED)),
        has_diagnosis=Exists(Diagnosis.objects.filter(**own)),
        has_consent=Exists(Consent.objects.filter(**own)),
        times_reopened=_one(
            Reopening.objects.filter(**own).order_by().values("ticket").annotate(n=Count("pk"))
        )
        + _one(dissatisfied.order_by().values("ticket").annotate(n=Count("pk"))),
    )


def _one(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows.values("n")[:1], output_field=IntegerField()), 0)

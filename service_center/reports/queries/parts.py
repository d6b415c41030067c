"""What the sums by day are made of: the parts of the catalogue's figures that lie in time, as SQL.

A part is the rows of a figure or its hits. It is derived from the very measure that the drill-down opens, asked without
bounds of time or reader; two figures that count the same rows share one part. Every part belongs to a source: the kind
of row whose facts make it count anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import (
    BooleanField,
    DecimalField,
    DurationField,
    F,
    Func,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce, TruncDate

from complaints.models import Complaint
from service_center.kernel.models import Clock, User
from service_center.kernel.models.clocks import ClockQuerySet
from service_center.reports.queries import catalogue  # noqa: F401 - entering the figures is what importing it does
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.scope import Scope, zone
from surveys.models import FollowUp, Invitation
from tickets.models import Ticket

IDS = "$1"
"""Stands in the compiled statements for the array of the ids asked for."""
AMOUNT = DecimalField(max_digits=20, decimal_places=6)


class _Among(Func):
    """The column is one of the ids asked for."""

    template, output_field = f"%(expressions)s = ANY({IDS})", BooleanField()


@dataclass(frozen=True)
class Everything(Scope):
    """No bounds: every row whose instant is known, whoever may see it."""

    def during(self, instant: str) -> Q:
        return Q((f"{instant}__isnull", False))

    def tickets(self) -> QuerySet[Ticket]:
        return Ticket.objects.all()

    def clocks(self, *kinds: str) -> ClockQuerySet:
        return Clock.objects.filter(subject_type=Ticket._meta.label_lower, kind__in=kinds)

    def complaints(self) -> QuerySet[Complaint]:
        return Complaint.objects.all()

    def invitations(self) -> QuerySet[Invitation]:
        return Invitation.objects.all()

    def follow_ups(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.all()


EVERYTHING = Everything(User(), datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True)
class Source:
    """A kind of row with what its shares are split by: branch, product line, engineer; `ticket` leads to its ticket."""

    name: str
    rows: QuerySet[Any]
    line: str
    engineer: str
    ticket: str

    def sql(self) -> tuple[str, list[Any]]:
        """(id, branch, line, engineer) of the rows asked for."""
        return _compiled(self.rows, "pk", "branch_id", self.line, self.engineer)


SOURCES = {
    Ticket: Source("ticket", Ticket.objects.all(), "product_line_id", "assignee_id", "pk"),
    Complaint: Source(
        "complaint", Complaint.objects.all(), "ticket__product_line_id", "ticket__assignee_id", "ticket_id"
    ),
    Invitation: Source(
        "invitation", Invitation.objects.all(), "ticket__product_line_id", "engineer_id", "ticket_id"
    ),
    FollowUp: Source(
        "follow_up", FollowUp.objects.all(), "ticket__product_line_id", "ticket__assignee_id", "ticket_id"
    ),
}
_OWNERS: dict[type, tuple[type, str]] = {Clock: (Ticket, "subject_id")}
"""Rows that count with another kind of row, and the column that names it."""


@dataclass(frozen=True)
class Part:
    """(id, day, amount) of every row that counts, compiled for one source."""

    source: str
    sql: str
    params: tuple[Any, ...]


@dataclass(frozen=True)
class Parts:
    """All parts by name, and the names of the rows' and the hits' part of each figure that is rolled up."""

    by_name: dict[str, Part]
    of_figure: dict[str, tuple[str, str | None]]

    @property
    def fingerprint(self) -> str:
        """Changes when any formula, or the column a day is told by, changes."""
        return hashlib.sha256(repr(sorted(self.by_name.items())).encode()).hexdigest()

    def of_source(self, source: str) -> dict[str, Part]:
        return {name: part for name, part in self.by_name.items() if part.source == source}


@lru_cache(maxsize=1)
def parts() -> Parts:
    """The parts of every figure of the catalogue that names its instant."""
    known: dict[Part, str] = {}
    made_of: dict[str, tuple[str, str | None]] = {}
    for code, kind in CATALOGUE.items():
        measure = kind.measure(EVERYTHING)
        if not measure.when:
            continue
        rows = known.setdefault(_part(measure.rows, measure.when, measure.mean_of), code)
        hits = None
        if measure.hits is not None:
            hits = known.setdefault(_part(measure.hits, measure.hits_when or measure.when, None), f"{code}+")
        made_of[code] = rows, hits
    return Parts({name: part for part, name in known.items()}, made_of)


def _part(rows: QuerySet[Any], when: tuple[str, ...], mean_of: str | None) -> Part:
    model: Any = rows.model
    owner, column = _OWNERS.get(model, (model, "pk"))
    moment = Coalesce(*when) if len(when) > 1 else F(when[0])
    told = rows.annotate(_day=TruncDate(moment, tzinfo=zone()), _amount=_amount(rows, mean_of))
    sql, params = _compiled(told, column, "_day", "_amount")
    return Part(SOURCES[owner].name, sql, tuple(params))


def _amount(rows: QuerySet[Any], mean_of: str | None) -> Any:
    """The number averaged over the rows, spans in seconds."""
    if mean_of is None:
        return Value(0, output_field=AMOUNT)
    known = rows.query.annotations.get(mean_of)
    if known is not None and isinstance(known.output_field, DurationField):
        return Func(F(mean_of), template="EXTRACT(EPOCH FROM %(expressions)s)", output_field=AMOUNT)
    return Cast(F(mean_of), AMOUNT)


def _compiled(rows: QuerySet[Any], column: str, *others: str) -> tuple[str, list[Any]]:
    """A statement over the rows whose column is among IDS."""
    sql, params = (
        rows.filter(_Among(F(column))).order_by().values_list(column, *others).query.sql_with_params()
    )
    return sql, list(params)

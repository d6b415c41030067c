"""The same figures for each branch side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from service_center.reports.models import DaySum
from service_center.reports.queries import rollups, targets, words
from service_center.reports.queries.addresses import Addresses
from service_center.reports.queries.compared import Figures
from service_center.reports.queries.dashboard import KEY
from service_center.reports.queries.figures import CATALOGUE, Figure, Reading, Sums, reading
from service_center.reports.queries.parts import parts
from service_center.reports.queries.periods import Period
from service_center.reports.queries.scope import Scope
from service_center.reports.queries.totals import totals

COMPARED = (
    "tickets.reported",
    "tickets.ended",
    *KEY,
    "tickets.reopened",
    "service.response_hours",
    "service.efficiency",
    "complaints.handled",
    "followup.solution",
)
Readings = Mapping[str, Reading]


@dataclass(frozen=True)
class Cell:
    """A branch's value of a figure: None `met` without a target or a value."""

    text: str
    url: str
    met: bool | None
    small: bool


@dataclass(frozen=True)
class Row:
    """One figure over all branches; the first cell is the company's."""

    name: str
    target: str
    cells: list[Cell]


def rows(
    figures: Figures, scope: Scope, addresses: Addresses, branches: Sequence[tuple[int, str]]
) -> list[Row]:
    """The table: a line for each figure, a column for the company and for each branch (id and code)."""
    found = by_branch(scope, figures.period, [pk for pk, _code in branches], now=figures.now)
    smallest = targets.smallest_sample(at=figures.now)

    def cell(here: Reading, where: Addresses) -> Cell:
        kind = here.figure
        target = targets.of(kind, at=figures.now)
        met = None if target is None or here.value is None else target.met_by(here.value)
        small = kind.unit != "count" and 0 < here.denominator < smallest
        url = where.rows(kind.code) if here.denominator else ""
        return Cell(words.value(kind, here.value), url, met, small)

    def row(kind: Figure) -> Row:
        own = [
            cell(found[pk][kind.code], replace(addresses, filters={**addresses.filters, "branch": code}))
            for pk, code in branches
        ]
        whole = figures.compared(kind.code)
        return Row(str(kind.name), whole.target_text, [cell(whole.reading, addresses), *own])

    return [row(CATALOGUE[code]) for code in COMPARED]


def by_branch(scope: Scope, period: Period, branches: Sequence[int], *, now: datetime) -> dict[int, Readings]:
    """Each branch's figures of the period: one query where the sums are in force, else from the rows."""
    kept = _kept(scope, period)
    return {
        pk: _from_sums(kept.get(pk, {}), now)
        if kept is not None
        else _from_rows(replace(scope, branch_id=pk), period, now)
        for pk in branches
    }


_Parts = dict[str, tuple[int, Decimal]]


def _kept(scope: Scope, period: Period) -> dict[int, _Parts] | None:
    """The sums kept of the period's days by branch; None where there are none to go by."""
    if not rollups.in_force() or scope.team_id is not None or scope.person_id is not None:
        return None
    rows = DaySum.objects.filter(day__gte=period.first, day__lte=period.last)
    if scope.line_id is None:
        rows = rows.filter(level=DaySum.Level.WHOLE)
    else:
        rows = rows.filter(level=DaySum.Level.LINE, line_id=scope.line_id)
    found: dict[int, _Parts] = defaultdict(dict)
    for branch, part, count, amount in rows.values_list("branch_id", "part").annotate(
        Sum("count"), Sum("amount")
    ):
        found[branch][part] = (count, amount)
    return found


def _from_sums(kept: _Parts, now: datetime) -> Readings:
    nothing = (0, Decimal(0))
    found = {}
    for code in COMPARED:
        kind = CATALOGUE[code]
        of_rows, of_hits = parts().of_figure[code]
        count, amount = kept.get(of_rows, nothing)
        if of_hits is not None:
            sums = Sums(Decimal(kept.get(of_hits, nothing)[0]), count)
        elif kind.unit == "count":
            sums = Sums(Decimal(count), count)
        else:
            sums = Sums(amount / 3600 if kind.unit == "hours" else amount, count)
        found[code] = reading(kind, sums, now=now)
    return found


def _from_rows(scope: Scope, period: Period, now: datetime) -> Readings:
    sums = totals(scope, [period.span], whole=1)
    return {
        code: reading(CATALOGUE[code], sums[code][0] or Sums(Decimal(0), 0), now=now) for code in COMPARED
    }

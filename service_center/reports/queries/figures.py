"""The catalogue of figures. Each names its formula and source, and gives the rows it counts: every number opens them.

A share is hits / rows * 100; a mean is the average of one number over the rows. A population of none has no value:
missing data is not applicable, never 0 or 100.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django_stubs_ext import StrPromise

from service_center.reports.queries.scope import Scope


@dataclass(frozen=True)
class Measure:
    """What a figure is made of: the rows counted, those that hit, or the number (never null) averaged over the rows.

    Hits are rows too, except where a rate sets one thing against another (complaints against services).
    """

    rows: QuerySet[Any]
    hits: QuerySet[Any] | None = None
    mean_of: str | None = None

    def of(self, part: str) -> QuerySet[Any]:
        """The rows counted, or for `hits` those that hit where the figure has such."""
        return self.hits if part == "hits" and self.hits is not None else self.rows


@dataclass(frozen=True)
class Figure:
    """One kind of figure; `version` rises when its formula changes."""

    code: str
    name: StrPromise
    unit: str  # percent, count, score, hours
    formula: StrPromise
    source: str
    measure: Callable[[Scope], Measure]
    version: int = 1
    more_is_better: bool = True


@dataclass(frozen=True)
class Reading:
    """A figure read at an instant. `value` is None when there is nothing to measure."""

    figure: Figure
    value: Decimal | None
    numerator: int | Decimal
    denominator: int
    as_of: datetime


CATALOGUE: dict[str, Figure] = {}


def figure(
    code: str, unit: str, source: str, name: StrPromise, formula: StrPromise, *, fewer: bool = False
) -> Callable[[Callable[[Scope], Measure]], Callable[[Scope], Measure]]:
    """Enter `measure(scope)` into the catalogue; with `fewer`, less of it is better."""

    def enter(measure: Callable[[Scope], Measure]) -> Callable[[Scope], Measure]:
        CATALOGUE[code] = Figure(code, name, unit, formula, source, measure, more_is_better=not fewer)
        return measure

    return enter


def read(kind: Figure, scope: Scope, *, now: datetime) -> Reading:
    """Compute the figure from the rows: at most two queries whatever the size."""
    measure = kind.measure(scope)
    if measure.mean_of is not None:
        found = measure.rows.aggregate(total=Sum(F(measure.mean_of)), count=Count("pk"))
        summed = _plain(found["total"])
        value = summed / found["count"] if found["count"] else None
        return Reading(kind, _short(value), _short(summed) or 0, found["count"], now)
    total = measure.rows.count()
    if measure.hits is None:
        return Reading(kind, Decimal(total), total, total, now)
    hits = measure.hits.count()
    value = Decimal(hits) * 100 / total if total else None
    return Reading(kind, _short(value), hits, total, now)


def _plain(total: Any) -> Decimal:
    """A duration as hours, a number as it is, nothing as zero."""
    if isinstance(total, timedelta):
        return Decimal(str(total.total_seconds())) / 3600
    return Decimal(total or 0)


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))

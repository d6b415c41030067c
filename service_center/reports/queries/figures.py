"""The catalogue of figures. Each names its formula and source, and gives the rows it counts: every number opens them.

A share is hits / rows * 100; a mean is the average of one number over the rows. A population of none has no value:
missing data is not applicable, never 0 or 100.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, F, QuerySet
from django_stubs_ext import StrPromise

from service_center.reports.queries.scope import Scope


@dataclass(frozen=True)
class Measure:
    """What a figure is made of: the rows counted, those of them that hit, or the number averaged over the rows."""

    rows: QuerySet[Any]
    hits: QuerySet[Any] | None = None
    mean_of: str | None = None


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
    code: str, name: StrPromise, *, unit: str, formula: StrPromise, source: str, more_is_better: bool = True
) -> Callable[[Callable[[Scope], Measure]], Callable[[Scope], Measure]]:
    """Enter `measure(scope)` into the catalogue."""

    def enter(measure: Callable[[Scope], Measure]) -> Callable[[Scope], Measure]:
        CATALOGUE[code] = Figure(code, name, unit, formula, source, measure, more_is_better=more_is_better)
        return measure

    return enter


def read(kind: Figure, scope: Scope, *, now: datetime) -> Reading:
    """Compute the figure from the rows: at most three queries whatever the size."""
    measure = kind.measure(scope)
    if measure.mean_of is not None:
        rows = measure.rows.exclude(**{measure.mean_of: None})
        found = rows.aggregate(mean=Avg(F(measure.mean_of)))
        count, mean = rows.count(), found["mean"]
        value = None if mean is None else Decimal(str(_plain(mean)))
        return Reading(kind, _short(value), _short((value or Decimal(0)) * count) or 0, count, now)
    total = measure.rows.count()
    if measure.hits is None:
        return Reading(kind, Decimal(total), total, total, now)
    hits = measure.hits.count()
    value = Decimal(hits) * 100 / total if total else None
    return Reading(kind, _short(value), hits, total, now)


def _plain(mean: Any) -> Any:
    """A duration as hours, a number as it is."""
    return mean.total_seconds() / 3600 if hasattr(mean, "total_seconds") else mean


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))

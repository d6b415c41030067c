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
class Sums:
    """What a figure is worked out from: hits and rows of a share, sum and number of a mean, twice the number of a count."""

    numerator: Decimal
    denominator: int


@dataclass(frozen=True)
class Measure:
    """What a figure is made of: the rows counted, those that hit, or the number (never null) averaged over the rows.

    Hits are rows too, except where a rate sets one thing against another (complaints against services). `when` names
    the instants of which the first known one puts a row into a period (`hits_when` those of the hits where they differ);
    without it the figure is no sum of shorter periods.
    """

    rows: QuerySet[Any]
    hits: QuerySet[Any] | None = None
    mean_of: str | None = None
    when: tuple[str, ...] = ()
    hits_when: tuple[str, ...] = ()

    def of(self, part: str) -> QuerySet[Any]:
        """The rows counted, or for `hits` those that hit, for `misses` the others, where the figure has such."""
        if self.hits is None or part not in PARTS:
            return self.rows
        if part == "misses" and not self.hits_when:
            return self.rows.exclude(pk__in=self.hits.values("pk"))
        return self.hits if part == "hits" else self.rows


PARTS = ("hits", "misses")


@dataclass(frozen=True)
class Figure:
    """One kind of figure; `version` rises when its formula changes. A figure of `now` has no period."""

    code: str
    name: StrPromise
    unit: str  # percent, count, score, hours
    formula: StrPromise
    source: str
    measure: Callable[[Scope], Measure]
    version: int = 1
    more_is_better: bool | None = True
    now: bool = False

    def value(self, sums: Sums) -> Decimal | None:
        """The figure to the hundredth; None when there is nothing to measure."""
        if self.unit == "count":
            return _short(Decimal(sums.denominator))
        if not sums.denominator:
            return None
        scale = 100 if self.unit == "percent" else 1
        return _short(sums.numerator * scale / sums.denominator)


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
    code: str,
    unit: str,
    source: str,
    name: StrPromise,
    formula: StrPromise,
    *,
    fewer: bool = False,
    neutral: bool = False,
    now: bool = False,
) -> Callable[[Callable[[Scope], Measure]], Callable[[Scope], Measure]]:
    """Enter `measure(scope)` into the catalogue.

    With `fewer`, less of it is better, with `neutral` neither is; `now` says that it knows no period.
    """

    def enter(measure: Callable[[Scope], Measure]) -> Callable[[Scope], Measure]:
        better = None if neutral else not fewer
        CATALOGUE[code] = Figure(code, name, unit, formula, source, measure, more_is_better=better, now=now)
        return measure

    return enter


def read(kind: Figure, scope: Scope, *, now: datetime) -> Reading:
    """Compute the figure from the rows: at most two queries whatever the size."""
    measure = kind.measure(scope)
    if measure.mean_of is not None:
        found = measure.rows.aggregate(total=Sum(F(measure.mean_of)), count=Count("pk"))
        return mean(kind, _plain(found["total"]), found["count"], now)
    total = measure.rows.count()
    if measure.hits is None:
        return Reading(kind, Decimal(total), total, total, now)
    return share(kind, measure.hits.count(), total, now)


def mean(kind: Figure, summed: Decimal, count: int, now: datetime) -> Reading:
    """The average of a number that so many rows add up to."""
    return Reading(kind, _short(summed / count) if count else None, _short(summed) or 0, count, now)


def share(kind: Figure, hits: int, total: int, now: datetime) -> Reading:
    """So many of so many, in percent."""
    return Reading(kind, _short(Decimal(hits) * 100 / total) if total else None, hits, total, now)


def reading(kind: Figure, sums: Sums, *, now: datetime) -> Reading:
    """The figure these sums make."""
    return Reading(kind, kind.value(sums), _short(sums.numerator) or 0, sums.denominator, now)


def _plain(total: Any) -> Decimal:
    """A duration as hours, a number as it is, nothing as zero."""
    if isinstance(total, timedelta):
        return Decimal(str(total.total_seconds())) / 3600
    return Decimal(total or 0)


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))

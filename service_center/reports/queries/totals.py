"""All figures for many stretches of time at once: what a dashboard, its charts and its comparison are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    DurationField,
    Expression,
    F,
    Func,
    IntegerField,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from service_center.reports.queries import prepared, rollups
from service_center.reports.queries.figures import CATALOGUE, Figure, Measure, Sums
from service_center.reports.queries.parts import EVERYTHING, parts
from service_center.reports.queries.periods import Span
from service_center.reports.queries.scope import ONE_DAY, Scope, midnight

NUMBER = DecimalField(max_digits=30, decimal_places=6)
Totals = dict[str, list[Sums | None]]


def totals(
    scope: Scope, spans: Sequence[Span], *, whole: int, codes: Collection[str] = CATALOGUE.keys()
) -> Totals:
    """The sums of the figures in each span, in two queries: whole days from the sums kept, the rest from the rows.

    `spans[:whole]` are periods, the others points of a trend. A figure that is no sum of shorter periods (different
    customers) is read for the periods only and None for the points; a figure of now is the same everywhere.
    """
    edges = sorted({edge for span in spans for edge in (span.since, span.until)})
    kept = rollups.slots(scope, edges)
    slots = _kept(kept or {})
    stretches = [Span(edges[0], edges[-1])] if kept is None else _cut_days(edges)
    reach = _Reach(scope, edges, spans[:whole], stretches, tuple(codes))
    for code, part, slot, count, total in prepared.rows(
        reach.shape, reach.statement, reach.values, few=kept is not None
    ):
        known = slots[code, part].get(slot, _NOTHING)
        slots[code, part][slot] = known[0] + count, known[1] + total
    return {
        code: [
            _sums(CATALOGUE[code], measure, slots, wanted)
            for wanted in _wanted(CATALOGUE[code], measure, spans, edges, whole)
        ]
        for code, measure in _forms().items()
        if code in codes
    }


@lru_cache(maxsize=1)
def _forms() -> dict[str, Measure]:
    """What each figure is made of, whatever the time and the reader."""
    return {code: kind.measure(EVERYTHING) for code, kind in CATALOGUE.items()}


def _cut_days(edges: list[datetime]) -> list[Span]:
    """Of the days within which an edge lies, what lies between the first edge and the last."""
    days = ((midnight(day), midnight(day + ONE_DAY)) for day in rollups.cut(edges))
    return [Span(max(begin, edges[0]), min(end, edges[-1])) for begin, end in days]


def _kept(kept: dict[str, rollups.Slots]) -> dict[tuple[str, str], rollups.Slots]:
    """The kept sums under the figures they make."""
    slots: dict[tuple[str, str], rollups.Slots] = defaultdict(dict)
    for code, (of_rows, of_hits) in parts().of_figure.items():
        scale = 3600 if CATALOGUE[code].unit == "hours" else 1
        slots[code, "rows"] = {
            n: (count, amount / scale) for n, (count, amount) in kept.get(of_rows, {}).items()
        }
        if of_hits is not None:
            slots[code, "hits"] = dict(kept.get(of_hits, {}))
    return slots


# -- from slots to spans ---------------------------------------------------------------------------------------------

_NOTHING = (0, Decimal(0))


def _wanted(
    kind: Figure, measure: Measure, spans: Sequence[Span], edges: list[datetime], whole: int
) -> Iterator[range | None]:
    """Which slots make up each span."""
    for number, span in enumerate(spans):
        if kind.now:
            yield range(1)
        elif measure.when:
            yield range(edges.index(span.since) + 1, edges.index(span.until) + 1)
        else:
            yield range(number, number + 1) if number < whole else None


def _sums(
    kind: Figure, measure: Measure, slots: dict[tuple[str, str], rollups.Slots], wanted: range | None
) -> Sums | None:
    if wanted is None:
        return None
    rows = [slots[kind.code, "rows"].get(slot, _NOTHING) for slot in wanted]
    count = sum(number for number, _total in rows)
    if measure.hits is not None:
        hits = slots[kind.code, "hits"]
        return Sums(Decimal(sum(hits.get(slot, _NOTHING)[0] for slot in wanted)), count)
    if measure.mean_of is not None:
        return Sums(sum((total for _number, total in rows), Decimal(0)), count)
    return Sums(Decimal(count), count)


# -- from rows to slots ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reach:
    """What is read from the rows: figures that lie in time within the stretches, the others for each period."""

    scope: Scope
    edges: list[datetime]
    periods: Sequence[Span]
    stretches: Sequence[Span]
    codes: tuple[str, ...]

    @property
    def shape(self) -> Hashable:
        """All that the statement depends on but its values."""
        return "totals", self.scope.shape, len(self.periods), len(self.stretches), self.codes

    @property
    def values(self) -> list[Any]:
        spans = [edge for span in [*self.periods, *self.stretches] for edge in (span.since, span.until)]
        return [self.edges, *spans, *self.scope.values]

    def statement(self, values: prepared.Values) -> QuerySet[Any, Any]:
        """What is read from the rows, about these values."""
        return self._with(list(values))._statement()

    def _with(self, values: list[Any]) -> _Reach:
        edges, *rest = values
        spans = [Span(rest.pop(0), rest.pop(0)) for _ in [*self.periods, *self.stretches]]
        count = len(self.periods)
        return _Reach(self.scope.about(rest), edges, spans[:count], spans[count:], self.codes)

    def _statement(self) -> QuerySet[Any, Any]:
        selects = [select for code in self.codes for select in self.selects(CATALOGUE[code], _forms()[code])]
        return selects[0].union(*selects[1:], all=True)

    def selects(self, kind: Figure, measure: Measure) -> Iterator[QuerySet[Any, Any]]:
        """(figure, part, slot, count, sum): slot n lies between the edges n-1 and n; without an instant n is the period."""
        if kind.now:
            yield from _parts(kind, kind.measure(self.scope), Value(0), Value(0))
        elif measure.when:
            for stretch in self.stretches:
                measure = kind.measure(self.scope.within(stretch.since, stretch.until))
                slot = _slot(measure.when, self.edges)
                yield from _parts(kind, measure, slot, _slot(measure.hits_when or measure.when, self.edges))
        else:
            for number, period in enumerate(self.periods):
                measure = kind.measure(self.scope.within(period.since, period.until))
                yield from _parts(kind, measure, Value(number), Value(number))


def _parts(kind: Figure, measure: Measure, slot: Any, hit_slot: Any) -> Iterator[QuerySet[Any, Any]]:
    yield _counted(kind, "rows", measure.rows, slot, measure.mean_of)
    if measure.hits is not None:
        yield _counted(kind, "hits", measure.hits, hit_slot, None)


def _slot(when: tuple[str, ...], edges: list[datetime]) -> Expression:
    """Between which edges the first known instant lies, counted from 1."""
    instant = Coalesce(*when) if len(when) > 1 else F(when[0])
    bounds = Value(edges, output_field=ArrayField(DateTimeField()))
    return Func(instant, bounds, function="width_bucket", output_field=IntegerField())


def _counted(
    kind: Figure, part: str, rows: QuerySet[Any], slot: Any, mean_of: str | None
) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(
        _figure=Value(kind.code, output_field=CharField()),
        _part=Value(part, output_field=CharField()),
        _slot=slot,
    )
    grouped = named.values_list("_figure", "_part", "_slot")
    return grouped.annotate(_count=Count("*"), _total=_summed(rows, mean_of))


def _summed(rows: QuerySet[Any], mean_of: str | None) -> Any:
    """What is averaged, added up: spans of time in hours."""
    if mean_of is None:
        return Cast(Value(0), NUMBER)
    known = rows.query.annotations.get(mean_of)
    if known is not None and isinstance(known.output_field, DurationField):
        hours = Func(Sum(mean_of), template="EXTRACT(EPOCH FROM %(expressions)s) / 3600", output_field=NUMBER)
        return Coalesce(hours, Cast(Value(0), NUMBER))
    return Coalesce(Cast(Sum(mean_of), NUMBER), Cast(Value(0), NUMBER))

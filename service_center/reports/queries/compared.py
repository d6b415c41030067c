"""A figure beside what it was in the period before, where it is heading and what it should be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from service_center.reports.queries import targets, words
from service_center.reports.queries.figures import CATALOGUE, Figure, Reading, Sums, reading
from service_center.reports.queries.periods import Period, Span
from service_center.reports.queries.scope import Scope
from service_center.reports.queries.targets import Target
from service_center.reports.queries.totals import Totals, totals

TENFOLD = 10
"""From here on a share of what was says nothing; the difference does."""
OPEN, REPORTED, ENDED = "tickets.open", "tickets.reported", "tickets.ended"


@dataclass(frozen=True)
class Change:
    """From the period before to this one, in words; `better` is None where neither way is good or bad."""

    direction: Literal["up", "down", "same"]
    better: bool | None
    text: str
    before: str


@dataclass(frozen=True)
class Compared:
    """A figure as people judge it. `small` marks one that rests on few rows, `trend` has None where nothing was."""

    reading: Reading
    change: Change | None
    trend: list[Decimal | None]
    target: Target | None
    small: bool

    @property
    def text(self) -> str:
        return words.value(self.reading.figure, self.reading.value)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target or a value."""
        if self.target is None or self.reading.value is None:
            return None
        return self.target.met_by(self.reading.value)

    @property
    def target_text(self) -> str:
        """The target in words: at least 95%, at most 2%."""
        if self.target is None:
            return ""
        told = words.value(self.reading.figure, self.target.value)
        return (_("不高于 %(target)s") if self.target.at_most else _("不低于 %(target)s")) % {"target": told}


@dataclass(frozen=True)
class Figures:
    """All figures of a scope for a period, its comparison and the points of its trend, read at one instant."""

    period: Period
    points: list[Span]
    sums: Totals
    now: datetime

    def reading(self, code: str) -> Reading:
        return self._at(code, 0)

    def point(self, code: str, number: int) -> Reading:
        """The figure at a point of the trend."""
        return self._at(code, number + 2)

    def compared(self, code: str) -> Compared:
        kind, here = CATALOGUE[code], self.reading(code)
        before = self._before(code)
        smallest = targets.smallest_sample(at=self.now)
        return Compared(
            reading=here,
            change=change(kind, here.value, before, at_start=kind.now) if before is not None else None,
            trend=self._trend(code),
            target=targets.of(kind, at=self.now),
            small=kind.unit != "count" and 0 < here.denominator < smallest,
        )

    def _at(self, code: str, position: int) -> Reading:
        sums = self.sums[code][position] or Sums(Decimal(0), 0)
        return reading(CATALOGUE[code], sums, now=self.now)

    def _before(self, code: str) -> Decimal | None:
        """What the figure was in the period before; the open tickets, when the period began."""
        if code == OPEN:
            return self._backlog(self.period.span.since)
        return None if CATALOGUE[code].now else self._at(code, 1).value

    def _trend(self, code: str) -> list[Decimal | None]:
        if code == OPEN:
            return [self._backlog(point.until) for point in self.points]
        if CATALOGUE[code].now or not any(self.sums[code][2:]):
            return []
        return [self.point(code, number).value for number in range(len(self.points))]

    def _backlog(self, moment: datetime) -> Decimal | None:
        """How many were open at the beginning of a point: those of now, less who came since, more who ended since."""
        later = [number for number, point in enumerate(self.points) if point.since >= moment]
        came = sum(self.point(REPORTED, number).denominator for number in later)
        went = sum(self.point(ENDED, number).denominator for number in later)
        return Decimal(self.reading(OPEN).denominator - came + went)


def read(
    scope: Scope, period: Period, *, now: datetime, codes: Collection[str] = CATALOGUE.keys()
) -> Figures:
    """What a dashboard shows of the period, in two queries: these figures, where not all are asked for."""
    points = period.points()
    whole = scope.within(period.span.since, period.span.until)
    sums = totals(whole, [period.span, period.before, *points], whole=2, codes=codes)
    return Figures(period, points, sums, now)


def change(
    kind: Figure, here: Decimal | None, before: Decimal | None, *, at_start: bool = False
) -> Change | None:
    """How the figure moved; None where one of the two has no value. A count moves by a share of what it was."""
    if here is None or before is None:
        return None
    moved = here - before
    was = {"value": words.value(kind, before)}
    told_before = (_("期初 %(value)s") if at_start else _("上期 %(value)s")) % was
    if words.number(abs(moved)) == "0":
        return Change("same", None, _("持平"), told_before)
    better = None if kind.more_is_better is None else (moved > 0) == kind.more_is_better
    by = {"by": _amount(kind, moved, before)}
    text = (_("上升 %(by)s") if moved > 0 else _("下降 %(by)s")) % by
    return Change("up" if moved > 0 else "down", better, text, told_before)


def _amount(kind: Figure, moved: Decimal, before: Decimal) -> str:
    if kind.unit == "count" and before and abs(moved) < TENFOLD * before:
        return words.in_unit("percent", words.number(abs(moved) * 100 / before))
    return words.difference(kind, moved)


def readings(figures: Figures, codes: Iterable[str]) -> Mapping[str, Reading]:
    return {code: figures.reading(code) for code in codes}

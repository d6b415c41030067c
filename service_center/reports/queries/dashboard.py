"""The manager's first screen in the morning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_center.reports.queries import catalogue, charts, compared, cuts
from service_center.reports.queries.addresses import Addresses
from service_center.reports.queries.appraisals import FOLLOW_UP, PROCESS, Appraisal, appraise
from service_center.reports.queries.charts import Chart
from service_center.reports.queries.compared import Compared, Figures
from service_center.reports.queries.periods import Period
from service_center.reports.queries.rows import Line, draw, related
from service_center.reports.queries.scope import Scope
from service_center.reports.queries.sparks import Spark, spark

BROKEN = "clocks.broken"
NOW = ("tickets.open", BROKEN, "clocks.at_risk", "stock.below_reorder")
KEY = (
    "sla.response",
    "sla.arrival",
    "sla.solution",
    "service.first_time_fix",
    "satisfaction.score",
    "complaints.rate",
)
MORE = (
    "tickets.reported",
    "tickets.ended",
    "tickets.reopened",
    "service.response_hours",
    "service.efficiency",
    "service.coverage",
    "complaints.handled",
    "followup.coverage",
    "followup.score",
    "followup.solution",
    "followup.hours",
    "followup.response",
)
LATE_SHOWN = 8


@dataclass(frozen=True)
class Tile:
    """A figure on the page: what it is, how it moved, what it should be, and the address of its rows."""

    code: str
    url: str
    shown: Compared
    spark: Spark | None

    @property
    def id(self) -> str:
        """What the page calls it."""
        return f"tile-{self.code.replace('.', '-')}"

    @property
    def alarming(self) -> bool:
        """A promise is broken at this moment."""
        return self.code == BROKEN and bool(self.shown.reading.value)

    @property
    def digest(self) -> str:
        """Changes when anything does that people see of the figure."""
        here, change = self.shown.reading, self.shown.change
        return _digest(here.value, here.numerator, here.denominator, change, self.shown.trend)


@dataclass(frozen=True)
class Board:
    """Everything on the page, read at one instant."""

    figures: Figures
    now_tiles: list[Tile]
    key_tiles: list[Tile]
    more_tiles: list[Tile]
    charts: list[Chart]
    late: list[Line]
    late_url: str
    process: Appraisal
    follow_up: Appraisal
    as_of: datetime

    @property
    def tiles(self) -> list[Tile]:
        """The figures that stand on a tile of their own."""
        return [*self.now_tiles, *self.key_tiles]

    def digests(self) -> dict[str, str]:
        """What each block of the page shows, by its name: equal digests, equal blocks."""
        return dict(self._digests())

    def _digests(self) -> Iterator[tuple[str, str]]:
        for tile in self.tiles:
            yield tile.id, tile.digest
        for chart in self.charts:
            yield chart.id, _digest(chart.drawn, chart.note)
        yield "more", _digest(*(tile.digest for tile in self.more_tiles))
        yield "late", _digest(self.late)
        yield "appraisals", _digest(self.process.score, self.follow_up.score)


def board(scope: Scope, period: Period, addresses: Addresses, *, now: datetime) -> Board:
    """The whole dashboard for a period."""
    figures = compared.read(scope, period, now=now, codes=(*NOW, *KEY, *MORE))
    whole = scope.within(period.span.since, period.span.until)
    cutting = cuts.counts(charts.CUTS_SHOWN, whole, now=now)

    def tiles(codes: tuple[str, ...]) -> list[Tile]:
        return [tile(figures, code, addresses) for code in codes]

    return Board(
        figures=figures,
        now_tiles=tiles(NOW),
        key_tiles=tiles(KEY),
        more_tiles=tiles(MORE),
        charts=charts.charts(figures, cutting, addresses),
        late=late(whole),
        process=appraise("process", PROCESS, figures.reading),
        follow_up=appraise("followup", FOLLOW_UP, figures.reading),
        late_url=addresses.rows(BROKEN),
        as_of=now,
    )


def tile(figures: Figures, code: str, addresses: Addresses) -> Tile:
    shown = figures.compared(code)
    return Tile(code, addresses.rows(code), shown, spark(shown.trend))


def late(scope: Scope) -> list[Line]:
    """The deadlines broken longest ago, each with the rule it breaks."""
    broken = catalogue.broken(scope).rows
    rows = list(broken.select_related(*related(broken.model)).order_by("due_at")[:LATE_SHOWN])
    return draw(broken.model, rows)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:6]

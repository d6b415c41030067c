"""The dashboard's charts: every mark with its value in words and the address of the rows behind it.

A chart is drawn from the same cells as the table beside it, so eyes, ears and keyboard get the same figures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from service_center.reports.queries import targets, words
from service_center.reports.queries.addresses import Addresses
from service_center.reports.queries.compared import Figures
from service_center.reports.queries.cuts import AGES, OLDER, SCORES, Piece
from service_center.reports.queries.cuts import LOWEST as LOWEST_SCORE
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.periods import Step
from tickets.states import OPEN, Status

ENGINEERS, FAULTS = 12, 10
CUTS_SHOWN = (
    ("tickets.open", "status"),
    ("tickets.open", "age"),
    ("tickets.open", "engineer"),
    ("tickets.in_hand", "engineer"),
    ("satisfaction.score", "score"),
    ("faults.found", "fault"),
    ("stock.below_reorder", "branch"),
)
Cutting = Mapping[tuple[str, str], Sequence[Piece]]


@dataclass(frozen=True)
class Mark:
    """One bar or point: None where nothing was, `rows` how many rows it opens."""

    value: Decimal | None
    text: str
    url: str
    rows: int


@dataclass(frozen=True)
class Series:
    """A row of marks. `code` is the figure, `target` a line to draw, `shape` says how where it differs from the chart."""

    code: str
    name: str
    marks: list[Mark]
    target: Decimal | None = None
    target_text: str = ""
    shape: str = ""


@dataclass(frozen=True)
class Chart:
    """`shape` is bar, line or across (bars to the right), `size` wide, most, least or none for a third of the page."""

    code: str
    title: str
    labels: list[str]
    series: list[Series]
    icon: str
    shape: str
    note: str = ""
    unit: str = ""
    size: str = ""
    tall: bool = False
    short: list[str] | None = None
    """The labels as the axis has room for them, where they are longer."""

    @property
    def id(self) -> str:
        """What the page calls its figures."""
        return f"chart-{self.code}"

    @property
    def json(self) -> str:
        """What the browser draws, as text for an attribute."""
        return json.dumps(self.drawn, ensure_ascii=False)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(mark.rows for one in self.series for mark in one.marks)

    @property
    def lines(self) -> list[tuple[str, list[Mark]]]:
        """The table beside the chart: a label and its marks."""
        return [
            (label, [one.marks[number] for one in self.series]) for number, label in enumerate(self.labels)
        ]

    @property
    def drawn(self) -> dict[str, Any]:
        """What the browser draws."""
        return {
            "shape": self.shape,
            "empty": self.empty,
            "unit": self.unit,
            "labels": self.labels,
            "axis": self.short or self.labels,
            "series": [
                {
                    "name": one.name,
                    "shape": one.shape,
                    "values": [None if mark.value is None else float(mark.value) for mark in one.marks],
                    "texts": [mark.text for mark in one.marks],
                    "urls": [mark.url for mark in one.marks],
                    "target": None if one.target is None else float(one.target),
                }
                for one in self.series
            ],
        }


def charts(figures: Figures, cutting: Cutting, addresses: Addresses) -> list[Chart]:
    """All charts of the dashboard in the order they are read."""
    return [
        _flow(figures, addresses),
        _attainment(figures, addresses),
        _states(cutting, addresses),
        _ages(cutting, addresses),
        _quality(figures, addresses),
        _scores(cutting, addresses),
        _complaints(figures, addresses),
        _load(cutting, addresses),
        _faults(cutting, addresses),
        _stock(cutting, addresses),
    ]


def over_time(figures: Figures, addresses: Addresses) -> list[Chart]:
    """The charts that show a course, without those that show how things stand."""
    return [
        _flow(figures, addresses),
        _attainment(figures, addresses),
        _quality(figures, addresses),
        _complaints(figures, addresses),
    ]


# -- over time -------------------------------------------------------------------------------------------------------


def _over_time(
    figures: Figures, addresses: Addresses, codes: Sequence[str]
) -> tuple[list[str], list[Series]]:
    labels = [words.point(point, figures.period.step) for point in figures.points]
    return labels, [_series(figures, addresses, code) for code in codes]


def _series(figures: Figures, addresses: Addresses, code: str) -> Series:
    kind = CATALOGUE[code]
    target = targets.of(kind, at=figures.now)
    marks = []
    for number, point in enumerate(figures.points):
        here = figures.point(code, number)
        url = addresses.rows(code, point) if here.denominator else ""
        marks.append(Mark(here.value, _with_sample(kind.unit, here), url, here.denominator))
    told = words.value(kind, target.value) if target else ""
    return Series(
        code,
        str(kind.name),
        marks,
        target.value if target else None,
        _("目标 %(target)s") % {"target": told} if target else "",
    )


def _with_sample(unit: str, here: Any) -> str:
    """A share with what it is made of: 95% (19/20)."""
    text = words.value(here.figure, here.value)
    if unit != "percent" or here.value is None:
        return text
    return f"{text} ({words.number(here.numerator)}/{words.number(here.denominator)})"


def _stretch(figures: Figures) -> str:
    """Which days the points cover, and how long each is: shown beside the title."""
    first, last = figures.points[0], figures.points[-1]
    days = f"{words.day(first.first)} – {words.day(last.last)}"
    return f"{days} · {Step(figures.period.step).label}"


def trend(figures: Figures, addresses: Addresses, code: str) -> Chart | None:
    """One figure over time; None for a figure of now and one that is no sum of shorter periods."""
    kind = CATALOGUE[code]
    if kind.now or not any(figures.sums[code][2:]):
        return None
    labels, series = _over_time(figures, addresses, (code,))
    shape = "bar" if kind.unit == "count" else "line"
    unit = "%" if kind.unit == "percent" else ""
    return Chart(
        "trend",
        str(kind.name),
        labels,
        series,
        icon="chart-line",
        shape=shape,
        note=_stretch(figures),
        unit=unit,
    )


def _flow(figures: Figures, addresses: Addresses) -> Chart:
    labels, series = _over_time(figures, addresses, ("tickets.reported", "tickets.ended"))
    title = _("报修与结束")
    return Chart(
        "flow", title, labels, series, icon="chart-bar", shape="bar", note=_stretch(figures), size="wide"
    )


def _attainment(figures: Figures, addresses: Addresses) -> Chart:
    labels, series = _over_time(figures, addresses, ("sla.response", "sla.arrival", "sla.solution"))
    title = _("时限达成率")
    return Chart(
        "attainment",
        title,
        labels,
        series,
        icon="target",
        shape="line",
        note=_stretch(figures),
        unit="%",
        size="wide",
    )


def _quality(figures: Figures, addresses: Addresses) -> Chart:
    labels, series = _over_time(figures, addresses, ("service.first_time_fix", "tickets.reopened"))
    title = _("一次解决与重开")
    return Chart(
        "quality", title, labels, series, icon="rosette", shape="line", note=_stretch(figures), unit="%"
    )


def _complaints(figures: Figures, addresses: Addresses) -> Chart:
    labels, series = _over_time(figures, addresses, ("complaints.rate",))
    title = _("客户投诉率")
    return Chart(
        "complaints",
        title,
        labels,
        series,
        icon="message-report",
        shape="line",
        note=_stretch(figures),
        unit="%",
    )


# -- by kind ---------------------------------------------------------------------------------------------------------


def _pieces(
    addresses: Addresses, code: str, cut: str, pieces: Sequence[tuple[str, int]], name: str = ""
) -> Series:
    marks = [
        Mark(
            Decimal(count),
            words.number(count),
            addresses.rows(code, cut=cut, keys=[key]) if count else "",
            count,
        )
        for key, count in pieces
    ]
    return Series(code, name or str(CATALOGUE[code].name), marks)


def _in_order(cutting: Cutting, pair: tuple[str, str], keys: Sequence[str]) -> list[tuple[str, int]]:
    known = {piece.key: piece.count for piece in cutting[pair]}
    return [(key, known.get(key, 0)) for key in keys]


def _states(cutting: Cutting, addresses: Addresses) -> Chart:
    states = [state for state in Status if state in OPEN]
    pieces = _in_order(cutting, ("tickets.open", "status"), [state.value for state in states])
    series = [_pieces(addresses, "tickets.open", "status", pieces)]
    return Chart(
        "states",
        _("未结工单按状态"),
        [str(s.label) for s in states],
        series,
        icon="list-check",
        shape="across",
        note=_("现状"),
    )


def _ages(cutting: Cutting, addresses: Addresses) -> Chart:
    bands = [(key, str(label)) for key, _days, label in AGES] + [(OLDER[0], str(OLDER[1]))]
    pieces = _in_order(cutting, ("tickets.open", "age"), [key for key, _label in bands])
    series = [_pieces(addresses, "tickets.open", "age", pieces)]
    labels = [label for _key, label in bands]
    return Chart(
        "ages", _("未结工单按账龄"), labels, series, icon="hourglass", shape="bar", note=_("自报修起，现状")
    )


def _scores(cutting: Cutting, addresses: Addresses) -> Chart:
    bands = [(LOWEST_SCORE[0], str(LOWEST_SCORE[1]))]
    bands += [(key, str(label)) for key, _lowest, label in reversed(SCORES)]
    pieces = _in_order(cutting, ("satisfaction.score", "score"), [key for key, _label in bands])
    series = [_pieces(addresses, "satisfaction.score", "score", pieces, _("回答的问卷"))]
    labels = [label for _key, label in bands]
    return Chart(
        "scores",
        _("客户满意度分布"),
        labels,
        series,
        icon="mood-smile",
        shape="bar",
        note=words.days(addresses.span),
    )


def _load(cutting: Cutting, addresses: Addresses) -> Chart:
    busiest = cutting["tickets.open", "engineer"]
    shown = busiest[:ENGINEERS]
    keys = [piece.key for piece in shown]
    series = [
        _pieces(addresses, code, "engineer", _in_order(cutting, (code, "engineer"), keys))
        for code in ("tickets.open", "tickets.in_hand")
    ]
    left = len(busiest) - len(shown)
    note = _("另有 %(n)s 人未显示") % {"n": left} if left else _("现状")
    labels = [piece.label for piece in shown]
    return Chart("load", _("工程师负荷"), labels, series, icon="users", shape="across", note=note, tall=True)


def _faults(cutting: Cutting, addresses: Addresses) -> Chart:
    """The commonest faults, and how much of all faults they make together (Pareto)."""
    pieces = cutting["faults.found", "fault"]
    total = sum(piece.count for piece in pieces)
    shown, sofar, marks = pieces[:FAULTS], 0, []
    for number, piece in enumerate(shown):
        sofar += piece.count
        share = Decimal(sofar) * 100 / total
        keys = [one.key for one in shown[: number + 1]]
        text = f"{words.number(share)}% ({words.number(sofar)}/{words.number(total)})"
        marks.append(Mark(share, text, addresses.rows("faults.found", cut="fault", keys=keys), sofar))
    counted = [(piece.key, piece.count) for piece in shown]
    series = [
        _pieces(addresses, "faults.found", "fault", counted),
        Series("faults.found", _("累计占比"), marks, shape="share"),
    ]
    labels = [piece.label for piece in shown]
    short = [piece.key.partition(":")[2] or piece.label for piece in shown]
    return Chart(
        "faults",
        _("故障分布（帕累托）"),
        labels,
        series,
        icon="tool",
        shape="bar",
        note=words.days(addresses.span),
        size="most",
        tall=True,
        short=short,
    )


def _stock(cutting: Cutting, addresses: Addresses) -> Chart:
    pieces = cutting["stock.below_reorder", "branch"]
    counted = [(piece.key, piece.count) for piece in pieces]
    series = [_pieces(addresses, "stock.below_reorder", "branch", counted)]
    labels = [piece.label for piece in pieces]
    title, note = _("低于补货点的配件"), _("现状")
    return Chart(
        "stock", title, labels, series, icon="packages", shape="across", note=note, size="least", tall=True
    )

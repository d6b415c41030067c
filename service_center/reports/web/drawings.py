"""Charts as lengths between 0 and 1, for a printer that draws rectangles and lines."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from service_center.reports.queries import words
from service_center.reports.queries.charts import Chart, Series

TICKS = 5
NAMES = 8


def drawing(chart: Chart) -> dict[str, Any]:
    """What the printer needs of a chart: `ticks` and `names` along the axes, `bars`, `lines`, and the legend's words."""
    common: dict[str, Any] = {
        "title": chart.title,
        "note": chart.note,
        "empty": chart.empty,
        "tall": chart.tall,
        "wide": chart.size == "wide",
        "legend": [
            f"{one.name} {one.target_text}".strip()
            for one in chart.series
            if len(chart.series) > 1 or one.target is not None
        ],
    }
    if chart.empty:
        return common
    if chart.shape == "across":
        return common | {"rows": _rows(chart)}
    low, high, step = _bounds(chart)
    return common | {
        "ticks": [_tick(chart, value, low, high) for value in _steps(low, high, step)],
        "names": _names(chart),
        "bars": [bar for one in _bars(chart) for bar in one],
        "lines": [line for line in _lines(chart, low, high) if len(line["points"]) > 1],
    }


def _rows(chart: Chart) -> list[dict[str, Any]]:
    """Bars to the right: one row for each label, one bar for each series."""
    longest = max(float(mark.value or 0) for one in chart.series for mark in one.marks) or 1.0
    return [
        {
            "name": label,
            "bars": [{"length": float(mark.value or 0) / longest, "text": mark.text} for mark in marks],
        }
        for label, marks in chart.lines
    ]


def _bars(chart: Chart) -> list[list[dict[str, Any]]]:
    drawn = [one for one in chart.series if chart.shape == "bar" and one.shape != "share"]
    _low, high, _step = _bounds(chart)
    slot = 1 / len(chart.labels)
    width = slot * 0.8 / max(len(drawn), 1)
    return [
        [
            {
                "x": number * slot + slot * 0.1 + position * width,
                "width": width * 0.92,
                "height": float(mark.value or 0) / high,
                "ink": position,
                "text": mark.text if len(chart.labels) <= NAMES + 4 and mark.rows else "",
            }
            for number, mark in enumerate(one.marks)
        ]
        for position, one in enumerate(drawn)
    ]


def _lines(chart: Chart, low: float, high: float) -> list[dict[str, Any]]:
    found = []
    for position, one in enumerate(chart.series):
        if chart.shape == "line" or one.shape == "share":
            bottom, top = (0.0, 100.0) if one.shape == "share" else (low, high)
            found.append({"ink": position, "dashed": False, "points": _points(one, bottom, top)})
            if one.target is not None:
                height = (float(one.target) - low) / (high - low)
                found.append({"ink": position, "dashed": True, "points": [[0, height], [1, height]]})
    return found


def _points(one: Series, low: float, high: float) -> list[list[float]]:
    slot = 1 / len(one.marks)
    return [
        [(number + 0.5) * slot, (float(mark.value) - low) / (high - low)]
        for number, mark in enumerate(one.marks)
        if mark.value is not None
    ]


def _names(chart: Chart) -> list[dict[str, Any]]:
    """As many labels as there is room for, evenly."""
    labels = chart.short or chart.labels
    every = math.ceil(len(labels) / NAMES) if len(labels) > NAMES + 4 else 1
    return [
        {"at": (number + 0.5) / len(labels), "text": label}
        for number, label in enumerate(labels)
        if number % every == 0
    ]


def _bounds(chart: Chart) -> tuple[float, float, float]:
    """Lowest and highest value of the axis and the step between its ticks, all of them round."""
    own = [one for one in chart.series if one.shape != "share"]
    known = [float(mark.value) for one in own for mark in one.marks if mark.value is not None]
    known += [float(one.target) for one in own if one.target is not None]
    high, low = max(known, default=1.0), min(known, default=0.0)
    if chart.unit == "%" and 50 < high <= 100:
        return (math.floor((low - 5) / 10) * 10.0 if low > 55 else 0.0), 100.0, 20.0 if low <= 55 else 10.0
    rough = max(high, 1.0) / TICKS
    scale = 10 ** math.floor(math.log10(rough))
    step = next(scale * factor for factor in (1, 2, 5, 10) if scale * factor >= rough)
    step = max(step, 1.0)
    return 0.0, math.ceil(max(high, 1.0) / step) * step, step


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + step * number for number in range(round((high - low) / step) + 1)]


def _tick(chart: Chart, value: float, low: float, high: float) -> dict[str, Any]:
    text = words.number(Decimal(str(value)))
    return {"at": (value - low) / (high - low), "text": f"{text}%" if chart.unit == "%" else text}

"""The two weighted sums over figures: the process appraisal and the follow-up appraisal (KPI-02, KPI-03, K25, K26).

Weights are settings with satisfaction at 40 or more and a total of 100; a part without data drops out and the others
keep their proportion: score = sum(w * s) / sum(w) over the parts with data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from service_center.kernel import rulebook
from service_center.reports.queries.figures import Reading

PROCESS = {
    "satisfaction": "satisfaction.score",
    "complaint_rate": "complaints.rate",
    "response": "sla.response",
    "efficiency": "service.efficiency",
    "coverage": "service.coverage",
}
FOLLOW_UP = {
    "satisfaction": "followup.score",
    "solution": "followup.solution",
    "coverage": "followup.coverage",
    "efficiency": "followup.response",
}


@dataclass(frozen=True)
class Part:
    """One line of an appraisal: its weight in percent and its mark on 0-100, None without data."""

    reading: Reading
    weight: Decimal
    mark: Decimal | None


@dataclass(frozen=True)
class Appraisal:
    parts: list[Part]
    score: Decimal | None


def appraise(kind: str, parts: dict[str, str], read: Callable[[str], Reading]) -> Appraisal:
    """The appraisal of `kind` (process, followup); `read` gives a figure by its code."""
    lines = [
        Part(reading, Decimal(rulebook.setting(f"appraisal.{kind}.weight.{name}")), _mark(reading))
        for name, code in parts.items()
        for reading in [read(code)]
    ]
    known = [line for line in lines if line.mark is not None]
    weights = sum((line.weight for line in known), Decimal(0))
    total = sum((line.weight * line.mark for line in known if line.mark is not None), Decimal(0))
    return Appraisal(lines, (total / weights).quantize(Decimal("0.01")) if weights else None)


def _mark(reading: Reading) -> Decimal | None:
    """A reading on 0-100, more being better: 1-10 scores are spread (CF-11), rates of the bad are turned round."""
    if reading.value is None:
        return None
    if reading.figure.code == "followup.score":
        return (reading.value - 1) / 9 * 100
    return reading.value if reading.figure.more_is_better else max(Decimal(0), 100 - reading.value)

"""Two ways of doing the same, in turns, in one run: only their ratio travels from one machine to another."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Work = Callable[[], object]
ROUND_S = 1.0
ROUNDS = 5


@dataclass(frozen=True)
class Line:
    """One figure: what was measured, against what, and whether the target is met."""

    figure: str
    value: float
    unit: str
    reference: float | None = None
    against: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def rates(ours: Work, theirs: Work, *, round_s: float = ROUND_S, rounds: int = ROUNDS) -> tuple[float, float]:
    """Calls a second of both, in turns so that both meet the same weather: the median of the rounds."""
    for work in (ours, theirs):
        for _ in range(5):
            work()
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, kept in ((ours, found[0]), (theirs, found[1])):
            kept.append(_rate(work, round_s))
    return statistics.median(found[0]), statistics.median(found[1])


def _rate(work: Work, seconds: float) -> float:
    calls, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        work()
        calls += 1
    return calls / (time.perf_counter() - began)


def at_least(figure: str, ours: Work, theirs: Work, *, against: str, share: float) -> Line:
    """A rate that must be at least this share of the reference's."""
    mine, other = rates(ours, theirs)
    ratio = mine / other
    return Line(
        figure,
        round(mine, 1),
        "1/s",
        round(other, 1),
        against,
        round(ratio, 3),
        f">= {share:g}",
        ratio >= share,
    )


def times_ms(work: Work, *, calls: int = 40) -> list[float]:
    """How long each call took, the first few not counted."""
    for _ in range(3):
        work()
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def percentile(took: Sequence[float], share: float) -> float:
    return took[min(int(len(took) * share), len(took) - 1)]


def at_most(figure: str, value: float, unit: str, limit: float) -> Line:
    return Line(figure, round(value, 2), unit, target=f"<= {limit:g}", met=value <= limit)


def finish(lines: Sequence[Line]) -> None:
    """Hand the figures to whoever started the program: the file named by BENCH_LINES, else the terminal."""
    if path := os.environ.get("BENCH_LINES"):
        Path(path).write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1))
    else:
        for line in lines:
            print(line)

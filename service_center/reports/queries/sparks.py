"""Small lines beside a number: where it comes from, drawn without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, MARGIN = 96, 28, 3


@dataclass(frozen=True)
class Spark:
    """A line through the known values, and the place of the last one."""

    line: str
    end_x: str
    end_y: str


def spark(trend: Sequence[Decimal | None]) -> Spark | None:
    """The line of a trend; None when fewer than two values are known."""
    known = [(number, value) for number, value in enumerate(trend) if value is not None]
    if len(known) < 2:
        return None
    low, high = min(value for _n, value in known), max(value for _n, value in known)
    step = (WIDTH - 2 * MARGIN) / (len(trend) - 1)
    places = []
    for number, value in known:
        rise = float((value - low) / (high - low)) if high > low else 0.5
        places.append(
            (f"{MARGIN + number * step:.1f}", f"{HEIGHT - MARGIN - rise * (HEIGHT - 2 * MARGIN):.1f}")
        )
    return Spark(" ".join(f"{x},{y}" for x, y in places), *places[-1])

"""Seeded scripts: what people did to tickets, step by step, one ticket after another as they came in."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar

from tickets.demo.company import Company
from tickets.demo.pen import Pen
from tickets.demo.steps import ENDED, LONG_AGO, Script, Step
from tickets.demo.temper import CALM, Ends, Temper

T = TypeVar("T")
Rhythm = Callable[[float], datetime]
"""When a ticket comes in that has this share of all tickets before it."""
Moods = Callable[[datetime], Temper]
DAYS = 365


class Scripts:
    """Writes scripts for the machines and people there are, the same for the same seed and the same company.

    `rhythm` says when tickets come in (evenly over the last so many days), `moods` how people work at the time.
    """

    def __init__(
        self,
        *,
        now: datetime,
        seed: int,
        days: int = DAYS,
        rhythm: Rhythm | None = None,
        moods: Moods = lambda at: CALM,
    ) -> None:
        self.present, self.moods = now, moods
        self.rhythm: Rhythm = rhythm or (lambda share: now - timedelta(days=days) * (1 - share))
        self.company = Company()
        self.units = self.company.units
        self.random = random.Random(seed).random  # noqa: S311 - repeatable, not a secret

    def write(self, number: int, ends: Sequence[str] = ()) -> Iterator[Script]:
        """So many scripts in the order in which the tickets came in, each told up to the present at most.

        With `ends` they begin long enough ago to be told to their end, and the ends come by turns.
        """
        for turn in range(number):
            if ends:
                end = ends[turn % len(ends)]
                hours = self.between(20 * 24, 60 * 24) if end in ENDED else self.between(150, 350)
                start = self.present - timedelta(hours=hours, minutes=self.between(0, 59))
            else:
                start = self.rhythm((turn + self.random()) / number)
                end = self._end(self.moods(start).ends, ended=self.present - start > LONG_AGO)
            yield Pen(self, self.pick(self.units), end, start).script

    def _end(self, ends: Ends, *, ended: bool) -> str:
        states, weights = _weighed(ends, ended)
        return states[bisect_right(weights, self.random() * weights[-1])]

    def pick(self, among: Sequence[T]) -> T:
        return among[int(self.random() * len(among))]

    def between(self, least: int, most: int) -> int:
        return least + int(self.random() * (most - least + 1))


@lru_cache(maxsize=64)
def _weighed(ends: Ends, ended: bool) -> tuple[list[str], list[int]]:
    kept = [(state, weight) for state, weight in ends if state in ENDED or not ended]
    return [state for state, _ in kept], list(accumulate(weight for _, weight in kept))


__all__ = ["DAYS", "ENDED", "LONG_AGO", "Script", "Scripts", "Step"]

"""Seeded cases for the oracle of seconds, and what the product says to them: `python -m tests.kernel.seconds_cases 100000`."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from service_center.kernel import deadlines
from service_center.kernel.timelines import Timeline
from service_center.kernel.worktime import Calendar, NeverOpen, Span, parse_calendar, ticks
from tests.kernel.seconds import DAY, DAYS, Ground, Pause

MOVES = {
    "Asia/Shanghai": ["2025-10-01", "1986-05-04", "1986-09-14"],
    "UTC": ["2025-06-01"],
    "America/New_York": ["2025-03-09", "2025-11-02"],
    "America/Havana": ["2025-03-09", "2025-11-02"],
    "America/St_Johns": ["2006-04-02", "2006-10-29"],
    "America/Sao_Paulo": ["2018-11-04", "2019-02-17"],
    "Europe/London": ["2025-03-30", "2025-10-26"],
    "Europe/Dublin": ["2025-03-30", "2025-10-26"],
    "Asia/Beirut": ["2025-03-30", "2025-10-26"],
    "Asia/Tehran": ["2022-03-22", "2022-09-22"],
    "Asia/Kathmandu": ["1986-01-01"],
    "Africa/Casablanca": ["2025-02-23", "2025-04-06"],
    "Africa/Cairo": ["2023-04-28", "2023-10-27"],
    "Australia/Lord_Howe": ["2025-04-06", "2025-10-05"],
    "Pacific/Apia": ["2011-12-30", "2011-04-02", "2021-04-04"],
    "Pacific/Kwajalein": ["1993-08-21"],
    "Antarctica/Troll": ["2025-03-30", "2025-10-26"],
}
"""Days around which each zone moves its clocks: by an hour, half an hour, a quarter, two hours, a whole day, or never."""
GROUND_DAYS = 30
CASES_A_CALENDAR = 25
SHARES = ("daylight saving", "exceptions", "two or more pauses", "open pause")
LEAST_SHARE = 0.10


@dataclass
class Tally:
    """How many cases were asked, of which sorts, and every answer that differed."""

    seed: int
    cases: int = 0
    day_cases: int = 0
    zones: set[str] = field(default_factory=set)
    sorts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def share(self, sort: str) -> float:
        return self.sorts[sort] / max(self.cases, 1)

    def lines(self) -> Iterator[str]:
        yield (
            f"{self.cases} cases and {self.day_cases} counts of days in {len(self.zones)} zones, seed {self.seed}, "
            f"{self.seconds:.0f} s: {len(self.differences)} differences"
        )
        yield from (f"  {sort}: {self.share(sort):.1%}" for sort in SHARES)
        yield from self.differences[:20]


def compare(number: int, seed: int) -> Tally:
    """Ask the product and the oracle the same cases; every fifth is asked for days, too."""
    tally, dice, began = Tally(seed), random.Random(seed), time.monotonic()
    zones = sorted(MOVES)
    for turn in range(-(-number // CASES_A_CALENDAR)):
        zone = zones[turn % len(zones)]
        scene = Scene(zone, date.fromisoformat(dice.choice(MOVES[zone])), dice)
        tally.zones.add(zone)
        for _ in range(min(CASES_A_CALENDAR, number - tally.cases)):
            scene.ask(tally)
            if tally.cases % 5 == 0:
                scene.ask_days(tally)
    tally.seconds = time.monotonic() - began
    return tally


class Scene:
    """A calendar of dice around a day, known to the product (twice: as it searches, and laid out) and to the oracle."""

    def __init__(self, zone: str, day: date, dice: random.Random) -> None:
        self.dice = dice
        near = [
            (day + timedelta(days=dice.randint(-8, 12))).isoformat() for _ in range(dice.choice([0, 1, 3, 6]))
        ]
        open_days = dice.sample(DAYS, dice.randint(2, 7))
        self.plan = {
            "zone": zone,
            "weekly": {name: windows(dice) for name in open_days},
            "exceptions": {on: windows(dice) if dice.random() < 0.6 else [] for on in near},
        }
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        self.first = midnight - 10 * DAY
        self.end = self.first + GROUND_DAYS * DAY
        self.ground = Ground(self.plan, self.first, GROUND_DAYS)
        self.calendar: Calendar = parse_calendar(self.plan)
        self.line = Timeline(self.calendar, day - timedelta(days=20), day + timedelta(days=60))

    def ask(self, tally: Tally) -> None:
        start, pauses = self._start(), self._pauses()
        now, target = self._second(start - DAY), self.dice.choice([0, 1, 60, 3600]) * self.dice.randint(0, 60)
        told = {
            "due": self.ground.due(start, target, pauses),
            "consumed": self.ground.consumed(start, now, pauses),
            "latest start": self.ground.latest_start(now, target),
        }
        self._count(tally, start, max(now, told["due"] or now), pauses)
        endless = any(end is None for _, end in pauses)
        for name, answer in self._answers(start, target, pauses, now).items():
            what = name.split(",")[0]
            if answer != told[what] and not (
                told[what] is None and self._is_beyond(what, answer, endless, target)
            ):
                case = {"start": start, "target": target, "pauses": pauses, "now": now}
                tally.differences.append(f"{name}: {answer}, not {told[what]}: {case} {self.plan}")

    def _is_beyond(self, what: str, answer: int | None, endless: bool, target: int) -> bool:
        """Whether the oracle cannot know because its ground ends; under an endless pause it knows."""
        if what == "latest start":
            return not target or answer is None or answer < self.first
        return not endless and (answer is None or answer > self.end)

    def _answers(self, start: int, target: int, pauses: list[Pause], now: int) -> dict[str, int | None]:
        begin, need, until = _instant(start), timedelta(seconds=target), _instant(now)
        spans = [Span(_instant(a), None if b is None else _instant(b)) for a, b in pauses]
        in_ticks = [(ticks(a), None if b is None else ticks(b), "") for a, b in spans]
        answers: dict[str, int | None] = {
            "consumed": round(deadlines.consumed(self.calendar, begin, until, spans).total_seconds()),
            "consumed, laid out": self.line.consumed(ticks(begin), ticks(until), in_ticks) // 10**6,
        }
        try:
            answers["due"] = _second(deadlines.due(self.calendar, begin, need, spans))
            answers["latest start"] = _second(self.calendar.before(until, need))
        except (NeverOpen, OverflowError):
            answers.setdefault("due", None)
        try:
            due = self.line.due(ticks(begin), ticks(begin + need) - ticks(begin), in_ticks)
            answers["due, laid out"] = None if due is None else due // 10**6
        except LookupError:
            answers["due, laid out"] = None
        return answers

    def ask_days(self, tally: Tally) -> None:
        start, pauses, number = self._start(), self._pauses(), self.dice.randint(0, 7)
        natural = self.dice.random() < 0.5
        count = deadlines.natural_days if natural else deadlines.working_days
        spans = [Span(_instant(a), None if b is None else _instant(b)) for a, b in pauses]
        try:
            wanted = self.ground.due_day(start, number, pauses, natural=natural)
            answer = _second(count(self.calendar, _instant(start), number, spans).due)
        except (LookupError, NeverOpen):
            return
        tally.day_cases += 1
        if answer != wanted:
            case = {"start": start, "days": number, "natural": natural, "pauses": pauses}
            tally.differences.append(f"days: {answer}, not {wanted}: {case} {self.plan}")

    # -- dice ---------------------------------------------------------------------------------------------------------

    def _start(self) -> int:
        return self.first + self.dice.randrange(6 * DAY, 12 * DAY)

    def _second(self, low: int) -> int:
        return self.dice.randrange(low, self.end - 4 * DAY)

    def _pauses(self) -> list[Pause]:
        number = self.dice.choice([0, 0, 1, 2, 2, 3, 4])
        pauses: list[Pause] = []
        for _ in range(number):
            begin = self.first + self.dice.randrange(5 * DAY, 20 * DAY)
            pauses.append((begin, begin + self.dice.randrange(0, 3 * DAY)))
        if self.dice.random() < 0.25:
            pauses.append((self.first + self.dice.randrange(7 * DAY, 25 * DAY), None))
        self.dice.shuffle(pauses)
        return pauses

    def _count(self, tally: Tally, start: int, until: int, pauses: list[Pause]) -> None:
        tally.cases += 1
        until = min(until, self.end - 1)
        day, last = self.ground.day_of(start), self.ground.day_of(until)
        excepted = any(day.isoformat() <= on <= last.isoformat() for on in self.plan["exceptions"])
        tally.sorts.update(
            sort
            for sort, holds in zip(
                SHARES,
                (
                    self.ground.shows(start) != self.ground.shows(until),
                    excepted,
                    len(pauses) >= 2,
                    any(end is None for _, end in pauses),
                ),
                strict=True,
            )
            if holds
        )


def windows(dice: random.Random) -> list[list[str]]:
    """One to three windows to the second; now and then they meet midnight."""
    marks = set(dice.sample(range(1, DAY), dice.choice([2, 2, 4, 6])))
    marks |= {edge for edge in (0, DAY) if dice.random() < 0.3}
    ordered = sorted(marks)
    return [[_wall(a), _wall(b)] for a, b in list(pairwise(ordered[len(ordered) % 2 :]))[::2]]


def _wall(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _second(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def main(arguments: list[str]) -> int:
    tally = compare(int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 7)
    for line in tally.lines():
        print(line)
    return int(bool(tally.differences) or any(tally.share(sort) < LEAST_SHARE for sort in SHARES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

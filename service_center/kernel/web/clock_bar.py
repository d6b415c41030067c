"""The time bar of a clock: where its time went, drawn with attributes alone (no inline style under the strict CSP)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from service_center.kernel import clock_story
from service_center.kernel.clock_story import Story

MIN_LABEL = 7.0
"""Two labels closer than so many percent would run into each other."""


@dataclass(frozen=True)
class Piece:
    """A rectangle: left edge and width in percent, its tone and its words for who points at it."""

    x: str
    width: str
    tone: str
    words: str


@dataclass(frozen=True)
class Mark:
    """A line at an instant, with a label that stays inside the picture."""

    x: str
    label_x: str
    anchor: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Bar:
    pieces: list[Piece]
    holders: list[Piece]
    days: list[Mark]
    marks: list[Mark]
    tones: list[str]


def draw(story: Story) -> Bar:
    """The picture of the version that stands, from the start to its end."""
    cycle = story.current.fold.cycle
    scale = _Scale(cycle.started_at, story.end)
    lines = [line for line in story.current.intervals if line.start < story.end]
    pieces = [
        scale.piece(line.start, line.end, clock_story.tone(line), clock_story.why(line)) for line in lines
    ]
    late = cycle.breached_at(story.now)
    if late is not None:
        pieces.append(scale.piece(late, cycle.stopped_at or story.now, "late", ""))
    parties = list(dict.fromkeys(share.name for share in story.holders))
    holders = [
        scale.piece(share.start, share.end, f"holder-{parties.index(share.name) % 4}", share.name)
        for share in story.holders
    ]
    return Bar(pieces, holders, _days(scale), _marks(story, scale), _tones(pieces))


class _Scale:
    """From instants to percent of the picture's width."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, max(end, start + timedelta(minutes=1))
        self.length = (self.end - self.start).total_seconds()

    def of(self, at: datetime) -> float:
        return min(max((at - self.start).total_seconds() / self.length * 100, 0.0), 100.0)

    def piece(self, start: datetime, end: datetime, tone: str, words: str) -> Piece:
        left, right = self.of(start), self.of(end)
        return Piece(_percent(left), _percent(max(right - left, 0.15)), tone, words)

    def mark(self, at: datetime, kind: str) -> Mark:
        x = self.of(at)
        anchor = "start" if x < MIN_LABEL else "end" if x > 100 - MIN_LABEL else "middle"
        return Mark(_percent(x), _percent(x), anchor, kind, at)


def _percent(number: float) -> str:
    return f"{number:.3f}%"


def _days(scale: _Scale) -> list[Mark]:
    """Midnights along the edge, as many as have room."""
    first = timezone.localtime(scale.start).replace(hour=0, minute=0, second=0, microsecond=0)
    total = max(int(scale.length // 86_400), 1)
    step = timedelta(days=1 if total <= 10 else 7 if total <= 70 else 30)
    found: list[Mark] = []
    at = first + timedelta(days=1)
    while at < scale.end and len(found) < 14:
        found.append(scale.mark(at, "day"))
        at += step
    return found


def _marks(story: Story, scale: _Scale) -> list[Mark]:
    """Due above; stop or now below."""
    cycle = story.current.fold.cycle
    marks = [] if cycle.due_at is None else [scale.mark(cycle.due_at, "due")]
    if cycle.stopped_at is not None:
        return [*marks, scale.mark(cycle.stopped_at, "stop")]
    return [*marks, scale.mark(story.now, "now")]


def _tones(pieces: list[Piece]) -> list[str]:
    """What the legend has to name, in a steady order."""
    used = {piece.tone for piece in pieces}
    return [
        tone for tone in ("counted", "makeup", "paused", "holiday", "rest", "closed", "late") if tone in used
    ]

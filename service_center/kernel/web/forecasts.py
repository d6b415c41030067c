"""What a change of a rule or calendar would do to the open clocks, as its page shows it before it takes effect."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from service_center.kernel import changeovers, clock_subjects
from service_center.kernel.changeovers import Forecast, Subject
from service_center.kernel.models import Clock

LEAF = 200
"""So many clocks are counted through for one page."""
WAYS = {
    "later": _("推迟"),
    "earlier": _("提前"),
    "at_once": _("立即到期"),
    "same": _("不变"),
}


@dataclass(frozen=True)
class Named:
    """A clock as people call it: the case, the deadline, and where to look."""

    number: str
    label: str
    url: str


@dataclass(frozen=True)
class Line:
    forecast: Forecast
    named: Named
    way: str


def names(clocks: list[Clock]) -> dict[int, Named]:
    """What these clocks belong to; one query for each kind of case."""
    rows = clock_subjects.rows_of(clocks)
    return {clock.pk: _named(clock, rows.get((clock.subject_type, clock.subject_id))) for clock in clocks}


def _named(clock: Clock, row: Any) -> Named:
    known = clock_subjects.SUBJECTS.get(clock.subject_type)
    if known is None or row is None:
        return Named(f"#{clock.subject_id}", clock.kind, "")
    return Named(known.number(row), clock_subjects.label(clock), known.address(row))


def of(request: HttpRequest, subject: Subject, *, at: datetime) -> dict[str, Any]:
    """One leaf of the open clocks concerned, those that move first: from when to when, and the counts of the leaf."""
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 18 else 0
    concerned = changeovers.concerned(subject, at=at)
    rows = list(changeovers.soonest(subject, at=at, after=start, limit=LEAF))
    found = changeovers.foresee(subject, rows, at=at)
    called = names(rows)
    moving = sorted((f for f in found if f.moves), key=lambda f: (f.way != "at_once", f.clock.pk))
    ways = Counter(forecast.way for forecast in found)
    more = bool(rows) and concerned.filter(pk__gt=rows[-1].pk).exists()
    return {
        "total": concerned.count(),
        "begin": concerned.filter(pk__lte=start).count() + 1 if start else 1,
        "seen": len(rows),
        "ways": [(way, WAYS[way], ways[way]) for way in WAYS],
        "lines": [Line(f, called[f.clock.pk], str(WAYS[f.way])) for f in moving],
        "next": rows[-1].pk if more else None,
        "first": start == 0,
    }

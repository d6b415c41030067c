"""The times an agent promises on the telephone: the end of the next open half days, by a single key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from service_center.kernel import calendars, worktime

CALENDAR = "duty"
NOON = 12 * 3600
CHOICES, DAYS_AHEAD = 4, 30


@dataclass(frozen=True)
class Promise:
    """The end of an open half day, and what people call it: tomorrow afternoon."""

    at: datetime
    label: str


def next_half_days(now: datetime) -> list[Promise]:
    """The next four half days in which the desk is open, the one running included."""
    calendar = calendars.current_value(CALENDAR)
    today = calendar.local_day(now)
    found: list[Promise] = []
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        found += [p for p in _halves(calendar, day, ahead) if p.at > now]
        if len(found) >= CHOICES:
            break
    return found[:CHOICES]


def _halves(calendar: worktime.Calendar, day: date, ahead: int) -> list[Promise]:
    noon = calendar.at(day, NOON)
    spans = [(start, end) for start, end in calendar.opening(day) if end is not None]
    morning = [min(end, noon) for start, end in spans if start < noon]
    afternoon = [end for _start, end in spans if end > noon]
    name = {0: _("今天"), 1: _("明天"), 2: _("后天")}.get(ahead) or date_format(day, "m-d D")
    ends = [(max(morning), _("%(day)s上午"))] if morning else []
    ends += [(max(afternoon), _("%(day)s下午"))] if afternoon else []
    return [Promise(at, label % {"day": name}) for at, label in ends]

"""A calendar's year as twelve months of days, each of one kind: to look at."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_center.kernel import worktime
from service_center.kernel.languages import english, noted

KINDS = {
    "open": (gettext_lazy("开放日"), ""),
    "rest": (pgettext_lazy("day", "休息日"), ""),
    "holiday": (gettext_lazy("节假日"), pgettext_lazy("day", "休")),
    "makeup": (gettext_lazy("调休上班"), pgettext_lazy("day", "班")),
    "special": (gettext_lazy("特别时段（半天等）"), pgettext_lazy("day", "半")),
}
"""Kinds of day: what the legend calls them, and the mark that tells them without colour."""


@dataclass(frozen=True)
class Day:
    on: date
    kind: str
    mark: str
    title: str
    changed: bool = False


@dataclass(frozen=True)
class Month:
    name: str
    weeks: list[list[Day | None]]


@dataclass(frozen=True)
class Legend:
    kind: str
    name: str
    mark: str
    days: int


def kind_of(value: worktime.Calendar, on: date) -> str:
    """What sort of day it is: as any such weekday (open, rest), or treated by its date (holiday, makeup, special)."""
    plan, usual = value.exceptions.get(on), value.weekly[on.weekday()]
    if plan is None or plan == usual:
        return "open" if usual else "rest"
    if not plan:
        return "holiday" if usual or value.names.get(on) else "rest"
    return "special" if usual else "makeup"


def hours(windows: tuple[worktime.Window, ...]) -> str:
    """Windows as one would write them: 08:30-12:00, 13:30-17:30."""
    return ", ".join(f"{_wall(a)}-{_wall(b)}" for a, b in windows)


def _wall(seconds: int) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return text if seconds % 60 == 0 else f"{text}:{seconds % 60:02}"


def year(value: worktime.Calendar, number: int, changed: frozenset[date] = frozenset()) -> list[Month]:
    """The twelve months; `changed` days are marked as such."""
    weeks = months.Calendar(firstweekday=0)
    return [
        Month(
            date_format(date(number, month, 1), "F" if english() else "n月"),
            [
                [_day(value, on, changed) if on.month == month else None for on in week]
                for week in weeks.monthdatescalendar(number, month)
            ],
        )
        for month in range(1, 13)
    ]


def _day(value: worktime.Calendar, on: date, changed: frozenset[date]) -> Day:
    kind = kind_of(value, on)
    label, mark = KINDS[kind]
    name = value.names.get(on) or str(label)
    windows = hours(value.windows(on)) or _("全天休息")
    title = f"{on.isoformat()} {noted(name, windows)}"
    return Day(on, kind, str(mark), title, on in changed)


def legend(shown: list[Month]) -> list[Legend]:
    """Each kind with how many days of the year it has."""
    days = [day for month in shown for week in month.weeks for day in week if day is not None]
    return [
        Legend(kind, str(name), str(mark), sum(day.kind == kind for day in days))
        for kind, (name, mark) in KINDS.items()
    ]


def weekdays() -> list[str]:
    """Heads of the columns, Monday first."""
    return [
        date_format(date(2024, 1, day), "D" if english() else "l")[-3 if english() else -1 :]
        for day in range(1, 8)
    ]

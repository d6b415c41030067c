"""Public holidays, year by year: what an import would change, and whether a year's make-up days are known yet.

The State Council announces a year's make-up days late in the year before. Until then the statutory days alone are known:
such a year is tentative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from service_center.kernel import calendars, worktime
from service_center.kernel.models import Calendar, CalendarVersion, VersionStatus

Year = Literal["announced", "tentative", "missing", "none"]
Day = tuple[list[list[str]], dict[str, str]]
"""A dated exception: its windows and its names."""


@dataclass(frozen=True)
class DayChange:
    """One date that a plan treats otherwise than another; None: like any such weekday."""

    on: date
    before: Day | None
    after: Day | None


def base_of(calendar: Calendar) -> dict[str, Any]:
    """What an import builds on: the draft that waits, else the rows in force."""
    waiting = calendar.versions.filter(status=VersionStatus.DRAFT).order_by("-number").first()
    if waiting is not None:
        return dict(waiting.plan)
    imported = calendar.exceptions.filter(imported=True).values_list("on", flat=True)
    return calendar.plan() | {calendars.IMPORTED: sorted(on.isoformat() for on in imported)}


def imported(plan: Mapping[str, Any], year: int) -> tuple[dict[str, Any], list[DayChange]]:
    """The plan with that year's public days brought in, and what changes; a day that a person entered stays.

    A make-up day gets the windows of the first open weekday. A day that was imported and is a holiday no more goes.
    """
    weekly, marked = plan.get("weekly", {}), set(plan.get(calendars.IMPORTED, []))
    usual: list[list[str]] = next((weekly[day] for day in worktime.DAYS if weekly.get(day)), [])
    exceptions, names = dict(plan.get("exceptions", {})), dict(plan.get("names", {}))
    own = {day for day in exceptions if day not in marked}
    for day in [day for day in marked if day.startswith(f"{year:04}-")]:
        exceptions.pop(day, None)
        names.pop(day, None)
        marked.discard(day)
    for on, opens, zh, en in calendars.public_holidays([year]):
        day = on.isoformat()
        if day not in own:
            exceptions[day], names[day] = usual if opens else [], {"zh": zh, "en": en}
            marked.add(day)
    fresh = {**plan, "exceptions": exceptions, "names": names, calendars.IMPORTED: sorted(marked)}
    return fresh, differing_days(plan, fresh)


def differing_days(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[DayChange]:
    """The dates two plans treat differently, in order."""
    days = sorted({*before.get("exceptions", {}), *after.get("exceptions", {})})
    changes = [DayChange(date.fromisoformat(day), _day(before, day), _day(after, day)) for day in days]
    return [change for change in changes if change.before != change.after]


def _day(plan: Mapping[str, Any], day: str) -> Day | None:
    windows = plan.get("exceptions", {}).get(day)
    return None if windows is None else (windows, plan.get("names", {}).get(day, {}))


def state(value: worktime.Calendar, year: int) -> Year:
    """What is known of a year: `announced` (make-up days are in), `tentative` (holidays only), `missing` (neither, while
    other years have them), `none` (the calendar keeps no holidays).
    """
    closed = [on for on, plan in value.exceptions.items() if not plan]
    if not closed:
        return "none"
    if not any(on.year == year for on in closed):
        return "missing"
    made_up = (on for on, plan in value.exceptions.items() if plan and not value.weekly[on.weekday()])
    return "announced" if any(on.year == year for on in made_up) else "tentative"


def due_for_import(calendar: Calendar, year: int) -> bool:
    """Whether the package knows days of that year which neither stand nor wait for approval."""
    return bool(imported(base_of(calendar), year)[1])


def source_of(version: CalendarVersion) -> int | None:
    """The year a version was imported for; None for one that a person wrote."""
    kind, _, year = version.source.partition(" ")
    return int(year) if kind == "holidays" and year.isdecimal() else None


def years_around(at: datetime) -> tuple[int, int]:
    """This year and the next: those that an import keeps up to date."""
    return at.year, at.year + 1

"""A calendar changed by the program itself, at once: at set-up, before anybody could approve. People draft versions
(`calendar_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from service_center.kernel import calendars, changeovers, clock_events, journal
from service_center.kernel.models import Calendar, CalendarException

if TYPE_CHECKING:
    from service_center.kernel.models import User

Windows = list[list[str]]


def revise(
    calendar: Calendar,
    *,
    actor: User | None,
    at: datetime,
    weekly: Mapping[str, Windows] | None = None,
    exceptions: Mapping[date, Windows | None] | None = None,
) -> Calendar:
    """Change weekly hours or dated exceptions, publish, and let every open clock of the calendar count on it from now.

    `exceptions` maps a day to its windows (`[]`: closed) or to None to drop the exception. Time consumed stays.
    Raises calendars.NoCalendar.
    """
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    if weekly is not None:
        calendar.weekly = dict(weekly)
        calendar.save(update_fields=["weekly"])
    for on, windows in (exceptions or {}).items():
        if windows is None:
            calendar.exceptions.filter(on=on).delete()
        else:
            CalendarException.objects.update_or_create(
                calendar=calendar, on=on, defaults={"windows": windows, "imported": False}
            )
    return republish(calendar, actor=actor, at=at)


def republish(calendar: Calendar, *, actor: User | None, at: datetime) -> Calendar:
    """Publish the rows as they stand, for instance after an import; nothing happens when nothing changed."""
    before = calendar.version
    version = calendars.publish(calendar, at=at)
    if version.number != before:
        moved = changeovers.apply_now(version, at=at)
        journal.record(
            clock_events.REVISED,
            calendar,
            actor=actor,
            at=at,
            code=calendar.code,
            number=version.number,
            clocks=moved,
        )
    calendar.refresh_from_db()
    return calendar

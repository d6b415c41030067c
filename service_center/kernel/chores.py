"""The kernel's own periodic jobs and recomputations; loaded by the sweep and by `manage.py recompute`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from service_center.kernel import calendars, clock_audit, opening_hours, recompute
from service_center.kernel.jobs import periodic
from service_center.kernel.models import Calendar

log = logging.getLogger(__name__)

recompute.register("clocks", clock_audit.check)


def check_calendars(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each calendar whose rows differ from what clocks count on; `fix` publishes the rows."""
    for calendar in Calendar.objects.order_by("pk"):
        last = calendar.versions.order_by("-number").first()
        if last is None or last.plan != calendar.plan():
            yield f"calendar {calendar.code}: rows and version {calendar.version} differ"
            if fix:
                with transaction.atomic():
                    opening_hours.republish(calendar, actor=None, at=at)


recompute.register("calendars", check_calendars)

REGISTRY = recompute.REGISTRY
differences = recompute.run


@periodic("kernel.recompute", daily_at="03:10", detached=True)
def recompute_all(*, at: datetime) -> None:
    """Every night: rebuild and compare everything; differences are mended and logged as errors."""
    for name, lines in recompute.run(at=at, fix=True).items():
        for line in lines:
            log.error("recompute %s: %s", name, line)


@periodic("kernel.holidays", daily_at="02:10", day_of_month=1)
def import_holidays(*, at: datetime) -> None:
    """Every month: this year's and next year's public holidays, as far as the installed package knows them."""
    for calendar in calendars.fed_by_holidays():
        calendars.import_holidays(calendar, (at.year, at.year + 1))
        opening_hours.republish(calendar, actor=None, at=at)

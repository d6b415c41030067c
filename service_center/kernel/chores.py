"""The kernel's own periodic jobs and recomputations; loaded by the sweep and by `manage.py recompute`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from service_center.kernel import (
    calendar_changes,
    calendar_events,
    calendars,
    changeovers,
    clock_audit,
    holiday_years,
    notifications,
    recompute,
    reviews,
    rulemaking,
)
from service_center.kernel.jobs import periodic
from service_center.kernel.models import CalendarVersion, VersionStatus

log = logging.getLogger(__name__)

recompute.register("clocks", clock_audit.check)


def check_calendars(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each calendar whose rows differ from what clocks count on; `fix` restores what was approved."""
    for version in CalendarVersion.objects.filter(status=VersionStatus.IN_FORCE).select_related("calendar"):
        calendar = version.calendar
        if calendars.essence(version.plan) != calendars.essence(calendar.plan()):
            yield f"calendar {calendar.code}: rows and version {version.number} differ"
            if fix:
                with transaction.atomic():
                    calendars.spread(version)


recompute.register("calendars", check_calendars)

REGISTRY = recompute.REGISTRY
differences = recompute.run


@periodic(
    "kernel.recompute", daily_at="03:10", detached=True, title=_("每日对账"), said=_("%(n)s 处差异，已更正")
)
def recompute_all(*, at: datetime) -> int:
    """Every night: rebuild and compare everything; differences are mended and logged as errors."""
    found = recompute.run(at=at, fix=True)
    for name, lines in found.items():
        for line in lines:
            log.error("recompute %s: %s", name, line)
    return sum(map(len, found.values()))


@periodic("kernel.holidays", daily_at="02:10", day_of_month=1, title=_("导入节假日"))
def import_holidays(*, at: datetime) -> None:
    """Every month: what the installed package newly knows of this and the next year's holidays becomes a draft to approve."""
    for calendar in calendars.fed_by_holidays():
        for year in holiday_years.years_around(at):
            if holiday_years.due_for_import(calendar, year):
                row = calendar_changes.import_year(calendar, year=year, actor=None, at=at)
                _tell_keepers(row, year, at)


def _tell_keepers(row: CalendarVersion, year: int, at: datetime) -> None:
    code = row.calendar.code
    for user in rulemaking.keepers():
        notifications.notify(
            user,
            template=calendar_events.HOLIDAYS,
            at=at,
            params={"name": row.calendar.name_zh, "year": year},
            url=f"/calendars/{code}/versions/{row.number}/",
            subject=row.calendar,
            dedupe=f"holidays:{code}:{row.number}",
        )


@periodic("kernel.changeovers", every=5, detached=True, title=_("套用新规则与新日历"))
def carry_changeovers_on(*, at: datetime) -> None:
    """Bring open clocks under the versions whose time has come, in batches, as far as ten seconds go."""
    changeovers.run_due(at=at)


@periodic("kernel.reviews", daily_at="08:00", title=_("制度复审提醒"))
def remind_of_reviews(*, at: datetime) -> None:
    """Every morning: documents new to the rulebook get a date, and who keeps it is told of reviews that come up."""
    reviews.plan_missing(at=at)
    reviews.remind(at=at)

"""Calendars: from rows that people edit to frozen versions that clocks count on.

The table decides; the `holidays` package is only where dated exceptions are imported from. People change a calendar
through a drafted version that another person approves (`calendar_changes`); what the program ships is published at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import holidays
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from service_center.kernel import errors, rulebook, worktime
from service_center.kernel.models import Calendar, CalendarException, CalendarVersion, VersionStatus

WHOLE_DAY = [["00:00", "24:00"]]
DUTY_HOURS = [["08:30", "17:30"]]
DUTY_LUNCH_HOURS = [["08:30", "12:00"], ["13:30", "17:30"]]
WEEKDAYS = worktime.DAYS[:5]
IMPORTED = "imported"
"""Key of a plan: the dates that came from an import."""


FAULTS = {
    "unknown_zone": _("没有这个时区，请填写 IANA 时区名，例如 Asia/Shanghai。"),
    "required": _("请填写时区和每周时段。"),
    "unknown_day": _("没有这个星期几，请用 mon 至 sun。"),
    "invalid_window": _("时段有重叠、次序颠倒或格式不对；请按先后填写，例如 08:30-12:00, 13:30-17:30。"),
    "invalid_date": _("日期无效，请按 2027-02-17 的格式填写。"),
    "invalid": _("时段的格式不对，请填写起止时间，例如 08:30-17:30。"),
    "never_open": _("未来 400 天内没有任何开放时段，时限永远到不了期。请至少开放一个时段。"),
}


class NoCalendar(errors.DomainError):
    """The plan is no calendar, or it opens nowhere in the next 400 days."""

    code, status = "invalid_calendar", 400
    message = _("日历无效：请检查时区、每周时段和例外日期，且未来 400 天内必须有开放时段。")

    @classmethod
    def of(cls, fault: worktime.BadCalendar | worktime.NeverOpen) -> NoCalendar:
        """The fault in words, with the field it lies in: `weekly.mon`, `exceptions.2027-02-17`, `zone`."""
        if isinstance(fault, worktime.BadCalendar):
            return cls(FAULTS.get(fault.code, cls.message), field=fault.path)
        return cls(FAULTS["never_open"], field="weekly")


@dataclass(frozen=True)
class Seed:
    """A shipped calendar; `days` are the days open in a week, `closes` says whether public holidays close it."""

    code: str
    zh: str
    en: str
    windows: list[list[str]]
    days: tuple[str, ...] = WEEKDAYS
    closes: bool = True


SEEDS = (
    Seed("24x7", "全天候", "Around the clock", WHOLE_DAY, worktime.DAYS, closes=False),
    Seed("duty", "值班时间 8:30-17:30", "Duty hours 8:30-17:30", DUTY_HOURS),
    Seed("duty-lunch", "值班时间（午休除外）", "Duty hours without lunch", DUTY_LUNCH_HOURS),
    Seed("workdays", "工作日", "Working days", WHOLE_DAY),
)


def load(version_id: int, language: str = "zh") -> worktime.Calendar:
    """The value of a published version; `language` (zh, en) only chooses the names of its days. Cached for ever."""
    return _load(version_id, language)


@lru_cache(maxsize=512)
def _load(version_id: int, language: str) -> worktime.Calendar:
    version = CalendarVersion.objects.select_related("calendar").get(pk=version_id)
    return parse(version.plan, code=version.calendar.code, language=language)


def parse(plan: dict[str, Any], *, code: str, language: str = "zh") -> worktime.Calendar:
    """A stored plan as a value. Raises worktime.BadCalendar."""
    names = {day: name.get(language) or name.get("zh", "") for day, name in plan.get("names", {}).items()}
    return worktime.parse_calendar(plan | {"names": names}, code=code)


def language() -> str:
    """The reader's language as the data names it: zh or en."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def current(calendar_id: int, *, at: datetime) -> CalendarVersion:
    """The version that counts now; a calendar nobody published yet is published."""
    known = rulebook.calendar_version(calendar_id)
    return known or publish(Calendar.objects.get(pk=calendar_id), at=at)


def current_value(code: str) -> worktime.Calendar:
    """The value of the version of that code that counts now. Raises Calendar.DoesNotExist."""
    calendar = Calendar.objects.get(code=code)
    known = rulebook.calendar_version(calendar.pk)
    return load(known.pk) if known else parse(calendar.plan(), code=code)


def publish(calendar: Calendar, *, at: datetime) -> CalendarVersion:
    """Freeze the rows as they stand into a new version, unless the last one is the same. Raises NoCalendar."""
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    plan = calendar.plan()
    last = calendar.versions.filter(status=VersionStatus.IN_FORCE).first()
    if last is not None and essence(last.plan) == essence(plan):
        return last
    checked(plan, calendar.code, at=at)
    rulebook.lock()
    row = CalendarVersion(calendar=calendar, number=next_number(calendar), plan=plan, at=at)
    return let_count(row, at=at)


def checked(plan: dict[str, Any], code: str, *, at: datetime) -> worktime.Calendar:
    """The plan as a value that opens within 400 days after `at`. Raises NoCalendar naming the field."""
    try:
        value = parse(plan, code=code)
        value.require_openings(at)
    except (worktime.BadCalendar, worktime.NeverOpen) as error:
        raise NoCalendar.of(error) from error
    return value


def essence(plan: dict[str, Any]) -> dict[str, Any]:
    """What of a plan makes a difference: not where its days came from."""
    return {key: value for key, value in plan.items() if key != IMPORTED}


def next_number(calendar: Calendar) -> int:
    return int(calendar.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def let_count(version: CalendarVersion, *, at: datetime) -> CalendarVersion:
    """Put the version in force from now; the one before ends. The caller holds the rulebook."""
    before = CalendarVersion.objects.filter(calendar_id=version.calendar_id, status=VersionStatus.IN_FORCE)
    before.exclude(pk=version.pk).update(status=VersionStatus.SUPERSEDED, valid_to=at)
    version.status, version.valid_from, version.valid_to = VersionStatus.IN_FORCE, at, None
    version.save()
    Calendar.objects.filter(pk=version.calendar_id).update(version=version.number)
    return version


def bring_in_force(version: CalendarVersion, *, at: datetime) -> CalendarVersion:
    """Let an approved version count from now and spread its plan over the calendar's rows. The caller holds the rulebook."""
    let_count(version, at=at)
    spread(version)
    return version


def spread(version: CalendarVersion) -> None:
    """Make the calendar's rows what the version says."""
    plan, names = version.plan, version.plan.get("names", {})
    rows = CalendarException.objects.filter(calendar_id=version.calendar_id)
    known = {on.isoformat() for on in rows.filter(imported=True).values_list("on", flat=True)}
    imported = set(plan.get(IMPORTED, known))
    Calendar.objects.filter(pk=version.calendar_id).update(zone=plan["zone"], weekly=plan["weekly"])
    rows.delete()
    CalendarException.objects.bulk_create(
        CalendarException(
            calendar_id=version.calendar_id,
            on=day,
            windows=windows,
            name_zh=names.get(day, {}).get("zh", ""),
            name_en=names.get(day, {}).get("en", ""),
            imported=day in imported,
        )
        for day, windows in plan.get("exceptions", {}).items()
    )


def import_holidays(calendar: Calendar, years: Iterable[int]) -> int:
    """Copy China's public holidays and make-up days into the exceptions, without touching a day people entered.

    A make-up day gets the windows of the calendar's first open weekday. Returns how many days were written. The
    package knows statutory days years ahead, make-up days only after the State Council's notice: import again then.
    """
    windows: list[list[str]] = next(
        (calendar.weekly[day] for day in worktime.DAYS if calendar.weekly.get(day)), []
    )
    own = set(calendar.exceptions.filter(imported=False).values_list("on", flat=True))
    days = [
        CalendarException(
            calendar=calendar, on=on, windows=windows if opens else [], name_zh=zh, name_en=en, imported=True
        )
        for on, opens, zh, en in public_holidays(years)
        if on not in own
    ]
    CalendarException.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["calendar", "on"],
        update_fields=["windows", "name_zh", "name_en"],
    )
    return len(days)


def fed_by_holidays() -> list[Calendar]:
    """The calendars whose exceptions were imported: those to bring up to date year by year."""
    return list(Calendar.objects.filter(exceptions__imported=True).distinct().order_by("pk"))


def public_holidays(years: Iterable[int]) -> list[tuple[date, bool, str, str]]:
    """China's dated exceptions: (day, open?, name in Chinese, name in English), holidays and make-up days."""
    wanted = sorted(set(years))
    chinese = holidays.country_holidays("CN", years=wanted, language="zh_CN")
    english = holidays.country_holidays("CN", years=wanted, language="en_US")
    closed = [(on, False, chinese[on], english[on]) for on in sorted(chinese) if on.year in wanted]
    makeup = [
        (on, True, "调休上班", "Make-up working day") for on in chinese.weekend_workdays if on.year in wanted
    ]
    return sorted([*closed, *makeup])


def seed(*, at: datetime) -> dict[str, Calendar]:
    """The four shipped calendars, published, with the holidays of last year to next year; harmless twice.

    An existing calendar keeps its hours. Returns them by code.
    """
    years = range(at.year - 1, at.year + 2)
    return {plan.code: _seed_one(plan, years, at) for plan in SEEDS}


def _seed_one(plan: Seed, years: range, at: datetime) -> Calendar:
    weekly = dict.fromkeys(plan.days, plan.windows)
    defaults = {"name_zh": plan.zh, "name_en": plan.en, "weekly": weekly}
    calendar, created = Calendar.objects.get_or_create(code=plan.code, defaults=defaults)
    if created:
        if plan.closes:
            import_holidays(calendar, years)
        publish(calendar, at=at)
        calendar.refresh_from_db()
    return calendar

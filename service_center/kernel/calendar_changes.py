"""Calendars, changed by people: draft -> approved by somebody else -> in force from an instant -> superseded.

A version is a whole plan. Open clocks come under it by a changeover (kernel.changeovers), which can be foreseen first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from service_center.kernel import calendar_events as events
from service_center.kernel import (
    calendars,
    changeovers,
    clock_events,
    errors,
    holiday_years,
    journal,
    rulebook,
    rulemaking,
    worktime,
)
from service_center.kernel.access import require
from service_center.kernel.models import (
    Calendar,
    CalendarVersion,
    Changeover,
    ClockEvent,
    Rule,
    VersionStatus,
)

if TYPE_CHECKING:
    from service_center.kernel.models import User


class Scheduled(errors.DomainError):
    """An approved version waits for its day: another draft would overtake it."""

    code = "calendar_scheduled"
    message = _("第 %(number)s 版已批准，尚未生效。请先让它生效，或先放弃它。")

    def __init__(self, number: int) -> None:
        super().__init__(self.message % {"number": number}, field="calendar")


class InUse(errors.DomainError):
    """Something counts on the calendar, or did."""

    code = "calendar_in_use"

    def __init__(self, what: Any) -> None:
        super().__init__(what, field="code")


class NothingToImport(errors.DomainError):
    code, status = "nothing_to_import", 400

    def __init__(self, year: int) -> None:
        text = _("%(year)s 年的节假日已经导入过，没有新的变化。") % {"year": year}
        super().__init__(text, field="year")


def create(
    code: str,
    *,
    name_zh: str,
    name_en: str,
    zone: str,
    weekly: Mapping[str, Any],
    owner_kind: str = "",
    owner_code: str = "",
    actor: User | None,
    at: datetime,
) -> Calendar:
    """A new calendar with its first draft; rules may name it once a version is in force.

    Raises Forbidden, Invalid (code taken, owner half named), NoCalendar.
    """
    rulebook.lock()
    require(rulemaking.can_change, actor)
    if Calendar.objects.filter(code=code).exists():
        raise errors.Invalid(_("这个代码已有日历在用。"), field="code")
    if bool(owner_kind) != bool(owner_code):
        raise errors.Invalid(_("请填写是哪个网点或供应商的日历。"), field="owner_code")
    calendar = Calendar.objects.create(
        code=code, name_zh=name_zh, name_en=name_en, zone=zone, owner_kind=owner_kind, owner_code=owner_code
    )
    draft(calendar, plan={"zone": zone, "weekly": dict(weekly)}, actor=actor, at=at)
    return calendar


def draft(
    calendar: Calendar,
    *,
    plan: Mapping[str, Any],
    notes: str = "",
    source: str = "",
    actor: User | None,
    at: datetime,
) -> CalendarVersion:
    """Write down the next version; it takes the place of a draft that waits.

    `plan`: zone, weekly, exceptions by date, names by date (what is left out is empty). Raises Forbidden, Scheduled,
    NoCalendar naming the field, Invalid when it says what is in force already.
    """
    rulebook.lock()
    require(rulemaking.can_change, actor)
    whole = _whole(plan)
    calendars.checked(whole, calendar.code, at=at)
    for waiting in calendar.versions.waiting():
        if waiting.status == VersionStatus.APPROVED:
            raise Scheduled(waiting.number)
        _drop(waiting, actor, at)
    now = calendar.versions.filter(status=VersionStatus.IN_FORCE).first()
    if now is not None and calendars.essence(now.plan) == calendars.essence(whole):
        raise errors.Invalid(_("与现行版本相同，没有改动。"), field="weekly")
    row = CalendarVersion.objects.create(
        calendar=calendar,
        number=calendars.next_number(calendar),
        plan=whole,
        at=at,
        status=VersionStatus.DRAFT,
        drafted_by=actor,
        notes=notes,
        source=source,
    )
    journal.record(events.DRAFTED, calendar, actor=actor, at=at, number=row.number)
    return row


def _whole(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with all its keys in their one form; a day with nothing to say has no name."""
    names = {day: name for day, name in (plan.get("names") or {}).items() if name.get("zh")}
    weekly, exceptions = plan.get("weekly") or {}, plan.get("exceptions") or {}
    whole: dict[str, Any] = {
        "zone": plan.get("zone"),
        "weekly": {day: weekly[day] for day in (*worktime.DAYS, *weekly) if weekly.get(day)},
        "exceptions": dict(sorted(exceptions.items())),
        "names": dict(sorted(names.items())),
    }
    imported = [day for day in plan.get(calendars.IMPORTED, []) if day in exceptions]
    return whole | ({calendars.IMPORTED: sorted(imported)} if imported else {})


def import_year(calendar: Calendar, *, year: int, actor: User | None, at: datetime) -> CalendarVersion:
    """Draft a version with the public holidays and make-up days of a year, as far as they are known.

    Days that people entered stay. Raises NothingToImport when all of them stand already, in force or in a draft;
    otherwise as `draft` does.
    """
    require(rulemaking.can_change, actor)
    base = holiday_years.base_of(calendar)
    plan, changes = holiday_years.imported(base, year)
    if not changes:
        raise NothingToImport(year)
    row = draft(calendar, plan=plan, source=f"holidays {year}", actor=actor, at=at)
    journal.record(events.IMPORTED, calendar, actor=actor, at=at, number=row.number, year=year)
    return row


def approve(version: CalendarVersion, *, actor: User | None, at: datetime) -> CalendarVersion:
    """Agree to what somebody else drafted. Raises Forbidden, NotDraft, OwnDraft, NoCalendar."""
    version = _locked(version)
    require(rulemaking.can_change, actor)
    if version.status != VersionStatus.DRAFT:
        raise rulemaking.NotDraft
    if actor is not None and version.drafted_by_id == actor.pk:
        raise rulemaking.OwnDraft
    calendars.checked(version.plan, version.calendar.code, at=at)
    version.status, version.approved_by, version.approved_at = VersionStatus.APPROVED, actor, at
    version.save(update_fields=["status", "approved_by", "approved_at"])
    journal.record(events.APPROVED, version.calendar, actor=actor, at=at, number=version.number)
    return version


def _locked(version: CalendarVersion) -> CalendarVersion:
    rulebook.lock()
    rows = CalendarVersion.objects.select_for_update(of=("self",)).select_related("calendar")
    return rows.get(pk=version.pk)


def put_in_force(
    version: CalendarVersion, *, valid_from: datetime | None = None, actor: User | None, at: datetime
) -> CalendarVersion:
    """Let an approved version count from now or a later instant, and open clocks come under it from then on.

    Raises Forbidden, NotApproved, Backdated.
    """
    version, start = _locked(version), valid_from or at
    require(rulemaking.can_change, actor)
    if version.status != VersionStatus.APPROVED:
        raise rulemaking.NotApproved
    if start < at:
        raise rulemaking.Backdated(field="valid_from")
    calendar = version.calendar
    Changeover.objects.filter(calendar_version=version, state=Changeover.State.WAITING).delete()
    if start > at or calendar.version:
        changeovers.plan(version, starts_at=start, actor=actor, at=at)
    if start > at:
        version.valid_from = start
        version.save(update_fields=["valid_from"])
        when = start.isoformat()
        journal.record(events.SCHEDULED, calendar, actor=actor, at=at, number=version.number, valid_from=when)
        return version
    calendars.bring_in_force(version, at=at)
    journal.record(
        clock_events.REVISED, calendar, actor=actor, at=at, code=calendar.code, number=version.number
    )
    return version


def drop(version: CalendarVersion, *, actor: User | None, at: datetime) -> CalendarVersion:
    """Give up a version that is not in force yet; it stays on record. Raises Forbidden, NotDraft."""
    version = _locked(version)
    require(rulemaking.can_change, actor)
    if version.status not in {VersionStatus.DRAFT, VersionStatus.APPROVED}:
        raise rulemaking.NotDraft
    _drop(version, actor, at)
    return version


def _drop(version: CalendarVersion, actor: User | None, at: datetime) -> None:
    Changeover.objects.filter(calendar_version=version, state=Changeover.State.WAITING).delete()
    version.status, version.valid_from = VersionStatus.DROPPED, None
    version.save(update_fields=["status", "valid_from"])
    journal.record(events.DROPPED, version.calendar, actor=actor, at=at, number=version.number)


def remove(calendar: Calendar, *, actor: User | None, at: datetime) -> None:
    """Delete a calendar that never counted and that nobody names. Raises Forbidden, InUse."""
    rulebook.lock()
    require(rulemaking.can_change, actor)
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    clocks = ClockEvent.objects.filter(calendar_version__calendar=calendar).values("clock").distinct().count()
    rules = Rule.objects.filter(calendar=calendar).count()
    if rules or clocks:
        text = _(
            "日历 %(code)s 正被 %(rules)s 条规则、%(clocks)s 个时限使用，不能删除。请先让规则改用其他日历。"
        )
        raise InUse(text % {"code": calendar.code, "rules": rules, "clocks": clocks})
    if calendar.version:
        raise InUse(_("日历 %(code)s 生效过，须留存备查，不能删除。") % {"code": calendar.code})
    journal.record(events.REMOVED, calendar, actor=actor, at=at, code=calendar.code)
    calendar.versions.all().delete()
    calendar.delete()

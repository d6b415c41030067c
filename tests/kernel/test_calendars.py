"""Calendars as rows: the shipped four, imported holidays, publishing, and what is refused."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from service_center.kernel import calendar_changes, calendars, chores, opening_hours, recompute
from service_center.kernel.models import Calendar, CalendarException, CalendarVersion, Notification

pytestmark = pytest.mark.django_db
AT = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.req("GEN-15")
def test_the_shipped_calendars(hours: dict[str, Calendar]) -> None:
    assert set(hours) == {"24x7", "duty", "duty-lunch", "workdays"}
    duty = calendars.current_value("duty")
    week = [sum(b - a for a, b in duty.weekly[day]) / 3600 for day in range(7)]
    assert week == [9, 9, 9, 9, 9, 0, 0]
    assert duty.zone.key == "Asia/Shanghai"
    assert hours["duty"].version == 1
    assert calendars.seed(at=AT)["duty"].version == 1


@pytest.mark.req("GEN-15")
def test_holidays_close_and_make_up_days_open(hours: dict[str, Calendar]) -> None:
    calendars.import_holidays(hours["duty"], [2025])
    opening_hours.republish(hours["duty"], actor=None, at=AT)
    duty = calendars.current_value("duty")
    assert duty.opening(date(2025, 10, 1)) == []
    assert duty.names[date(2025, 10, 1)] == "国庆节"
    assert len(duty.opening(date(2025, 9, 28))) == 1  # a Sunday, made up
    assert duty.opening(date(2025, 9, 27)) == []
    always = calendars.current_value("24x7")
    assert len(always.opening(date(2025, 10, 1))) == 1


def test_an_import_leaves_alone_what_people_entered(hours: dict[str, Calendar]) -> None:
    day = date(2025, 10, 1)
    CalendarException.objects.update_or_create(
        calendar=hours["duty"], on=day, defaults={"windows": [["09:00", "12:00"]], "imported": False}
    )
    calendars.import_holidays(hours["duty"], [2025])
    assert hours["duty"].exceptions.get(on=day).windows == [["09:00", "12:00"]]


@pytest.mark.parametrize(
    "weekly",
    [
        {},
        {"mon": [["12:00", "09:00"]]},
        {"someday": [["09:00", "12:00"]]},
        {"mon": "always"},
    ],
)
def test_a_plan_that_is_none_is_refused_and_nothing_changes(hours: dict[str, Calendar], weekly: dict) -> None:
    before = CalendarVersion.objects.count()
    CalendarException.objects.filter(calendar=hours["duty"]).delete()
    with pytest.raises(calendars.NoCalendar):
        opening_hours.revise(hours["duty"], actor=None, at=AT, weekly=weekly)
    assert CalendarVersion.objects.count() == before


def test_an_unknown_zone_is_refused(hours: dict[str, Calendar]) -> None:
    Calendar.objects.filter(code="duty").update(zone="Asia/Nowhere")
    with pytest.raises(calendars.NoCalendar):
        calendars.publish(hours["duty"], at=AT)


def test_dropping_an_exception(hours: dict[str, Calendar]) -> None:
    day = date(2031, 3, 3)
    for windows, opens in (([], 0), ([["09:00", "10:00"], ["11:00", "12:00"]], 2), (None, 1)):
        opening_hours.revise(hours["duty"], actor=None, at=AT, exceptions={day: windows})
        assert len(calendars.current_value("duty").opening(day)) == opens


def test_the_monthly_job_drafts_next_year_for_approval(hours: dict[str, Calendar], manager: Any) -> None:
    """A system left running: the coming year's holidays lie ready without a release, and count once somebody agrees."""
    CalendarException.objects.filter(calendar=hours["duty"], on__year=2026).delete()
    opening_hours.republish(hours["duty"], actor=None, at=AT)
    for _twice in range(2):
        chores.import_holidays(at=AT + timedelta(days=30))
    assert calendars.current_value("duty").opening(date(2026, 10, 1))
    [draft] = hours["duty"].versions.waiting()
    assert (draft.source, draft.plan["exceptions"]["2026-10-01"]) == ("holidays 2026", [])
    assert Notification.objects.filter(user=manager.user, template="calendar.imported").count() == 1
    calendar_changes.approve(draft, actor=manager.user, at=AT)
    calendar_changes.put_in_force(draft, actor=manager.user, at=AT)
    assert calendars.current_value("duty").opening(date(2026, 10, 1)) == []
    assert list(chores.check_calendars(at=AT, fix=False)) == []


def test_recompute_restores_what_was_approved(hours: dict[str, Calendar]) -> None:
    CalendarException.objects.create(calendar=hours["duty"], on="2031-01-02", windows=[])
    assert recompute.run(at=AT, fix=True, names=["calendars"]) == {
        "calendars": ["calendar duty: rows and version 1 differ"]
    }
    assert recompute.run(at=AT, fix=True, names=["calendars"]) == {"calendars": []}
    assert not hours["duty"].exceptions.filter(on="2031-01-02").exists()


@pytest.mark.django_db(transaction=True)
def test_the_recompute_command_prints_zero(hours: dict[str, Calendar]) -> None:
    out = io.StringIO()
    call_command("recompute", "clocks", "calendars", "--check", stdout=out)
    assert out.getvalue().split() == ["clocks:", "0", "calendars:", "0", "0"]


@pytest.mark.django_db(transaction=True)
def test_the_recompute_command_prints_what_differs(hours: dict[str, Calendar]) -> None:
    CalendarException.objects.create(calendar=hours["duty"], on="2031-01-02", windows=[])
    out = io.StringIO()
    call_command("recompute", "calendars", stdout=out)
    assert out.getvalue().splitlines() == ["calendars: 1", "  calendar duty: rows and version 1 differ", "1"]


@pytest.mark.django_db(transaction=True)
def test_the_import_command_prints_how_many_days(hours: dict[str, Calendar]) -> None:
    out = io.StringIO()
    call_command("import_holidays", "2025", "--at-once", stdout=out)
    lines = dict(line.split(": ") for line in out.getvalue().splitlines())
    assert set(lines) == {"duty", "duty-lunch", "workdays"}
    assert int(lines["duty"]) > 20


@pytest.mark.django_db(transaction=True)
def test_the_import_command_drafts_unless_told_otherwise(hours: dict[str, Calendar]) -> None:
    CalendarException.objects.filter(calendar=hours["duty"], on__year=2025).delete()
    with transaction.atomic():
        opening_hours.republish(hours["duty"], actor=None, at=AT)
    out = io.StringIO()
    call_command("import_holidays", "2025", stdout=out)
    lines = dict(line.split(": ") for line in out.getvalue().splitlines())
    assert (int(lines["duty"]) > 20, lines["workdays"]) == (True, "0")
    assert hours["duty"].versions.waiting().get().source == "holidays 2025"
    assert calendars.current_value("duty").opening(date(2025, 10, 1))

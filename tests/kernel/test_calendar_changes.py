"""Calendars changed by people: drafted, agreed to by another, in force from an instant; and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from service_center.kernel import (
    calendar_changes,
    calendars,
    changeovers,
    clocks,
    errors,
    holiday_years,
    journal,
    rulemaking,
)
from service_center.kernel.models import (
    Calendar,
    CalendarVersion,
    Changeover,
    Clock,
    ClockEvent,
    Document,
    Event,
    VersionStatus,
)
from tests.kernel.ticking import HOUR, Make, at

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MORNINGS = {day: [["08:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def closing(calendar: Calendar, *days: str) -> dict[str, Any]:
    """The plan in force with these days closed."""
    plan = calendar.plan()
    return plan | {"exceptions": plan["exceptions"] | {day: [] for day in days}}


def agreed(
    calendar: Calendar, plan: dict[str, Any], manager: Any, director: Any, **when: Any
) -> CalendarVersion:
    draft = calendar_changes.draft(calendar, plan=plan, actor=manager.user, at=at(0))
    calendar_changes.approve(draft, actor=director.user, at=at(0))
    return calendar_changes.put_in_force(draft, actor=director.user, at=at(0), **when)


@pytest.mark.req("GEN-15", "GEN-08")
def test_a_version_is_drafted_by_one_approved_by_another_and_counts(
    hours: dict[str, Calendar], manager: Any, director: Any
) -> None:
    duty = hours["duty"]
    draft = calendar_changes.draft(duty, plan=closing(duty, "2025-10-14"), actor=manager.user, at=at(0))
    assert (draft.status, calendars.current_value("duty").opening(date(2025, 10, 14)) != []) == (
        "draft",
        True,
    )
    with pytest.raises(rulemaking.OwnDraft):
        calendar_changes.approve(draft, actor=manager.user, at=at(0))
    with pytest.raises(rulemaking.NotApproved):
        calendar_changes.put_in_force(draft, actor=director.user, at=at(0))
    calendar_changes.approve(draft, actor=director.user, at=at(0))
    calendar_changes.put_in_force(draft, actor=manager.user, at=at(0))

    assert calendars.current_value("duty").opening(date(2025, 10, 14)) == []
    duty.refresh_from_db()
    states = list(duty.versions.order_by("number").values_list("number", "status"))
    assert (duty.version, states) == (2, [(1, "superseded"), (2, "in_force")])
    told = [journal.sentence(event) for event in journal.timeline(duty)]
    assert told[::-1] == ["起草了日历第 2 版", "批准了日历第 2 版", "日历 duty 已更新为第 2 版。"]


@pytest.mark.req("GEN-15")
def test_a_version_to_come_counts_from_its_day(
    hours: dict[str, Calendar], manager: Any, director: Any, subject: Document, rule: Make
) -> None:
    duty = hours["duty"]
    clocks.start(subject, "solution", rule=rule("9", "hour", "duty"), at=at(7.5))
    version = agreed(duty, closing(duty, "2025-10-14"), manager, director, valid_from=at(10))
    assert (version.status, calendars.current(duty.pk, at=at(0)).number) == ("approved", 1)
    changeover = Changeover.objects.get(calendar_version=version)
    assert changeovers.carry_on(changeover.pk, actor=None, at=at(9)) == 0
    assert changeovers.carry_on(changeover.pk, actor=None, at=at(10)) == 1
    version.refresh_from_db()
    assert (version.status, calendars.current(duty.pk, at=at(10)).number) == ("in_force", 2)


def test_a_newer_draft_takes_the_place_of_one_that_waits(hours: dict[str, Calendar], manager: Any) -> None:
    duty = hours["duty"]
    first = calendar_changes.draft(duty, plan=closing(duty, "2025-10-14"), actor=manager.user, at=at(0))
    second = calendar_changes.draft(duty, plan=closing(duty, "2025-10-15"), actor=manager.user, at=at(0))
    first.refresh_from_db()
    assert (first.status, second.number) == (VersionStatus.DROPPED, 3)


@pytest.mark.refused
def test_a_draft_is_refused_while_an_approved_version_waits(
    hours: dict[str, Calendar], manager: Any, director: Any
) -> None:
    duty = hours["duty"]
    waiting = agreed(duty, closing(duty, "2025-10-14"), manager, director, valid_from=at(10))
    with pytest.raises(calendar_changes.Scheduled) as refused:
        calendar_changes.draft(duty, plan=closing(duty, "2025-10-15"), actor=manager.user, at=at(1))
    assert refused.value.field == "calendar"
    calendar_changes.drop(waiting, actor=manager.user, at=at(1))
    assert not Changeover.objects.exists()
    calendar_changes.draft(duty, plan=closing(duty, "2025-10-15"), actor=manager.user, at=at(1))


WRONG_PLANS = [
    ({"zone": "Asia/Shanghai", "weekly": {}}, "weekly"),
    ({"zone": "Asia/Shanghai", "weekly": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "weekly.mon"),
    ({"zone": "Asia/Shanghai", "weekly": {"mon": [["12:00", "08:00"]]}}, "weekly.mon"),
    ({"zone": "Asia/Nowhere", "weekly": MORNINGS}, "zone"),
    ({"zone": "Asia/Shanghai", "weekly": {"someday": [["08:00", "12:00"]]}}, "weekly.someday"),
    (
        {"zone": "Asia/Shanghai", "weekly": MORNINGS, "exceptions": {"2025-02-30": []}},
        "exceptions.2025-02-30",
    ),
    (
        {"zone": "Asia/Shanghai", "weekly": MORNINGS, "exceptions": {"2025-10-14": [["09:00", "25:00"]]}},
        "exceptions.2025-10-14",
    ),
]


@pytest.mark.refused
@pytest.mark.req("GEN-15")
@pytest.mark.parametrize(("plan", "field"), WRONG_PLANS, ids=[field for _, field in WRONG_PLANS])
def test_a_wrong_plan_is_refused_by_its_field(
    hours: dict[str, Calendar], manager: Any, plan: dict[str, Any], field: str
) -> None:
    before = CalendarVersion.objects.count()
    with pytest.raises(calendars.NoCalendar) as refused:
        calendar_changes.draft(hours["duty"], plan=plan, actor=manager.user, at=at(0))
    assert refused.value.field == field
    assert CalendarVersion.objects.count() == before


@pytest.mark.refused
def test_a_calendar_closed_for_400_days_is_refused(hours: dict[str, Calendar], manager: Any) -> None:
    """Open on Mondays, but each Monday of the next 400 days is an exception: never a deadline that never comes."""
    mondays = [at(0).date() + timedelta(weeks=n) for n in range(60)]
    plan = {
        "zone": "Asia/Shanghai",
        "weekly": {"mon": [["08:00", "12:00"]]},
        "exceptions": {day.isoformat(): [] for day in mondays},
    }
    with pytest.raises(calendars.NoCalendar, match="400") as refused:
        calendar_changes.draft(hours["duty"], plan=plan, actor=manager.user, at=at(0))
    assert refused.value.field == "weekly"
    calendar_changes.draft(
        hours["duty"], plan=plan | {"exceptions": {d.isoformat(): [] for d in mondays[:50]}},
        actor=manager.user, at=at(0),
    )  # fmt: skip


def test_a_calendar_of_a_branch_counts_beside_the_others(
    hours: dict[str, Calendar], manager: Any, director: Any
) -> None:
    made = calendar_changes.create(
        "ny-desk", name_zh="纽约值班", name_en="New York desk", zone="America/New_York", weekly=MORNINGS,
        owner_kind="branch", owner_code="NY", actor=manager.user, at=at(0),
    )  # fmt: skip
    assert (made.version, made.owner_kind) == (0, "branch")
    draft = made.versions.get()
    calendar_changes.approve(draft, actor=director.user, at=at(0))
    calendar_changes.put_in_force(draft, actor=director.user, at=at(0))
    value = calendars.current_value("ny-desk")
    summer, winter = (value.opening(date(2025, month, 3))[0].start for month in (10, 11))
    assert (summer.hour, winter.hour) == (12, 13)  # 08:00 local, before and after the clocks went back


@pytest.mark.refused
def test_creating_a_calendar_is_refused_for_a_code_taken_or_half_an_owner(
    hours: dict[str, Calendar], manager: Any
) -> None:
    words = {"name_zh": "值", "name_en": "x", "zone": "Asia/Shanghai", "weekly": MORNINGS, "at": at(0)}
    for code, owner, field in (("duty", {}, "code"), ("new", {"owner_kind": "branch"}, "owner_code")):
        with pytest.raises(errors.Invalid) as refused:
            calendar_changes.create(code, actor=manager.user, **words, **owner)
        assert refused.value.field == field


@pytest.mark.refused
def test_a_calendar_in_use_is_not_deleted(
    hours: dict[str, Calendar], manager: Any, rule: Make, subject: Document
) -> None:
    clocks.start(subject, "solution", rule=rule("9", "hour", "duty"), at=at(0))
    with pytest.raises(calendar_changes.InUse, match="1 个时限") as refused:
        calendar_changes.remove(hours["duty"], actor=manager.user, at=at(0))
    assert refused.value.field == "code"
    spare = calendar_changes.create(
        "spare",
        name_zh="备",
        name_en="Spare",
        zone="Asia/Shanghai",
        weekly=MORNINGS,
        actor=manager.user,
        at=at(0),
    )
    calendar_changes.remove(spare, actor=manager.user, at=at(0))
    assert not Calendar.objects.filter(code="spare").exists()


def test_the_database_keeps_an_approved_plan(hours: dict[str, Calendar]) -> None:
    version = hours["duty"].versions.get()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CalendarVersion.objects.filter(pk=version.pk).update(plan={})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CalendarVersion.objects.filter(pk=version.pk)._raw_delete("default")


@pytest.mark.req("GEN-15")
def test_holidays_of_a_year_are_imported_once(
    hours: dict[str, Calendar], manager: Any, director: Any
) -> None:
    duty = hours["duty"]
    draft = calendar_changes.import_year(duty, year=2020, actor=manager.user, at=at(0))
    before, after = duty.plan(), draft.plan
    changes = {change.on.isoformat(): change for change in holiday_years.differing_days(before, after)}
    assert changes["2020-01-01"].after == ([], {"zh": "元旦", "en": "New Year's Day"})
    assert changes["2020-01-19"].after[0] == [["08:30", "17:30"]]  # a Sunday, made up
    assert all(day.startswith("2020") for day in changes)
    with pytest.raises(calendar_changes.NothingToImport) as refused:
        calendar_changes.import_year(duty, year=2020, actor=director.user, at=at(0))
    assert refused.value.field == "year"
    calendar_changes.approve(draft, actor=director.user, at=at(0))
    calendar_changes.put_in_force(draft, actor=director.user, at=at(0))
    with pytest.raises(calendar_changes.NothingToImport):
        calendar_changes.import_year(duty, year=2020, actor=manager.user, at=at(0))


def test_a_day_that_a_person_entered_outlives_an_import(
    hours: dict[str, Calendar], manager: Any, director: Any
) -> None:
    duty = hours["duty"]
    half = closing(duty) | {"exceptions": duty.plan()["exceptions"] | {"2020-10-01": [["09:00", "12:00"]]}}
    agreed(duty, half, manager, director)
    duty.refresh_from_db()
    draft = calendar_changes.import_year(duty, year=2020, actor=manager.user, at=at(0))
    assert draft.plan["exceptions"]["2020-10-01"] == [["09:00", "12:00"]]


@pytest.mark.req("GEN-15")
def test_a_year_without_an_announcement_is_tentative(hours: dict[str, Calendar]) -> None:
    duty = calendars.current_value("duty")
    assert holiday_years.state(duty, 2026) == "announced"
    assert holiday_years.state(duty, 2040) == "missing"
    assert holiday_years.state(calendars.current_value("24x7"), 2026) == "none"
    statutory = {
        "zone": "Asia/Shanghai",
        "weekly": MORNINGS,
        "exceptions": {"2031-01-01": [], "2031-10-01": []},
    }
    assert holiday_years.state(calendars.parse(statutory, code="x"), 2031) == "tentative"


@pytest.mark.req("GEN-15")
def test_open_clocks_come_under_the_new_version_and_keep_their_old_due_time(
    hours: dict[str, Calendar], manager: Any, director: Any, subject: Document, rule: Make, agreeing: None
) -> None:
    duty = hours["duty"]
    moving = clocks.start(
        subject, "solution", rule=rule("4", "hour", "duty"), at=at(7.5)
    )  # due Tuesday 11:30
    clocks.start(subject, "arrival", rule=rule("0.25", "hour", "duty"), at=at(7.5))  # due Monday 16:45
    draft = calendar_changes.draft(duty, plan=closing(duty, "2025-10-14"), actor=manager.user, at=at(7.6))
    rows = list(changeovers.soonest(draft, at=at(7.6), limit=10))
    foreseen = {f.clock.kind: (f.was, f.now, f.way) for f in changeovers.foresee(draft, rows, at=at(7.6))}
    tuesday, wednesday = at(7.5) + 19 * HOUR, at(7.5) + 19 * HOUR + DAY
    assert foreseen == {
        "solution": (tuesday, wednesday, "later"),
        "arrival": (at(7.75), at(7.75), "same"),
    }
    calendar_changes.approve(draft, actor=director.user, at=at(7.6))
    calendar_changes.put_in_force(draft, actor=director.user, at=at(7.6))
    changeover = Changeover.objects.get()
    assert changeovers.carry_on(changeover.pk, batch=1, actor=None, at=at(7.6)) == 1
    assert changeovers.carry_on(changeover.pk, batch=1, actor=None, at=at(7.6)) == 1
    assert changeovers.carry_on(changeover.pk, batch=1, actor=None, at=at(7.6)) == 0
    assert changeovers.carry_on(changeover.pk, batch=1, actor=None, at=at(7.6)) == 0

    changeover.refresh_from_db()
    figures = (changeover.state, changeover.total, changeover.moved, changeover.kept, changeover.batches)
    assert figures == ("done", 2, 1, 1, 2)
    clock = Clock.objects.get(pk=moving.pk)
    assert (clock.due_at, clock.consumed_seconds) == (wednesday, 360)
    event = ClockEvent.objects.get(clock=clock, kind="retarget")
    assert (event.data["due_from"], event.data["due_to"]) == ("2025-10-14T03:30:00Z", "2025-10-15T03:30:00Z")
    assert event.calendar_version == draft
    assert [row.clock_id for row in changeovers.history_of(changeover)] == [clock.pk]
    told = Event.objects.get(name="clock.moved", subject_id=subject.pk)
    assert "10-14 11:30" in journal.sentence(told) and "10-15 11:30" in journal.sentence(told)


@pytest.mark.req("GEN-15")
def test_a_late_clock_keeps_its_verdict(
    hours: dict[str, Calendar], manager: Any, director: Any, subject: Document, rule: Make
) -> None:
    clock = clocks.start(subject, "solution", rule=rule("1", "hour", "duty"), at=at(0), started_at=at(-3))
    agreed(hours["duty"], closing(hours["duty"], "2025-10-14"), manager, director)
    assert changeovers.carry_on(Changeover.objects.get().pk, actor=None, at=at(2)) == 0
    fresh = Clock.objects.get(pk=clock.pk)
    assert (fresh.due_at, fresh.generation) == (clock.due_at, 0)
    assert Changeover.objects.get().state == "done"


@pytest.mark.django_db(transaction=True)
def test_clocks_that_somebody_holds_are_taken_later(
    hours: dict[str, Calendar], manager: Any, director: Any, subject: Document, rule: Make
) -> None:
    """Neither does the changeover wait for a busy ticket, nor does it forget it."""
    import threading

    from django.db import connection

    clock = clocks_start(subject, rule)
    with transaction.atomic():
        agreed(hours["duty"], closing(hours["duty"], "2025-10-14"), manager, director)
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Clock.objects.select_for_update().get(pk=clock.pk)
            holding.set()
            release.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(20)
    pk = Changeover.objects.get().pk
    with transaction.atomic():
        assert changeovers.carry_on(pk, actor=None, at=at(7.6)) == 0
    assert Changeover.objects.get().state == "running"
    release.set()
    thread.join()
    with transaction.atomic():
        assert changeovers.carry_on(pk, actor=None, at=at(7.6)) == 1


def clocks_start(subject: Document, rule: Make) -> Clock:
    with transaction.atomic():
        return clocks.start(subject, "solution", rule=rule("4", "hour", "duty"), at=at(7.5))


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_dies_is_done_again_once(
    hours: dict[str, Calendar], manager: Any, director: Any, subject: Document, rule: Make
) -> None:
    clock = clocks_start(subject, rule)
    with transaction.atomic():
        agreed(hours["duty"], closing(hours["duty"], "2025-10-14"), manager, director)
    pk = Changeover.objects.get().pk
    with transaction.atomic():
        changeovers.carry_on(pk, actor=None, at=at(7.6))
        transaction.set_rollback(True)  # what is left of a worker that was killed in a batch
    assert (Changeover.objects.get().state, Clock.objects.get(pk=clock.pk).generation) == ("waiting", 0)
    for _ in range(3):
        with transaction.atomic():
            changeovers.carry_on(pk, actor=None, at=at(7.6))
    assert ClockEvent.objects.filter(clock=clock, kind="retarget").count() == 1
    assert (Changeover.objects.get().state, Changeover.objects.get().moved) == ("done", 1)

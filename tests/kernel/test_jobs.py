"""Periodic jobs: when they come round, that they run once after an outage, and what a failure leaves behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from service_center.kernel import jobs
from service_center.kernel.jobs import Plan, following, periodic
from service_center.kernel.models import Calendar, Document, PeriodicJob

RUNS: list[datetime] = []


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Plan]]:
    """Only the jobs of the test."""
    RUNS.clear()
    own: dict[str, Plan] = {}
    monkeypatch.setattr(jobs, "REGISTRY", own)
    return own


def note(*, at: datetime) -> None:
    RUNS.append(at)


def fail(*, at: datetime) -> None:
    Document.objects.create(code="half-done", name_zh="半", name_en="half")
    raise ValueError("broken")


def daily(at: str, **options: object) -> Plan:
    hour, minute = at.split(":")
    return Plan("test", note, second_of_day=int(hour) * 3600 + int(minute) * 60, **options)  # type: ignore[arg-type]


MORNING = datetime(2025, 10, 9, 1, tzinfo=UTC)  # Thursday 09:00 in Shanghai


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (daily("09:01"), timedelta(minutes=1)),
        (daily("09:00"), timedelta(days=1)),  # strictly after
        (daily("00:00"), timedelta(hours=15)),
        (daily("09:00", day=9), timedelta(days=31)),
        (daily("09:00", day=1), timedelta(days=23)),
        (Plan("test", note, every=90), timedelta(seconds=90)),
    ],
)
def test_following(plan: Plan, expected: timedelta) -> None:
    assert following(plan, MORNING) == MORNING + expected


def test_every_keeps_its_rhythm() -> None:
    plan = Plan("test", note, every=600)
    assert following(plan, MORNING, last=MORNING - timedelta(seconds=1501)) == MORNING + timedelta(
        seconds=299
    )


@pytest.mark.django_db
@pytest.mark.req("GEN-15")
def test_daily_on_the_open_days_of_a_calendar(hours: dict[str, Calendar]) -> None:
    saturday = datetime(2025, 10, 11, 2, tzinfo=UTC)  # a make-up day; Sunday follows
    assert following(daily("09:00", calendar="workdays"), saturday) == datetime(2025, 10, 13, 1, tzinfo=UTC)
    assert following(daily("09:00", calendar="workdays"), MORNING) == datetime(2025, 10, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"every": 1, "daily_at": "09:00"},
        {"every": 0},
        {"daily_at": "9am"},
        {"daily_at": "09:00", "day_of_month": 31},
    ],
)
def test_a_wrong_plan_is_refused(registry: dict[str, Plan], options: dict) -> None:
    with pytest.raises(ValueError, match=r"job x|9am"):
        periodic("x", **options)(note)


def test_a_code_belongs_to_one_function(registry: dict[str, Plan]) -> None:
    periodic("x", every=60)(note)
    periodic("x", every=60)(note)
    with pytest.raises(ValueError, match="two jobs"):
        periodic("x", every=60)(fail)


@pytest.mark.django_db
def test_a_job_runs_once_after_an_outage_and_moves_on(registry: dict[str, Plan]) -> None:
    periodic("x", every=60)(note)
    jobs.sync()
    jobs.sync()
    assert jobs.sweep() == 0  # not yet
    PeriodicJob.objects.filter(code="x").update(next_at=timezone.now() - timedelta(days=3))
    assert jobs.sweep() == 1
    row = PeriodicJob.objects.get(code="x")
    assert [row.last_at] == RUNS
    assert timedelta() < row.next_at - RUNS[0] <= timedelta(seconds=60)
    assert jobs.sweep() == 0


@pytest.mark.django_db
def test_a_failing_job_leaves_nothing_half_done_and_waits_longer_each_time(registry: dict[str, Plan]) -> None:
    periodic("x", daily_at="03:00")(fail)
    periodic("y", every=60)(note)
    jobs.sync()
    for failures in (1, 2, 3):
        PeriodicJob.objects.update(next_at=timezone.now() - timedelta(seconds=5))
        assert jobs.sweep() == 2  # the other one runs
        row = PeriodicJob.objects.get(code="x")
        assert (row.failures, row.last_error) == (failures, "ValueError: broken")
        assert row.next_at - row.last_at == timedelta(seconds=2**failures)
    assert not Document.objects.filter(code="half-done").exists()
    assert len(RUNS) == 3


@pytest.mark.django_db(transaction=True)
def test_a_detached_job_runs_outside_any_transaction_and_is_moved_on_first(registry: dict[str, Plan]) -> None:
    seen = []

    @periodic("x", every=60, detached=True)
    def look(*, at: datetime) -> None:
        seen.append((connection.in_atomic_block, PeriodicJob.objects.get(code="x").next_at > at))

    jobs.sync()
    PeriodicJob.objects.update(next_at=timezone.now() - timedelta(hours=1))
    assert jobs.sweep() == 1
    assert seen == [(False, True)]


@pytest.mark.django_db(transaction=True)
def test_a_detached_job_that_fails_is_tried_again_soon(registry: dict[str, Plan]) -> None:
    @periodic("x", daily_at="03:00", detached=True)
    def lose(*, at: datetime) -> None:
        raise ValueError("broken")

    jobs.sync()
    PeriodicJob.objects.update(next_at=timezone.now() - timedelta(hours=1))
    assert jobs.sweep() == 1
    row = PeriodicJob.objects.get(code="x")
    assert (row.failures, row.next_at - row.last_at) == (1, timedelta(seconds=2))
    assert jobs.sweep() == 0


@pytest.mark.django_db
def test_jobs_of_another_release_are_left_alone(registry: dict[str, Plan]) -> None:
    PeriodicJob.objects.all().delete()
    PeriodicJob.objects.create(code="of the future", next_at=timezone.now() - timedelta(days=1))
    assert jobs.sweep() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_claimed_by_another_sweeper_is_passed_over(registry: dict[str, Plan]) -> None:
    periodic("x", every=60)(note)
    jobs.sync()
    PeriodicJob.objects.update(next_at=timezone.now() - timedelta(hours=1))
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM kernel_periodicjob WHERE code = 'x' FOR UPDATE")
            assert jobs.sweep() == 0
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert jobs.sweep() == 1

"""Periodic jobs and gauges as people and alarms see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from service_center.kernel import gauges, housekeeping, jobs, journal, outbox, subscriptions
from service_center.kernel.models import Clock, Document, Message, PeriodicJob
from service_center.kernel.web import jobs as pages
from staff.models import Person
from tests.kernel.ticking import Make, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Any:
    """Two jobs of this test alone: one that counts, one that fails."""
    known = dict(jobs.REGISTRY)

    @jobs.periodic("test.counting", every=60, title="计数", said="数到 %(n)s")
    def count(*, at: Any) -> int:
        return 7

    @jobs.periodic("test.failing", daily_at="03:00", day_of_month=2, title="失败")
    def fail(*, at: Any) -> None:
        raise ValueError("坏了")

    jobs.sync()
    due = timezone.now() - timedelta(minutes=5)
    PeriodicJob.objects.filter(code__startswith="test.").update(next_at=due)
    jobs.sweep()
    yield
    jobs.REGISTRY.clear()
    jobs.REGISTRY.update(known)


@pytest.mark.req("KPI-12", "SLA-22")
def test_page_shows_last_run_next_run_and_result(
    told: Any, person: Callable[..., Person], web: Callable[..., Any]
) -> None:
    page = web(person("admin")).get("/jobs/").content.decode()
    assert "数到 7" in page and "每 1 分钟" in page
    assert "连续失败 1 次" in page and "ValueError: 坏了" in page and "每月 2 日 03:00" in page
    assert "生命迹象" in page and "每日对账" in page and "月度考核汇总" in page
    done = PeriodicJob.objects.get(code="test.counting")
    assert (done.last_result, done.last_done_at) == ("7", done.last_at)
    assert done.last_seconds is not None and done.last_at is not None and done.next_at > done.last_at
    failed = PeriodicJob.objects.get(code="test.failing")
    assert (failed.last_done_at, failed.failures) == (None, 1)
    part = web(person("manager")).get("/jobs/", headers={"hx-request": "true"}).content.decode()
    assert "<!doctype" not in part and "数到 7" in part


@pytest.mark.req("KPI-12", "SLA-22")
def test_page_is_refused_to_who_does_not_run_the_product(
    person: Callable[..., Person], web: Callable[..., Any]
) -> None:
    assert web(person("agent")).get("/jobs/").status_code == 403
    assert Client().get("/jobs/").status_code == 302


def test_gauges_tell_the_oldest_rung_delivery_and_lease(subject: Document, rule: Make) -> None:
    from service_center.kernel import clocks

    quiet = Client().get("/healthz/gauges").json()
    assert (quiet["oldest_due_s"], quiet["oldest_lease_s"], quiet["undelivered"]) == (0.0, 0.0, {})
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    now = timezone.now()
    Clock.objects.update(next_at=now - timedelta(seconds=50))
    Message.objects.create(
        channel="sms", recipient="x", recipient_masked="x", template="t", text="t", dedupe_key="d",
        status="leased", next_try_at=now, created_at=now,
        lease_until=now + timedelta(seconds=outbox.LEASE_SECONDS - 20),
    )  # fmt: skip
    figures = Client().get("/healthz/gauges").json()
    assert 40 <= figures["oldest_due_s"] < 60
    assert 10 <= figures["oldest_lease_s"] < 30
    assert Client().post("/healthz/gauges").status_code == 405


def test_undelivered_is_told_for_each_subscriber(subject: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(iter(subscriptions.catalogue()))
    listener = subscriptions.catalogue()[name][0]
    journal.record_many(
        [journal.prepare(journal.TYPES[name], "kernel.document", subject.pk, at=timezone.now())]
    )
    owed = gauges.read()["undelivered"]
    assert listener in owed and owed[listener]["pending"] >= 1 and owed[listener]["dead"] == 0
    assert housekeeping.CANARY in jobs.REGISTRY


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (jobs.Plan("a", print, every=2), "每 2 秒"),
        (jobs.Plan("a", print, every=3600), "每 60 分钟"),
        (jobs.Plan("a", print, second_of_day=11_400), "每天 03:10"),
        (jobs.Plan("a", print, second_of_day=9000, day=1), "每月 1 日 02:30"),
    ],
)
def test_rhythm_in_words(plan: jobs.Plan, words: str) -> None:
    assert pages.rhythm(plan) == words

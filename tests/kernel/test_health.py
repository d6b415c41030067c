"""Health tells work done: a stale canary, a silent broker or an old delivery is seen from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from service_center.kernel import errors, housekeeping, jobs, tasks
from service_center.kernel.models import PeriodicJob
from service_center.kernel.web import middleware
from staff.models import Person

pytestmark = pytest.mark.django_db


def canary(age: float | None) -> None:
    at = timezone.now()
    PeriodicJob.objects.update_or_create(
        code=housekeeping.CANARY,
        defaults={"next_at": at, "last_at": None if age is None else at - timedelta(seconds=age)},
    )


def test_live_and_ready_without_a_log_in() -> None:
    assert Client().get("/healthz/live").status_code == 200
    assert Client().get("/healthz/ready").json() == {"database": "ok"}


def test_whole_is_well_while_the_canary_is_fresh() -> None:
    canary(100)
    response = Client().get("/healthz/")
    assert response.json() == {
        "database": "ok",
        "broker": "ok",
        "workers": "ok",
        "oldest_due_s": 0,
        "oldest_delivery_s": 0,
    }
    assert response.status_code == 200


@pytest.mark.parametrize("age", [None, 151])
def test_whole_is_503_when_no_worker_did_anything_lately(age: float | None) -> None:
    canary(age)
    response = Client().get("/healthz/")
    assert (response.status_code, response.json()["workers"]) == (503, "stale")


def test_whole_is_503_when_the_broker_is_away(settings: Any) -> None:
    canary(1)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = Client().get("/healthz/")
    assert (response.status_code, response.json()["broker"], response.json()["database"]) == (
        503,
        "down",
        "ok",
    )


def test_health_is_read_only() -> None:
    assert Client().post("/healthz/").status_code == 405


def test_wake_canary_makes_it_due_and_a_sweep_does_it() -> None:
    canary(1000)
    PeriodicJob.objects.update(next_at=timezone.now() + timedelta(hours=1))
    housekeeping.wake_canary()
    assert jobs.sweep() >= 1
    assert Client().get("/healthz/").status_code == 200
    PeriodicJob.objects.all().delete()
    housekeeping.wake_canary()
    assert PeriodicJob.objects.filter(pk=housekeeping.CANARY).exists()


def test_kick_sweeps_and_is_harmless_twice() -> None:
    canary(1000)
    tasks.kick()
    tasks.kick()
    assert Client().get("/healthz/").json()["workers"] == "ok"


def guard(view: Callable[[HttpRequest], HttpResponse], settings: Any) -> middleware.OverloadGuard:
    settings.MAX_CONCURRENT_REQUESTS, settings.OVERLOAD_PATIENCE_SECONDS = 1, 0.05
    return middleware.OverloadGuard(view)


@pytest.mark.parametrize(
    ("path", "kind"), [("/tickets/", "text/html"), ("/api/v1/tickets/", "application/problem+json")]
)
def test_overload_is_503_with_retry_after(settings: Any, path: str, kind: str) -> None:
    guarded = guard(lambda request: HttpResponse("in"), settings)
    assert guarded.gate.enter()
    response = guarded(RequestFactory().get(path))
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"].startswith(kind)
    guarded.gate.leave()
    assert guarded(RequestFactory().get(path)).status_code == 200


def test_health_is_answered_under_overload(settings: Any) -> None:
    guarded = guard(lambda request: HttpResponse("in"), settings)
    assert guarded.gate.enter()
    assert guarded(RequestFactory().get("/healthz/live")).status_code == 200


def test_gate_lets_a_burst_wait_its_turn() -> None:
    gate = middleware.Gate(limit=2, patience=5)
    assert gate.enter()
    assert gate.enter()
    gate.leave()
    assert gate.enter()


def test_a_lost_database_is_503_not_500(settings: Any) -> None:
    guarded = guard(lambda request: HttpResponse(), settings)
    response = guarded.process_exception(
        RequestFactory().get("/api/v1/x/"), OperationalError("server closed")
    )
    assert response is not None
    assert response.status_code == 503
    assert guarded.process_exception(RequestFactory().get("/"), ValueError()) is None


def test_refusal_no_form_caught_is_told_in_words(person: Callable[..., Person]) -> None:
    refusals = middleware.Refusals(lambda request: HttpResponse())
    request = RequestFactory().get("/tickets/T-1/")
    request.user = person("agent").user
    request.resolver_match = None
    response = refusals.process_exception(request, errors.Forbidden())
    assert response is not None
    assert response.status_code == 403
    assert "您没有执行此操作的权限" in response.content.decode()
    assert refusals.process_exception(RequestFactory().get("/api/v1/x/"), errors.Forbidden()) is None


def test_an_enormous_body_is_refused_before_it_is_read(settings: Any) -> None:
    guarded = guard(lambda request: HttpResponse("in"), settings)
    request = RequestFactory().post(
        "/api/v1/tickets/", b"x", content_type="application/json", CONTENT_LENGTH="99999999"
    )
    assert guarded(request).status_code == 413

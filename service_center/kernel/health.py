"""Whether the product works: by what was done lately, not by which process runs (R9)."""

from __future__ import annotations

import logging

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from service_center.kernel import gauges, housekeeping, sweep
from service_center.kernel.models import PeriodicJob

log = logging.getLogger(__name__)

STALE_AFTER_S = 150
BROKER_TIMEOUT_S = 1.0


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """200 while the process serves."""
    return JsonResponse({"live": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503: what a load balancer asks."""
    state = database()
    return JsonResponse({"database": state}, status=200 if state == "ok" else 503)


@require_safe
@never_cache
def whole(request: HttpRequest) -> HttpResponse:
    """Every part with its state, and how long the oldest due timer and delivery have waited."""
    parts = {"database": database(), "broker": broker()}
    figures = {"oldest_due_s": 0, "oldest_delivery_s": 0}
    parts["workers"] = "unknown"
    if parts["database"] == "ok":
        parts["workers"] = workers()
        gauges = sweep.gauges()
        figures = {name: int(gauges[name]) for name in figures}
    is_well = all(state == "ok" for state in parts.values())
    return JsonResponse({**parts, **figures}, status=200 if is_well else 503)


@require_safe
@never_cache
def measured(request: HttpRequest) -> HttpResponse:
    """Every gauge in seconds, for whoever watches from outside; 503 while the database is away."""
    if database() != "ok":
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse(gauges.read())


def database() -> str:
    """`ok`, or `down` when it does not answer within its connection's limits."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 2000")
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        log.warning("health: database %s", type(error).__name__)
        connection.close()
        return "down"
    return "ok"


def broker() -> str:
    """`ok`, or `down` when Redis does not answer within a second. Nothing is lost then, only hints."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=BROKER_TIMEOUT_S, socket_connect_timeout=BROKER_TIMEOUT_S
        ) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


def workers() -> str:
    """`ok` when the canary job was done lately, `stale` when not."""
    age = sweep_age()
    return "ok" if age is not None and age < STALE_AFTER_S else "stale"


def sweep_age() -> float | None:
    """Seconds since the canary was last done, by the database's clock; None when it never was."""
    row = PeriodicJob.objects.filter(pk=housekeeping.CANARY).annotate(now=Now()).first()
    return None if row is None or row.last_at is None else (row.now - row.last_at).total_seconds()

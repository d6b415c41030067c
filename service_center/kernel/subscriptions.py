"""Who hears of which fact. A subscriber does one thing, may run twice and touches only the database.

`@on(events.CLOSED)` registers at import of an app's `subscribers.py`. Deliveries are rows; `sweep` works them off, per
(subscriber, subject) the oldest first, each in one transaction with its effect. A failing one waits with growing delay
and becomes a dead letter after ten tries; `manage.py events --redrive` gives it another life.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count, Min, Q

from service_center.kernel.models import Delivery, Event

if TYPE_CHECKING:
    from service_center.kernel.journal import EventType

log = logging.getLogger(__name__)

Subscriber = Callable[..., None]
MAX_ATTEMPTS = 10
_by_event: dict[str, list[str]] = defaultdict(list)
_by_name: dict[str, Subscriber] = {}


def on(*kinds: EventType) -> Callable[[Subscriber], Subscriber]:
    """Register `function(event, *, at)` for facts of these kinds, under its dotted name."""

    def register(function: Subscriber) -> Subscriber:
        name = f"{function.__module__.split('.')[-2]}.{function.__name__}"
        if _by_name.setdefault(name, function) is not function:
            raise ValueError(f"two subscribers are called {name}")
        for kind in kinds:
            _by_event[kind.name].append(name)
        return function

    return register


def listeners(event_name: str) -> list[str]:
    """Names of the subscribers of a kind of fact."""
    return _by_event.get(event_name, [])


_CLAIM = """
    SELECT d.id FROM kernel_delivery d
    WHERE d.dead_at IS NULL AND d.next_try_at <= clock_timestamp()
      AND NOT EXISTS (
        SELECT 1 FROM kernel_delivery older
        WHERE older.subscriber = d.subscriber AND older.subject_type = d.subject_type
          AND older.subject_id = d.subject_id AND older.id < d.id AND older.dead_at IS NULL)
    ORDER BY d.next_try_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def sweep(limit: int = 200) -> int:
    """Deliver up to `limit` pending facts, one transaction each; returns how many were tried."""
    tried = 0
    while tried < limit and _deliver_next():
        tried += 1
    return tried


def _deliver_next() -> bool:
    """Run the oldest due delivery and delete it with its effect, or note the failure. False when none is due."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        row = cursor.fetchone()
        if row is None:
            return False
        delivery = Delivery.objects.select_related("event").get(pk=row[0])
        cursor.execute("SELECT transaction_timestamp()")
        at: datetime = cursor.fetchone()[0]
        try:
            with transaction.atomic():
                _by_name[delivery.subscriber](delivery.event, at=at)
        except Exception as error:
            _postpone(delivery, error, at)
        else:
            delivery.delete()
        return True


def _postpone(delivery: Delivery, error: Exception, at: datetime) -> None:
    """Wait 2, 4, 8 ... seconds (at most an hour); after ten tries the delivery is a dead letter."""
    delivery.attempts += 1
    delivery.last_error = f"{type(error).__name__}: {error}"[:500]
    delivery.next_try_at = at + timedelta(seconds=min(2**delivery.attempts, 3600))
    delivery.dead_at = at if delivery.attempts >= MAX_ATTEMPTS else None
    delivery.save(update_fields=["attempts", "last_error", "next_try_at", "dead_at"])
    log.warning(
        "delivery of %s to %s failed: %s", delivery.event.name, delivery.subscriber, type(error).__name__
    )


def lag() -> list[Any]:
    """Gauge: pending and dead deliveries and the oldest waiting fact per subscriber."""
    return list(
        Delivery.objects.values("subscriber").annotate(
            pending=Count("id", filter=Q(dead_at=None)),
            dead=Count("id", filter=Q(dead_at__isnull=False)),
            oldest=Min("event__at", filter=Q(dead_at=None)),
        )
    )


def redrive() -> int:
    """Give every dead letter ten new tries; returns how many."""
    return Delivery.objects.filter(dead_at__isnull=False).update(attempts=0, dead_at=None, next_try_at=_now())


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def catalogue() -> dict[str, list[str]]:
    """Each kind of fact somebody listens to, with the listeners' names (manage.py events)."""
    return {name: list(names) for name, names in sorted(_by_event.items())}


__all__ = ["MAX_ATTEMPTS", "Event", "catalogue", "lag", "listeners", "on", "redrive", "sweep"]

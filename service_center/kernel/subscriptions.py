"""Who hears of which fact. A subscriber does one thing, may run twice and touches only the database.

`@on(events.CLOSED)` registers at import of an app's `subscribers.py`. Deliveries are rows; `sweep` works them off in
batches, per (subscriber, subject) the oldest first, each in one transaction with its effect. A failing one waits with
growing delay and becomes a dead letter after ten tries; `manage.py events --redrive` gives it another life.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from service_center.kernel import dbtime
from service_center.kernel.models import Delivery, Event

if TYPE_CHECKING:
    from service_center.kernel.journal import EventType

log = logging.getLogger(__name__)

Subscriber = Callable[..., None]
MAX_ATTEMPTS = 10
_by_event: dict[str, list[str]] = defaultdict(list)
_by_name: dict[str, Subscriber] = {}
_together: set[str] = set()
_about: dict[str, frozenset[str]] = {}


def on(
    *kinds: EventType, about: Collection[str] = (), together: bool = False
) -> Callable[[Subscriber], Subscriber]:
    """Register `function(event, *, at)` for facts of these kinds, under its dotted name.

    `about` names the types of subjects it cares for (all when none is named): facts about others are not delivered to it.
    `together` is for effects that cost as much for many as for one: `function(events, *, at)` gets a list, of different
    subjects and oldest first. It succeeds or fails as a whole, and is asked one by one after it failed.
    """

    def register(function: Subscriber) -> Subscriber:
        name = f"{function.__module__.split('.')[-2]}.{function.__name__}"
        if _by_name.setdefault(name, function) is not function:
            raise ValueError(f"two subscribers are called {name}")
        for kind in kinds:
            _by_event[kind.name].append(name)
        if together:
            _together.add(name)
        if about:
            _about[name] = frozenset(about)
        return function

    return register


def listeners(event_name: str, subject_type: str | None = None) -> list[str]:
    """Names of the subscribers of a kind of fact; with a type, of those that care for such subjects."""
    names = _by_event.get(event_name, [])
    if subject_type is None:
        return names
    return [name for name in names if name not in _about or subject_type in _about[name]]


def cares_for(name: str) -> frozenset[str]:
    """The types of subjects that a subscriber cares for; empty: all."""
    return _about.get(name, frozenset())


BATCH = 250
BUDGET_S = 0.25
"""No delivery is begun in a batch older than this: nobody waits long for a row that the batch has locked."""
_CONTENDED = {"40001", "40P01", "55P03"}  # serialization_failure, deadlock_detected, lock_not_available

_HEADS = """
    SELECT d.id FROM kernel_delivery d
    WHERE d.dead_at IS NULL AND d.next_try_at <= clock_timestamp()
      AND NOT EXISTS (
        SELECT 1 FROM kernel_delivery older
        WHERE older.subscriber = d.subscriber AND older.subject_type = d.subject_type
          AND older.subject_id = d.subject_id AND older.id < d.id AND older.dead_at IS NULL)
"""
_DUE = f"{_HEADS} ORDER BY d.next_try_at, d.id LIMIT %s"
_CLAIM = f"{_DUE} FOR UPDATE SKIP LOCKED"
_CLAIM_ONE = f"{_HEADS} AND d.id = %s FOR UPDATE SKIP LOCKED"


class _Running(threading.local):
    """The deliveries whose effect this thread is in the middle of: they are to blame when the connection breaks."""

    group: Sequence[Delivery] = ()


_running = _Running()
_apart: set[str] = set()
"""Subscribers whose sets broke a connection of this process: they get their facts one by one."""


class _CrowdedOut(Exception):
    """Somebody's locks were in the way of an effect, while its batch held locks of its own."""


def sweep(limit: int = 200) -> int:
    """Deliver up to `limit` pending facts, batch after batch; returns how many were tried.

    A batch is one transaction: every delivery is deleted in the transaction of its effect. Each has a savepoint of its
    own, so that one which fails is put off while the others go on.
    """
    _put_off_what_broke_the_connection()
    tried = 0
    while tried < limit:
        done = _sweep_batch(min(BATCH, limit - tried))
        if not done:
            break
        tried += done
    return tried


def _sweep_batch(limit: int) -> int:
    """A batch as a whole; what fails only at the commit is found by trying the deliveries one by one."""
    try:
        return _deliver(_CLAIM, limit)
    except (OperationalError, InterfaceError):
        raise  # the connection or a time limit: everything is still owed
    except Exception:
        log.exception("a batch of deliveries failed, trying them one by one")
    return sum(_deliver_alone(pk) for pk in _due_ids(limit))


def _deliver(claim: str, argument: int) -> int:
    """Run the claimed deliveries, the oldest first, and delete those that took effect; returns how many were tried."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(claim, [argument])
        groups = _groups([pk for (pk,) in cursor.fetchall()])
        at, began, done, tried = dbtime.now(), time.monotonic(), [], 0
        for group in groups:
            if tried and time.monotonic() - began > BUDGET_S:
                break
            try:
                done += _take_effect(group, at, first=not tried)
            except _CrowdedOut:
                break
            tried += len(group)
        Delivery.objects.filter(pk__in=done).delete()
    return tried


def _groups(ids: list[int]) -> list[list[Delivery]]:
    """The claimed rows with their facts, in the order they were claimed; those of a set listener stand together."""
    rows = Delivery.objects.select_related("event").in_bulk(ids)
    groups: dict[object, list[Delivery]] = defaultdict(list)
    for pk in ids:
        name = rows[pk].subscriber
        groups[name if name in _together and name not in _apart else pk].append(rows[pk])
    return list(groups.values())


def _take_effect(group: Sequence[Delivery], at: datetime, *, first: bool) -> list[int]:
    """Run the subscriber under a savepoint; returns what took effect, what failed waits for another try.

    A set that fails is tried one by one. Raises _CrowdedOut when locks are in the way and the batch may be why: it is
    committed, and the delivery comes first in the next. Raises what broke the whole transaction.
    """
    error = _attempt(group, at)
    if error is None:
        return [delivery.pk for delivery in group]
    if not first and getattr(error.__cause__, "pgcode", None) in _CONTENDED:
        raise _CrowdedOut from error
    if len(group) > 1:
        return [pk for one in group for pk in _take_effect([one], at, first=first)]
    _postpone(group[0], error, at)
    return []


def _attempt(group: Sequence[Delivery], at: datetime) -> Exception | None:
    """Call the listener; the refusal when it fails and only its own savepoint is lost."""
    _running.group, name = group, group[0].subscriber
    try:
        with transaction.atomic():
            about = [delivery.event for delivery in group]
            _by_name[name](about if name in _together else about[0], at=at)
    except Exception as error:
        if connection.needs_rollback:
            raise
        _running.group = ()
        return error
    _running.group = ()
    return None


def _put_off_what_broke_the_connection() -> None:
    """A single delivery counts as failed; a set goes on one by one until the one is found."""
    broken, _running.group = _running.group, ()
    if len(broken) > 1:
        _apart.add(broken[0].subscriber)
    elif broken:
        _put_off(broken[0].pk, ConnectionError("the connection broke in the middle of it"))


def _due_ids(limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [pk for (pk,) in cursor.fetchall()]


def _deliver_alone(pk: int) -> int:
    """Deliver one in a transaction of its own, or put it off when that cannot be committed."""
    try:
        return _deliver(_CLAIM_ONE, pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        _running.group = ()
        _put_off(pk, error)
    return 1


def _put_off(pk: int, error: Exception) -> None:
    """Note the failure of a delivery whose transaction was lost with it."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event")
        delivery = rows.filter(pk=pk, dead_at=None).first()
        if delivery is not None:
            _postpone(delivery, error, dbtime.now())


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
    now = Now()  # the statement's own time
    return Delivery.objects.filter(dead_at__isnull=False).update(attempts=0, dead_at=None, next_try_at=now)


def catalogue() -> dict[str, list[str]]:
    """Each kind of fact somebody listens to, with the listeners' names (manage.py events)."""
    return {name: list(names) for name, names in sorted(_by_event.items())}


__all__ = ["MAX_ATTEMPTS", "Event", "catalogue", "lag", "listeners", "on", "redrive", "sweep"]

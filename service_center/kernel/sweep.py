"""The sweep: what is due is found by age in the database, by whoever looks. No broker, no beat, no leader.

Every Celery worker runs two `Sweeper` threads, one for rungs and deliveries, one for periodic jobs, so that a long job
delays no rung (`manage.py sweep` is the same without Celery). Any number of them share the work by SKIP LOCKED. A kill
at any instant leaves either a whole batch or nothing of it; the next sweeper takes it from there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.functions import TransactionNow
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Min

from service_center.kernel import chores, dbtime, firing_in_sets, jobs, subscriptions  # noqa: F401 - chores registers jobs
from service_center.kernel.firing_in_sets import Rang
from service_center.kernel.models import Clock, Delivery, Gauge, PeriodicJob, RungFiring

log = logging.getLogger(__name__)

BATCH = 1000
FLOOD = 20
DELIVERIES = 250
POLL_S = 1.0
ASIDE = timedelta(minutes=1)
RUNG_LATENESS, EFFECT_LATENESS, HEARTBEAT = "rung_lateness_s", "effect_lateness_s", "sweeper"
HEARTBEAT_EVERY_S = 10.0
SYNC_EVERY_S = 60.0

Sender = Callable[[], int]
SENDERS: dict[str, Sender] = {}


@dataclass
class Swept:
    """What one round did: rungs that were told, jobs run, facts delivered, messages sent."""

    rungs: list[Rang]
    jobs: int
    deliveries: int
    sent: int

    def __bool__(self) -> bool:
        return bool(self.rungs or self.jobs or self.deliveries or self.sent)


def sender(name: str) -> Callable[[Sender], Sender]:
    """Register `function() -> int` that sends some of what is owed to the outside and says how much it tried."""

    def register(function: Sender) -> Sender:
        SENDERS[name] = function
        return function

    return register


def once() -> Swept:
    """One round over everything due now; what came due meanwhile waits for the next."""
    return Swept(rungs=fire_all(), jobs=jobs.sweep(), deliveries=subscriptions.sweep(), sent=send_all())


def send_all() -> int:
    """Let every registered sender send some of what it owes; returns how many messages were tried."""
    return sum(send() for send in SENDERS.values())


def fire_all() -> list[Rang]:
    """Fire batch after batch while batches come full, so that a flood of rungs never queues behind their effects."""
    rang: list[Rang] = []
    for _ in range(FLOOD):
        fired = fire_due()
        rang += fired
        if len(fired) < BATCH:
            break
    return rang


def fire_due(limit: int = BATCH) -> list[Rang]:
    """Fire the rungs of up to `limit` due clocks; a clock that cannot be fired does not hold up the others."""
    try:
        return _fire_batch(limit)
    except (OperationalError, InterfaceError):
        raise  # the connection, a lock or a time limit: the whole batch is still due
    except Exception:
        log.exception("a batch of clocks failed, firing them one by one")
    return [rung for pk in _due_ids(limit) for rung in _fire_alone(pk)]


def _fire_batch(limit: int, only: int | None = None) -> list[Rang]:
    """Claim, fire and record in one transaction; the database's clock decides what is due."""
    with transaction.atomic():
        rang = firing_in_sets.fire(limit, only=only)
        if rang:
            late = max((each.fired_at - each.occurred_at).total_seconds() for each in rang)
            publish(RUNG_LATENESS, late, rang[0].fired_at)
        return rang


def _due_ids(limit: int) -> list[int]:
    due = Clock.objects.filter(next_at__lte=TransactionNow()).order_by("next_at", "id")
    return list(due.values_list("id", flat=True)[:limit])


def _fire_alone(pk: int) -> list[Rang]:
    """Fire one clock; when it fails, look at it again in a minute (`recompute` repairs its cache from the events)."""
    try:
        return _fire_batch(1, only=pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("clock %s cannot be fired", pk)
        Clock.objects.filter(pk=pk, next_at__isnull=False).update(next_at=TransactionNow() + ASIDE)
        return []


_PUBLISH = """
    INSERT INTO kernel_gauge (name, value, at)
    SELECT %(name)s, %(value)s, %(at)s WHERE pg_try_advisory_xact_lock(hashtextextended('gauge:' || %(name)s, 0))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at
"""


def publish(name: str, value: float, at: datetime) -> None:
    """Write a gauge for every process to read; gives way to another sweeper writing the same one just now."""
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISH, {"name": name, "value": value, "at": at})


def gauges() -> dict[str, float]:
    """How far behind the sweep is, in seconds: the oldest due rung, job and delivery, and the published lateness.

    `heartbeat_s` is the age of the last sign of any sweeper (absent: never seen).
    """
    with transaction.atomic():
        now = dbtime.now()
        oldest = {
            "oldest_due_s": Clock.objects.filter(next_at__lte=now).aggregate(at=Min("next_at"))["at"],
            "oldest_job_s": PeriodicJob.objects.filter(next_at__lte=now).aggregate(at=Min("next_at"))["at"],
            "oldest_delivery_s": Delivery.objects.filter(dead_at=None).aggregate(at=Min("event__at"))["at"],
        }
        figures = {name: max((now - at).total_seconds(), 0.0) if at else 0.0 for name, at in oldest.items()}
        for gauge in Gauge.objects.all():
            if gauge.name == HEARTBEAT:
                figures["heartbeat_s"] = (now - gauge.at).total_seconds()
            else:
                figures[gauge.name] = gauge.value
        return figures


def lateness(since: datetime) -> dict[str, float]:
    """Lateness of the rungs fired since then, in seconds: count, p50, p99, max; and the earliest (below 0: never)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY late), 0),
                       coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY late), 0),
                       coalesce(max(late), 0), coalesce(min(late), 0)
                FROM (SELECT extract(epoch FROM fired_at - instant)::float AS late
                      FROM {RungFiring._meta.db_table} WHERE NOT skipped AND fired_at >= %s) AS fired""",  # noqa: S608
            [since],
        )
        return dict(zip(("count", "p50", "p99", "max", "min"), map(float, cursor.fetchone()), strict=True))


class Rounds:
    """Rounds of one sweeper over rungs, deliveries and senders, with the lateness of their effects."""

    def __init__(self) -> None:
        self._owed: list[tuple[int, int, datetime]] = []
        self._next_beat = 0.0

    def __call__(self) -> bool:
        """One round; True when there was something to do."""
        fired = fire_all()
        if fired:
            first, last = min(each.pk for each in fired), max(each.pk for each in fired)
            self._owed.append((first, last, min(each.occurred_at for each in fired)))
        delivered, sent = subscriptions.sweep(DELIVERIES), send_all()
        self._measure()
        self._beat()
        return bool(fired or delivered or sent)

    def _measure(self) -> None:
        """Publish how late the last effect of the rungs was, once nothing is owed of the facts told with them."""
        while self._owed:
            first, last, due = self._owed[0]
            if Delivery.objects.filter(event__gte=first, event__lte=last, dead_at=None).exists():
                return
            with transaction.atomic():
                now = dbtime.now()
                publish(EFFECT_LATENESS, (now - due).total_seconds(), now)
            self._owed.pop(0)

    def _beat(self) -> None:
        """A sign of life every ten seconds."""
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + HEARTBEAT_EVERY_S
            with transaction.atomic():
                publish(HEARTBEAT, 1.0, dbtime.now())


class JobRounds:
    """Rounds over periodic jobs; the first gives the jobs of this release their rows."""

    def __init__(self) -> None:
        self._next_sync = 0.0

    def __call__(self) -> bool:
        if time.monotonic() >= self._next_sync:
            jobs.sync()
            self._next_sync = time.monotonic() + SYNC_EVERY_S
        return bool(jobs.sweep(1))


class Sweeper:
    """Rounds without end on an own connection: a lost database is found again, an error never ends it."""

    def __init__(self, work: Callable[[], bool], *, name: str = "sweeper", poll: float = POLL_S) -> None:
        self.work, self.name, self.poll = work, name, poll
        self.stopping = threading.Event()

    def run(self) -> None:
        """Work until `stop`; sleeps only when a round found nothing."""
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                busy = self.work()
            except (DatabaseError, InterfaceError) as error:
                log.warning("%s lost the database: %s", self.name, type(error).__name__)
                self._reconnect()
            except Exception:
                log.exception("%s: a round failed", self.name)
                self._reconnect()
            else:
                if not busy:
                    self.stopping.wait(max(self.poll - (time.monotonic() - started), 0.01))
        connection.close()

    def stop(self) -> None:
        """Let the round under way finish, then end."""
        self.stopping.set()

    def _reconnect(self) -> None:
        connection.close()
        self.stopping.wait(self.poll)


_running: list[Sweeper] = []


def start(poll: float = POLL_S) -> list[Sweeper]:
    """Run both sweepers in threads of this process; a second call returns the first ones."""
    if not _running:
        _running.extend([Sweeper(Rounds(), poll=poll), Sweeper(JobRounds(), name="jobs", poll=poll)])
        for sweeper in _running:
            threading.Thread(target=sweeper.run, name=sweeper.name, daemon=True).start()
    return _running

"""The sweep: what is due is found by age in the database, by whoever looks. No broker, no beat, no leader.

Every Celery worker runs one `Sweeper` thread (`manage.py sweep` is the same without Celery); any number of them share
the work by SKIP LOCKED. One round fires due clocks, runs due jobs, delivers facts and lets the registered senders send.
A kill at any instant leaves either a whole batch or nothing of it; the next sweeper takes it from there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.postgres.functions import TransactionNow
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Min

from service_center.kernel import firing, jobs, subscriptions
from service_center.kernel.models import Clock, Delivery, Event, Gauge, PeriodicJob, RungFiring

log = logging.getLogger(__name__)

BATCH = 1000
POLL_S = 1.0
BACKOFF_S = 5.0
ASIDE = timedelta(minutes=1)
RUNG_LATENESS, EFFECT_LATENESS, HEARTBEAT = "rung_lateness_s", "effect_lateness_s", "sweeper"
HEARTBEAT_EVERY_S = 10.0

Sender = Callable[[], int]
SENDERS: dict[str, Sender] = {}


@dataclass
class Swept:
    """What one round did: rungs fired (their events), jobs run, facts delivered, messages sent."""

    rungs: list[Event]
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
    """One round over what is due now: a batch of each kind, so that none starves the others."""
    return Swept(
        rungs=fire_due(),
        jobs=jobs.sweep(),
        deliveries=subscriptions.sweep(),
        sent=sum(send() for send in SENDERS.values()),
    )


def fire_due(limit: int = BATCH) -> list[Event]:
    """Fire the rungs of up to `limit` due clocks; a clock that cannot be fired does not hold up the others."""
    try:
        return _fire_batch(limit)
    except (OperationalError, InterfaceError):
        raise  # the connection, a lock or a time limit: the whole batch is still due
    except Exception:
        log.exception("a batch of clocks failed, firing them one by one")
    return [event for pk in _due_ids(limit) for event in _fire_alone(pk)]


def _fire_batch(limit: int, **only: int) -> list[Event]:
    """Claim, fire and record in one transaction; the database's clock decides what is due."""
    with transaction.atomic():
        due = Clock.objects.select_for_update(skip_locked=True).filter(next_at__lte=TransactionNow(), **only)
        clocks = list(due.order_by("next_at", "id")[:limit])
        if not clocks:
            return []
        now = _now()
        events = firing.fire(clocks, at=now)
        if events:
            publish(RUNG_LATENESS, max((now - event.occurred_at).total_seconds() for event in events), now)
        return events


def _due_ids(limit: int) -> list[int]:
    due = Clock.objects.filter(next_at__lte=TransactionNow()).order_by("next_at", "id")
    return list(due.values_list("id", flat=True)[:limit])


def _fire_alone(pk: int) -> list[Event]:
    """Fire one clock; when it fails, look at it again in a minute (`recompute` repairs its cache from the events)."""
    try:
        return _fire_batch(1, pk=pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("clock %s cannot be fired", pk)
        Clock.objects.filter(pk=pk, next_at__isnull=False).update(next_at=TransactionNow() + ASIDE)
        return []


def publish(name: str, value: float, at: datetime) -> None:
    """Write a gauge for every process to read. Never waits for another sweeper writing the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"gauge:{name}"])
        if cursor.fetchone()[0]:
            Gauge.objects.update_or_create(name=name, defaults={"value": value, "at": at})


def gauges() -> dict[str, float]:
    """How far behind the sweep is, in seconds: the oldest due rung, job and delivery, and the published lateness.

    `heartbeat_s` is the age of the last sign of any sweeper (absent: never seen).
    """
    with transaction.atomic():
        now = _now()
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


@dataclass
class _Watch:
    """Rungs this sweeper fired whose last effect is still owed: event ids and when the first was due."""

    ids: list[int]
    due: datetime


@dataclass
class Sweeper:
    """Rounds without end on an own connection; a lost database is found again, an error never ends it."""

    poll: float = POLL_S
    stopping: threading.Event = field(default_factory=threading.Event)
    _watches: list[_Watch] = field(default_factory=list)
    _next_beat: float = 0.0
    _synced: bool = False

    def run(self) -> None:
        """Sweep until `stop`; sleeps only when a round found nothing."""
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                busy = self.round()
            except (DatabaseError, InterfaceError) as error:
                log.warning("sweeper lost the database: %s", type(error).__name__)
                self._reconnect()
            except Exception:
                log.exception("sweeper round failed")
                self._reconnect()
            else:
                if not busy:
                    self.stopping.wait(max(self.poll - (time.monotonic() - started), 0.01))
        connection.close()

    def stop(self) -> None:
        """Let the round under way finish, then end."""
        self.stopping.set()

    def round(self) -> bool:
        """One round; True when there was something to do."""
        if not self._synced:
            jobs.sync()
            self._synced = True
        swept = once()
        if swept.rungs:
            due = min(event.occurred_at for event in swept.rungs)
            self._watches.append(_Watch([event.pk for event in swept.rungs], due))
        self._measure_effects()
        self._beat()
        return bool(swept)

    def _measure_effects(self) -> None:
        """Publish how late the last effect of the rungs was, once none of their deliveries is owed any more."""
        while self._watches:
            watch = self._watches[0]
            if Delivery.objects.filter(event_id__in=watch.ids, dead_at=None).exists():
                return
            with transaction.atomic():
                now = _now()
                publish(EFFECT_LATENESS, (now - watch.due).total_seconds(), now)
            self._watches.pop(0)

    def _beat(self) -> None:
        """Every ten seconds: a sign of life, and rows for jobs that came with a new release."""
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + HEARTBEAT_EVERY_S
            with transaction.atomic():
                publish(HEARTBEAT, 1.0, _now())

    def _reconnect(self) -> None:
        self._synced = False
        connection.close()
        self.stopping.wait(BACKOFF_S if self.poll >= POLL_S else self.poll)


_running: list[Sweeper] = []


def start() -> Sweeper:
    """Run a sweeper in a thread of this process; a second call returns the first one."""
    if not _running:
        sweeper = Sweeper()
        _running.append(sweeper)
        threading.Thread(target=sweeper.run, name="sweeper", daemon=True).start()
    return _running[0]


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        return cursor.fetchone()[0]

"""Celery workers killed with kill -9 in mid-sweep, Redis flushed and then gone, no beat: tickets' rungs fire once each, none
early, and everybody whom a rung names hears of it once (I4, I5)."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis
from django.db import transaction

from customers.models import Unit
from service_center.devstack.broker import _program
from service_center.kernel import clock_audit, clock_history, folding, subscriptions, sweep
from service_center.kernel.models import Clock, Delivery, Event, Notification, RungFiring
from staff.models import Person
from tests.kernel.test_crash import now
from tests.proof.processes import Program, environment, free_port, wait_for
from tickets.demo.in_bulk import generate
from tickets.demo.scripts import Script, Step
from tickets.models import Ticket

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

TICKETS = int(os.environ.get("CRASH_TICKETS", "120"))
KILLS = int(os.environ.get("CRASH_WORKER_KILLS", "6"))
SPREAD = timedelta(seconds=10)
LATE = timedelta(seconds=60)
RUNGS = ("clock.warned", "clock.breached", "clock.escalated")


class OwnRedis:
    """A Redis of this test alone, to be emptied and killed."""

    def __init__(self, log: Path) -> None:
        self.port, self.log = free_port(), log
        self.flushed = 0
        with log.open("ab") as out:
            argv = [
                str(_program()),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ]
            self.process = subprocess.Popen(argv, stdout=out, stderr=out, cwd=log.parent)
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        with redis.Redis(port=self.port, socket_timeout=2) as line:
            line.flushall()
        self.flushed += 1

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path / "redis.log")
    yield own
    own.kill()


@pytest.fixture
def workers(broker: OwnRedis, tmp_path: Path) -> Iterator[list[Program]]:
    """Two Celery workers of the product; nobody runs beat."""
    argv = ("celery", "-A", "service_center", "worker", "--pool", "solo", "--without-gossip", "--without-mingle",
            "--loglevel", "WARNING", "-n")  # fmt: skip
    env = environment(REDIS_URL=broker.url)
    started = [
        Program(*argv, f"{name}@test", log=tmp_path / f"{name}.log", env=env) for name in ("one", "two")
    ]
    yield started
    for worker in started:
        worker.kill()


def tickets_about_to_be_late(agent: Person, unit: Unit) -> None:
    """Rungs of three kinds of clocks come due one after another within the spread, beginning soon."""
    first = now() + timedelta(seconds=6)
    hours = (4, 3, 5, 24, 18)
    scripts = []
    for number in range(TICKETS):
        at = first + SPREAD * number / TICKETS - timedelta(hours=hours[number % len(hours)])
        body = {
            "channel": "phone", "subject": f"crash {number}", "description": "", "symptom": "", "demand": "repair",
            "with_unit": True, "reported_at": None, "promised_at": None,
        }  # fmt: skip
        scripts.append(Script(unit, [Step("register", at, agent.user, body)]))
    with transaction.atomic():
        generate(scripts, now=now())


def all_done() -> bool:
    due = Clock.objects.filter(next_at__lte=now()).exists()
    return not due and not Delivery.objects.filter(dead_at=None).exists()


@pytest.mark.req("SLA-23", "SLA-09")
def test_workers_killed_in_mid_sweep_ring_each_rung_once(
    agent: Person, supervisor: Person, manager: Person, unit: Unit, broker: OwnRedis, workers: list[Program]
) -> None:
    person_of = {"owner": [agent], "assignee": [agent], "supervisor": [supervisor], "manager": [manager]}
    tickets_about_to_be_late(agent, unit)
    history = set(RungFiring.objects.values_list("pk", flat=True))
    dice, kills = random.Random(20251009), 0
    until = time.monotonic() + 60
    last_due = now() + SPREAD
    wait_for(lambda: RungFiring.objects.exclude(pk__in=history).exists(), 40, "the first rung")
    while kills < KILLS or now() <= last_due:
        assert time.monotonic() < until, f"only {kills} kills in a minute"
        seen = RungFiring.objects.count()
        moment = time.monotonic() + 2
        while RungFiring.objects.count() == seen and time.monotonic() < moment:
            time.sleep(0.02)
        victim = dice.choice(workers)
        victim.kill()
        kills += 1
        if kills <= KILLS // 2:
            broker.flush()
        elif broker.process.poll() is None:
            broker.kill()
        victim.begin()
        time.sleep(dice.uniform(0.1, 1.5))
    wait_for(all_done, 60, "the last rung and its effect")
    for worker in workers:
        worker.kill()
    end = now()
    settle()

    fired = RungFiring.objects.exclude(pk__in=history)
    late = max((row.fired_at - row.instant for row in fired), default=LATE)
    print(
        f"{kills} kills, {broker.flushed} flushes, {fired.count()} rungs, latest {late.total_seconds():.1f} s after its time"
    )
    assert fired.count() >= TICKETS // 2
    assert late < LATE
    assert_rungs_as_recomputed(end)
    assert_told_once(set(fired.values_list("clock_id", "rung")), person_of)


def settle() -> None:
    """What came due while the last worker was being killed."""
    while sweep.fire_all() or subscriptions.sweep():
        pass


def assert_rungs_as_recomputed(end: datetime) -> None:
    """What fired for an instant up to the end equals what the events say; one event each; none early."""
    clocks = list(Clock.objects.all())
    known = clock_history.of(clocks)
    wanted = {
        (clock.pk, *each)
        for clock in clocks
        for each in folding.expected(
            clock_history.facts(known[clock.pk]), [event.at for event in known[clock.pk]], end
        )
    }
    rows = RungFiring.objects.filter(instant__lte=end)
    fired = list(rows.values_list("clock_id", "cycle", "generation", "rung"))
    assert Counter(fired) == Counter(wanted)
    told = Counter(
        (event.data["clock"], event.data["rung"]) for event in Event.objects.filter(name__in=RUNGS)
    )
    assert told == Counter((clock, rung) for clock, _, _, rung in wanted)
    assert all(row.fired_at >= row.instant for row in RungFiring.objects.all())
    assert list(clock_audit.check(at=now(), fix=False)) == []


def assert_told_once(fired: set[tuple[int, str]], person_of: dict[str, list[Person]]) -> None:
    """Each person whom a rung's role names has exactly one piece of news of it."""
    rang = [
        event
        for event in Event.objects.filter(name__in=RUNGS, subject_type=Ticket._meta.label_lower)
        if (event.data["clock"], event.data["rung"]) in fired
    ]
    wanted = Counter(
        (person.user_id, f"{person.user_id}:clock:{event.pk}")
        for event in rang
        for person in person_of[event.data["role"] or "owner"]
    )
    news = Notification.objects.filter(template="ticket.clock").values_list("user_id", "dedupe_key")
    assert Counter(news) == wanted
    assert not Delivery.objects.exists()

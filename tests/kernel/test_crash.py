"""Sweepers killed with kill -9 in the middle of their work, no beat, no Redis: every rung still fires exactly once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from service_center.kernel import clock_audit, clock_history, clocks, folding, subscriptions, sweep
from service_center.kernel.models import Clock, Delivery, Document, Event, Rule, RungFiring

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

CLOCKS = int(os.environ.get("CRASH_CLOCKS", "600"))
KILLS = int(os.environ.get("CRASH_KILLS", "40"))
SWEEPERS = 3
LADDER = [
    {"rung": "warn", "before_seconds": 2, "role": "assignee"},
    {"rung": "due", "percent": 100, "role": "supervisor"},
    {"rung": "escalate1", "after_seconds": 2, "role": "manager"},
]
EFFECT = "effect of "


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def make_clocks(rule: Rule, number: int, *, spread: timedelta) -> None:
    """Clocks of one hour that fall due one after another, the first a moment after all are made."""
    subjects = Document.objects.bulk_create(
        [Document(code=f"crash{index}", name_zh="崩", name_en="crash") for index in range(number)]
    )
    with transaction.atomic():
        began = time.monotonic()
        for subject in subjects[:20]:
            clocks.start(subject, "trial", rule=rule, at=now())
        pace = (time.monotonic() - began) / 20
        transaction.set_rollback(True)
    first_due = now() + timedelta(seconds=4 + 1.5 * pace * number)
    with transaction.atomic():
        for index, subject in enumerate(subjects):
            due = first_due + spread * index / number
            clocks.start(subject, "response", rule=rule, at=due - timedelta(hours=1))


@pytest.fixture
def effects(nobody_listens: None) -> None:
    """A subscriber that leaves one row for each breach, and a second one when it runs twice."""

    def leave(event: Event, *, at: datetime) -> None:
        count = Document.objects.filter(code__in=[f"e{event.pk}.0", f"e{event.pk}.1"]).count()
        Document.objects.create(
            code=f"e{event.pk}.{count}", name_zh="果", name_en=f"{EFFECT}{event.pk}.{count}"
        )

    subscriptions._by_name["test.leave"] = leave
    subscriptions._by_event["clock.breached"].append("test.leave")


def fork_sweeper() -> int:
    """A sweeper in a process of its own, with a connection of its own; returns its process id."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            sweep.Sweeper(sweep.Rounds(), poll=0.02).run()
        finally:
            os._exit(1)
    return child


def database_url() -> str:
    """The test database for another process: the suite's server under the name of this run's database."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def everything_fired() -> bool:
    return (
        not Clock.objects.exclude(next_at=None).exists()
        and not Delivery.objects.filter(dead_at=None).exists()
    )


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def assert_exactly_once() -> None:
    """Fired rungs equal the set recomputed from the events; one event each; none early; nothing differs."""
    batch = list(Clock.objects.all())
    history = clock_history.of(batch)
    wanted = set()
    for clock in batch:
        events = history[clock.pk]
        for cycle, generation, rung in folding.expected(
            clock_history.facts(events), [e.at for e in events], now()
        ):
            wanted.add((clock.pk, cycle, generation, rung))
    fired = list(RungFiring.objects.values_list("clock_id", "cycle", "generation", "rung"))
    assert len(fired) == len(set(fired)) == len(wanted)
    assert set(fired) == wanted
    told = Event.objects.filter(name__in=["clock.warned", "clock.breached", "clock.escalated"])
    pairs = [(event.data["clock"], event.data["rung"]) for event in told]
    assert sorted(pairs) == sorted((clock, rung) for clock, _, _, rung in wanted)
    late = sweep.lateness(now() - timedelta(hours=1))
    assert late["min"] >= 0
    print({name: round(value, 3) for name, value in late.items()})
    assert list(clock_audit.check(at=now(), fix=False)) == []


@pytest.mark.req("SLA-23")
def test_sweepers_killed_in_mid_sweep_lose_and_double_nothing(
    rule: Callable[..., Rule], effects: None
) -> None:
    dice = random.Random(20251009)
    make_clocks(rule("1", rungs=LADDER), CLOCKS, spread=timedelta(seconds=5))
    children = [fork_sweeper() for _ in range(SWEEPERS)]
    kills = 0
    try:
        while kills < KILLS and not everything_fired():
            time.sleep(dice.uniform(0.02, 0.3))
            victim = dice.randrange(SWEEPERS)
            kill(children[victim])
            children[victim] = fork_sweeper()
            kills += 1
        wait_for(everything_fired, 60 + CLOCKS / 10)
    finally:
        for child in children:
            kill(child)
    assert kills >= min(KILLS, 10)
    assert_exactly_once()
    breaches = Event.objects.filter(name="clock.breached").values_list("pk", flat=True)
    left = set(Document.objects.filter(name_en__startswith=EFFECT).values_list("name_en", flat=True))
    assert left == {f"{EFFECT}{pk}.0" for pk in breaches}
    assert len(breaches) == CLOCKS


def test_the_sweep_command_needs_neither_redis_nor_beat(rule: Callable[..., Rule], tmp_path: Path) -> None:
    """`manage.py sweep` with a Redis that does not exist, killed at once after its first rungs and started again."""
    make_clocks(rule("1", rungs=LADDER), 40, spread=timedelta(seconds=3))
    environment = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": "redis://127.0.0.1:1/0"}

    def begin() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "sweep", "--poll", "0.05"]
        with (tmp_path / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)

    worker = begin()
    try:
        wait_for(lambda: RungFiring.objects.exists(), 60)
        worker.kill()
        worker.wait()
        worker = begin()
        wait_for(everything_fired, 60)
        worker.terminate()
        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()
    assert_exactly_once()

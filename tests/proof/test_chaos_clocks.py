"""A small `manage.py chaos-clocks`: sweepers and a worker killed while they hold rows, Redis flushed, no beat, two beats,
application clocks hours off; what fired is what the events say, once each. And a verdict that sees what is wrong."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from bench.chaos import nemesis, scene, verdict
from service_center.kernel import subscriptions, sweep
from tests.proof.processes import environment
from tests.proof.test_worker_crash import OwnRedis

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
SMALL = nemesis.Plan(clocks=600, seconds=12, kills=5, seed=20251009, lead=4)


@pytest.fixture(autouse=True)
def _heard_here_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever subscribes in a test has done so for this test."""
    told = defaultdict(list, {name: list(who) for name, who in subscriptions._by_event.items()})
    monkeypatch.setattr(subscriptions, "_by_event", told)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path / "redis.log")
    yield own
    own.kill()


@pytest.mark.req("SLA-23")
def test_kills_flushes_and_wrong_clocks_change_nothing(
    own_redis: OwnRedis, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = nemesis.run(SMALL, redis_url=own_redis.url, home=tmp_path, env=environment())
    with capsys.disabled():
        print({name: value for name, value in done.told().items() if name not in {"kills", "samples"}})
    assert verdict.is_clean(done.report), done.report
    assert len(done.kills) >= 2, "a busy machine finds fewer processes in the middle of something"
    assert all(kill["clocks"] + kill["deliveries"] > 0 for kill in done.kills)
    assert (len(done.flushes), len(done.beats), len(done.shifts) >= 2) == (3, 1, True)


# -- the verdict sees what is wrong -----------------------------------------------------------------------------------


@pytest.fixture
def swept(db: None) -> None:
    """A few clocks whose rungs have all fired and been told."""
    scene.leave_effects()
    start = scene.now()
    scene.make(scene.Rules(), 40, first=start, spread=timedelta(seconds=1), dice=random.Random(1))
    while scene.now() < start + timedelta(seconds=1.2) or sweep.fire_all() or subscriptions.sweep():
        pass
    assert verdict.is_clean(judged())


def judged() -> dict[str, object]:
    now = scene.now()
    with connection.cursor() as cursor:  # the first rungs are written with the clocks, and tell nobody
        cursor.execute(
            "INSERT INTO chaos_effect SELECT id, at FROM kernel_event WHERE id NOT IN (SELECT event_id FROM chaos_effect)"
        )
    return verdict.verdict(now, now - timedelta(minutes=5))


@pytest.mark.spoils
@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("DELETE FROM kernel_rungfiring WHERE id = (SELECT max(id) FROM kernel_rungfiring)", "missing"),
        ("UPDATE kernel_rungfiring SET rung = 'other' WHERE id = (SELECT max(id) FROM kernel_rungfiring)", "not to be fired"),
        ("INSERT INTO chaos_effect SELECT * FROM chaos_effect LIMIT 1", "effects duplicate"),
        ("UPDATE kernel_clock SET due_at = due_at + interval '1 second' WHERE state = 'breached'",
         "clocks unlike their events"),
    ],
)  # fmt: skip
def test_control_the_verdict_sees_each_fault(swept: None, spoil: str, fault: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # past the triggers that forbid it
        cursor.execute(spoil)
        cursor.execute("SET session_replication_role = origin")
    found = judged()
    assert found[fault]
    assert not verdict.is_clean(found)

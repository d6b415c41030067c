"""The run: clocks come due, people work on, processes are killed while they hold rows, Redis forgets, beat is off or double."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from django.db import connection

from bench.chaos import scene, verdict
from bench.chaos.sweepers import Beat, Sweeper, Victim, Worker
from service_center.kernel import subscriptions, sweep
from service_center.kernel.models import Clock, Delivery

SHIFTS = (timedelta(hours=5), timedelta(hours=-3), timedelta(days=1), timedelta(hours=-11), timedelta())
TRY_S = 2.0
"""How long a process is looked at until it holds rows."""


@dataclass(frozen=True)
class Plan:
    """How many clocks come due over how many seconds, how often somebody is killed, and the dice."""

    clocks: int = 50_000
    seconds: float = 120
    kills: int = 20
    flushes: int = 3
    seed: int = 7
    lead: float = 20
    desk: bool = True


@dataclass
class Run:
    """What was done to the processes, and when (seconds after the first due time)."""

    plan: Plan
    kills: list[dict[str, Any]] = field(default_factory=list)
    idle_looks: int = 0
    flushes: list[float] = field(default_factory=list)
    beats: list[float] = field(default_factory=list)
    shifts: list[str] = field(default_factory=list)
    drained_after: float = 0.0
    steps: int = 0
    report: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Everything, for the evidence."""
        return {
            "clocks": self.plan.clocks,
            "due over s": self.plan.seconds,
            "sweepers": 3,
            "kills of a process with rows claimed": len(self.kills),
            "clocks claimed by the killed": sum(kill["clocks"] for kill in self.kills),
            "deliveries claimed by the killed": sum(kill["deliveries"] for kill in self.kills),
            "kills": self.kills,
            "Redis flushed at s": self.flushes,
            "no beat until s; two beats from": self.beats,
            "application clocks moved by": self.shifts,
            "steps of people meanwhile": self.steps,
            "everything delivered after s": self.drained_after,
        } | self.report


def run(plan: Plan, *, redis_url: str, home: Path, env: Mapping[str, str]) -> Run:
    """One run against the database of this process; judge it by `verdict.is_clean(run.report)`."""
    dice, done = random.Random(plan.seed), Run(plan)  # noqa: S311 - repeatable
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pgrowlocks")
    scene.leave_effects()
    rules = scene.Rules()
    first = scene.now() + timedelta(seconds=plan.lead + plan.clocks / 1500)
    keys = scene.make(rules, plan.clocks, first=first, spread=timedelta(seconds=plan.seconds), dice=dice)
    since = scene.now()
    with _victims(done, home, {**env, "REDIS_URL": redis_url}) as victims:
        _wait(lambda: scene.now() >= first, plan.lead + plan.clocks / 100, "the first due time")
        desk = scene.Desk(keys, rules, dice)
        Nemesis(done, victims, desk, dice, redis_url, home, {**env, "REDIS_URL": redis_url}).rage()
        began = time.monotonic()
        _wait(all_done, 120 + plan.clocks / 50, "the last rung and its effect")
        done.drained_after, done.steps = round(time.monotonic() - began, 1), desk.steps
    asof = scene.now()
    while sweep.fire_all() or subscriptions.sweep():
        pass  # what came due while the last process was being killed
    done.report = verdict.verdict(asof, since) | verdict.lateness(first)
    return done


def all_done() -> bool:
    due = Clock.objects.filter(next_at__lte=scene.now()).exists()
    return not due and not Delivery.objects.filter(dead_at=None).exists()


@contextmanager
def _victims(done: Run, home: Path, env: Mapping[str, str]) -> Iterator[list[Victim]]:
    victims: list[Victim] = [
        Sweeper("sweeper-1", SHIFTS[0]),
        Sweeper("sweeper-2", SHIFTS[1]),
        Worker("worker", home / "worker.log", env),
    ]
    done.shifts += [_moved(victim) for victim in victims if victim.ahead]
    for victim in victims:
        victim.begin()
    try:
        yield victims
    finally:
        for victim in victims:
            victim.kill()


class Nemesis:
    """Everything that goes wrong, on a timetable and by dice."""

    def __init__(
        self, done: Run, victims: list[Victim], desk: scene.Desk, dice: random.Random, redis_url: str, home: Path,
        env: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.done, self.victims, self.desk, self.dice = done, victims, desk, dice
        self.redis_url, self.home, self.env = redis_url, home, env
        plan = done.plan
        self.flush_at = [plan.seconds * (n + 1) / (plan.flushes + 1) for n in range(plan.flushes)]
        self.kill_at = [plan.seconds * (n + 0.5) / plan.kills for n in range(plan.kills)]
        self.beats: list[Beat] = []

    def rage(self) -> None:
        """Until the last due time has come and enough processes were killed with rows in their hands."""
        plan, began = self.done.plan, time.monotonic()
        try:
            while (passed := time.monotonic() - began) < plan.seconds or self._wants_more(passed):
                if plan.desk:
                    self.desk.act()
                if self.flush_at and passed >= self.flush_at[0]:
                    self.flush_at.pop(0)
                    self._flush(passed)
                if not self.beats and passed >= plan.seconds / 3:
                    self.beats = [Beat(name, self.home, self.env) for name in ("beat-1", "beat-2")]
                    self.done.beats.append(round(passed, 1))
                due = passed >= plan.seconds or len(self.done.kills) < sum(
                    passed >= at for at in self.kill_at
                )
                if due and len(self.done.kills) < plan.kills:
                    self._strike(began)
                time.sleep(0.05)
        finally:
            for beat in self.beats:
                beat.end()

    def _wants_more(self, passed: float) -> bool:
        """Whether something of the plan is still to be done, and there is still something going on."""
        more = self.flush_at or len(self.done.kills) < self.done.plan.kills
        return bool(more) and passed < 2 * self.done.plan.seconds and not all_done()

    def _flush(self, passed: float) -> None:
        with redis.Redis.from_url(self.redis_url, socket_timeout=5) as line:
            line.flushall()
        self.done.flushes.append(round(passed, 1))

    def _strike(self, began: float) -> None:
        """Freeze somebody again and again until it holds rows; kill it then, and start it anew with another clock."""
        victim, until = self.dice.choice(self.victims), time.monotonic() + TRY_S
        while time.monotonic() < until:
            victim.freeze()
            clocks, deliveries = victim.claimed()
            if clocks or deliveries:
                victim.kill()
                kill = {
                    "at s": round(time.monotonic() - began, 2),
                    "who": victim.name,
                    "clocks": clocks,
                    "deliveries": deliveries,
                }
                self.done.kills.append(kill)
                if isinstance(victim, Sweeper):
                    victim.ahead = self.dice.choice(SHIFTS)
                    self.done.shifts.append(_moved(victim))
                victim.begin()
                return
            victim.thaw()
            self.done.idle_looks += 1
            time.sleep(self.dice.uniform(0.002, 0.03))


def _moved(victim: Victim) -> str:
    return f"{victim.name}: {victim.ahead.total_seconds() / 3600:+g} h"


def _wait(condition: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.1)

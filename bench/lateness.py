"""How late rungs of tickets and their last effects are, with one worker of the product: at rest, and 10,000 in a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import clocks
from bench.chaos import nemesis, scene, verdict
from bench.chaos.sweepers import Worker
from bench.measuring import Line, at_most
from service_center.kernel import subscriptions
from service_center.kernel.models import Gauge, Rule
from service_center.kernel.sweep import HEARTBEAT

CALM, CALM_S, FLOOD, FLOOD_S = 300, 30, 10_000, 1
RUNG_S, EFFECT_S = (2, 4), (5, 30)


def main() -> list[Line]:
    scene.leave_effects()
    rule = clocks.rule()
    owed = len(subscriptions.listeners("clock.breached", "tickets.ticket"))
    with TemporaryDirectory() as home:
        worker = Worker("worker", Path(home) / "worker.log", os.environ)
        worker.begin()
        try:
            _wait(lambda: Gauge.objects.filter(name=HEARTBEAT).exists(), 90)
            calm = _run(rule, CALM, CALM_S)
            flood = _run(rule, FLOOD, FLOOD_S)
        finally:
            worker.kill()
    told = ((f"{CALM / CALM_S:g} due a second for {CALM_S} s", calm), (f"{FLOOD} due in one second", flood))
    return [
        line
        for (what, found), rung, effect in zip(told, RUNG_S, EFFECT_S, strict=True)
        for line in (
            at_most(f"{what}: rung late, p99", found["rung p99 s"], "s", rung),
            at_most(f"{what}: last of {owed} effects late, p99", found["effect p99 s"], "s", effect),
            Line(f"{what}: last effect late, most", found["effect max s"], "s"),
        )
    ]


def _run(rule: Rule, number: int, seconds: float) -> dict[str, float]:
    first = clocks.now() + timedelta(seconds=5)
    step = timedelta(seconds=seconds) / number
    clocks.copies(rule, number, due=first, step=step, tickets=True)
    _wait(lambda: clocks.now() > first + timedelta(seconds=seconds), seconds + 10)
    _wait(nemesis.all_done, 240)
    return _lateness(first)


def _lateness(first: datetime) -> dict[str, float]:
    return verdict.lateness(first)


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.25)

"""`./dev bench [NAME] [--size N]`: measurements on a durable cluster of their own, with real disk writes.

What needs Django is a program of the folder `bench`; here is what starts it, what needs no Django, and what keeps the
figures. Every figure is a ratio of two things done in one run, or stands beside the machine it was taken on.
"""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable

from .. import frontend, requirements, stack, up
from ..places import PYTHON, ROOT, RUN
from ..processes import last_line, lock
from ..stack import Backing
from ..supervisor import Supervisor, end_leftovers
from ..terminal import Refusal, say
from . import evidence, load, sizes, starting
from .evidence import Line

Measure = Callable[[Supervisor, Backing], Awaitable[list[Line]]]
HOME = RUN / "bench"
WITHOUT_DATA: dict[str, Measure] = {"due": starting.due, "start": starting.start}
WITHOUT_TICKETS = ("worktime", "oracle", "sweep", "holiday")
"""Programs of the folder `bench` that need an empty company with its rules, or no database at all."""
PROGRAMS = ("pages", "api", "search", "dashboard", "rollups", "hot", "explanation", "lateness", "create")
"""Programs of the folder `bench`; those that write come last."""
DEFAULT_SIZE = 10_000
GENERATED = 100_000
GENERATE_RATE = 5000


def bench(name: str | None, size: int = DEFAULT_SIZE) -> int:
    """Run one measurement, or all; the figures stand beside the machine they were taken on."""
    if name is not None and name not in names():
        raise Refusal(f"There is no benchmark named {name}; there are: {', '.join(names())}.")
    if size < 1:
        raise Refusal("--size is a number of tickets.")
    with lock(HOME / "lock", busy="Another ./dev bench is running in this checkout; wait for it."):
        end_leftovers(HOME / "pids.json")
        requirements.ensure()
        frontend.ensure()
        below = stack.backing("bench", settings=up.SETTINGS, durable=True, roomy=True)
        say(f"Machine: {os.cpu_count()} processors, {platform.platform()}")
        return asyncio.run(_bench(below, [name] if name else names(), size))


def names() -> list[str]:
    return [*WITHOUT_DATA, *WITHOUT_TICKETS, "generate", *PROGRAMS, "load"]


async def _bench(below: Backing, wanted: list[str], size: int) -> int:
    async with stack.started("bench", below) as supervisor:
        if stack.stale_catalogues():
            await stack.command(supervisor, below, "Translations compiled", "compilemessages_babel")
        for name in wanted:
            if name in WITHOUT_DATA:
                await up.prepare("bench", supervisor, below)
                _keep(name, None, await WITHOUT_DATA[name](supervisor, below), below)
            elif name in WITHOUT_TICKETS:
                made = await sizes.fresh(supervisor, below, "bench_clocks")
                _keep(name, None, await _program(name, 0)(supervisor, made), below)
            elif name == "generate":
                _keep(name, None, await generate(supervisor, below), below)
            else:
                made = await sizes.prepared(supervisor, below, size)
                measure = load.load if name == "load" else _program(name, size)
                _keep(name, size, await measure(supervisor, made), below)
    return 0


def _keep(name: str, size: int | None, lines: list[Line], below: Backing) -> None:
    evidence.show(name, lines)
    path = evidence.keep(name, size, lines, below.cluster.settings() if below.cluster else {})
    say(f"       {path.relative_to(ROOT)}")


def _program(name: str, size: int) -> Measure:
    """`python -m bench NAME` on the prepared database; the smallest size stands beside it where there is one."""

    async def run(supervisor: Supervisor, made: Backing) -> list[Line]:
        left, log = HOME / f"{name}.lines.json", made.logs / f"bench-{name}.log"
        left.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        env = made.env | {"DJANGO_SETTINGS_MODULE": "bench.settings", "BENCH_LINES": str(left)}
        if made.cluster and name == "pages" and size > DEFAULT_SIZE:
            await sizes.prepared(supervisor, made, DEFAULT_SIZE)
            env["BENCH_SMALL"] = f"bench_{DEFAULT_SIZE}"
        code = await supervisor.run([str(PYTHON), "-m", "bench", name], env=env, cwd=ROOT, log=log)
        if code or not left.exists():
            raise Refusal(f"bench {name} failed (details in {log}): {last_line(log)}")
        return evidence.read(left)

    return run


async def generate(supervisor: Supervisor, below: Backing) -> list[Line]:
    """Tickets a second of `manage.py generate` into an empty company, its figures' sums included."""
    if below.cluster is None:
        raise Refusal("The generator is measured on a database of its own: run without DATABASE_URL.")
    name = "bench_generated"
    below.cluster.ask("dropdb", "--if-exists", name)
    sizes.create(below.cluster, name)
    made = sizes.on(below, name)
    for command in (("migrate", "--no-input"), ("seed_rules",), ("demo", "--bare")):
        await stack.command(supervisor, made, f"{name}: {command[0]}", *command)
    began = time.monotonic()
    await sizes.generate(supervisor, made, GENERATED)
    seconds = time.monotonic() - began
    below.cluster.ask("dropdb", name)
    rate = GENERATED / seconds
    return [
        Line(
            "tickets generated", round(rate), "1/s", target=f">= {GENERATE_RATE}", met=rate >= GENERATE_RATE
        ),
        evidence.at_most(f"{GENERATED} tickets, start of the command and sums included", seconds, "s", 60),
    ]

"""`./dev bench [NAME]`: measurements on a durable cluster of their own, with real disk writes."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from . import frontend, requirements, stack, up
from .places import ROOT, RUN
from .processes import free_port, lock
from .stack import Backing
from .supervisor import Supervisor, end_leftovers
from .terminal import Refusal, say

IDLE_S = 60
_DUE_LINES = 2000


def bench(name: str | None) -> int:
    """Run one measurement, or all; the figures stand beside the machine they were taken on."""
    if name is not None and name not in BENCHMARKS:
        raise Refusal(f"There is no benchmark named {name}; there are: {', '.join(BENCHMARKS)}.")
    with lock(RUN / "bench" / "lock", busy="Another ./dev bench is running in this checkout; wait for it."):
        end_leftovers(RUN / "bench" / "pids.json")
        requirements.ensure()
        frontend.ensure()
        below = stack.backing("bench", settings=up.SETTINGS, durable=True)
        say(f"Machine: {os.cpu_count()} processors, {platform.platform()}")
        return asyncio.run(_bench(below, [name] if name else list(BENCHMARKS)))


async def _bench(below: Backing, names: list[str]) -> int:
    async with stack.started("bench", below) as supervisor:
        await up.prepare("bench", supervisor, below)
        for name in names:
            await BENCHMARKS[name](supervisor, below)
    return 0


async def start(supervisor: Supervisor, below: Backing) -> None:
    """Seconds from starting the product's processes to healthy, and the memory of everything when idle."""
    port = free_port()
    below.env["SERVICE_CENTER_PORT"] = str(port)
    began = time.monotonic()
    if not await up.start_application(supervisor, below, port):
        raise Refusal("The product did not get healthy, so there is nothing to measure.")
    healthy = time.monotonic() - began
    await asyncio.sleep(IDLE_S)
    parts = {name: sum(map(pss_mb, tree(pid))) for name, pid in supervisor.pids().items()}
    parts["supervisor"] = pss_mb(os.getpid())
    say(f"start: healthy after {healthy:.1f} s; idle after {IDLE_S} s: {sum(parts.values()):.0f} MB PSS")
    say("       " + ", ".join(f"{name} {size:.0f}" for name, size in parts.items()))


async def due(supervisor: Supervisor, below: Backing) -> None:
    """Lines a second of `manage.py due --batch` (at least 200 are promised)."""
    cases = RUN / "bench" / "due.jsonl"
    week = {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = {"zone": "Asia/Shanghai", "weekly": week, "exceptions": {"2025-10-08": []}}
    case = {
        "calendar": calendar,
        "start": "2025-10-09T09:00:00+08:00",
        "target_seconds": 144000,
        "pauses": [["2025-10-09T10:00:00+08:00", "2025-10-10T14:00:00+08:00"]],
        "now": "2025-10-09T11:00:00+08:00",
    }
    cases.write_text("".join(json.dumps({"id": f"c{n}", **case}) + "\n" for n in range(_DUE_LINES)))
    answers = RUN / "bench" / "due.out"
    answers.unlink(missing_ok=True)
    began = time.monotonic()
    argv = stack.manage("due", "--batch", str(cases))
    if await supervisor.run(argv, env=below.env, cwd=ROOT, log=answers):
        raise Refusal(f"manage.py due --batch failed; see {answers}.")
    seconds = time.monotonic() - began
    say(f"due: {_DUE_LINES} lines in {seconds:.1f} s, start included: {_DUE_LINES / seconds:.0f} lines/s")


def tree(pid: int) -> list[int]:
    """A process and all its descendants (Linux)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in tree(int(child)))]


def pss_mb(pid: int) -> float:
    """Proportional set size of a process: what it would free, shared pages divided among their users."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        return 0.0
    return 0.0


BENCHMARKS: dict[str, Callable[[Supervisor, Backing], Awaitable[None]]] = {"due": due, "start": start}

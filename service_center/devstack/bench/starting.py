"""What needs no data: how long the product takes to start, what it holds when idle, and the due-time calculator."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

from .. import stack, up
from ..places import ROOT, RUN
from ..processes import free_port
from ..stack import Backing
from ..supervisor import Supervisor
from ..terminal import Refusal, say
from .evidence import Line, at_most

IDLE_S = 60
HEALTHY_S, MEMORY_MB, DUE_RATE = 8, 600, 200
_DUE_LINES = 2000


async def start(supervisor: Supervisor, below: Backing) -> list[Line]:
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
    say("  " + ", ".join(f"{name} {size:.0f} MB" for name, size in parts.items()))
    await supervisor.end("web", "beat", "worker")
    return [
        at_most("healthy after", healthy, "s", HEALTHY_S),
        at_most(f"memory when idle, {IDLE_S} s after healthy (PSS)", sum(parts.values()), "MB", MEMORY_MB),
    ]


async def due(supervisor: Supervisor, below: Backing) -> list[Line]:
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
    rate = _DUE_LINES / seconds
    return [
        Line(
            "due --batch, start included",
            round(rate),
            "lines/s",
            target=f">= {DUE_RATE}",
            met=rate >= DUE_RATE,
        )
    ]


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

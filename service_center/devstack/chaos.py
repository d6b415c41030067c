"""`manage.py chaos-clocks`: the product's clocks under fire, on a durable cluster and a Redis of their own.

The run itself is `bench.chaos`; here is what starts it and keeps its report in docs/evidence.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import stack
from .bench import evidence, sizes
from .places import PYTHON, ROOT, RUN
from .processes import last_line, lock
from .stack import Backing
from .supervisor import Supervisor, end_leftovers
from .terminal import Refusal, say

HOME = RUN / "chaos"
DATABASE = "chaos_clocks"
REPORT = evidence.HOME / "chaos-clocks.json"


def clocks(plan: dict[str, Any], report: Path = REPORT) -> int:
    """One run of the plan (see bench.chaos.nemesis.Plan); 0 when nothing was lost, doubled or early."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)  # a cluster of its own, whatever the caller works with
    with lock(HOME / "lock", busy="Another chaos-clocks is running in this checkout; wait for it."):
        end_leftovers(HOME / "pids.json")
        below = stack.backing("chaos", settings="bench.settings", durable=True, roomy=True)
        say(f"Machine: {os.cpu_count()} processors, {platform.platform()}")
        return asyncio.run(_clocks(below, plan, report))


async def _clocks(below: Backing, plan: dict[str, Any], report: Path) -> int:
    async with stack.started("chaos", below) as supervisor:
        made = await sizes.fresh(supervisor, below, DATABASE)
        machine = evidence.machine()
        done = await _run(supervisor, made, plan)
    told = {
        "name": "chaos-clocks",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": evidence.commit(),
        "seed": plan["seed"],
        "machine": machine,
        "database": below.cluster.settings() if below.cluster else {},
    } | done
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    for name, value in done.items():
        if name != "kills":
            say(f"  {name}: {value}")
    say(f"  {report}")
    return 0 if done["clean"] else 1


async def _run(supervisor: Supervisor, made: Backing, plan: dict[str, Any]) -> dict[str, Any]:
    left, log = HOME / "report.json", made.logs / "chaos.log"
    left.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    env = made.env | {"DJANGO_SETTINGS_MODULE": "bench.settings", "CHAOS_PLAN": json.dumps(plan)}
    code = await supervisor.run([str(PYTHON), "-m", "bench.chaos", str(left)], env=env, cwd=ROOT, log=log)
    if code or not left.exists():
        raise Refusal(f"bench.chaos failed (details in {log}): {last_line(log)}")
    done: dict[str, Any] = json.loads(left.read_text())
    return done

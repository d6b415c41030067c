"""What was measured, where, and whether it is what was promised: printed, and kept in docs/evidence."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..places import ROOT
from ..terminal import say

HOME = ROOT / "docs" / "evidence"
SEED = 7


@dataclass(frozen=True)
class Line:
    """One figure: what was measured, against what, and whether the target is met."""

    figure: str
    value: float
    unit: str
    reference: float | None = None
    against: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def at_most(figure: str, value: float, unit: str, limit: float) -> Line:
    return Line(figure, round(value, 2), unit, target=f"<= {limit:g}", met=value <= limit)


def read(path: Path) -> list[Line]:
    """The figures a measurement program left behind."""
    return [Line(**line) for line in json.loads(path.read_text())]


def keep(name: str, size: int | None, lines: Sequence[Line], database: Mapping[str, str]) -> Path:
    """Store the figures of one run beside the circumstances they were taken under."""
    HOME.mkdir(parents=True, exist_ok=True)
    path = HOME / (f"{name}.json" if size is None else f"{name}-{size}.json")
    told: dict[str, Any] = {
        "name": name,
        "tickets": size,
        "seed": SEED,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "database": dict(database),
        "figures": [asdict(line) for line in lines],
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return path


def show(name: str, lines: Sequence[Line]) -> None:
    """One line a figure, the verdict in front."""
    for line in lines:
        verdict = {True: "yes", False: "NO", None: ""}[line.met]
        told = f"  {verdict:<3} {name}: {line.figure}: {line.value:g} {line.unit}"
        if line.ratio is not None:
            told += f", {line.ratio:.2f} of {line.reference:g} ({line.against})"
        say(told + (f", target {line.target}" if line.target else ""))


def commit() -> str:
    """The commit the working copy stands on, with a plus when it was changed."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"{head}+" if head and _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*arguments: str) -> str:
    try:
        told = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return told.stdout.strip()


def machine() -> dict[str, Any]:
    """What the figures were taken on, and how busy it was before."""
    return {
        "processors": os.cpu_count(),
        "processor": _first("/proc/cpuinfo", "model name"),
        "memory": _first("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def _first(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")

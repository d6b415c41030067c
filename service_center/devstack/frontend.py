"""Node.js, the locked packages of the front end, and its build."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from . import requirements
from .places import (
    FRONTEND,
    ROOT,
    RUN,
    VENV,
    fingerprint,
    is_current,
    plain_environment,
    project_files,
    set_stamp,
)
from .processes import lock, need_space, run_logged
from .terminal import Refusal, step

OLDEST_NODE = 20
_DRAWING = re.compile(r"/(?:web|templatetags)/")  # as in frontend/build.mjs
_QUOTED = re.compile(rb"""["'][\w -]""")
_BUILT = [
    FRONTEND / "dist" / name
    for name in (
        "desk.js",
        "phone.js",
        "charts.js",
        "theme.js",
        "desk.css",
        "phone.css",
        "icons.svg",
        "worker.js",
        "shell.json",
    )
]


def ensure() -> None:
    """Build `frontend/dist` from the locked packages; nothing to do when no input has changed."""
    with lock(RUN / "bootstrap.lock", busy=None):
        packages = fingerprint([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
        installed = FRONTEND / "node_modules" / ".packages"
        build = _build_inputs(packages)
        built = FRONTEND / "dist" / ".built"
        fresh = is_current(installed, packages)
        if fresh and is_current(built, build) and all(path.exists() for path in _BUILT):
            return
        npm = _npm()
        if not fresh:
            _install(npm)
            set_stamp(installed, packages)
        with step("Front end built"):
            run_logged(
                [*npm, "run", "--silent", "build"],
                log=RUN / "log" / "build.log",
                cwd=FRONTEND,
                env=plain_environment(),
                fault="The front end could not be built",
            )
        set_stamp(built, build)


def _install(npm: list[str]) -> None:
    need_space(ROOT, 800)
    with step("Front-end packages (npm ci)"):
        argv = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        argv += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
        run_logged(
            argv,
            log=RUN / "log" / "npm.log",
            cwd=FRONTEND,
            env=plain_environment(),
            fault="The front-end packages could not be installed; is the npm registry within reach?",
        )


def _build_inputs(packages: str) -> str:
    """The sources, the pages, and of Python every line that may name an icon of the sprite or a class of a page: used classes
    decide what stays in the style sheets.
    """
    digest = hashlib.sha256(packages.encode())
    sources = [path for path in (FRONTEND / "src").rglob("*") if path.is_file()]
    makers = [FRONTEND / "build.mjs", *sorted((FRONTEND / "build").glob("*.mjs"))]
    digest.update(fingerprint([*sources, *makers, *project_files(".html")]).encode())
    for path in project_files(".py"):
        for line in path.read_bytes().splitlines():
            if b"icon" in line or (_DRAWING.search(path.as_posix()) and _QUOTED.search(line)):
                digest.update(line)
    return digest.hexdigest()


def _npm() -> list[str]:
    """The npm to use: the machine's when its node is new enough, else the one of the Python package."""
    for node in (shutil.which("node"), VENV / "bin" / "node"):
        if node and _version(Path(node)) >= OLDEST_NODE:
            npm = Path(node).parent / "npm" if Path(node).parent == VENV / "bin" else shutil.which("npm")
            if npm:
                return [str(npm)]
    with step(f"Node.js (none of version {OLDEST_NODE} or newer on this machine)"):
        requirements.install_node()
    if _version(VENV / "bin" / "node") < OLDEST_NODE:
        raise Refusal("There is no usable Node.js; install version 20 or newer.")
    return [str(VENV / "bin" / "npm")]


def _version(node: Path) -> int:
    if not node.exists():
        return 0
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", asked.stdout)
    return int(found.group(1)) if found else 0

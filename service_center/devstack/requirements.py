"""The checkout's virtual environment with the locked requirements."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from .places import PYTHON, ROOT, RUN, VENV, fingerprint, is_current, plain_environment, set_stamp
from .processes import lock, need_space, run_logged
from .terminal import Refusal, step

LOCK_FILE = ROOT / "requirements-dev.lock"
_NO_NETWORK = "The locked requirements could not be installed; is the package index within reach?"


def ensure() -> None:
    """Make `.venv` hold what requirements-dev.lock names; nothing to do when the lock is unchanged."""
    wanted = fingerprint([LOCK_FILE], str(VENV), sys.version)
    stamp = VENV / ".requirements"
    with lock(RUN / "bootstrap.lock", busy=None):
        if is_current(stamp, wanted) and PYTHON.exists():
            return
        need_space(ROOT, 2500)
        with step("Python environment (.venv)"):
            _make_venv()
        with step("Locked requirements"):
            _install(LOCK_FILE)
        set_stamp(stamp, wanted)


def install_node() -> None:
    """Bring Node.js into `.venv` from its own locked package."""
    _install(ROOT / "requirements-node.lock")


def _make_venv() -> None:
    if _works():
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Refusal(f"Python's venv module is not complete; run: apt install python{version}-venv")
    run_logged(
        [sys.executable, "-m", "venv", "--clear", VENV],
        log=RUN / "log" / "venv.log",
        env=plain_environment(),
        cwd=ROOT,
        fault="The virtual environment could not be made; on Debian and Ubuntu run: apt install python3-venv",
    )


def _works() -> bool:
    """Whether an environment of this Python is there; half-made, moved and foreign ones are made anew."""
    if not PYTHON.exists():
        return False
    code = "import sys, pip; print(sys.version, sys.prefix, sep='|')"
    asked = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == f"{sys.version}|{VENV}"


def _install(lock_file: Path) -> None:
    """Install with uv, which is quick, or with pip where uv cannot reach the index (certificates, mirror)."""
    env = plain_environment()
    arguments = ["install", "--require-hashes", "-r", str(lock_file)]
    ways = [
        [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments, "--no-input", "--retries", "2"]
    ]
    if _uv_is_there(env):
        uv = [str(VENV / "bin" / "uv"), "pip", *arguments, "--python", str(PYTHON), "--no-progress"]
        ways = [uv, [*uv, "--system-certs"], *ways]
    for way in ways[:-1]:
        with contextlib.suppress(Refusal):
            run_logged(way, log=RUN / "log" / "requirements.log", env=env, cwd=ROOT, fault=_NO_NETWORK)
            return
    run_logged(ways[-1], log=RUN / "log" / "requirements.log", env=env, cwd=ROOT, fault=_NO_NETWORK)


def _uv_is_there(env: dict[str, str]) -> bool:
    """Install uv at the version and hashes of the lock; pip does the work where uv has no wheel."""
    if (VENV / "bin" / "uv").exists():
        return True
    section = re.search(r"^uv==.*?(?=^\S|\Z)", LOCK_FILE.read_text(), re.M | re.S)
    if section is None:
        return False
    only_uv = RUN / "uv.txt"
    only_uv.write_text(section.group())
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
    try:
        run_logged(
            [*pip, "--only-binary=:all:", "--require-hashes", "-r", str(only_uv)],
            log=RUN / "log" / "uv.log",
            env=env,
            cwd=ROOT,
            fault="uv",
        )
    except Refusal:
        return False
    return True

"""Where things lie in a checkout, and the environment programs are started with."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"

PROJECT = "service_center"
#: Tells this checkout from another one on the same machine.
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]

_NO_PRODUCT = {"bench", "docs", "frontend", "media", "staticfiles", "tests"}
_FOREIGN = re.compile(
    r"^(PG(?!_BIN$)[A-Z]+|PYTHONPATH|PYTHONHOME|PYTHONSTARTUP|VIRTUAL_ENV|DJANGO_SETTINGS_MODULE)$"
)


def plain_environment() -> dict[str, str]:
    """The caller's environment without what would redirect Python, psql or libpq elsewhere."""
    env = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["LC_ALL"] = "C.UTF-8"
    env["PYTHONUNBUFFERED"] = "1"
    return env


def site_packages() -> Path:
    """The directory with the installed packages of the checkout's virtual environment."""
    found = sorted(VENV.glob("lib/python3*/site-packages"))
    return found[-1] if found else VENV / "lib" / "missing"


def fingerprint(paths: list[Path], *extra: str) -> str:
    """A hash over the names and contents of files; equal hashes mean the work need not be done again."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for path in sorted(paths):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def project_files(*suffixes: str) -> list[Path]:
    """The product's own files with these endings: its apps, pages and translations, not tests or documents."""
    tops = [
        path
        for path in ROOT.iterdir()
        if path.is_dir() and path.name[0] != "." and path.name not in _NO_PRODUCT
    ]
    return sorted(path for top in tops for path in top.rglob("*") if path.suffix in suffixes)


def is_current(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text().strip() == value


def set_stamp(stamp: Path, value: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value + "\n")

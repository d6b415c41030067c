"""`./dev check` and `./dev fmt`: what must hold before a change is shown to others."""

from __future__ import annotations

import base64
import subprocess
import time
from dataclasses import dataclass, field

from . import frontend, requirements
from .places import PYTHON, ROOT, VENV, plain_environment
from .processes import tie_to_parent
from .terminal import say

_TEST = {"DJANGO_SETTINGS_MODULE": "service_center.settings.test"}
_THROW_AWAY_KEY = base64.b64encode(b"only for check --deploy, 32 byte").decode()
_PROD = {
    "DJANGO_SETTINGS_MODULE": "service_center.settings.prod",
    "SECRET_KEY": "only-for-check-deploy-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "FIELD_KEYS": f"check={_THROW_AWAY_KEY}",
    "BLIND_INDEX_KEY": _THROW_AWAY_KEY,
    "ALLOWED_HOSTS": "service.example",
}
# No step opens a database: a name that leads nowhere shows it.
_NO_SERVICES = {"DATABASE_URL": "postgres://app@/app?host=/nonexistent", "REDIS_URL": "redis://127.0.0.1:1/0"}


@dataclass(frozen=True)
class Check:
    title: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)


def check() -> int:
    """Run every check even if an earlier one fails; 1 if any did."""
    requirements.ensure()
    frontend.ensure()
    results = [(one.title, _run(one)) for one in _checks()]
    say()
    for title, passed in results:
        say(f"  {'ok    ' if passed else 'FAILED'}  {title}")
    return 0 if all(passed for _, passed in results) else 1


def fmt() -> int:
    """Format code and sort imports; pages are linted, not reformatted."""
    requirements.ensure()
    steps = ([_tool("ruff"), "check", "--select", "I", "--fix", "."], [_tool("ruff"), "format", "."])
    return max(
        subprocess.run(argv, cwd=ROOT, env=plain_environment(), check=False).returncode for argv in steps
    )


def _checks() -> list[Check]:
    manage = [str(PYTHON), "-W", "ignore", "manage.py"]
    found = [
        Check("format (ruff)", [_tool("ruff"), "format", "--check", "."]),
        Check("lint (ruff)", [_tool("ruff"), "check", "."]),
        Check("import rules (import-linter)", [_tool("lint-imports")]),
        Check("types (mypy)", [str(PYTHON), "-m", "mypy"], _TEST),
        Check("pending migrations", [*manage, "makemigrations", "--check", "--dry-run"], _TEST),
        Check(
            "deployment (check --deploy)", [*manage, "check", "--deploy", "--fail-level", "WARNING"], _PROD
        ),
    ]
    if (ROOT / "templates").is_dir():
        found.append(
            Check("templates (djlint)", [str(PYTHON), "-m", "djlint", "templates", "--lint", "--quiet"])
        )
    if [*ROOT.glob("*/management/commands/messages.py"), *ROOT.glob("*/*/management/commands/messages.py")]:
        found.append(Check("translations complete", [*manage, "messages", "--check"], _TEST))
    return found


def _run(one: Check) -> bool:
    """Run one check with its output shown only when it fails."""
    began = time.monotonic()
    env = plain_environment() | _NO_SERVICES | one.env
    done = subprocess.run(
        one.argv,
        cwd=ROOT,
        env=env,
        preexec_fn=tie_to_parent(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    say(f"  {one.title:<40}{'ok' if passed else 'FAILED':>8}{time.monotonic() - began:8.1f} s")
    if not passed:
        say(done.stdout.rstrip())
    return passed


def _tool(name: str) -> str:
    return str(VENV / "bin" / name)

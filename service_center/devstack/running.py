"""`./dev test` and `./dev manage`: one command with its services around it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from . import browser, frontend, postgres, requirements, stack
from .places import PYTHON, ROOT, RUN, fingerprint, is_current, project_files, set_stamp
from .processes import is_locked, lock
from .stack import Backing
from .supervisor import Supervisor, end_leftovers
from .terminal import progress_to, say
from .up import SETTINGS

TEST_SETTINGS = "service_center.settings.test"
_CHANGES_TABLES = {"migrate", "flush", "dbshell", "shell"}
_TEST_BUSY = "Another ./dev test is running in this checkout; wait for it, or stop it there."


def test(arguments: list[str]) -> int:
    """Run the tests on a throw-away cluster; arguments take the place of the default selection."""
    with lock(RUN / "test" / "lock", busy=_TEST_BUSY):
        end_leftovers(RUN / "test" / "pids.json")
        requirements.ensure()
        frontend.ensure()
        extra = browser.environment() | {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
        below = stack.backing("test", settings=TEST_SETTINGS, durable=False)
        below.env.update(extra)
        return asyncio.run(_test(below, arguments))


async def _test(below: Backing, arguments: list[str]) -> int:
    async with stack.started("test", below) as supervisor:
        if stack.stale_catalogues():
            await stack.command(supervisor, below, "Translations compiled", "compilemessages_babel")
        await _template(supervisor, below)
        selection = arguments or ["-n", "2"]
        return await _foreground(supervisor, below, [str(PYTHON), "-m", "pytest", *selection])


async def _template(supervisor: Supervisor, below: Backing) -> None:
    """A migrated database the workers' own are copied from: Django is slow at empty ones."""
    stamp = stack.prepared("test")
    migrations = [path for path in project_files(".py") if path.parent.name == "migrations"]
    version = fingerprint(migrations, below.env["DATABASE_URL"])
    if below.cluster is None:
        return
    if not is_current(stamp, version):
        stamp.unlink(missing_ok=True)
        below.cluster.ask("dropdb", "--if-exists", postgres.NAME)
        below.cluster.make_database()
        await stack.command(supervisor, below, "Template of the test databases", "migrate", "--no-input")
        set_stamp(stamp, version)
    below.env["TEST_DB_TEMPLATE"] = postgres.NAME


def manage(arguments: list[str]) -> int:
    """Run a Django command against the development database; starts its services if they are not running."""
    progress_to(sys.stderr)
    requirements.ensure()
    if _CHANGES_TABLES.intersection(arguments):
        stack.prepared("dev").unlink(missing_ok=True)
    lock_file = RUN / "dev" / "lock"
    if is_locked(lock_file):
        below = stack.backing("dev", settings=SETTINGS, durable=True, running=True)
        return asyncio.run(_beside(below, arguments))
    with lock(lock_file, busy="Another ./dev command has just started; try again."):
        end_leftovers(RUN / "dev" / "pids.json")
        below = stack.backing("dev", settings=SETTINGS, durable=True)
        return asyncio.run(_manage(below, arguments))


async def _beside(below: Backing, arguments: list[str]) -> int:
    """The services run already, kept by another ./dev."""
    supervisor = Supervisor(Path("/dev/null"))
    with supervisor.listening():
        return await _foreground(supervisor, below, stack.manage(*arguments))


async def _manage(below: Backing, arguments: list[str]) -> int:
    async with stack.started("dev", below) as supervisor:
        return await _foreground(supervisor, below, stack.manage(*arguments))


async def _foreground(supervisor: Supervisor, below: Backing, argv: list[str]) -> int:
    code = await supervisor.run(argv, env=below.env, cwd=ROOT, log=None)
    if supervisor.fault:
        say(f"./dev: {supervisor.fault}")
        return 1
    return code if code >= 0 else 128 - code

"""`./dev up`: everything from a fresh checkout to a healthy product, and down again."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping

from . import frontend, requirements, stack
from .places import PYTHON, ROOT, RUN, fingerprint, is_current, project_files, set_stamp
from .processes import lock, port_is_free
from .stack import Backing
from .supervisor import Service, Supervisor, end_leftovers
from .terminal import Refusal, complain, say, step

SETTINGS = "service_center.settings.dev"
HEALTHY_WITHIN_S = 90.0
LOG_INS = (
    "agent agent2 supervisor manager engineer engineer2 engineer3 expert trainer "
    "parts buyer storekeeper inspector accountant quality analyst director admin"
).split()
_BUSY = "Another ./dev up is running in this checkout; stop it there with Ctrl-C first."


def up(*, once: bool) -> int:
    """Start everything and stay until Ctrl-C; with `once`, stop again as soon as it is healthy."""
    began = time.monotonic()
    port = wanted_port()
    with lock(RUN / "dev" / "lock", busy=_BUSY):
        end_leftovers(RUN / "dev" / "pids.json")
        if not port_is_free(port):
            raise Refusal(f"Port {port} is in use by another program; set SERVICE_CENTER_PORT to a free one.")
        requirements.ensure()
        below = stack.backing("dev", settings=SETTINGS, durable=True)
        below.env["SERVICE_CENTER_PORT"] = str(port)
        return asyncio.run(_serve(below, port, began, once=once))


def wanted_port() -> int:
    text = os.environ.get("SERVICE_CENTER_PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Refusal(f"SERVICE_CENTER_PORT must be a port number, not {text!r}.")
    return int(text)


async def _serve(below: Backing, port: int, began: float, *, once: bool) -> int:
    async with stack.started("dev", below) as supervisor:
        front_end = asyncio.create_task(asyncio.to_thread(frontend.ensure))
        try:
            await prepare("dev", supervisor, below)
        finally:
            await front_end
        healthy = await start_application(supervisor, below, port)
        if supervisor.interrupted.is_set():
            return _farewell(supervisor)
        if once:
            say(f"Healthy after {time.monotonic() - began:.1f} s; stopping." if healthy else "Stopping.")
            return 0 if healthy else 1
        _welcome(port, time.monotonic() - began)
        await supervisor.interrupted.wait()
        return _farewell(supervisor)


async def prepare(name: str, supervisor: Supervisor, below: Backing) -> None:
    """Bring the database to this version of the project: schema, reference data, demo world; never wipes.

    Nothing to do when neither the code nor the database has changed since the last time.
    """
    stamp = stack.prepared(name)
    version = fingerprint(project_files(".py", ".po", ".json", ".sql"), below.env["DATABASE_URL"])
    if below.cluster and is_current(stamp, version):
        say("  Database, rules and demo world are of this version")
        return
    stamp.unlink(missing_ok=True)
    if stack.stale_catalogues():
        await stack.command(supervisor, below, "Translations compiled", "compilemessages_babel")
    await stack.command(supervisor, below, "Database migrated", "migrate", "--no-input")
    await stack.command(supervisor, below, "Rules and reference data", "seed_rules")
    await stack.command(supervisor, below, "Demo world", "demo")
    if below.cluster:
        set_stamp(stamp, version)


async def start_application(supervisor: Supervisor, below: Backing, port: int) -> bool:
    """Start web, worker and beat; whether /healthz/ said that all parts are well within the limit."""
    with step("Web, worker, beat; waiting until healthy"):
        for service in application(below, port):
            await supervisor.start(service)
        parts = await _health(supervisor, port)
    if parts is None or supervisor.interrupted.is_set():
        return parts is None
    told = ", ".join(f"{name}: {state}" for name, state in parts.items()) or "no answer"
    complain(f"Not healthy after {HEALTHY_WITHIN_S:.0f} s ({told}); logs are in {below.logs}")
    return False


def application(below: Backing, port: int) -> list[Service]:
    """The processes of the product itself."""
    python = str(PYTHON)
    celery = [python, "-m", "celery", "-A", "service_center"]
    web = [
        python,
        "-m",
        "gunicorn",
        "service_center.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--preload",
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "8",
        "--graceful-timeout",
        "5",
        "--no-control-socket",
    ]
    worker = [
        *celery,
        "worker",
        "--concurrency",
        "1",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "WARNING",
    ]
    beat = [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"]
    commands = {"web": web, "worker": worker, "beat": beat}
    return [
        Service(name, argv, below.env, below.logs / f"{name}.log", ROOT) for name, argv in commands.items()
    ]


async def _health(supervisor: Supervisor, port: int) -> Mapping[str, object] | None:
    """None when healthy; else the parts that were not at the last look."""
    until = time.monotonic() + HEALTHY_WITHIN_S
    parts: Mapping[str, object] = {}
    while time.monotonic() < until and not supervisor.interrupted.is_set():
        status, answer = await get(port, "/healthz/")
        if status == 200:
            return None
        if answer:
            parts = _not_ok(answer)
        await asyncio.sleep(0.1)
    return parts


def _not_ok(answer: str) -> dict[str, object]:
    try:
        found = json.loads(answer)
    except ValueError:
        return {"answer": answer[:80]}
    return {name: state for name, state in found.items() if state != "ok"} if isinstance(found, dict) else {}


async def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET on this machine; (0, "") when nobody answers within five seconds."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n".encode())
            head, _, body = (await reader.read()).decode(errors="replace").partition("\r\n\r\n")
            writer.close()
            return int(head.split()[1]), body
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0, ""


def _welcome(port: int, seconds: float) -> None:
    say(f"\nReady after {seconds:.1f} s:  http://localhost:{port}/\n")
    say("Demo log-ins (password demo-<role>: agent and agent2 have demo-agent):")
    for start in range(0, len(LOG_INS), 9):
        say("  " + "  ".join(LOG_INS[start : start + 9]))
    say(f"\nLogs: {RUN / 'dev' / 'log'}   Stop: Ctrl-C")


def _farewell(supervisor: Supervisor) -> int:
    if supervisor.fault:
        raise Refusal(supervisor.fault)
    say("\nStopping.")
    return 0

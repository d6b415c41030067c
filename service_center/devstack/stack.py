"""PostgreSQL and Redis of one stack (`dev`, `test`, `bench`), its secrets, and its environment."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from . import broker, postgres
from .broker import write_private
from .places import PYTHON, ROOT, RUN, plain_environment
from .processes import last_line, need_space
from .supervisor import Service, Supervisor
from .terminal import Refusal, step

#: The order in which services are stopped; those of one row side by side.
STOP_ORDER = (("web", "beat", "worker"), ("redis",), ("postgres",))


@dataclass(frozen=True)
class Backing:
    """What the application needs below it, ours or the one the caller's environment names."""

    env: dict[str, str]
    cluster: postgres.Cluster | None
    broker: broker.Broker | None
    logs: Path

    def services(self) -> list[Service]:
        found = []
        if self.broker:
            found.append(
                Service(
                    "redis",
                    self.broker.argv(),
                    self.env,
                    self.logs / "redis.log",
                    ROOT,
                    is_ready=self.broker.is_ready,
                )
            )
        if self.cluster:
            found.append(
                Service(
                    "postgres",
                    self.cluster.argv(),
                    self.env,
                    self.logs / "postgres.log",
                    Path("/"),
                    is_ready=self.cluster.is_ready,
                    stop_signal=signal.SIGINT,
                    patience_s=60,
                    user=self.cluster.user,
                )
            )
        return found


def backing(
    name: str, *, settings: str, durable: bool, running: bool = False, roomy: bool = False
) -> Backing:
    """The services of stack `name` and the environment for its programs; makes directories and secrets."""
    home = RUN / name
    home.mkdir(parents=True, exist_ok=True)
    need_space(home, 300)
    database, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    cluster = None if database else postgres.cluster(name, durable=durable, roomy=roomy)
    own_broker = None if redis else broker.broker(name, running=running)
    env = plain_environment() | _secrets(home)
    env |= {
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": database or (cluster.url if cluster else ""),
        "REDIS_URL": redis or (own_broker.url if own_broker else ""),
        "CELERY_BEAT_SCHEDULE_FILENAME": str(home / "celerybeat-schedule"),
    }
    return Backing(env, cluster, own_broker, home / "log")


def prepared(name: str) -> Path:
    """The stamp that says for which version of the project the database of stack `name` is ready."""
    return RUN / name / "prepared"


@asynccontextmanager
async def started(name: str, below: Backing) -> AsyncIterator[Supervisor]:
    """PostgreSQL and Redis running while inside; whatever was started is stopped in order on the way out."""
    supervisor = Supervisor(RUN / name / "pids.json")
    with supervisor.listening():
        try:
            with step("PostgreSQL and Redis" if below.services() else "Services named by the environment"):
                _rotate(below.logs)
                for service in below.services():
                    await supervisor.start(service)
                for service in below.services():
                    await supervisor.ready(service, within_s=60)
                if below.cluster and below.cluster.make_database():
                    prepared(name).unlink(missing_ok=True)
            yield supervisor
        finally:
            await supervisor.stop(*STOP_ORDER)


async def command(supervisor: Supervisor, below: Backing, title: str, *arguments: str) -> None:
    """Run `manage.py arguments` as one step; Refusal with the last line of its log when it fails."""
    log = below.logs / f"{arguments[0]}.log"
    log.unlink(missing_ok=True)
    with step(title):
        code = await supervisor.run(manage(*arguments), env=below.env, cwd=ROOT, log=log)
        if supervisor.interrupted.is_set():
            raise Refusal(supervisor.fault or "Interrupted.")
        if code:
            raise Refusal(f"manage.py {arguments[0]} failed (details in {log}): {last_line(log)}")


def manage(*arguments: str) -> list[str]:
    return [str(PYTHON), "manage.py", *arguments]


def stale_catalogues() -> list[Path]:
    """Translation sources whose compiled form is missing or older."""
    found = []
    for source in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            found.append(source)
    return found


def _secrets(home: Path) -> dict[str, str]:
    """Keys made once for this stack; the data in its database can only be read with them."""
    kept = home / "secrets.json"
    if not kept.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "FIELD_KEYS": f"k1={_key()}",
            "BLIND_INDEX_KEY": _key(),
        }
        write_private(kept, json.dumps(made, indent=1))
    found: dict[str, str] = json.loads(kept.read_text())
    return {name: os.environ.get(name) or value for name, value in found.items()}


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _rotate(logs: Path) -> None:
    """Keep the logs of this start and of the one before."""
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))

"""The processes under fire: sweepers forked from the nemesis, and a Celery worker, each with a name the database knows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from service_center.devstack.processes import tie_to_parent

_HOLDS = """
    SELECT activity.pid FROM pg_stat_activity activity
    WHERE activity.application_name = %s AND activity.backend_xid IS NOT NULL
      AND (activity.state = 'idle in transaction' OR activity.query NOT ILIKE 'commit%%')
      AND EXISTS (
        SELECT 1 FROM pg_locks held WHERE held.pid = activity.pid AND held.granted AND held.mode = 'RowShareLock'
          AND held.relation IN ('kernel_clock'::regclass, 'kernel_delivery'::regclass))
"""
_ROWS = """
    SELECT (SELECT count(*) FROM pgrowlocks('kernel_clock') WHERE pids && %(pids)s::int[]),
           (SELECT count(*) FROM pgrowlocks('kernel_delivery') WHERE pids && %(pids)s::int[])
"""


class Victim(ABC):
    """A process that sweeps and may be frozen, looked at, and killed."""

    def __init__(self, name: str, ahead: timedelta = timedelta()) -> None:
        self.name, self.ahead = name, ahead
        self.kills = 0

    pid: int

    @abstractmethod
    def begin(self) -> None:
        """Start, with the application's clock wrong by `ahead`."""

    @abstractmethod
    def reap(self) -> None:
        """Wait for the killed process."""

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.reap()

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def claimed(self) -> tuple[int, int]:
        """Clocks and deliveries that the frozen process has claimed and not committed."""
        with connection.cursor() as cursor:
            cursor.execute(_HOLDS, [self.name])
            pids = [pid for (pid,) in cursor.fetchall()]
            if not pids:
                return 0, 0
            cursor.execute(_ROWS, {"pids": pids})
            found: tuple[int, int] = cursor.fetchone()
            return found


class Sweeper(Victim):
    """`manage.py sweep`, forked."""

    def begin(self) -> None:
        connections.close_all()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                connection.settings_dict["OPTIONS"]["application_name"] = self.name
                if self.ahead:
                    time_machine.travel(datetime.now(UTC) + self.ahead, tick=True).start()
                call_command("sweep")
            finally:
                os._exit(1)

    def reap(self) -> None:
        os.waitpid(self.pid, 0)


class Worker(Victim):
    """A Celery worker of the product, which beat and Redis may kick; with its children in a group of its own."""

    def __init__(self, name: str, log: Path, env: Mapping[str, str]) -> None:
        super().__init__(name)
        self.log, self.env = log, env

    def begin(self) -> None:
        argv = [sys.executable, "-m", "bench.chaos.worker", self.name]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a program of ours
                argv,
                cwd=settings.BASE_DIR,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=tie_to_parent(signal.SIGKILL),
            )
        self.pid = self.process.pid

    def reap(self) -> None:
        self.process.wait()


class Beat:
    """A Celery beat with a schedule file of its own."""

    def __init__(self, name: str, home: Path, env: Mapping[str, str]) -> None:
        argv = [sys.executable, "-m", "celery", "-A", "service_center", "beat", "--pidfile=", "--loglevel", "WARNING",
                "--schedule", str(home / name)]  # fmt: skip
        with (home / f"{name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a program of ours
                argv,
                cwd=settings.BASE_DIR,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=tie_to_parent(signal.SIGKILL),
            )

    def end(self) -> None:
        self.process.kill()
        self.process.wait()

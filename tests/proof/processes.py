"""Programs started for a test, on the test's database, to be killed without warning."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

NOWHERE = "redis://127.0.0.1:1/0"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """This process's environment with the suite's server under the name of the test database."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return kept | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "service_center.settings.test"} | more


class Program:
    """A process with its children in a group of its own; `begin` again after a kill."""

    def __init__(self, *argv: str, log: Path, env: dict[str, str]) -> None:
        self.argv, self.log, self.env = [sys.executable, "-m", *argv], log, env
        self.kills = 0
        self.begin()

    def begin(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv, cwd=settings.BASE_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def children(self) -> list[int]:
        pid = self.process.pid
        with contextlib.suppress(OSError):
            return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def kill_child(self, index: int) -> bool:
        """kill -9 of one child; False when it had none at the moment."""
        children = self.children()
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(children[index % len(children)], signal.SIGKILL)
            self.kills += 1
        return True

    def kill(self) -> None:
        """kill -9 of the process and of everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.kills += 1


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.05)

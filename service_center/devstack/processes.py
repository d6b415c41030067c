"""Starting programs so that none outlives us, and small questions to the operating system."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .terminal import Refusal

LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def tie_to_parent(stop_signal: int = signal.SIGTERM) -> Callable[[], None]:
    """For `preexec_fn`: on Linux the kernel sends `stop_signal` to the child when we die, however."""
    parent = os.getpid()

    def in_child() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return in_child


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent died, so that none stays a zombie."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run_logged(
    argv: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    fault: str,
    user: pwd.struct_passwd | None = None,
) -> None:
    """Run a program to its end, its output in `log`; Refusal with `fault` and its last line when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            [str(a) for a in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env=dict(env),
            cwd=cwd,
            preexec_fn=tie_to_parent(),
            **identity(user),
        )
    if done.returncode:
        raise Refusal(f"{fault} (details in {log}): {last_line(log)}")


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments of Popen that make a child run as `user`; none for ourselves."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def last_line(log: Path) -> str:
    """The line of a log to show: the first that names an error, else the last that says anything."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(npm |\w+: )?error\b", line, re.I)]
    return errors[0] if errors else lines[-1] if lines else "no output"


@contextlib.contextmanager
def lock(path: Path, *, busy: str | None) -> Iterator[None]:
    """Hold a lock that dies with us. When somebody else has it: Refusal(busy), or wait if `busy` is None."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise Refusal(busy or "") from None
        yield


def is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def need_space(where: Path, megabytes: int) -> None:
    """Refuse at once what would end half done on a full disk."""
    free = shutil.disk_usage(where).free // 2**20
    if free < megabytes:
        raise Refusal(f"The disk is too full: {free} MB free at {where}, {megabytes} MB needed.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Refusal(f"Port {port} needs root; set SERVICE_CENTER_PORT to one above 1023.") from None
            return False
    return True


def database_user() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL, which refuses to run as root: None means ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Refusal(
        "PostgreSQL cannot run as root, and this machine has neither a user `postgres` nor `nobody`."
    )


def command_of(pid: int) -> str:
    """The command line of a live process; empty when it is gone or a zombie."""
    try:
        if LINUX:
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
        asked = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False, text=True
        )
        return asked.stdout.strip()
    except OSError:
        return ""


def birth_of(pid: int) -> str:
    """When a live process began, which with its number tells it from every other; empty when it is gone."""
    if not LINUX:
        asked = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, check=False, text=True
        )
        return asked.stdout.strip()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{boot} {fields[19]}"

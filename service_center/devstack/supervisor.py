"""Keeps long-running programs alive, in order, and takes them all down again.

Every program is our direct child in a session of its own. The kernel stops it when we die (`tie_to_parent`),
what it leaves behind is killed with its process group, and orphaned grandchildren come to us to be reaped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .processes import LINUX, adopt_orphans, birth_of, identity, last_line, tie_to_parent
from .terminal import Refusal, complain

_STEADY_S = 60.0  # a program that lived this long is forgiven its earlier crashes
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # before each new start of a crashing program; then we give up

#: How long leftovers may take to stop by themselves, after a SIGQUIT, after a SIGKILL.
_PATIENCE: tuple[tuple[float, signal.Signals | None], ...] = (
    (12.0, None),
    (5.0, signal.SIGQUIT),
    (5.0, signal.SIGKILL),
)


@dataclass(frozen=True)
class Service:
    """One long-running program: how to start it, how to stop it, how to see that it is ready."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path
    is_ready: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 10.0
    user: pwd.struct_passwd | None = None


class _Child:
    """A started process and the promise of its end."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.began = time.monotonic()
        service.log.parent.mkdir(parents=True, exist_ok=True)
        with service.log.open("ab") as output:
            self.popen = subprocess.Popen(
                list(service.argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(service.env),
                cwd=service.cwd,
                start_new_session=True,
                preexec_fn=tie_to_parent(service.stop_signal),
                **identity(service.user),
            )
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def poll(self) -> None:
        code = self.popen.poll()
        if code is not None and not self.ended.done():
            _kill_group(self.popen.pid)
            self.ended.set_result(code)

    def send(self, number: signal.Signals) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(number)


class Supervisor:
    """Starts services, starts them again when they crash, stops them in the reverse order."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._children: dict[str, _Child] = {}
        self._commands: list[subprocess.Popen[bytes]] = []
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = False
        self._interrupts = 0
        self.interrupted = asyncio.Event()
        self.fault: str | None = None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Handle signals while inside: the first asks for a stop, the second for a quick one."""
        loop = asyncio.get_running_loop()
        adopt_orphans()
        asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in asked:
            loop.add_signal_handler(number, self._interrupt)
        loop.add_signal_handler(signal.SIGCHLD, self._reap)
        try:
            yield
        finally:
            for number in (*asked, signal.SIGCHLD):
                loop.remove_signal_handler(number)

    async def start(self, service: Service) -> None:
        self._spawn(service)
        self._keepers[service.name] = asyncio.create_task(self._keep(service))

    async def ready(self, service: Service, *, within_s: float) -> None:
        """Return when the service answers; Refusal when it does not in time or has given up."""
        until = time.monotonic() + within_s
        while service.is_ready is not None and not service.is_ready():
            if self.interrupted.is_set():
                raise Refusal(self.fault or "Interrupted.")
            if time.monotonic() > until:
                raise Refusal(
                    f"{service.name} did not get ready in {within_s:.0f} s: {last_line(service.log)}"
                )
            await asyncio.sleep(0.05)

    async def run(self, argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path | None) -> int:
        """Run one command to its end: into `log`, or on the terminal, where Ctrl-C reaches it directly."""
        output = log.open("ab") if log else None
        try:
            popen = subprocess.Popen(
                list(argv),
                env=dict(env),
                cwd=cwd,
                preexec_fn=tie_to_parent(),
                stdin=subprocess.DEVNULL if log else None,
                stdout=output,
                stderr=output and subprocess.STDOUT,
            )
        finally:
            if output:
                output.close()
        self._commands.append(popen)
        while (code := popen.poll()) is None:
            if log and self.interrupted.is_set():
                popen.terminate()
            await asyncio.sleep(0.02)
        self._commands.remove(popen)
        return code

    async def stop(self, *stages: Sequence[str]) -> None:
        """Stop the services stage by stage; those of one stage side by side."""
        self._stopping = True
        for task in self._keepers.values():
            task.cancel()
        for stage in stages:
            await asyncio.gather(
                *(self._end(self._children[name]) for name in stage if name in self._children)
            )
        self._ledger.unlink(missing_ok=True)

    async def end(self, *names: str) -> None:
        """Stop some services, side by side; the others go on and are kept."""
        for name in names:
            self._keepers.pop(name).cancel()
        await asyncio.gather(*(self._end(self._children[name]) for name in names))
        for name in names:
            del self._children[name]
        self._note()

    def pids(self) -> dict[str, int]:
        return {name: child.popen.pid for name, child in self._children.items()}

    def give_up(self, fault: str) -> None:
        self.fault = fault
        self.interrupted.set()

    def _spawn(self, service: Service) -> _Child:
        child = self._children[service.name] = _Child(service)
        self._note()
        return child

    def _note(self) -> None:
        """Write down what runs, for whoever has to end it should we be killed."""
        known = {name: {"pid": pid, "birth": birth_of(pid)} for name, pid in self.pids().items()}
        self._ledger.write_text(json.dumps(known))

    async def _keep(self, service: Service) -> None:
        crashes = 0
        while True:
            child = self._children[service.name]
            code = await asyncio.shield(child.ended)
            if self._stopping or self.interrupted.is_set():
                return
            crashes = 1 if time.monotonic() - child.began > _STEADY_S else crashes + 1
            if crashes > len(_PAUSES_S):
                self.give_up(f"{service.name} keeps ending ({_end_of(code)}): {last_line(service.log)}")
                return
            pause = _PAUSES_S[crashes - 1]
            complain(f"  {service.name} ended ({_end_of(code)}); starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            self._spawn(service)

    async def _end(self, child: _Child) -> None:
        child.send(child.service.stop_signal)
        until = time.monotonic() + child.service.patience_s
        while not child.ended.done() and time.monotonic() < until:
            if self._interrupts > 1 and child.service.stop_signal == signal.SIGTERM:
                break
            await asyncio.sleep(0.02)
            child.poll()
        if not child.ended.done():
            _kill_group(child.popen.pid)
            await child.ended

    def _interrupt(self) -> None:
        self._interrupts += 1
        self.interrupted.set()

    def _reap(self) -> None:
        """Note the end of our own children, then bury the orphans that came to us."""
        ours = [child.popen for child in self._children.values()] + self._commands
        for child in self._children.values():
            child.poll()
        while LINUX and (ended := _waitable()):
            mine = [popen for popen in ours if popen.pid == ended]
            if mine:
                mine[0].poll()
            else:
                os.waitpid(ended, os.WNOHANG)
        for child in self._children.values():
            child.poll()


def end_leftovers(ledger: Path) -> None:
    """Wait for programs of an earlier, killed supervisor, which are stopping by themselves; then insist."""
    known = json.loads(ledger.read_text()) if ledger.exists() else {}
    for limit_s, number in _PATIENCE:
        alive = [one["pid"] for one in known.values() if birth_of(one["pid"]) == one["birth"]]
        if number is not None:
            for pid in alive:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, number)
        until = time.monotonic() + limit_s
        while any(birth_of(pid) for pid in alive) and time.monotonic() < until:
            time.sleep(0.05)
    ledger.unlink(missing_ok=True)


def _waitable() -> int:
    """The id of some child that has ended and is not reaped yet; 0 when there is none."""
    with contextlib.suppress(ChildProcessError):
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return found.si_pid if found else 0
    return 0


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _end_of(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"

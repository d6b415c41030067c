"""No program outlives its supervisor, crashed ones come back, and the order of stopping holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service_center.devstack.processes import birth_of, is_locked, lock
from service_center.devstack.supervisor import end_leftovers
from service_center.devstack.terminal import Refusal

ROOT = Path(__file__).resolve().parents[2]

STACK = """
import asyncio, sys
from pathlib import Path
from service_center.devstack.supervisor import Service, Supervisor

home = Path(sys.argv[1])
CODE = '''
import signal, sys, time
def leave(*_):
    with open(sys.argv[2], "a") as log: log.write(sys.argv[1] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
while True: time.sleep(0.05)
'''

def service(name, code=CODE):
    argv = [sys.executable, "-c", code, name, str(home / "stopped")]
    return Service(name, argv, {}, home / (name + ".log"), home)

async def main():
    supervisor = Supervisor(home / "pids.json")
    with supervisor.listening():
        await supervisor.start(service("below"))
        await supervisor.start(service("above", *sys.argv[2:]))
        await supervisor.interrupted.wait()
        await supervisor.stop(["above"], ["below"])
    print(supervisor.fault or "stopped")

asyncio.run(main())
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", STACK, str(tmp_path), *arguments]
        popen = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(popen)
        return popen

    yield begin
    for popen in started:
        popen.kill()
        popen.wait()


def _wait(what: Callable[[], bool], limit_s: float = 10.0) -> bool:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return False


def _up(home: Path) -> bool:
    return all(
        (home / f"{n}.log").exists() and "up" in (home / f"{n}.log").read_text() for n in ("below", "above")
    )


def _pids(home: Path) -> dict[str, int]:
    return {name: known["pid"] for name, known in json.loads((home / "pids.json").read_text()).items()}


def test_interrupt_stops_in_reverse_order(start: Start, tmp_path: Path) -> None:
    supervisor = start()
    assert _wait(lambda: _up(tmp_path))
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(10) == 0
    assert (tmp_path / "stopped").read_text() == "above below "
    assert not (tmp_path / "pids.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_kill_of_supervisor_leaves_no_orphan(start: Start, tmp_path: Path) -> None:
    supervisor = start()
    assert _wait(lambda: _up(tmp_path))
    children = _pids(tmp_path).values()
    supervisor.kill()
    supervisor.wait()
    assert _wait(lambda: not any(birth_of(pid) for pid in children))


def test_crashed_program_is_started_again(start: Start, tmp_path: Path) -> None:
    start()
    assert _wait(lambda: _up(tmp_path))
    first = _pids(tmp_path)["above"]
    os.kill(first, signal.SIGKILL)
    assert _wait(lambda: _pids(tmp_path)["above"] != first)
    assert birth_of(_pids(tmp_path)["below"])


def test_program_that_keeps_crashing_stops_the_stack(start: Start, tmp_path: Path) -> None:
    hurried = STACK.replace("\nasync def main", "\nsupervisor_module._PAUSES_S = (0.01,)\nasync def main")
    hurried = hurried.replace(
        "import asyncio", "import service_center.devstack.supervisor as supervisor_module\nimport asyncio"
    )
    argv = [sys.executable, "-c", hurried, str(tmp_path), "raise SystemExit('no table')"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout == "above keeps ending (exit 1): no table\n"
    assert (tmp_path / "stopped").read_text() == "below "


def test_leftovers_of_a_killed_supervisor_are_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = subprocess.Popen(["sleep", "60"], start_new_session=True)
    ledger = tmp_path / "pids.json"
    ledger.write_text(json.dumps({"old": {"pid": stubborn.pid, "birth": birth_of(stubborn.pid)}}))
    monkeypatch.setattr("service_center.devstack.supervisor._PATIENCE", ((0.1, None), (5.0, signal.SIGKILL)))
    end_leftovers(ledger)
    assert stubborn.wait(5) == -signal.SIGKILL
    assert not ledger.exists()


def test_leftovers_never_hit_a_stranger_with_the_same_number(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    ledger = tmp_path / "pids.json"
    ledger.write_text(json.dumps({"old": {"pid": stranger.pid, "birth": "another one"}}))
    end_leftovers(ledger)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_second_holder_of_a_lock_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock(path, busy="Another one runs."):
        assert is_locked(path)
        with pytest.raises(Refusal, match="Another one runs"), lock(path, busy="Another one runs."):
            pass
    assert not is_locked(path)

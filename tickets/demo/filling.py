"""A history of any size: scripts are written here one after another, and worker processes make tickets of them.

Each worker is forked with its share of the scripts in memory, takes keys as it needs them, and copies its tickets in one
transaction on a connection of its own. The transactions end in the order of the scripts, because what one ticket takes out
of the store an earlier one may have let in: killed at any moment, the first shares are there whole and the others not at
all. Numbers are taken here, in the same order.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event

from django.db import connection, transaction

from service_center.kernel import numbering
from service_center.kernel.clock_drafts import lay_out
from tickets.demo.desk import Desk
from tickets.demo.in_bulk import Life, numbers_for
from tickets.demo.steps import Script

KEYS = 4000
Progress = Callable[[int], None]


class WorkerFailed(RuntimeError):
    """A worker ended before its tickets were there."""


@dataclass
class Share:
    """What one worker does."""

    scripts: list[Script]
    numbers: numbering.Run = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = numbers_for(self.scripts)
        with transaction.atomic():
            self.numbers.take()


def fill(scripts: Iterator[Script], *, now: datetime, workers: int, size: int, told: Progress) -> int:
    """Make tickets of all scripts, so many in one transaction, with so many workers (0: right here); returns how many.

    `told(tickets so far)` after each share. Raises WorkerFailed.
    """
    lay_out()
    crew = Crew(now, workers, told)
    gc.collect()
    gc.freeze()
    try:
        while some := list(itertools.islice(scripts, size)):
            crew.give(Share(some))
        return crew.finish()
    finally:
        crew.stop()
        gc.unfreeze()


class Crew:
    """Worker processes, each busy with one share."""

    def __init__(self, now: datetime, workers: int, told: Progress) -> None:
        self.now, self.workers, self.told, self.done = now, workers, told, 0
        self._fork = multiprocessing.get_context("fork").Process
        self._busy: dict[int, tuple[BaseProcess, int]] = {}
        self._before: Event | None = None

    def give(self, share: Share) -> None:
        """Let somebody do it; waits until somebody is free."""
        if not self.workers:
            make(share, self.now)
            self._count(len(share.scripts))
            return
        while len(self._busy) >= self.workers:
            self._wait()
        before, self._before = self._before, multiprocessing.get_context("fork").Event()
        worker = self._fork(target=_work, args=(share, self.now, before, self._before))
        worker.start()
        self._busy[worker.sentinel] = worker, len(share.scripts)

    def finish(self) -> int:
        """Wait for all; how many tickets were made."""
        while self._busy:
            self._wait()
        return self.done

    def stop(self) -> None:
        """Nobody goes on."""
        for worker, _ in self._busy.values():
            worker.terminate()

    def _wait(self) -> None:
        for sentinel in wait(list(self._busy)):
            assert isinstance(sentinel, int)
            worker, number = self._busy.pop(sentinel)
            worker.join()
            if worker.exitcode:
                raise WorkerFailed(
                    f"a worker ended with {worker.exitcode}; its {number} tickets are not there"
                )
            self._count(number)

    def _count(self, number: int) -> None:
        self.done += number
        self.told(self.done)


def _work(share: Share, now: datetime, before: Event | None, after: Event) -> None:
    """In the worker: its own connection, for the inherited one belongs to the parent."""
    gc.disable()
    parent = os.getppid()
    connection.connection = None
    connection.ensure_connection()

    def turn() -> None:
        while before is not None and not before.wait(1.0):
            if os.getppid() != parent:
                raise WorkerFailed("nobody is left to say that the earlier tickets are there")

    make(share, now, turn)
    after.set()
    connection.close()
    os._exit(0)


def make(share: Share, now: datetime, turn: Callable[[], None] = lambda: None) -> None:
    """Make tickets of a share in one transaction, which ends when it is its turn."""
    desk = Desk(share.numbers, keys_ahead=KEYS)
    for script in share.scripts:
        Life(desk, script).play()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        desk.close(now, turn)

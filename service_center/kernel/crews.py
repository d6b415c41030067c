"""Work shared out to forked processes, whose transactions end in the order in which the work was given.

A worker is forked with its work in memory and writes on a connection of its own. Killed at any moment, the first pieces
are there whole and the others not at all.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Self

from django.db import connection

Turn = Callable[[], None]
"""Called in a piece of work before its transaction ends: waits until the pieces given earlier are there."""
Progress = Callable[[int], None]


class WorkerFailed(RuntimeError):
    """A worker ended before its piece was there."""


class Crew:
    """So many worker processes (0: this one), each busy with one piece; `told(number so far)` after each piece."""

    def __init__(self, workers: int, told: Progress = lambda done: None) -> None:
        self.workers, self.told, self.done = workers, told, 0
        self._busy: dict[int, tuple[BaseProcess, int]] = {}
        self._before: Event | None = None

    def __enter__(self) -> Self:
        gc.collect()
        gc.freeze()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Nobody goes on."""
        for worker, _ in self._busy.values():
            worker.terminate()
        gc.unfreeze()

    def give(self, work: Callable[[Turn], object], number: int) -> None:
        """Let somebody do a piece that counts for so many; waits until somebody is free. Raises WorkerFailed."""
        if not self.workers:
            work(_at_once)
            self._count(number)
            return
        while len(self._busy) >= self.workers:
            self._wait()
        here = multiprocessing.get_context("fork")
        before, self._before = self._before, here.Event()
        worker = here.Process(target=_work, args=(work, before, self._before))
        worker.start()
        self._busy[worker.sentinel] = worker, number

    def finish(self) -> int:
        """Wait for all; how many were done. Raises WorkerFailed."""
        while self._busy:
            self._wait()
        return self.done

    def _wait(self) -> None:
        for sentinel in wait(list(self._busy)):
            assert isinstance(sentinel, int)
            worker, number = self._busy.pop(sentinel)
            worker.join()
            if worker.exitcode:
                raise WorkerFailed(
                    f"a worker ended with {worker.exitcode}; its piece of {number} is not there"
                )
            self._count(number)

    def _count(self, number: int) -> None:
        self.done += number
        self.told(self.done)


def crew_size() -> int:
    """As many as there are processors; none inside a transaction, which no other process could look into."""
    return 0 if connection.in_atomic_block else os.cpu_count() or 1


def _work(work: Callable[[Turn], object], before: Event | None, after: Event) -> None:
    """In the worker: its own connection, for the inherited one belongs to the parent."""
    gc.disable()
    parent = os.getppid()
    connection.connection = None
    connection.ensure_connection()

    def turn() -> None:
        while before is not None and not before.wait(1.0):
            if os.getppid() != parent:
                raise WorkerFailed("nobody is left to say that the earlier pieces are there")

    work(turn)
    after.set()
    connection.close()
    os._exit(0)


def _at_once() -> None:
    """The earlier pieces are there: nobody works beside this process."""

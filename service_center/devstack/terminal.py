"""What the person at the terminal sees: one line a step with its seconds, one sentence when it fails."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Refusal(Exception):
    """One clear sentence for the person at the terminal; `./dev` prints it and exits 1."""


_progress: TextIO | None = None
_aside: list[str] = []


def progress_to(stream: TextIO) -> None:
    """Send the steps elsewhere than to standard output, which then belongs to the command that is run."""
    global _progress
    _progress = stream


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the title now, and the seconds (or `failed`) behind it when the step is over.

    A step of another thread prints its whole line when the main thread's step is over.
    """
    began = time.monotonic()
    if threading.current_thread() is not threading.main_thread():
        yield
        _aside.append(f"  {title:<58}{_seconds(began)}  (meanwhile)")
        return
    print(f"  {title:<58}", end="", flush=True, file=_progress)
    try:
        yield
    except BaseException:
        print(f"{_seconds(began)}  failed", flush=True, file=_progress)
        raise
    print(_seconds(began), flush=True, file=_progress)
    while _aside:
        print(_aside.pop(0), flush=True, file=_progress)


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _seconds(began: float) -> str:
    return f"{time.monotonic() - began:6.1f} s"

"""What `./dev` understands."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Callable, Sequence

from . import bench, checks, running, up
from .terminal import Refusal, complain

USAGE = """\
./dev up [--once]           start everything and stay; with --once stop again when it is healthy
./dev test [ARGUMENTS]      the whole test suite, or what the pytest arguments select
./dev check                 format, lint, types, import rules, templates, migrations, deployment, translations
./dev bench [NAME] [--size N]   measurements on a durable database of their own with N tickets (10000)
./dev fmt                   format the code and sort its imports
./dev manage COMMAND ...    a Django command against the development database
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command; expected trouble is one sentence on standard error and exit code 1."""
    try:
        return _command(list(arguments))
    except Refusal as refusal:
        complain(f"./dev: {refusal}")
    except KeyboardInterrupt:
        complain("\n./dev: interrupted.")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        complain(f"./dev: {_reason(error)}")
    return 1


def _command(arguments: list[str]) -> int:
    name, *rest = arguments or ["help"]
    open_ended: dict[str, Callable[[list[str]], int]] = {"test": running.test, "manage": running.manage}
    if name in open_ended:
        return open_ended[name](rest)
    parser = argparse.ArgumentParser(prog=f"./dev {name}", usage=USAGE, add_help=False)
    if name == "up":
        parser.add_argument("--once", action="store_true")
        return up.up(once=parser.parse_args(rest).once)
    if name == "bench":
        parser.add_argument("name", nargs="?")
        parser.add_argument("--size", type=int, default=bench.DEFAULT_SIZE)
        asked = parser.parse_args(rest)
        return bench.bench(asked.name, asked.size)
    if name in ("check", "fmt"):
        parser.parse_args(rest)
        return checks.check() if name == "check" else checks.fmt()
    known = name in ("help", "-h", "--help")
    print(USAGE, end="", file=sys.stdout if known else sys.stderr)
    return 0 if known else 2


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full ({error.filename or 'while writing'}); free some space and try again."
    return f"No permission for {error.filename}: run ./dev as the user who owns this checkout."

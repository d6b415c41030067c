"""`manage.py due --batch`: one JSON case a line in, one JSON answer a line out, in order, nothing else.

Free of Django until a case names a calendar by its code, so `manage.py` may run it without starting the project.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from service_center.kernel import due_cases
from service_center.kernel.worktime import Calendar


def main(name: str, write: Callable[[str], object] | None = None) -> int:
    """Answer the cases of a file (`-`: standard input); 0, or 1 when the file cannot be read."""
    answer = write or sys.stdout.write
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as cases:
            for case in numbered(cases):
                answer(due_cases.answer(case, lookup) + "\n")
    except OSError as error:
        sys.stderr.write(f"{name}: {error.strerror}\n")
        return 1
    return 0


def numbered(cases: Iterable[bytes]) -> Iterator[bytes]:
    """Every line up to the last that is not blank: a blank one in between is a bad case, the end of the file is not."""
    blank = 0
    for case in cases:
        if not case.strip():
            blank += 1
            continue
        yield from [b""] * blank
        blank = 0
        yield case


def lookup(code: str) -> Calendar:
    """A calendar of the database by its code. Raises due_cases.BadCase."""
    import django

    django.setup()
    from service_center.kernel import calendars, models

    try:
        return calendars.current_value(code)
    except models.Calendar.DoesNotExist as error:
        raise due_cases.BadCase("unknown_calendar", "calendar") from error

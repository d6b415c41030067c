"""A holiday is put into a calendar that 100,000 open clocks count on: how long until all count on it, and who waits.

The process that applies it is killed midway; another carries on. People work with the same clocks meanwhile.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from datetime import datetime, timedelta

from django.db import connections, transaction

from bench import clocks as made
from bench.measuring import Line, at_most, percentile
from service_center.kernel import calendars, changeovers, clock_audit, clocks, commands, dbtime
from service_center.kernel.clock_drafts import ClockDrafts
from service_center.kernel.drafting import Draft
from service_center.kernel.models import (
    Calendar,
    CalendarException,
    CalendarVersion,
    Changeover,
    Clock,
    ClockEvent,
    Document,
    Rule,
)

CLOCKS, LIMIT_S, WAIT_MS = 100_000, 300, 1000
KILL_AFTER_S, STEPS_A_S = 8.0, 10
KIND = "bench"


def main() -> list[Line]:
    calendar = Calendar.objects.get(code="duty-lunch")
    rule = made.rule("40", calendar.code, pausing_reasons=["part"])
    first = _make(rule)
    changeover = _holiday(calendar)
    took: list[float] = []
    over = threading.Event()
    people = threading.Thread(target=_work, args=(first, took, over))
    began = time.perf_counter()
    child = _applying()
    people.start()
    time.sleep(KILL_AFTER_S)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    done_before = ClockEvent.objects.filter(kind="retarget", clock__rule=rule).count()
    while Changeover.objects.get(pk=changeover.pk).state != Changeover.State.DONE:
        changeovers.run_due(at=commands.now(), seconds=30)
    seconds = time.perf_counter() - began
    over.set()
    people.join()
    moved = ClockEvent.objects.filter(kind="retarget", clock__rule=rule)
    twice = moved.count() - moved.values("clock").distinct().count()
    behind = changeovers.concerned(_version(calendar), at=made.now()).count()
    waits = sorted(took)
    return [
        at_most(f"a holiday applied to {CLOCKS} open clocks, killed once midway", seconds, "s", LIMIT_S),
        Line("clocks brought over before the kill", done_before, "clocks"),
        at_most("clocks brought over twice", twice, "clocks", 0),
        at_most("clocks left behind", behind, "clocks", 0),
        at_most(
            f"a step of {len(waits)} taken on the same clocks meanwhile, p99",
            percentile(waits, 0.99),
            "ms",
            WAIT_MS,
        ),
        at_most("clocks unlike their events, of 2,000", _unlike(first), "clocks", 0),
    ]


def _version(calendar: Calendar) -> CalendarVersion:
    return calendars.current(calendar.pk, at=made.now())


def _make(rule: Rule) -> int:
    """Clocks begun within the last days, none of them due yet; returns the first subject's key."""
    now, first = made.now(), time.time_ns() // 1000
    for start in range(0, CLOCKS, 10_000):
        draft = Draft(keys_ahead=10_000)
        book = ClockDrafts(draft)
        for place in range(start, start + 10_000):
            begun = now - timedelta(seconds=place % 90_000)
            book.start(Document(pk=first + place), KIND, rule=rule, at=begun)
        book.run_to(now)
        with transaction.atomic():
            draft.write()
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) kernel_clock, kernel_clockevent")
    return first


def _holiday(calendar: Calendar) -> Changeover:
    """The next weekday is closed; the version counts, the clocks are still to come under it."""
    day = made.now().date() + timedelta(days=1)
    while day.weekday() > 4 or calendar.exceptions.filter(on=day).exists():
        day += timedelta(days=1)
    with transaction.atomic():
        at = dbtime.now()
        CalendarException.objects.create(
            calendar=calendar, on=day, windows=[], name_zh="测量", name_en="Measuring"
        )
        version = calendars.publish(calendar, at=at)
        return changeovers.plan(version, starts_at=at, actor=None, at=at)


def _applying() -> int:
    """A process that applies the change; returns its id."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            changeovers.run_due(at=commands.now(), seconds=3600)
        finally:
            os._exit(1)
    return child


def _work(first: int, took: list[float], over: threading.Event) -> None:
    """People pause and resume clocks of the same calendar; how long each step took, in ms."""
    dice = random.Random(7)  # noqa: S311 - repeatable
    while not over.wait(1 / STEPS_A_S):
        subject = Document(pk=first + dice.randrange(CLOCKS))
        began = time.perf_counter()
        with transaction.atomic():
            _step(subject, dbtime.now())
        took.append((time.perf_counter() - began) * 1000)
    connections.close_all()


def _step(subject: Document, at: datetime) -> None:
    clocks.pause(subject, reason="part", at=at)
    clocks.resume(subject, at=at)


def _unlike(first: int) -> int:
    """How many of some clocks differ from a fresh fold of their events."""
    some = Clock.objects.filter(
        subject_id__gte=first, subject_id__lt=first + CLOCKS, subject_id__endswith="7"
    )
    found = 0
    with transaction.atomic():
        rows = list(some.order_by("pk")[:2000])
        found = len(clock_audit._check_batch(rows, dbtime.now(), False))
        transaction.set_rollback(True)
    return found

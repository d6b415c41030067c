"""Periodic jobs are rows that say when next. Any sweeper claims one, runs it and moves it on in one transaction.

A job is a verb: `@periodic("kpi.rollup", every=3600)` over `def rollup(*, at): ...`, in an app's `jobs.py`. It runs
inside the claiming transaction (so it never calls `commands.run`), touches only the database, and after an outage runs
once, not once for every time it missed. A `detached` job (long, harmless to miss once) is moved on first and then runs
outside any transaction, where it opens its own. What a job gives back (a number or few words) stands on its row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, transaction
from django_stubs_ext import StrPromise

from service_center.kernel import calendars, dbtime, worktime
from service_center.kernel.models import PeriodicJob

log = logging.getLogger(__name__)

Job = Callable[..., object]
RETRY_CAP = 3600
OUTCOME = ("failures", "last_error", "last_done_at", "last_seconds", "last_result")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """When a job comes round: every so many seconds, or daily at a local time (on the open days of a calendar, or on
    one day of each month). `title` is what people call it, `said` what its number means: "%(n)s 处差异"."""

    code: str
    run: Job
    every: int = 0
    second_of_day: int = 0
    calendar: str | None = None
    day: int = 0
    detached: bool = False
    title: StrPromise | str = ""
    said: StrPromise | str = ""


REGISTRY: dict[str, Plan] = {}


def periodic(
    code: str,
    *,
    every: int | None = None,
    daily_at: str | None = None,
    calendar: str | None = None,
    day_of_month: int = 0,
    detached: bool = False,
    title: StrPromise | str = "",
    said: StrPromise | str = "",
) -> Callable[[Job], Job]:
    """Register `function(*, at)` under a stable code.

    `every`: seconds. `daily_at`: "HH:MM" in the calendar's zone (without one: settings.TIME_ZONE), only on days the
    calendar opens, or only on that day (1-28) of the month. Raises ValueError for a wrong plan or a code taken.
    """
    if (
        (every is None) == (daily_at is None)
        or (every is not None and every < 1)
        or not 0 <= day_of_month <= 28
    ):
        raise ValueError(f"job {code}: give every (seconds) or daily_at")
    second = worktime.wall_seconds(daily_at) if daily_at else 0

    def register(function: Job) -> Job:
        plan = Plan(code, function, every or 0, second, calendar, day_of_month, detached, title, said)
        known = REGISTRY.setdefault(code, plan)
        if known.run.__qualname__ != function.__qualname__ or known.run.__module__ != function.__module__:
            raise ValueError(f"two jobs are called {code}")
        REGISTRY[code] = plan
        return function

    return register


def following(plan: Plan, moment: datetime, *, last: datetime | None = None) -> datetime:
    """The first time after `moment` the job is due; steps of `every` keep the rhythm of `last`."""
    if plan.every:
        step = timedelta(seconds=plan.every)
        if last is None or last > moment:
            return moment + step
        return last + ((moment - last) // step + 1) * step
    hours = calendars.current_value(plan.calendar) if plan.calendar else _everyday()
    day = hours.local_day(moment)
    for _ in range(worktime.HORIZON.days):
        due = hours.at(day, plan.second_of_day)
        if due > moment and _wanted(plan, hours, day):
            return due
        day += ONE_DAY
    raise worktime.NeverOpen(plan.code)


def _wanted(plan: Plan, hours: worktime.Calendar, day: date) -> bool:
    return bool(hours.opening(day)) and plan.day in (0, day.day)


def _everyday() -> worktime.Calendar:
    return worktime.Calendar(ZoneInfo(settings.TIME_ZONE), worktime.ALWAYS.weekly)


def sync() -> None:
    """Give every registered job its row; existing rows keep their time."""
    missing = set(REGISTRY) - set(PeriodicJob.objects.values_list("code", flat=True))
    if missing:
        at = dbtime.now()
        rows = [PeriodicJob(code=code, next_at=following(REGISTRY[code], at)) for code in sorted(missing)]
        PeriodicJob.objects.bulk_create(rows, ignore_conflicts=True)


def sweep(limit: int = 20) -> int:
    """Run up to `limit` due jobs, one transaction each; returns how many were claimed."""
    claimed = 0
    while claimed < limit and _run_next():
        claimed += 1
    return claimed


def _run_next() -> bool:
    with transaction.atomic():
        at = dbtime.now()
        row = (
            PeriodicJob.objects.select_for_update(skip_locked=True)
            .filter(code__in=list(REGISTRY), next_at__lte=at)
            .order_by("next_at")
            .first()
        )
        if row is None:
            return False
        plan = REGISTRY[row.code]
        done = plan.detached or _attempt(plan, row, at)
        if done:
            row.next_at = following(plan, at, last=row.next_at)
        row.last_at = at
        row.save(update_fields=["next_at", "last_at", *OUTCOME])
    if plan.detached:
        _attempt(plan, row, at)
        row.save(update_fields=["next_at", *OUTCOME])
    return True


def _attempt(plan: Plan, row: PeriodicJob, at: datetime) -> bool:
    """Run the job, in a savepoint when a transaction is open; False when it failed, which is noted on the row."""
    began = time.monotonic()
    try:
        if plan.detached:
            result = plan.run(at=at)
        else:
            with transaction.atomic():
                result = plan.run(at=at)
    except InterfaceError:
        raise  # the connection is gone, and the claim with it
    except Exception as error:
        row.last_seconds = time.monotonic() - began
        _postpone(row, error, at)
        return False
    row.failures, row.last_error = 0, ""
    row.last_done_at, row.last_seconds = at, time.monotonic() - began
    row.last_result = "" if result is None else str(result)[:200]
    return True


def _postpone(row: PeriodicJob, error: Exception, at: datetime) -> None:
    """Try a failed job again after 2, 4, 8 ... seconds, at most an hour."""
    row.failures += 1
    row.last_error = f"{type(error).__name__}: {error}"[:500]
    row.next_at = at + timedelta(seconds=min(2 ** min(row.failures, 12), RETRY_CAP))
    log.exception("job %s failed", row.code)

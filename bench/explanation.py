"""Why a deadline is due when it is: a clock that has run for 90 days, with pauses and a second limit."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from bench import clocks as made
from bench.doors import product
from bench.measuring import Line, percentile, times_ms
from service_center.kernel import clock_subjects, clocks, commands, explaining
from service_center.kernel.models import Clock, User
from tickets.models import Ticket

DAYS, LIMIT_MS = 90, 20
DAY = timedelta(days=1)
KIND = f"bench {time.time_ns()}"


def main() -> list[Line]:
    door = product("supervisor")
    user = User.objects.get(username="supervisor")
    ticket = Ticket.objects.visible_to(user).order_by("-pk")[0]
    with transaction.atomic():
        clock = _old_clock(ticket)
    try:
        found = clock_subjects.find(clock.pk, user)
        assert found is not None
        path, now = f"/api/v1/clocks/{clock.pk}/explanation/", commands.now()
        lines = sum(len(version["intervals"]) for version in json.loads(door.get(path))["versions"])
        return [
            _line("its intervals from the events, one query", lambda: explaining.explain(found[0], now)),
            _line(f"the whole account over REST, {lines} intervals", lambda: door.get(path)),
        ]
    finally:
        with transaction.atomic():
            clocks.cancel(ticket, at=commands.now(), kinds=[clock.kind])


def _old_clock(ticket: Ticket) -> Clock:
    """Begun 90 days ago on duty hours; paused four times, under a second rule for the last month."""
    one = made.rule("600", "duty-lunch", pausing_reasons=["part", "customer"])
    other = made.rule("700", "duty-lunch", pausing_reasons=["part", "customer"])
    begun = commands.now() - DAYS * DAY
    clock = clocks.start(ticket, KIND, rule=one, at=begun)
    for number in range(4):
        since = begun + (5 + 15 * number) * DAY
        clocks.pause(ticket, reason="part", at=since, kinds=[KIND])
        clocks.resume(ticket, at=since + 3.3 * DAY, kinds=[KIND])
    clocks.retarget(ticket, KIND, rule=other, at=begun + 60 * DAY)
    return clock


def _line(what: str, ask: Callable[[], object]) -> Line:
    took = times_ms(ask, calls=60)
    median = statistics.median(took)
    told = f"explanation over {DAYS} days, {what}: median (p95 {percentile(took, 0.95):.1f} ms)"
    return Line(told, round(median, 2), "ms", target=f"< {LIMIT_MS}", met=median < LIMIT_MS)

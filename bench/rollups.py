"""The sums by day: what one change costs, what building all of them costs, and the dashboard against SQL over them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from django.db import connection, transaction

from bench.measuring import Line, at_most, times_ms
from service_center.kernel import commands
from service_center.reports.actions import sums
from service_center.reports.queries.parts import SOURCES
from tickets.models import Ticket

CHANGE_MS = 5
REBUILD_S = 300


def main() -> list[Line]:
    took = times_ms(_recount(), calls=200)
    began = time.perf_counter()
    sums.rebuild(at=commands.now(), told=_told)
    seconds = time.perf_counter() - began
    return [
        at_most("one change counted: median", statistics.median(took), "ms", CHANGE_MS),
        at_most(f"rebuild for {Ticket.objects.count()} tickets", seconds, "s", REBUILD_S),
    ]


def _recount() -> Callable[[], object]:
    """A ticket's status changes and it is counted anew, as a fact about it makes it; another ticket each time."""
    tickets = iter(
        Ticket.objects.filter(status="closed").order_by("-pk").values_list("pk", flat=True).iterator()
    )

    def change() -> None:
        pk = next(tickets)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE tickets_ticket SET reopen_count = reopen_count + 1 WHERE id = %s", [pk]
                )
            sums.count(SOURCES[Ticket], [pk])

    return change


def _told(source: str, counted: int) -> None:
    if counted % 100_000 == 0:
        print(f"       {source}: {counted} counted", flush=True)

"""Pages: how many queries each asks and how long it takes, here and in the smaller database named by BENCH_SMALL."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import quote

from django.db import connection, reset_queries

from bench import doors
from bench.measuring import Line, at_least, at_most, times_ms
from customers.models import Customer
from service_center.kernel import commands
from service_center.reports.subscribers import build_sums
from tickets.models import Ticket

QUERIES = 12
GROWTH = 1.25
ROUNDS = 5
CALLS = 12


def main() -> list[Line]:
    build_sums(at=commands.now())  # as a worker does where they are not in force for these formulas
    lines, took = [], {}
    for name, visit in _visits().items():
        asked = _queries(visit)
        took[name] = [statistics.median(times_ms(visit, calls=CALLS))]
        lines.append(at_most(f"{name}: queries", asked, "queries", QUERIES))
    small = os.environ.get("BENCH_SMALL")
    return lines + (_growth(small) if small else [_plain(name, ms[0]) for name, ms in took.items()]) + _html()


def _visits() -> dict[str, Callable[[], object]]:
    """What people open all day, as they open it; names and numbers are those of this database."""
    manager, agent, rest = doors.pages("manager"), doors.pages("agent"), doors.product("manager")
    ticket = Ticket.objects.filter(status="closed", branch__code="HZ").latest("pk")
    caller = Customer.objects.filter(branch__code="HZ", phone__isnull=False).earliest("pk")
    paths = {
        "list": (agent, "/tickets/"),
        "ticket": (agent, f"/tickets/{ticket.number}/"),
        "search": (agent, f"/search/?q={quote('不制冷')}"),
        "desk lookup": (agent, f"/desk/caller/?phone={caller.phone.removeprefix('+86')}"),
        "dashboard": (manager, "/dashboard/"),
        "REST list": (rest, "/api/v1/tickets/"),
        "REST ticket": (rest, f"/api/v1/tickets/{ticket.number}/"),
    }
    return {name: partial(door.get, path) for name, (door, path) in paths.items()}


def _queries(visit: Callable[[], object]) -> int:
    """Statements of one visit when everything is warm."""
    visit()
    connection.force_debug_cursor = True
    reset_queries()
    visit()
    connection.force_debug_cursor = False
    return len(connection.queries)


def _growth(small: str) -> list[Line]:
    """Medians of both databases in turns, and what the size adds."""
    took: dict[str, tuple[list[float], list[float]]] = {}
    for _ in range(ROUNDS):
        for side, database in enumerate((connection.settings_dict["NAME"], small)):
            with _on(database):
                build_sums(at=commands.now())
                for name, visit in _visits().items():
                    took.setdefault(name, ([], []))[side].append(
                        statistics.median(times_ms(visit, calls=CALLS))
                    )
    lines = []
    for name, (large, little) in took.items():
        ours, theirs = statistics.median(large), statistics.median(little)
        lines.append(
            Line(
                f"{name}: median",
                round(ours, 2),
                "ms",
                round(theirs, 2),
                f"the same page of {small}",
                round(ours / theirs, 3),
                f"<= {GROWTH:g}",
                ours / theirs <= GROWTH,
            )
        )
    return lines


@contextmanager
def _on(database: str) -> Iterator[None]:
    kept = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    yield
    connection.close()
    connection.settings_dict["NAME"] = kept


def _plain(name: str, ms: float) -> Line:
    return Line(f"{name}: median", round(ms, 2), "ms")


def _html() -> list[Line]:
    """The list page of fifty against a template with one loop over values, in the product's frame and bare."""
    agent, bare = doors.pages("agent"), doors.bare()
    references = (
        (agent, "/minimal/framed/", "minimal template, one loop over values, same frame, logged in"),
        (bare, "/minimal/page/", "minimal template, one loop over values, no middleware, nobody logged in"),
    )
    return [
        at_least(
            "HTML list of 50",
            partial(agent.get, "/tickets/?corner=all"),
            partial(door.get, path),
            against=against,
            share=0.6,
        )
        for door, path, against in references
    ]

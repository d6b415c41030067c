"""REST: a list of 25 tickets and one ticket, against minimal views with the same fields."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from bench.doors import bare, product
from bench.measuring import Line, at_least
from tickets.models import Ticket

SHARE = 0.4


def main() -> list[Line]:
    ours, theirs = product("manager"), bare()
    number = Ticket.objects.filter(status="closed").order_by("-id").values_list("number", flat=True)[0]
    paths = {"list of 25": "tickets/?status=closed", "ticket": f"tickets/{number}/"}
    one, other = ours.get("/api/v1/tickets/?status=closed"), theirs.get("/minimal/tickets/")
    _same_fields(json.loads(one), json.loads(other))
    return [
        at_least(
            f"REST {name}",
            partial(ours.get, f"/api/v1/{path}"),
            partial(theirs.get, f"/minimal/{path}"),
            against="minimal DRF view, same fields, no middleware, nobody logged in",
            share=SHARE,
        )
        for name, path in paths.items()
    ]


def _same_fields(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    first, second = ours["results"][0], theirs["results"][0]
    assert first.keys() == second.keys(), first.keys() ^ second.keys()
    assert first["clocks"][0].keys() == second["clocks"][0].keys()
    assert len(ours["results"]) == len(theirs["results"]) == 25

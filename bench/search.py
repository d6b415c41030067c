"""Searching in every class of text a caller, an agent or a machine's plate gives; half of what people search is rare."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from django.db import connection

import bench.urls  # noqa: F401 - the pages enter what they find into the search
from bench.measuring import Line, percentile, times_ms
from customers.models import Customer, Unit
from service_center.kernel.models import User
from service_center.kernel.web import search
from tickets.models import Ticket

LIMIT_MS = 50
CALLS, TURN, STATEMENTS, SUMMED = 60, 10, 6, 100_000
IDLE = f"adding {SUMMED} squares and {STATEMENTS} empty statements, in turns: how busy the machine is"
SAMPLE = 4000
NOTHING = "no hit"


def main() -> list[Line]:
    """The one search box as the agent and as the manager, each class with other words at every call."""
    users = {
        name: User.objects.select_related("person__branch").get(username=name)
        for name in ("agent", "manager")
    }
    lines = []
    for kind, words in _classes().items():
        for name, user in users.items():
            _must_find(kind, words, user)
            lines += _measured(f"{kind}, {name}", _finding(user, words))
    return lines


def _measured(name: str, find: Callable[[], object]) -> list[Line]:
    """The 95th percentile and the median, each beside that of the same idle work done in turns with it."""
    took: list[float] = []
    idle: list[float] = []
    for _ in range(CALLS // TURN):
        took += times_ms(find, calls=TURN)
        idle += times_ms(_nothing, calls=TURN)
    took.sort()
    idle.sort()
    lines = []
    for told, share in (("p95", 0.95), ("median", 0.5)):
        ours, theirs = percentile(took, share), percentile(idle, share)
        lines.append(
            Line(
                f"{name}: {told}", round(ours, 2), "ms", round(theirs, 2), IDLE, round(ours / theirs, 2),
                f"<= {LIMIT_MS}", ours <= LIMIT_MS,
            )
        )  # fmt: skip
    return lines


def _nothing() -> None:
    """Work that takes a search's time on a machine that has nothing else to do."""
    sum(number * number for number in range(SUMMED))
    with connection.cursor() as cursor:
        for _ in range(STATEMENTS):
            cursor.execute("SELECT 1")


def _must_find(kind: str, words: list[str], user: User) -> None:
    """A search that finds nothing is fast and proves nothing: every class but one has to have hits, for the manager."""
    found = sum(bool(search.hits(user, word, search.LISTED)) for word in words)
    if kind == NOTHING and found:
        raise RuntimeError(f"{kind}: {found} of {len(words)} texts have hits")
    if kind != NOTHING and user.username == "manager" and found < len(words) / 2:
        raise RuntimeError(f"{kind}: only {found} of {len(words)} texts have hits")


def _finding(user: User, words: list[str]) -> Callable[[], object]:
    turn = iter(range(10**9))
    return lambda: search.hits(user, words[next(turn) % len(words)], search.LISTED)


def _classes() -> dict[str, list[str]]:
    """Words of each class, taken from what is there; the same for the same data."""
    dice = random.Random(7)  # noqa: S311 - a repeatable choice, not a secret
    last = Ticket.objects.latest("pk").pk
    ids = dice.sample(range(1, last + 1), min(SAMPLE, last))
    subjects = list(Ticket.objects.filter(pk__in=ids).order_by("pk").values_list("subject", flat=True))
    names = list(Customer.objects.order_by("pk").values_list("name", flat=True)[:SAMPLE])
    serials = list(Unit.objects.order_by("-pk").values_list("serial", flat=True)[:200])
    phones = [row.phone for row in Customer.objects.order_by("-pk")[:100] if row.phone]
    numbers = list(Ticket.objects.filter(pk__in=ids[:100]).values_list("number", flat=True))
    pairs = Counter(text[i : i + 2] for text in subjects for i in range(len(text) - 1))
    triples = Counter(text[i : i + 3] for text in subjects for i in range(len(text) - 2))
    return {
        "2 characters, frequent": _common(pairs),
        "2 characters, rare": _seldom(pairs),
        "3 characters, frequent": _common(triples),
        "3 characters, rare": _seldom(triples),
        "a name": dice.sample(names, min(40, len(names))),
        NOTHING: ["麒麟", "龘靐", "骉骉骉", "犇羴"],
        "last 4 digits": [phone[-4:] for phone in phones],
        "last 6 digits": [number[-6:] for number in numbers],
        "whole number": [phone.removeprefix("+86") for phone in phones],
        "serial": dice.sample(serials, min(40, len(serials))),
    }


def _common(found: Counter[str]) -> list[str]:
    return [text for text, _ in found.most_common(8)]


def _seldom(found: Counter[str]) -> list[str]:
    return [text for text, _ in found.most_common()[-20:]]

"""What fired against what had to fire by the events alone; nothing of it trusts the clocks' columns or the sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from service_center.kernel import clock_audit, clock_history, folding
from service_center.kernel.models import Clock, Delivery, Event, RungFiring

RUNGS = ("clock.warned", "clock.breached", "clock.escalated")
CHUNK = 1000
Rung = tuple[int, int, int, str]
"""A rung of a clock: (clock, cycle, generation, name)."""


def verdict(asof: datetime, since: datetime) -> dict[str, Any]:
    """Counts of everything that must be nought, of rungs whose time had come by `asof`; effects of facts told since."""
    must, may = recomputed(asof)
    rows = RungFiring.objects.filter(instant__lte=asof)
    fired = Counter(rows.values_list("clock_id", "cycle", "generation", "rung"))
    told, rang = Counter(_told(asof)), Counter(_rang(asof))
    lost, double = _effects(since)
    return {
        "expected": len(must),
        "fired": sum(fired.values()),
        "fired before a truth came that made them needless": sum((fired & Counter(may)).values()),
        "missing": sum((Counter(must) - fired).values()),
        "duplicate": sum(fired.values()) - len(fired),
        "not to be fired": len(fired.keys() - must - may),
        "early": _early(),
        "events missing": sum((rang - told).values()),
        "events duplicate": sum((told - rang).values()),
        "effects missing": len(lost),
        "effects duplicate": double,
        "undelivered": Delivery.objects.count(),
        "clocks unlike their events": len(list(clock_audit.check(at=asof, fix=False))),
        "samples": [str(each) for each in [*lost[:3], *list(fired.keys() - must - may)[:3]]],
    }


MUST_BE_NONE = ("missing", "duplicate", "early", "events missing", "events duplicate", "effects missing",
                "effects duplicate", "undelivered", "clocks unlike their events")  # fmt: skip


def is_clean(found: dict[str, Any]) -> bool:
    needless = found["fired before a truth came that made them needless"]
    return found["expected"] == found["fired"] - needless > 0 and not any(
        found[name] for name in MUST_BE_NONE
    )


def recomputed(asof: datetime) -> tuple[set[Rung], set[Rung]]:
    """The rungs that must have fired or been passed over by then, from the events alone; and those that may have.

    A stop that was told late makes the rungs needless that came between its time and its telling: some of them had
    fired when it was told.
    """
    must: set[Rung] = set()
    may: set[Rung] = set()
    last = 0
    while batch := list(Clock.objects.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        known = clock_history.of(batch)
        for clock in batch:
            events = known[clock.pk]
            facts, written = clock_history.facts(events), [event.at for event in events]
            must |= {(clock.pk, *each) for each in folding.expected(facts, written, asof)}
            may |= {(clock.pk, *each) for each in _needless(facts, written)}
        last = batch[-1].pk
    return must, may - must


def _needless(facts: list[folding.Fact], written: list[datetime]) -> Iterator[tuple[int, int, str]]:
    """The rungs that came between the time of a stop and its telling."""
    for known in range(1, len(facts)):
        if facts[known].kind in {"stop", "retract"}:
            then = folding.fold(facts[:known], written[known - 1])
            for at, rung in then.schedule():
                if facts[known].occurred_at <= at <= written[known]:
                    yield then.number, then.generation, rung.name


def _rang(asof: datetime) -> Iterator[Rung]:
    """The rungs that fired and were not passed over: each must have been told once."""
    rows = RungFiring.objects.filter(skipped=False, instant__lte=asof)
    yield from rows.values_list("clock_id", "cycle", "generation", "rung").iterator()


def _told(asof: datetime) -> Iterator[Rung]:
    facts = Event.objects.filter(name__in=RUNGS, occurred_at__lte=asof, data__has_key="clock")
    for data in facts.values_list("data", flat=True).iterator():
        yield data["clock"], data["cycle"], data["generation"], data["rung"]


def _early() -> int:
    """The database forbids it by a check; here it is counted all the same."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {RungFiring._meta.db_table} WHERE fired_at < instant")
        return int(cursor.fetchone()[0])


def _effects(since: datetime) -> tuple[list[Any], int]:
    """Facts of the run that had no effect, and the number of effects too many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT fact.id, fact.name, fact.at, fact.data, count(effect.event_id) FROM kernel_event fact
               LEFT JOIN chaos_effect effect ON effect.event_id = fact.id
               WHERE fact.name = ANY(%s) AND fact.at >= %s GROUP BY fact.id HAVING count(effect.event_id) <> 1""",
            [list(RUNGS), since],
        )
        odd = cursor.fetchall()
    return [fact for fact in odd if not fact[-1]], sum(fact[-1] - 1 for fact in odd if fact[-1])


def lateness(since: datetime) -> dict[str, float]:
    """Seconds from the instant of a rung to its firing and to its last effect: p50, p99, max."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM fact.at - fact.occurred_at)),
                      percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM effect.at - fact.occurred_at))
               FROM kernel_event fact JOIN chaos_effect effect ON effect.event_id = fact.id
               WHERE fact.name = ANY(%s) AND fact.at >= %s""",
            [list(RUNGS), since],
        )
        rung, effect = cursor.fetchone()
    names = ("p50", "p99", "max")
    return {
        f"rung {name} s": round(float(x), 3) for name, x in zip(names, rung or (0, 0, 0), strict=True)
    } | {f"effect {name} s": round(float(x), 3) for name, x in zip(names, effect or (0, 0, 0), strict=True)}

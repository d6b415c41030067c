"""The sweep's one statement writes to the letter what the verbs' way of firing writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from service_center.kernel import clock_audit, clocks, dbtime, firing, firing_in_sets
from service_center.kernel.models import Clock, Delivery, Document, Event, EventLink, Rule, RungFiring

HOUR = timedelta(hours=1)
LADDERS: list[list[dict[str, Any]]] = [
    [],
    [
        {"name": "warn", "percent": 50, "role": "assignee"},
        {"name": "due", "percent": 100, "role": "supervisor"},
    ],
    [
        {"name": "first", "percent": 20, "role": "assignee"},
        {"name": "second", "before_seconds": 7, "role": "owner", "action": "priority"},
        {"rung": "due", "percent": 100, "role": "supervisor", "action": "notify"},
        {"rung": "escalate1", "after_seconds": 1, "role": "manager", "action": "reassign"},
        {"rung": "escalate2", "after_seconds": 90_000, "role": "director"},
    ],
]
COLUMNS = (
    "state",
    "breached_at",
    "warned_at",
    "schedule",
    "next_at",
    "next_rung",
    "stopped_at",
    "due_at",
    "generation",
)


def written() -> dict[str, list[Any]]:
    """Everything that firing writes, without the keys of new rows."""
    return {
        "clocks": list(Clock.objects.order_by("id").values_list("id", *COLUMNS)),
        "firings": sorted(
            RungFiring.objects.values_list(
                "clock_id", "cycle", "generation", "rung", "instant", "fired_at", "skipped", "fold_version"
            )
        ),
        "facts": list(
            Event.objects.filter(name__startswith="clock.").order_by("id").values_list(
                "name", "schema", "subject_type", "subject_id", "version", "actor_id", "at", "occurred_at", "data"
            )
        ),
        "links": sorted(
            EventLink.objects.filter(event__name__startswith="clock.").values_list(
                "event__data__clock", "event__data__rung", "kind", "object_id"
            ),
            key=str,
        ),
        "deliveries": sorted(
            Delivery.objects.values_list(
                "event__data__clock", "event__data__rung", "subscriber", "subject_type", "subject_id", "attempts",
                "next_try_at", "dead_at", "last_error",
            ),
            key=str,
        ),
    }  # fmt: skip


def many_clocks(rule: Callable[..., Rule]) -> None:
    """Clocks of every ladder: just due, long due, breached before, under a second rule, in a second cycle, paused before."""
    now = dbtime.now()
    for number, ladder in enumerate(LADDERS):
        one, other = rule("1", rungs=ladder), rule("2", rungs=ladder)
        one.name_zh, one.name_en = ("限时", "") if number else ("", "")
        one.save()
        for place, ago in enumerate((0.9, 1.0001, 1.5, 3, 40)):
            subject = Document.objects.create(code=f"{number}.{place}", name_zh="对象", name_en="Subject")
            begun = now - ago * HOUR + timedelta(microseconds=place)
            clocks.start(subject, "response", rule=one, at=begun)
            if place == 3:
                clocks.stop(subject, "response", at=begun + HOUR / 2)
                clocks.reopen(subject, "response", policy="new_cycle", at=begun + HOUR)
            if place == 4:
                clocks.pause(subject, reason="part", at=begun + HOUR / 10)
                clocks.resume(subject, at=begun + HOUR)
                clocks.retarget(subject, "response", rule=other, at=begun + 2 * HOUR)


def undone(fire: Callable[[], Any]) -> tuple[int, dict[str, list[Any]]]:
    """What firing wrote, and how many it told; rolled back."""
    with transaction.atomic():
        told = len(fire())
        found = written()
        transaction.set_rollback(True)
    return told, found


def held() -> list[Clock]:
    return list(
        Clock.objects.select_for_update(no_key=True)
        .filter(next_at__lte=dbtime.now())
        .order_by("next_at", "id")
    )


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_one_statement_writes_what_the_verbs_write(rule: Callable[..., Rule]) -> None:
    many_clocks(rule)
    by_verb = undone(lambda: firing.fire(held(), at=dbtime.now()))
    in_sets = undone(lambda: firing_in_sets.fire(1000))
    assert in_sets == by_verb
    assert by_verb[0] >= 20
    assert {fact[0] for fact in by_verb[1]["facts"]} >= {"clock.warned", "clock.breached", "clock.escalated"}
    assert {fact[-1].get("action") for fact in by_verb[1]["facts"]} == {None, "priority", "reassign"}
    firing_in_sets.fire(1000)
    assert firing_in_sets.fire(1000) == []
    assert list(clock_audit.check(at=dbtime.now(), fix=False)) == []


@pytest.mark.django_db
def test_control_the_comparison_sees_another_role(rule: Callable[..., Rule]) -> None:
    many_clocks(rule)
    by_verb = undone(lambda: firing.fire(held(), at=dbtime.now()))
    Clock.objects.filter(next_rung="due").update(schedule=[["due", dbtime.now().isoformat(), "nobody"]])
    assert undone(lambda: firing_in_sets.fire(1000)) != by_verb


@pytest.mark.django_db
def test_a_clock_that_is_due_without_a_rung_waits_a_minute(rule: Callable[..., Rule], caplog: Any) -> None:
    many_clocks(rule)
    stray = Clock.objects.filter(next_at__lte=dbtime.now()).order_by("id")[0]
    Clock.objects.filter(pk=stray.pk).update(schedule=[["due", "2999-01-01T00:00:00Z", "owner"]])
    told = firing_in_sets.fire(1000)
    assert told
    stray.refresh_from_db()
    assert (stray.next_at, stray.state) == (dbtime.now() + timedelta(minutes=1), "running")
    assert f"clock {stray.pk} is due without a rung" in caplog.text

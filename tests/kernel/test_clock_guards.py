"""What keeps a rung from ringing wrongly, each guard with its negative control: row lock, generation, unique rung.

The same scene is played with the guard and without; without it the outcome is the one that the guard is there to forbid.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from service_center.kernel import clock_audit, clocks, dbtime, firing_in_sets, folding, sweep
from service_center.kernel.models import Clock, Document, Event, RungFiring

HOUR = timedelta(hours=1)
Make = Callable[..., Any]


def breaches(clock: Clock) -> int:
    return Event.objects.filter(name="clock.breached", data__clock=clock.pk).count()


# -- row lock ---------------------------------------------------------------------------------------------------------


def stop_against_the_sweep(rule: Make) -> tuple[int, list[str]]:
    """A case was answered in time, and that is told late; a sweep looks while the telling is not committed yet."""
    subject = Document.objects.create(code="guarded", name_zh="对象", name_en="Subject")
    with transaction.atomic():
        clock = clocks.start(
            subject, "response", rule=rule("1", rungs=[]), at=dbtime.now() - HOUR - timedelta(seconds=5)
        )
    holds, looked = threading.Event(), threading.Event()

    def tell() -> None:
        with transaction.atomic():
            at = dbtime.now()
            clocks.stop(subject, "response", at=at, occurred_at=at - HOUR / 2)
            holds.set()
            looked.wait(1.5)
        connections.close_all()

    teller = threading.Thread(target=tell)
    teller.start()
    holds.wait()
    sweep.fire_all()  # with the lock it passes the clock over; without, it waits for the row and writes over it
    looked.set()
    teller.join()
    return breaches(clock), list(clock_audit.check(at=dbtime_now(), fix=True))


def dbtime_now() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("SLA-23")
def test_the_row_lock_keeps_the_sweep_from_a_clock_that_is_being_stopped(rule: Make) -> None:
    assert stop_against_the_sweep(rule) == (0, [])


@pytest.mark.spoils
@pytest.mark.django_db(transaction=True)
def test_control_without_the_row_lock_an_answered_case_is_told_as_late(
    rule: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clause = "FOR NO KEY UPDATE OF clock SKIP LOCKED"
    assert clause in firing_in_sets.STATEMENT
    monkeypatch.setattr(firing_in_sets, "STATEMENT", firing_in_sets.STATEMENT.replace(clause, ""))
    told, differences = stop_against_the_sweep(rule)
    assert told == 1
    assert any("state is breached, not met" in line for line in differences)


# -- generation -------------------------------------------------------------------------------------------------------


def late_under_a_second_rule(rule: Make, subject: Document) -> int:
    """An hour is over and told; the case gets two hours, and they are over too: breaches told."""
    short, long = rule("1", rungs=[]), rule("2", rungs=[])
    begun = dbtime.now() - 3 * HOUR
    clock = clocks.start(subject, "response", rule=short, at=begun)
    clocks.retarget(subject, "response", rule=long, at=begun + 1.5 * HOUR)
    sweep.fire_all()
    return breaches(clock)


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_a_new_generation_rings_again(rule: Make, subject: Document) -> None:
    assert late_under_a_second_rule(rule, subject) == 2


@pytest.mark.django_db
@pytest.mark.spoils
def test_control_without_the_generation_the_second_breach_is_never_told(
    rule: Make,
    subject: Document,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fold = folding.fold
    monkeypatch.setattr(folding, "fold", lambda facts, asof: replace(fold(facts, asof), generation=0))
    assert late_under_a_second_rule(rule, subject) == 1


# -- unique rung ------------------------------------------------------------------------------------------------------


def ring_from_a_spoilt_cache(rule: Make, subject: Document) -> tuple[int, int]:
    """The cache claims after the sweep that nothing has rung: breaches told, breaches on record."""
    clock = clocks.start(subject, "response", rule=rule("1", rungs=[]), at=dbtime.now() - 2 * HOUR)
    spoilt = {"schedule": clock.schedule, "next_at": clock.next_at, "next_rung": clock.next_rung}
    sweep.fire_all()
    Clock.objects.filter(pk=clock.pk).update(state="running", breached_at=None, **spoilt)
    sweep.fire_all()
    return breaches(clock), RungFiring.objects.filter(clock=clock).count()


@pytest.mark.django_db
def test_the_unique_rung_is_told_once(rule: Make, subject: Document) -> None:
    assert ring_from_a_spoilt_cache(rule, subject) == (1, 1)


@pytest.mark.django_db
@pytest.mark.spoils
def test_control_without_the_unique_rung_it_is_told_twice(
    rule: Make,
    subject: Document,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clause = "ON CONFLICT (clock_id, cycle, rung, generation) DO NOTHING"
    assert clause in firing_in_sets.STATEMENT
    monkeypatch.setattr(firing_in_sets, "STATEMENT", firing_in_sets.STATEMENT.replace(clause, ""))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_rungfiring DROP CONSTRAINT rung_once")
        assert ring_from_a_spoilt_cache(rule, subject) == (2, 2)
        transaction.set_rollback(True)

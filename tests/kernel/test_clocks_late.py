"""Clocks and truths that come late: what is met after all, what stays broken."""

import pytest

from service_center.kernel import clock_audit, clocks
from service_center.kernel.models import (
    Document,
)
from tests.kernel.ticking import Make, at, facts_told, rungs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("agreeing")]


def test_a_late_truth_retracts_the_breach(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clocks.pause(subject, reason="part", at=at(5.5))  # by now breached and escalated
    clock = clocks.stop(subject, "response", at=at(8), occurred_at=at(3.5))
    assert clock is not None
    assert (clock.state, clock.stopped_at, clock.breached_at, clock.generation) == ("met", at(3.5), None, 1)
    assert facts_told(subject)[-1] == "clock.retracted"
    assert rungs(clock) == {(1, 0, "warn"): True, (1, 0, "due"): True, (1, 0, "escalate1"): True}


def test_an_earlier_truth_moves_the_stop_and_retracts_the_breach(subject: Document, rule: Make) -> None:
    """Heard of twice: the stop on record came too late, what really happened first did not."""
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    late = clocks.stop(subject, "response", at=at(5))
    assert late is not None and late.state == "breached"
    clock = clocks.stop(subject, "response", at=at(8), occurred_at=at(3.5))
    assert clock is not None
    assert (clock.state, clock.stopped_at, clock.breached_at, clock.generation) == ("met", at(3.5), None, 1)
    assert facts_told(subject) == ["clock.warned warn", "clock.breached due", "clock.retracted"]
    assert clocks.stop(subject, "response", at=at(9), occurred_at=at(4)) is None
    assert list(clock_audit.check(at=at(9), fix=False)) == []


def test_a_truth_moves_no_stop_of_a_cancelled_or_a_newer_cycle(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clocks.cancel(subject, at=at(5))
    assert clocks.stop(subject, "response", at=at(8), occurred_at=at(1)) is None
    clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.stop(subject, "solution", at=at(2))
    clocks.start(subject, "solution", rule=rule("4"), at=at(3))
    clocks.stop(subject, "solution", at=at(4))
    assert clocks.stop(subject, "solution", at=at(8), occurred_at=at(1)) is None


def test_a_late_truth_after_the_due_time_keeps_the_breach(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clock = clocks.stop(subject, "response", at=at(8), occurred_at=at(4.5))
    assert clock is not None
    assert (clock.state, clock.breached_at, clock.generation) == ("breached", at(4), 0)
    assert facts_told(subject) == ["clock.warned warn", "clock.breached due"]


def test_a_truth_older_than_the_clock_counts_from_its_start(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clock = clocks.stop(subject, "response", at=at(1), occurred_at=at(-5))
    assert clock is not None
    assert (clock.state, clock.stopped_at, clock.consumed_seconds) == ("met", at(0), 0)


def test_a_late_stop_of_a_reopened_clock_does_stop_it(subject: Document, rule: Make) -> None:
    clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.stop(subject, "solution", at=at(2))
    clocks.reopen(subject, "solution", policy="continue", at=at(3))
    clock = clocks.stop(subject, "solution", at=at(4), occurred_at=at(1))
    assert clock is not None
    assert (clock.state, clock.stopped_at) == ("met", at(3))

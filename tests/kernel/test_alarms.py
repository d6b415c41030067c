"""Ladders climb until one of those told has the case in hand: on the fold, on rows, and whatever the sweep does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from service_center.kernel import alarms, clock_audit, clocks, commands, errors, firing
from service_center.kernel.models import Alarm, AlarmTask, Clock, Document, Event
from service_center.kernel.worktime import ALWAYS
from tests.kernel.test_folding import FOUR_HOURS, START, facts, fold
from tests.kernel.test_folding import LADDER as RUNGS
from tests.kernel.test_folding import at as instant
from tests.kernel.ticking import Make, at, facts_told, rungs

CLIMB = [
    {"name": "warn", "percent": 50, "role": "owner"},
    {"name": "due", "percent": 100, "role": "supervisor"},
    {"name": "escalate1", "after": 1, "unit": "hour", "role": "supervisor"},
    {"name": "escalate2", "after": 2, "unit": "hour", "role": "manager", "action": "open_task"},
]


def names(rows: list[Any], now: float) -> list[str]:
    return [rung.name for _, rung in fold(facts(*rows), instant(now)).schedule()]


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        ([START], ["warn", "due", "escalate1"]),
        ([START, ("acknowledge", 3.5)], ["warn", "due"]),  # the verdict stays, nobody above is told
        ([START, ("acknowledge", 4.5)], ["warn", "due"]),
        ([START, ("acknowledge", 1)], ["due"]),
        ([START, ("acknowledge", 4.5), ("retarget", 4.6, FOUR_HOURS)], ["warn", "due", "escalate1"]),
        ([START, ("acknowledge", 3.5), ("stop", 3.8), ("reopen", 5, True)], ["warn", "due", "escalate1"]),
        ([START, ("acknowledge", 3.5), ("stop", 3.8), ("reopen", 5)], ["due"]),
        ([START, ("stop", 3), ("acknowledge", 3.5), ("reopen", 5)], ["warn", "due", "escalate1"]),
    ],
)
def test_acknowledgement_cancels_what_is_still_to_come_on_this_ladder(
    rows: list[Any], left: list[str]
) -> None:
    """In the fifth case the ladder begins anew; in the seventh a reopening that continues keeps the word given."""
    found = names(rows, 6)
    assert [name for name in found if name in left] == left
    assert set(found) <= {*left, "warn"}


def test_the_ladder_used_here_is_the_one_of_the_fold() -> None:
    assert [rung.name for rung in RUNGS] == ["warn", "due", "escalate1"]
    assert FOUR_HOURS.calendar is ALWAYS


@pytest.fixture
def ringing(
    subject: Document, rule: Make, people: dict[str, Any], nobody_listens: None
) -> Callable[[float], tuple[Clock, list[Alarm]]]:
    """A clock of four hours brought to an hour: what fired was told to the supervisor and the manager."""

    def make(hours: float) -> tuple[Clock, list[Alarm]]:
        clock = clocks.start(subject, "response", rule=rule("4", rungs=CLIMB), at=at(0))
        events = firing.fire([clock], at=at(hours))
        reached = alarms.Reached(
            "supervisor", [people["supervisor"].user, people["manager"].user], ("owner",)
        )
        return clock, [
            alarm for alarm, _ in alarms.ring([(event, reached) for event in events], at=at(hours))
        ]

    return make


@pytest.mark.django_db
@pytest.mark.req("SLA-22")
def test_acknowledged_nothing_climbs_and_the_audit_agrees(
    ringing: Callable[[float], tuple[Clock, list[Alarm]]], subject: Document, people: dict[str, Any]
) -> None:
    clock, told = ringing(4.5)
    assert [alarm.rung for alarm in told] == ["warn", "due"]
    alarms.acknowledge(told[-1], note="已联系客户", actor=people["manager"].user, at=at(4.6))
    clock.refresh_from_db()
    assert (clock.next_at, clock.schedule, clock.acknowledged_at) == (None, [], at(4.6))
    assert firing.fire([clock], at=at(30)) == []
    assert rungs(clock) == {(1, 0, "warn"): True, (1, 0, "due"): True}
    assert facts_told(subject)[-1] == "clock.acknowledged due"
    assert list(clock_audit.check(at=at(30), fix=False)) == []


@pytest.mark.django_db
def test_unacknowledged_climbs_to_a_task_that_wants_an_answer(
    ringing: Callable[[float], tuple[Clock, list[Alarm]]], subject: Document, people: dict[str, Any]
) -> None:
    _, told = ringing(6.5)
    assert [(alarm.rung, alarm.action) for alarm in told][-1] == ("escalate2", "open_task")
    task = AlarmTask.objects.get()
    assert (task.user, task.opened_at) == (people["supervisor"].user, at(6.5))
    with pytest.raises(errors.Invalid) as refusal:
        alarms.complete(told[-1], result="  ", actor=task.user, at=at(7))
    assert refusal.value.field == "result"
    with pytest.raises(errors.Forbidden):
        alarms.complete(told[-1], result="好", actor=people["manager"].user, at=at(7))
    with pytest.raises(alarms.NoTask):
        alarms.complete(told[0], result="好", actor=task.user, at=at(7))
    alarms.complete(told[-1], result="已补派工程师", actor=task.user, at=at(7))
    with pytest.raises(alarms.TaskDone):
        alarms.complete(told[-1], result="再次", actor=task.user, at=at(8))
    assert facts_told(subject)[-1] == "clock.task_done escalate2"


@pytest.mark.django_db
def test_ringing_twice_is_one_alarm_and_what_was_passed_over_is_told(
    ringing: Callable[[float], tuple[Clock, list[Alarm]]], people: dict[str, Any]
) -> None:
    _, told = ringing(3)
    reached = alarms.Reached("manager", [people["manager"].user])
    assert alarms.ring([(alarm.event, reached) for alarm in told], at=at(9)) == []
    assert Alarm.objects.count() == 1
    passed = Event.objects.get(name="clock.passed_on")
    assert (passed.data["role"], passed.data["reached"]) == ("owner", "supervisor")


@pytest.mark.django_db
def test_acknowledgement_is_refused_to_strangers_and_to_ladders_that_are_over(
    ringing: Callable[[float], tuple[Clock, list[Alarm]]],
    subject: Document,
    rule: Make,
    people: dict[str, Any],
) -> None:
    clock, told = ringing(3)
    by = people["manager"].user
    with pytest.raises(errors.Forbidden):
        alarms.acknowledge(told[0], actor=people["agent"].user, at=at(3.1))
    alarms.acknowledge(told[0], actor=by, at=at(3.1))
    with pytest.raises(alarms.AlreadyAcknowledged):
        alarms.acknowledge(told[0], actor=by, at=at(3.2))
    clocks.retarget(subject, "response", rule=rule("9", rungs=CLIMB), at=at(3.3))
    with pytest.raises(alarms.NotRinging):
        alarms.acknowledge(told[0], actor=by, at=at(3.4))
    clocks.stop(subject, "response", at=at(3.5))
    with pytest.raises(alarms.NotRinging):
        alarms.acknowledge(told[0], actor=by, at=at(3.6))
    assert commands.now() > clock.started_at + timedelta(days=1)

"""The verbs of clocks on real rows: cache, events, firings and journal agree after each."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from service_center.kernel import clock_audit, clocks, explaining, opening_hours, rulebook
from service_center.kernel.models import (
    Calendar,
    Clock,
    ClockEvent,
    Document,
    Event,
    EventLink,
    RungFiring,
)
from tests.kernel.ticking import Make, at, facts_told, rungs, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("agreeing")]


@pytest.mark.req("SLA-01", "SLA-06")
def test_start_caches_the_fold(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    assert (clock.state, clock.due_at, clock.next_at, clock.next_rung) == ("running", at(4), at(3.2), "warn")
    assert clocks.as_dict(clocks.for_subject(subject)[0], at(1)) == {
        "id": clock.pk,
        "kind": "response",
        "rule": "test.rule",
        "clause": {"document": "T-1", "article": clock.rule.clause.article, "title": "限时"},
        "state": "running",
        "cycle": 1,
        "target": 4,
        "unit": "hour",
        "calendar": "24x7",
        "started_at": "2025-10-13T01:00:00Z",
        "due_at": "2025-10-13T05:00:00Z",
        "consumed_seconds": 3600,
        "remaining_seconds": 10800,
        "breached_at": None,
    }
    assert ClockEvent.objects.filter(clock=clock).count() == 1


def test_start_twice_is_one_clock(subject: Document, rule: Make) -> None:
    first = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    again = clocks.start(subject, "response", rule=rule("9"), at=at(1))
    assert (again.pk, again.due_at) == (first.pk, at(4))


def test_start_after_a_stop_is_a_new_cycle(subject: Document, rule: Make) -> None:
    clocks.start(subject, "part", rule=rule("4"), at=at(0))
    clocks.stop(subject, "part", at=at(1))
    clock = clocks.start(subject, "part", rule=rule("2"), at=at(5))
    assert (clock.cycle, clock.state, clock.due_at, clock.target) == (2, "running", at(7), Decimal(2))


def test_rungs_past_at_the_start_are_skipped_not_fired(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(10), started_at=at(5.5))
    assert rungs(clock) == {(1, 0, "warn"): False, (1, 0, "due"): False}
    assert (clock.state, clock.breached_at, clock.next_rung) == ("breached", at(9.5), "escalate1")
    assert facts_told(subject) == []


@pytest.mark.req("SLA-13")
def test_pause_touches_only_clocks_whose_rule_lists_the_reason(subject: Document, rule: Make) -> None:
    clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.start(subject, "statutory", rule=rule("4", pausing=[]), at=at(0))
    clocks.start(subject, "promise", rule=rule("4"), at=at(0), due_at=at(6))
    assert [clock.kind for clock in clocks.pause(subject, reason="part", at=at(1))] == ["solution"]
    assert clocks.pause(subject, reason="part", at=at(2)) == []
    states = {clock.kind: clock.state for clock in clocks.for_subject(subject)}
    assert states == {"solution": "paused", "statutory": "running", "promise": "running"}
    assert [clock.due_at for clock in clocks.resume(subject, at=at(3))] == [at(6)]
    assert clocks.resume(subject, at=at(3)) == []


def test_a_paused_clock_has_no_due_time_and_keeps_what_is_left(subject: Document, rule: Make) -> None:
    clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.pause(subject, reason="part", at=at(1))
    view = shown(subject, 50)
    assert (view["state"], view["due_at"], view["consumed_seconds"], view["remaining_seconds"]) == (
        "paused",
        None,
        3600,
        10800,
    )


def test_stop_at_the_due_instant_is_met(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clock = clocks.stop(subject, "response", at=at(4))
    assert clock is not None
    assert (clock.state, clock.stopped_at, clock.next_at) == ("met", at(4), None)
    assert facts_told(subject) == ["clock.warned warn"]
    assert clocks.stop(subject, "response", at=at(5)) is None
    assert clocks.stop(subject, "nothing", at=at(5)) is None


def test_a_verb_fires_what_was_due_before_it(subject: Document, rule: Make) -> None:
    """No sweep ran: the stop tells the breach it comes after, with the instants at which the rungs were due."""
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clock = clocks.stop(subject, "response", at=at(4.5))
    assert clock is not None
    assert (clock.state, clock.breached_at) == ("breached", at(4))
    assert facts_told(subject) == ["clock.warned warn", "clock.breached due"]
    told = Event.objects.get(name="clock.breached", subject_id=subject.pk)
    assert (told.at, told.occurred_at, told.actor, told.data["role"]) == (at(4.5), at(4), None, "supervisor")
    assert EventLink.objects.filter(kind="kernel.clock", object_id=clock.pk).count() == 2


@pytest.mark.req("SLA-01")
def test_retarget_keeps_consumed_time(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    urgent = rule("1")
    clock = clocks.retarget(subject, "response", rule=urgent, at=at(0.5))
    assert clock is not None
    assert (clock.due_at, clock.generation, clock.rule, clock.target) == (at(1), 1, urgent, Decimal(1))
    again = clocks.retarget(subject, "response", rule=urgent, at=at(0.6))
    assert again is not None
    assert again.generation == 1  # nothing changed
    assert clocks.retarget(subject, "nothing", rule=urgent, at=at(1)) is None


def test_retarget_of_used_up_time_breaches_at_the_change(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clock = clocks.retarget(subject, "response", rule=rule("1"), at=at(2))
    assert clock is not None
    assert (clock.state, clock.due_at, clock.next_at, clock.next_rung) == ("breached", at(2), at(2), "due")
    assert rungs(clock) == {(1, 1, "warn"): False}
    clocks.pause(subject, reason="part", at=at(3.5))
    assert facts_told(subject) == ["clock.breached due", "clock.escalated escalate1"]


def test_retarget_to_a_longer_limit_takes_the_breach_back(subject: Document, rule: Make) -> None:
    clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clock = clocks.retarget(subject, "response", rule=rule("8"), at=at(4.5))
    assert clock is not None
    assert (clock.state, clock.due_at, clock.breached_at) == ("running", at(8), None)
    assert facts_told(subject) == ["clock.warned warn", "clock.breached due", "clock.retracted"]
    assert clock.next_rung == "warn"


@pytest.mark.req("SLA-18")
def test_day_units(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "verification", rule=rule("3", "working_day", "workdays"), at=at(0))
    assert clock.due_at == datetime(2025, 10, 16, 16, tzinfo=UTC)  # Thursday 24:00
    view = shown(subject, 0)
    assert (view["unit"], view["target"], view["calendar"]) == ("working_day", 3, "workdays")
    assert view["remaining_seconds"] == (15 + 72) * 3600


def test_a_target_of_its_own(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "quote", rule=rule("4"), at=at(0), target=Decimal("1.5"))
    assert (clock.due_at, clock.target) == (at(1.5), Decimal("1.5"))


def test_a_promise_is_the_instant_given(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "promise", rule=rule("4"), at=at(0), due_at=at(30))
    view = shown(subject, 1)
    assert (view["target"], view["unit"], view["due_at"]) == (None, "instant", "2025-10-14T07:00:00Z")
    clocks.stop(subject, "promise", at=at(2))
    again = clocks.reopen(subject, "promise", policy="new_cycle", at=at(40))
    assert again is not None
    assert (again.cycle, again.due_at) == (2, at(70))
    moved = clocks.retarget(subject, "promise", rule=clock.rule, at=at(41), due_at=at(50))
    assert moved is not None
    assert (moved.due_at, moved.promised_at) == (at(50), at(50))


@pytest.mark.parametrize(("policy", "due", "cycle"), [("continue", 7, 1), ("new_cycle", 9, 2)])
def test_reopen(subject: Document, rule: Make, policy: Any, due: float, cycle: int) -> None:
    clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    assert clocks.reopen(subject, "solution", policy=policy, at=at(1)) is None  # never stopped
    clocks.stop(subject, "solution", at=at(2))
    clock = clocks.reopen(subject, "solution", policy=policy, at=at(5))
    assert clock is not None
    assert (clock.state, clock.due_at, clock.cycle, clock.stopped_at) == ("running", at(due), cycle, None)


def test_reopen_does_not_repeat_a_rung(subject: Document, rule: Make) -> None:
    clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.stop(subject, "solution", at=at(3.5))
    clock = clocks.reopen(subject, "solution", policy="continue", at=at(5))
    assert clock is not None
    assert (clock.next_rung, clock.next_at) == ("due", at(5.5))
    fresh = clocks.start(subject, "other", rule=rule("4"), at=at(5))
    assert fresh.next_rung == "warn"


def test_cancel_ends_without_a_verdict(subject: Document, rule: Make) -> None:
    clocks.start(subject, "a", rule=rule("4"), at=at(0))
    clocks.start(subject, "b", rule=rule("4"), at=at(0))
    assert [clock.kind for clock in clocks.cancel(subject, at=at(1), kinds=["a"])] == ["a"]
    assert [clock.kind for clock in clocks.cancel(subject, at=at(1))] == ["b"]
    assert clocks.cancel(subject, at=at(2)) == []
    assert {clock.state for clock in clocks.for_subject(subject)} == {"cancelled"}
    assert {clock.next_at for clock in clocks.for_subject(subject)} == {None}


def test_for_subjects_is_one_query(subject: Document, rule: Make) -> None:
    clocks.start(subject, "a", rule=rule("4", status="in_force", valid_from=at(-1)), at=at(0))
    rulebook.forget()
    rulebook.rules([])  # read once, it is there for everybody
    with CaptureQueriesContext(connection) as one:
        found = clocks.for_subjects(Document, [subject.pk, 10**9])
        [clocks.as_dict(clock, at(1)) for clock in found[subject.pk]]
    assert len(one) == 1
    assert found[10**9] == []


def test_verbs_cost_the_same_for_one_clock_and_three(subject: Document, rule: Make) -> None:
    counts = []
    for number in range(3):
        clocks.start(subject, f"kind{number}", rule=rule("40"), at=at(0))
        with CaptureQueriesContext(connection) as queries:
            clocks.pause(subject, reason="part", at=at(1 + number))
        counts.append(len(queries))
        clocks.resume(subject, at=at(1.5 + number))
    assert counts[0] == counts[1] == counts[2] == 5


@pytest.mark.req("GEN-15")
def test_revising_a_calendar_moves_open_clocks(
    subject: Document, rule: Make, hours: dict[str, Calendar]
) -> None:
    moved = clocks.start(
        subject, "open", rule=rule("4", "hour", "duty"), at=at(7.5)
    )  # Monday 16:30: due Tuesday 11:30
    clocks.start(subject, "done", rule=rule("4", "hour", "duty"), at=at(7.5))
    clocks.stop(subject, "done", at=at(8))
    tuesday = datetime(2025, 10, 14, tzinfo=UTC).date()
    opening_hours.revise(hours["duty"], actor=None, at=at(8), exceptions={tuesday: []})
    clock = Clock.objects.get(pk=moved.pk)
    assert (clock.due_at, clock.consumed_seconds, clock.generation) == (at(7.5 + 24 + 19), 1800, 1)
    assert Clock.objects.get(kind="done", subject_id=subject.pk).generation == 0
    assert Event.objects.filter(name="calendar.revised").count() == 1
    opening_hours.revise(hours["duty"], actor=None, at=at(8), exceptions={tuesday: []})
    assert Event.objects.filter(name="calendar.revised").count() == 1


def test_explain_and_words(subject: Document, rule: Make, hours: dict[str, Calendar]) -> None:
    hours["duty-lunch"].exceptions.create(on="2025-10-14", windows=[], name_zh="店庆", name_en="Anniversary")
    opening_hours.republish(hours["duty-lunch"], actor=None, at=at(0))
    clocks.start(subject, "solution", rule=rule("5", "hour", "duty-lunch"), at=at(0))
    clocks.pause(subject, reason="part", at=at(5))
    clocks.resume(subject, at=at(6.5))
    [clock] = clocks.for_subject(subject)
    lines = clocks.explain(clock, at(7))
    assert sum(line.seconds for line in lines if line.counted) == 5 * 3600
    zone = hours["duty-lunch"].zone
    assert zone == "Asia/Shanghai"
    words = [explaining.words(line, lines[0].start.astimezone().tzinfo or UTC) for line in lines]
    assert [("计入" in word, word.split("（")[1]) for word in words] == [
        (True, "开放时段）"),
        (False, "营业时间之外）"),
        (True, "开放时段）"),
        (False, "计时暂停，等待配件）"),
        (True, "开放时段）"),
    ]
    assert clocks.why(clock, at(7)) == "目标 5 小时（值班时间（午休除外）），已用 4:00:00"
    with translation.override("en"):
        assert clocks.as_dict(clock, at(7))["clause"]["title"] == "Limit"
        closed = [
            line.detail
            for line in clocks.explain(
                clocks.start(subject, "late", rule=rule("9", "hour", "duty-lunch"), at=at(7)), at(7)
            )
        ]
        assert "Anniversary" in closed


def test_events_and_firings_cannot_be_changed(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(10), started_at=at(5.5))
    for rows in (ClockEvent.objects.filter(clock=clock), RungFiring.objects.filter(clock=clock)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(at=at(3)) if rows.model is ClockEvent else rows.update(fired_at=at(30))
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_the_database_refuses_a_rung_that_fires_early_or_twice(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    row = {"clock": clock, "cycle": 1, "generation": 0, "instant": at(9), "fold_version": 1}
    with pytest.raises(IntegrityError, match="rung_never_early"), transaction.atomic():
        RungFiring.objects.create(rung="odd", fired_at=at(8.9), **row)
    with transaction.atomic():
        RungFiring.objects.create(rung="odd", fired_at=at(9), **row)
        with pytest.raises(IntegrityError, match="rung_once"), transaction.atomic():
            RungFiring.objects.create(rung="odd", fired_at=at(10), **row)
        transaction.set_rollback(True)


def test_audit_finds_and_mends_a_spoilt_cache(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clocks.stop(subject, "response", at=at(3.5))
    Clock.objects.filter(pk=clock.pk).update(state="paused", consumed_seconds=1, due_at=at(9))
    found = list(clock_audit.check(at=at(5), fix=True))
    assert [line.split(": ")[1].split(" is ")[0] for line in found] == ["state", "due_at", "consumed_seconds"]
    assert shown(subject, 5)["state"] == "met"


def test_audit_finds_a_rung_that_should_have_fired_and_lets_it_fire(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    Clock.objects.filter(pk=clock.pk).update(next_at=None, next_rung="", schedule=[])
    found = " ".join(clock_audit.check(at=at(5), fix=True))
    assert "rung warn of cycle 1, generation 0 has not fired" in found
    clocks.stop(subject, "response", at=at(1000))
    assert facts_told(subject) == ["clock.warned warn", "clock.breached due", "clock.escalated escalate1"]

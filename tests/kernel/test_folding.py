"""The fold alone: states, due times, reopening, retargeting, rungs, late truths. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_center.kernel import folding, worktime
from service_center.kernel.folding import Fact, Fold, Policy, Rung, fold
from service_center.kernel.worktime import DAYS, parse_calendar

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DUTY = parse_calendar({"zone": "Asia/Shanghai", "weekly": {day: [["08:30", "17:30"]] for day in DAYS[:5]}})
LADDER = (
    Rung("warn", percent=Decimal(80), role="assignee"),
    Rung("due", percent=Decimal(100), role="supervisor"),
    Rung("escalate1", after=HOUR, role="manager"),
)
FOUR_HOURS = Policy(worktime.ALWAYS, length=4 * HOUR, pausing=frozenset({"customer", "part"}), rungs=LADDER)
ZERO = datetime(2025, 10, 13, 1, tzinfo=UTC)  # Monday 09:00 in Shanghai


def at(hours: float) -> datetime:
    return ZERO + timedelta(hours=hours)


def facts(*rows: tuple) -> list[Fact]:
    """(kind, hours) or (kind, hours, what): a policy, a reason, or True for a new cycle."""
    made = []
    for seq, (kind, hours, *what) in enumerate(rows, 1):
        extra = what[0] if what else None
        made.append(
            Fact(
                seq,
                kind,
                at(hours),
                policy=extra if isinstance(extra, Policy) else None,
                reason=extra if isinstance(extra, str) else "",
                fresh=extra is True,
            )
        )
    return made


def view(fold: Fold) -> tuple[str, float | None, float]:
    due = None if fold.due_at is None else (fold.due_at - ZERO) / HOUR
    return fold.state, due, fold.consumed / HOUR


START = ("start", 0, FOUR_HOURS)


@pytest.mark.req("SLA-01", "SLA-02", "SLA-03")
@pytest.mark.parametrize(
    ("rows", "now", "expected"),
    [
        ([START], 1, ("running", 4, 1)),
        ([START], 5, ("breached", 4, 5)),
        ([START, ("stop", 4)], 9, ("met", 4, 4)),  # equality is met
        ([START, ("stop", 4.0001)], 9, ("breached", 4, 4.0001)),
        ([START, ("pause", 1, "customer")], 9, ("paused", None, 1)),
        ([START, ("pause", 1, "customer"), ("resume", 3)], 4, ("running", 6, 2)),
        (
            [START, ("pause", 1, "customer"), ("pause", 2, "part"), ("resume", 3)],
            4,
            ("running", 6, 2),
        ),  # union
        ([START, ("pause", 1, "customer"), ("pause", 2, "customer"), ("resume", 3)], 4, ("running", 6, 2)),
        ([START, ("pause", 1, "weather")], 2, ("running", 4, 2)),  # not a reason of this rule
        ([START, ("pause", 5, "customer")], 9, ("breached", 4, 5)),  # breached before it stood still
        ([START, ("pause", 1, "customer"), ("stop", 9)], 10, ("met", None, 1)),
        ([START, ("cancel", 2)], 9, ("cancelled", 4, 2)),
        ([START, ("stop", 2), ("pause", 3, "customer"), ("resume", 4)], 9, ("met", 4, 2)),
        ([START, ("stop", 2), ("reopen", 5)], 6, ("running", 7, 3)),  # the closed time is a pause
        ([START, ("stop", 2), ("reopen", 5), ("stop", 7)], 9, ("met", 7, 4)),
        ([START, ("stop", 2), ("reopen", 5, True)], 6, ("running", 9, 1)),  # a new cycle
        ([START, ("stop", 5), ("reopen", 8)], 9, ("breached", 4, 6)),
        ([START, ("pause", 1, "part"), ("stop", 2), ("reopen", 5)], 6, ("running", 8, 2)),
        ([START, ("stop", 2), ("start", 5, replace(FOUR_HOURS, length=HOUR))], 5.5, ("running", 6, 0.5)),
    ],
)
def test_states(rows: list, now: float, expected: tuple) -> None:
    assert view(fold(facts(*rows), at(now))) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rows", "now", "expected"),
    [
        # consumed time stays, the target is replaced
        ([START, ("retarget", 1, replace(FOUR_HOURS, length=2 * HOUR))], 1, ("running", 2, 1)),
        # already used up: due at the moment of the change
        ([START, ("retarget", 3, replace(FOUR_HOURS, length=2 * HOUR))], 3, ("breached", 3, 3)),
        ([START, ("retarget", 3, replace(FOUR_HOURS, length=3 * HOUR))], 2.9, ("running", 3, 2.9)),
        # a longer one after the breach: not late any more
        ([START, ("retarget", 5, replace(FOUR_HOURS, length=8 * HOUR))], 5, ("running", 8, 5)),
        # a statutory rule: the pause going on ends
        (
            [START, ("pause", 1, "part"), ("retarget", 2, replace(FOUR_HOURS, pausing=frozenset()))],
            3,
            ("running", 5, 2),
        ),
        # the pause that both know goes on
        (
            [
                START,
                ("pause", 1, "part"),
                ("retarget", 2, replace(FOUR_HOURS, length=2 * HOUR)),
                ("resume", 5),
            ],
            5,
            ("running", 6, 1),
        ),
    ],
)
def test_retarget(rows: list, now: float, expected: tuple) -> None:
    answer = fold(facts(*rows), at(now))
    assert view(answer) == pytest.approx(expected)
    assert answer.generation == 1


def test_retarget_keeps_what_the_old_calendar_counted() -> None:
    """Six hours on the clock, of which the duty calendar counted two: two are used under the new one."""
    rows = facts(("start", 6.5, replace(FOUR_HOURS, calendar=DUTY)), ("retarget", 12.5, FOUR_HOURS))
    answer = fold(rows, at(12.5))
    assert (answer.consumed, answer.due_at) == (2 * HOUR, at(14.5))


def test_a_late_truth_takes_its_place() -> None:
    known = facts(START, ("pause", 3.5, "part"), ("resume", 6), ("stop", 8))
    assert fold(known, at(8)).breached_at == at(6.5)
    late = [*known[:3], Fact(4, "stop", at(3)), Fact(5, "retract", at(3))]
    answer = fold(late, at(8))
    assert (answer.state, answer.due_at, answer.generation) == ("met", at(4), 1)
    assert answer.consumed == 3 * HOUR


def test_rungs_move_with_pauses_and_keep_their_order() -> None:
    rows = [START, ("pause", 1, "part"), ("resume", 3)]
    ladder = [(rung.name, (instant - ZERO) / HOUR) for instant, rung in fold(facts(*rows), at(3)).schedule()]
    assert ladder == [("warn", pytest.approx(5.2)), ("due", 6), ("escalate1", 7)]
    paused = fold(facts(*rows[:2]), at(2))
    assert paused.schedule() == []
    assert not paused.counting


def test_rungs_after_a_breach_wait_for_the_pause() -> None:
    rows = [START, ("pause", 4.5, "part"), ("resume", 10)]
    assert {rung.name: instant for instant, rung in fold(facts(*rows), at(10)).schedule()}["escalate1"] == at(
        10.5
    )


def test_business_rungs_count_business_time() -> None:
    """Due at closing time: the hour after it ends the next morning; an hour before it is the same day."""
    ladder = (Rung("before", before=HOUR), Rung("at3", amount=3 * HOUR), Rung("escalate1", after=HOUR))
    policy = replace(FOUR_HOURS, calendar=DUTY, length=8.5 * HOUR, rungs=ladder)
    rows = facts(("start", 0, policy))
    assert [(r.name, (i - ZERO) / HOUR) for i, r in fold(rows, at(0)).schedule()] == [
        ("at3", 3),
        ("before", 7.5),
        ("due", 8.5),
        ("escalate1", 24.5),
    ]


@pytest.mark.req("SLA-13", "SLA-15")
def test_day_clocks() -> None:
    ladder = (
        Rung("first", days=1),
        Rung("half", percent=Decimal(50)),
        Rung("before", before=HOUR),
        Rung("escalate1", after=HOUR),
    )
    policy = Policy(DUTY, days=2, pausing=frozenset({"part"}), rungs=ladder)
    rows = facts(("start", 0, policy))
    answer = fold(rows, at(0))
    assert view(answer) == ("running", 56.5, 0)
    # Monday 09:00 to Wednesday 17:30 is 26.5 open hours: half of them end on Tuesday 13:15
    assert [(r.name, (i - ZERO) / HOUR) for i, r in answer.schedule()] == [
        ("half", 28.25),
        ("first", 32.5),
        ("before", 55.5),
        ("due", 56.5),
        ("escalate1", 72.5),
    ]
    assert answer.remaining == 26.5 * HOUR
    paused = facts(("start", 0, policy), ("pause", 20, "part"))
    assert view(fold(paused, at(40))) == ("paused", None, 8.5)
    assert fold(paused, at(40)).remaining == 18 * HOUR
    resumed = [*paused, Fact(3, "resume", at(40))]
    assert fold(resumed, at(40)).due_at == at(80.5)  # Tuesday was wholly paused


def test_a_promise_is_not_moved_by_pauses() -> None:
    policy = Policy(DUTY, promised=at(5), rungs=LADDER)
    rows = facts(("start", 0, policy), ("pause", 1, "part"))
    assert view(fold(rows, at(2))) == ("running", 5, 2)
    assert fold(rows, at(2)).remaining == 3 * HOUR
    assert fold(rows, at(6)).state == "breached"
    [line] = fold(rows, at(2)).cycle.explain(at(2))
    assert (line.reason, line.end) == ("promised", at(5))


def test_explanation_adds_up_to_the_target() -> None:
    policy = replace(FOUR_HOURS, calendar=DUTY)
    rows = facts(("start", 7.5, policy), ("pause", 8, "part"), ("resume", 24))
    answer = fold(rows, at(24))
    lines = answer.cycle.explain(at(24))
    assert [(line.reason, line.detail, line.counted) for line in lines] == [
        ("open", "", True),
        ("paused", "part", False),
        ("open", "", True),
    ]
    assert sum(line.seconds for line in lines if line.counted) == 4 * 3600
    assert lines[-1].end == answer.due_at


def test_explanation_shows_both_policies() -> None:
    rows = facts(("start", 6.5, replace(FOUR_HOURS, calendar=DUTY)), ("retarget", 12.5, FOUR_HOURS))
    lines = fold(rows, at(12.5)).cycle.explain(at(13))
    assert [line.reason for line in lines] == ["open", "closed", "open"]
    assert sum(line.seconds for line in lines if line.counted) == 4 * 3600


def test_a_fold_needs_a_start() -> None:
    with pytest.raises(ValueError, match="begins with a start"):
        fold(facts(("stop", 1)), at(1))


KINDS = st.sampled_from(["pause", "resume", "stop", "reopen", "new_cycle", "retarget", "cancel"])


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """Any order of events an hour-and-minutes apart, on a calendar with nights."""
    policies = [
        replace(
            FOUR_HOURS,
            calendar=draw(st.sampled_from([DUTY, worktime.ALWAYS])),
            length=draw(st.integers(0, 30)) * HOUR / 2,
        )
        for _ in range(2)
    ]
    rows: list[Fact] = [Fact(1, "start", ZERO, policy=policies[0])]
    moment = ZERO
    for seq, (kind, gap) in enumerate(draw(st.lists(st.tuples(KINDS, st.integers(0, 900)), max_size=9)), 2):
        moment += gap * MINUTE
        reason = draw(st.sampled_from(["customer", "part"])) if kind == "pause" else ""
        policy = policies[1] if kind == "retarget" else None
        name = "reopen" if kind == "new_cycle" else kind
        rows.append(Fact(seq, name, moment, policy=policy, reason=reason, fresh=kind == "new_cycle"))
    return rows


@settings(max_examples=300, deadline=None)
@given(stories(), st.integers(0, 3000))
def test_what_a_clock_says_is_consistent(rows: list[Fact], minutes: int) -> None:
    now = rows[-1].occurred_at + minutes * MINUTE
    answer = fold(rows, now)
    assert fold(list(reversed(rows)), now) == replace(answer, cycle=fold(list(reversed(rows)), now).cycle)
    assert timedelta() <= answer.consumed <= now - ZERO
    length = answer.cycle.policy.length
    assert length is not None
    if answer.state in ("running", "paused"):
        assert answer.consumed <= length
        assert answer.remaining == length - answer.consumed
    if answer.state == "met":
        assert answer.due_at is None or answer.cycle.stopped_at <= answer.due_at
    if answer.due_at is not None and answer.due_at > answer.cycle.since:
        assert answer.cycle.consumed(answer.due_at) in (length, answer.consumed)
    if answer.counting:
        instants = [instant for instant, _ in answer.schedule()]
        assert instants == sorted(instants)
        assert [rung.name for _, rung in answer.schedule()] == ["warn", "due", "escalate1"]
    # waiting changes nothing but the clock's hand
    later = fold(rows, now + HOUR)
    assert later.due_at == answer.due_at
    assert later.consumed >= answer.consumed


@settings(max_examples=200, deadline=None)
@given(stories())
def test_expected_rungs_are_told_once_each(rows: list[Fact]) -> None:
    told = list(folding.expected(rows, [row.occurred_at for row in rows], rows[-1].occurred_at + 100 * HOUR))
    final = fold(rows, rows[-1].occurred_at)
    if final.counting:
        for name in ("warn", "due", "escalate1"):
            assert (final.number, final.generation, name) in told

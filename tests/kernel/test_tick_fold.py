"""The fold in ticks against the law (`folding`): random lives of clocks on the duty calendar give the same answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from service_center.kernel import folding
from service_center.kernel.folding import Policy, Rung
from service_center.kernel.tick_fold import Fold, Terms
from service_center.kernel.timelines import Timeline, iso
from service_center.kernel.worktime import Calendar, instant, ticks

ZONE = ZoneInfo("Asia/Shanghai")
DUTY = Calendar(
    ZONE,
    (*((((8 * 3600 + 1800, 12 * 3600), (13 * 3600 + 1800, 17 * 3600 + 1800)),) * 5), (), ()),
    {date(2026, 5, 1): (), date(2026, 5, 4): (), date(2026, 5, 9): ((32400, 61200),)},
)
ALWAYS = Calendar(ZONE, (((0, 86_400),),) * 7)
LINES = {calendar: Timeline(calendar, date(2025, 1, 1), date(2028, 1, 1)) for calendar in (DUTY, ALWAYS)}
BEGIN = datetime(2026, 4, 20, tzinfo=UTC)
REASONS = ("customer", "part")
KINDS: tuple[folding.Kind, ...] = (
    "pause", "resume", "stop", "retarget", "reopen", "cancel", "retract", "acknowledge",
)  # fmt: skip
Life = list[tuple[folding.Kind, datetime, Policy, str, bool]]

moments = st.integers(0, 40 * 86_400).map(lambda second: BEGIN + timedelta(seconds=second))
rungs = st.lists(
    st.one_of(
        st.builds(
            Rung, st.just("warn"), percent=st.sampled_from([Decimal(50), Decimal(80), Decimal("33.3333")])
        ),
        st.builds(Rung, st.just("soon"), before=st.integers(1, 7200).map(lambda s: timedelta(seconds=s))),
        st.builds(Rung, st.just("later"), after=st.integers(0, 20_000).map(lambda s: timedelta(seconds=s))),
        st.just(Rung("due", percent=Decimal(100))),
    ),
    unique_by=lambda rung: rung.name,
).map(tuple)
pausing = st.sets(st.sampled_from(REASONS)).map(frozenset)
calendars = st.sampled_from([DUTY, ALWAYS])
policies = st.one_of(
    st.builds(Policy, calendars, length=st.integers(1, 200_000).map(lambda s: timedelta(seconds=s)), pausing=pausing,
              rungs=rungs),
    st.builds(Policy, calendars, days=st.integers(1, 6), natural=st.booleans(), pausing=pausing, rungs=rungs),
    st.builds(Policy, calendars, promised=moments, rungs=rungs),
)  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        moments, policies, st.sampled_from(REASONS), st.booleans(),
    ),
    max_size=7,
)  # fmt: skip


def told(policy: Policy, begun: datetime, life: Life) -> list[folding.Fact]:
    """A life in order, with one stop in it that may be told late."""
    facts = [folding.Fact(1, "start", begun, policy)]
    for kind, at, brought, reason, fresh in sorted(life, key=lambda step: step[1]):
        facts.append(
            folding.Fact(
                len(facts) + 1,
                kind,
                max(at, begun),
                brought if kind == "retarget" else None,
                reason if kind == "pause" else "",
                fresh and kind == "reopen",
            )
        )
    return facts


def in_ticks(facts: list[folding.Fact]) -> Fold:
    terms = [None if p is None else Terms(p, LINES[p.calendar]) for p in (fact.policy for fact in facts)]
    assert terms[0] is not None
    fold = Fold(terms[0], ticks(facts[0].occurred_at))
    for fact, brought in zip(facts[1:], terms[1:], strict=True):
        fold.add(ticks(fact.occurred_at), fact.kind, brought, fact.reason, fact.fresh)
    return fold


def told_by(fold: Fold, asof: datetime) -> dict[str, object]:
    cycle, tick = fold.cycle, ticks(asof)
    plan = cycle.plan()
    ladder = (
        cycle.schedule(())
        if plan is None
        else [(cycle.planned(need, step), step.order, step.name, step.role) for need, step in plan]
    )
    return {
        "number": (fold.number, fold.generation, len(fold.facts)),
        "due": cycle.due_at,
        "breached": cycle.breached_at(tick),
        "spent": cycle.spent_and_left(tick),
        "rungs": [] if cycle.stopped_at is not None else [(at, name) for at, _, name, _ in ladder],
    }


def law(facts: list[folding.Fact], asof: datetime) -> dict[str, object]:
    fold = folding.fold(facts, asof)

    def tick(at: datetime | None) -> int | None:
        return None if at is None else ticks(at)

    micro = timedelta(microseconds=1)
    return {
        "number": (fold.number, fold.generation, fold.version),
        "due": tick(fold.due_at),
        "breached": tick(fold.breached_at),
        "spent": (fold.consumed // micro, fold.remaining // micro),
        "rungs": [(tick(at), rung.name) for at, rung in fold.schedule()],
    }


@given(policies, moments, steps, moments)
def test_a_life_in_order_is_folded_alike(policy: Policy, begun: datetime, life: Life, asof: datetime) -> None:
    facts = told(policy, begun, life)
    asof = max(asof, facts[-1].occurred_at)
    assert told_by(in_ticks(facts), asof) == law(facts, asof)


@given(policies, moments, steps, moments)
def test_a_stop_told_late_is_folded_alike(
    policy: Policy, begun: datetime, life: Life, late: datetime
) -> None:
    facts = told(policy, begun, life)
    latest = max(fact.occurred_at for fact in facts)
    facts.append(folding.Fact(len(facts) + 1, "stop", max(late, begun)))
    assert told_by(in_ticks(facts), latest) == law(facts, latest)


def test_the_comparison_sees_a_target_that_is_a_second_off() -> None:
    facts = told(Policy(DUTY, length=timedelta(hours=4)), BEGIN, [])
    other = told(Policy(DUTY, length=timedelta(hours=4, seconds=1)), BEGIN, [])
    assert told_by(in_ticks(other), BEGIN) != law(facts, BEGIN)


@given(moments, st.integers(0, 10**12))
def test_instants_are_written_as_isoformat_writes_them(at: datetime, micros: int) -> None:
    moment = at + timedelta(microseconds=micros)
    assert f"{iso(ticks(moment))}+00:00" == instant(ticks(moment)).isoformat()

"""The monthly appraisal out of the ledger of scores."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from service_center.kernel.errors import Forbidden, Invalid, TransitionNotAllowed
from staff import actions as people
from staff import queries
from staff.actions.appraising import weights
from staff.models import Appraisal, AppraisalLine, Branch
from staff.models.appraisals import mean, weighted_mean

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
INSTANT = datetime(2026, 10, 15, 4, 0, tzinfo=UTC)


@pytest.fixture
def scored(person: Any, run: Any) -> Any:
    """An engineer with October scores: knowledge 80, skill 70 and 90, satisfaction 60 and a retracted 0."""
    liu, boss = person("engineer"), person("manager")
    for criterion, value in (("knowledge", 80), ("skill", 70), ("skill", 90), ("satisfaction", 60)):
        run(people.post_score, liu, criterion=criterion, value=Decimal(value), occurred_at=INSTANT)
    wrong = run(people.post_score, liu, criterion="satisfaction", value=Decimal(0), occurred_at=INSTANT)
    run(people.retract_score, wrong, reason="记错人", by=boss)
    november = datetime(2026, 11, 2, tzinfo=UTC)
    run(people.post_score, liu, criterion="skill", value=Decimal(1), occurred_at=november)
    return liu


@pytest.mark.req("STF-06")
def test_compile_appraisal_takes_four_criteria_with_their_entries(
    scored: Any, person: Any, run: Any, told: Any
) -> None:
    boss = person("manager")

    appraisal = run(people.compile_appraisal, person=scored, period=date(2026, 10, 31), by=boss)

    row = queries.appraisal_with_entries(boss.user).get(pk=appraisal.pk)
    lines = {line.criterion: (line.weight, line.figure, len(line.entries.all())) for line in row.lines.all()}
    assert lines == {
        "knowledge": (Decimal(20), Decimal(80), 1),
        "skill": (Decimal(20), Decimal(80), 2),
        "attitude": (Decimal(20), None, 0),
        "satisfaction": (Decimal(40), Decimal(60), 1),
    }
    assert (row.total, row.period, row.status) == (Decimal(70), OCTOBER, "generated")
    assert told(appraisal) == ["appraisal.compiled"]


def test_compile_appraisal_again_takes_later_scores(scored: Any, person: Any, run: Any) -> None:
    boss = person("manager")
    first = run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss)
    run(people.post_score, scored, criterion="attitude", value=Decimal(100), occurred_at=INSTANT)

    second = run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss)

    assert (first.pk, second.total, second.version) == (second.pk, Decimal(76), 2)
    assert AppraisalLine.objects.count() == 4


def test_compile_appraisal_without_scores_has_no_total(person: Any, run: Any) -> None:
    appraisal = run(people.compile_appraisal, person=person("agent"), period=OCTOBER, by=person("supervisor"))

    assert (appraisal.total, AppraisalLine.objects.filter(figure=None).count()) == (None, 4)


def test_compile_appraisal_refuses_strangers_and_months_to_come(person: Any, run: Any, sh: Branch) -> None:
    liu = person("engineer")

    for who in (liu, person("agent"), person("supervisor", branch=sh), person("analyst")):
        with pytest.raises(Forbidden):
            run(people.compile_appraisal, person=liu, period=OCTOBER, by=who)
    with pytest.raises(Invalid) as future:
        run(people.compile_appraisal, person=liu, period=date(2099, 1, 1), by=person("manager"))

    assert (future.value.field, Appraisal.objects.exists()) == ("period", False)


def test_compile_appraisal_twice_with_one_key_compiles_once(scored: Any, person: Any, run: Any) -> None:
    boss = person("manager")

    first = run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss, key="c")
    again = run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss, key="c")

    assert (first, again.version, Appraisal.objects.count()) == (again, 1, 1)


@pytest.mark.req("STF-07")
def test_confirm_appraisal_fixes_the_month(scored: Any, person: Any, run: Any, told: Any) -> None:
    boss = person("manager")
    appraisal = run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss)

    run(people.confirm_appraisal, appraisal, by=boss)

    with pytest.raises(TransitionNotAllowed) as again:
        run(people.confirm_appraisal, appraisal, by=boss)
    with pytest.raises(TransitionNotAllowed):
        run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss)
    row = Appraisal.objects.get(pk=appraisal.pk)
    assert (row.status, row.confirmed_by, row.version, again.value.extra["allowed"]) == (
        "confirmed",
        boss.user,
        2,
        [],
    )
    assert told(appraisal) == ["appraisal.compiled", "appraisal.confirmed"]


def test_confirm_appraisal_is_the_managers_but_not_their_own(scored: Any, person: Any, run: Any) -> None:
    boss = person("manager")
    appraisal = run(people.compile_appraisal, person=scored, period=OCTOBER, by=boss)
    own = run(people.compile_appraisal, person=boss, period=OCTOBER)

    for who, what in ((scored, appraisal), (person("supervisor"), appraisal), (boss, own)):
        with pytest.raises(Forbidden):
            run(people.confirm_appraisal, what, by=who)

    assert not Appraisal.objects.filter(status="confirmed").exists()


def test_visible_to_shows_own_branch_or_all(scored: Any, person: Any, run: Any, sh: Branch) -> None:
    appraisal = run(people.compile_appraisal, person=scored, period=OCTOBER)
    sees = {
        "own": scored, "supervisor": person("supervisor"), "manager": person("manager"), "analyst": person("analyst"),
        "colleague": person("engineer"), "foreign": person("supervisor", branch=sh),
    }  # fmt: skip

    found = {name for name, who in sees.items() if appraisal in Appraisal.objects.visible_to(who.user)}

    assert found == {"own", "supervisor", "manager", "analyst"}


def test_weights_sum_up_to_a_hundred() -> None:
    assert sum(weights(at=INSTANT).values()) == Decimal(100)
    assert weights(at=INSTANT)["satisfaction"] == Decimal(40)


def test_means_round_half_up_and_leave_out_what_is_missing() -> None:
    lines = [
        AppraisalLine(weight=Decimal(40), figure=Decimal("66.67")),
        AppraisalLine(weight=Decimal(20), figure=None),
        AppraisalLine(weight=Decimal(20), figure=Decimal(100)),
    ]

    assert (mean([]), mean([Decimal(1), Decimal(2), Decimal(2)])) == (None, Decimal("1.67"))
    assert (weighted_mean(lines), weighted_mean(lines[1:2])) == (Decimal("77.78"), None)

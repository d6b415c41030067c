"""Scores and working time: neutral ledgers, added to and never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from service_center.kernel.errors import Forbidden, Invalid
from staff import actions as people
from staff import queries
from staff.actions.ledgers import AlreadyRetracted
from staff.models import Branch, ScoreEntry, TimeEntry
from staff.states import Criterion

pytestmark = pytest.mark.django_db
NINETY = Decimal(90)


def test_score_by_hand_counts_in_the_local_month(person: Any, run: Any, told: Any) -> None:
    liu = person("engineer")

    entry = run(people.score, liu, criterion="attitude", value=NINETY, note="抽查通话", by=person("quality"))

    local = entry.at + timedelta(hours=8)
    assert entry.period == date(local.year, local.month, 1)
    assert told(liu) == ["person.scored"]


def test_post_score_on_the_last_evening_counts_by_the_branch_clock(person: Any, run: Any) -> None:
    """31 October 16:30 UTC is 1 November in Hangzhou."""
    evening = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)

    entry = run(people.post_score, person("engineer"), criterion="skill", value=NINETY, occurred_at=evening)

    assert (entry.period, entry.at) == (date(2026, 11, 1), evening)


def test_post_score_once_per_source(person: Any, run: Any, hz: Branch, told: Any) -> None:
    liu = person("engineer")

    first = run(people.post_score, liu, criterion="satisfaction", value=NINETY, source=hz)
    again = run(people.post_score, liu, criterion="satisfaction", value=Decimal(10), source=hz)
    other = run(people.post_score, liu, criterion="attitude", value=NINETY, source=hz)

    assert (first, other.pk != first.pk, ScoreEntry.objects.count()) == (again, True, 2)
    assert told(liu) == ["person.scored", "person.scored"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"value": Decimal("100.01")}, "value"), ({"value": Decimal(-1)}, "value"), ({"criterion": "x"}, "criterion"),
     ({"note": "  "}, "note")],
)  # fmt: skip
def test_score_refuses_bad_input(change: dict[str, Any], field: str, person: Any, run: Any) -> None:
    given = {"criterion": "skill", "value": NINETY, "note": "抽查"} | change

    with pytest.raises(Invalid) as refusal:
        run(people.score, person("engineer"), **given, by=person("manager"))

    assert (refusal.value.field, ScoreEntry.objects.exists()) == (field, False)


def test_score_refuses_oneself_and_those_who_do_not_lead(person: Any, run: Any, sh: Branch) -> None:
    liu, given = person("engineer"), {"criterion": "skill", "value": NINETY, "note": "抽查"}
    quality = person("quality")

    for who, whom in (
        (liu, liu),
        (person("agent"), liu),
        (person("supervisor", branch=sh), liu),
        (quality, quality),
    ):
        with pytest.raises(Forbidden):
            run(people.score, whom, **given, by=who)

    assert not ScoreEntry.objects.exists()


def test_retract_score_leaves_both_entries_and_counts_neither(person: Any, run: Any) -> None:
    liu, boss = person("engineer"), person("manager")
    wrong = run(people.post_score, liu, criterion="skill", value=NINETY)

    with pytest.raises(Forbidden):
        run(people.retract_score, wrong, reason="记错人", by=liu)
    with pytest.raises(Invalid):
        run(people.retract_score, wrong, reason="", by=boss)
    counter = run(people.retract_score, wrong, reason="记错人", by=boss)
    for entry in (wrong, counter):
        with pytest.raises(AlreadyRetracted):
            run(people.retract_score, entry, reason="再次", by=boss)

    assert (ScoreEntry.objects.count(), ScoreEntry.objects.counting().count()) == (2, 0)


@pytest.mark.parametrize("table", [ScoreEntry, TimeEntry])
def test_the_ledgers_refuse_change_in_the_database(table: Any, person: Any, run: Any) -> None:
    liu, now = person("engineer"), datetime.now(UTC) - timedelta(hours=2)
    run(people.post_score, liu, criterion="skill", value=NINETY)
    run(people.post_time, liu, category="paid", started_at=now, minutes=30)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        table.objects.update(note="changed")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        table.objects.all().delete()


def test_log_time_adds_up_by_category(person: Any, run: Any, told: Any) -> None:
    liu, start = person("engineer"), datetime.now(UTC) - timedelta(hours=5)

    run(people.log_time, liu, category="administrative", started_at=start, minutes=30, note="周会", by=liu)
    run(people.post_time, liu, category="paid", started_at=start, minutes=90)
    run(people.post_time, liu, category="paid", started_at=start, minutes=10)

    found = queries.time_by_category(liu, start=start, end=start + timedelta(hours=1))
    assert found == {"administrative": 30, "paid": 100}
    assert told(liu) == ["person.time_logged"] * 3


@pytest.mark.parametrize(
    ("change", "field"),
    [({"category": "x"}, "category"), ({"minutes": 0}, "minutes"), ({"minutes": 1441}, "minutes"),
     ({"started_at": datetime(2999, 1, 1, tzinfo=UTC)}, "started_at")],
)  # fmt: skip
def test_log_time_refuses_bad_input(change: dict[str, Any], field: str, person: Any, run: Any) -> None:
    liu = person("engineer")
    given = {
        "category": "free",
        "started_at": datetime(2026, 1, 1, tzinfo=UTC),
        "minutes": 5,
        "note": "",
    } | change

    with pytest.raises(Invalid) as refusal:
        run(people.log_time, liu, **given, by=liu)

    assert (refusal.value.field, TimeEntry.objects.exists()) == (field, False)


def test_log_time_is_ones_own_or_the_superiors(person: Any, run: Any) -> None:
    given = {"category": "free", "started_at": datetime(2026, 1, 1, tzinfo=UTC), "minutes": 5, "note": ""}

    with pytest.raises(Forbidden):
        run(people.log_time, person("engineer"), **given, by=person("engineer"))

    assert (TimeEntry.objects.exists(), len(Criterion.values)) == (False, 4)

"""Licences and skills: only those trained and passed, or certified, are sent (STF-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_center.kernel.errors import Forbidden, Invalid
from staff import actions as people
from staff import queries
from staff.actions.qualifying import LicenceRevoked
from staff.models import Licence, Person, PersonSkill
from staff.models.organisation import AlreadyLeft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)


@dataclass
class Machine:
    """A product as staff sees it."""

    code: str
    line_id: str


SPLIT, FRIDGE = Machine("KFR-35GW", "AC"), Machine("BCD-260", "RF")


@pytest.mark.req("STF-04")
@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"product_line": "AC"}, (True, False)),
        ({"product_model": "KFR-35GW", "product_line": "AC"}, (True, False)),
        ({"product_model": "KFR-72LW", "product_line": "AC"}, (False, False)),
        ({}, (True, True)),
    ],
)
def test_license_for_covers_model_line_or_all(
    scope: dict[str, str], covered: tuple[bool, bool], person: Any, run: Any, told: Any
) -> None:
    liu = person("engineer")

    run(people.license_for, liu, **scope, valid_from=NOW, by=person("trainer"))

    assert (liu.licensed_for(SPLIT, NOW), liu.licensed_for(FRIDGE, NOW)) == covered
    assert (Person.objects.licensed_for(SPLIT, at=NOW).filter(pk=liu.pk).exists(), told(liu)) == (
        covered[0],
        ["person.licensed"],
    )
    assert queries.licensed([liu.pk], SPLIT, at=NOW) == ({liu.pk} if covered[0] else set())


def test_licence_counts_in_its_time_only(person: Any, run: Any) -> None:
    liu, boss = person("engineer"), person("manager")
    end = NOW + timedelta(days=1)
    licence = run(people.license_for, liu, product_line="AC", valid_from=NOW, valid_to=end, by=boss)

    instants = [NOW - timedelta(seconds=1), NOW, end - timedelta(seconds=1), end]
    assert [liu.licensed_for(SPLIT, at) for at in instants] == [False, True, True, False]
    run(people.revoke_licence, licence, by=boss)
    assert liu.licensed_for(SPLIT, datetime.now(UTC) + timedelta(hours=1)) is False


@pytest.mark.req("STF-04")
def test_license_for_refuses_oneself_others_leavers_and_turned_times(person: Any, run: Any) -> None:
    trainer, liu = person("trainer"), person("engineer")
    gone = person("engineer", left_at=NOW)

    for who, whom in ((liu, liu), (person("supervisor"), liu), (trainer, trainer)):
        with pytest.raises(Forbidden):
            run(people.license_for, whom, by=who)
    with pytest.raises(AlreadyLeft):
        run(people.license_for, gone, by=trainer)
    with pytest.raises(Invalid) as turned:
        run(people.license_for, liu, valid_from=NOW, valid_to=NOW, by=trainer)

    assert (turned.value.field, Licence.objects.exists()) == ("valid_to", False)


def test_revoke_licence_once(person: Any, run: Any, told: Any) -> None:
    boss, liu = person("manager"), person("engineer")
    licence = run(people.license_for, liu, product_line="AC", by=boss)

    with pytest.raises(Forbidden):
        run(people.revoke_licence, licence, by=liu)
    run(people.revoke_licence, licence, by=boss)
    with pytest.raises(LicenceRevoked):
        run(people.revoke_licence, licence, by=boss)

    assert told(liu) == ["person.licensed", "person.licence_revoked"]


def test_license_for_twice_with_one_key_licenses_once(person: Any, run: Any) -> None:
    boss, liu = person("manager"), person("engineer")

    first = run(people.license_for, liu, product_line="AC", by=boss, key="l")
    again = run(people.license_for, liu, product_line="AC", by=boss, key="l")

    assert (first, Licence.objects.count()) == (again, 1)


@pytest.mark.req("STF-05")
def test_assess_keeps_the_latest_level(person: Any, run: Any, told: Any) -> None:
    trainer, liu = person("trainer"), person("engineer")
    skill = run(people.define_skill, code="welding", name_zh="焊接", name_en="Welding", by=person("admin"))

    run(people.assess, liu, skill=skill, level=2, by=trainer)
    run(people.assess, liu, skill=skill, level=4, by=trainer)

    assert queries.skill_levels([liu.pk]) == {liu.pk: {"welding": 4}}
    assert told(liu) == ["person.assessed", "person.assessed"]


def test_assess_refuses_level_and_oneself(person: Any, run: Any) -> None:
    trainer, liu = person("trainer"), person("engineer")
    skill = run(people.define_skill, code="welding", name_zh="焊接", name_en="Welding")

    for level in (0, 6):
        with pytest.raises(Invalid):
            run(people.assess, liu, skill=skill, level=level, by=trainer)
    with pytest.raises(Forbidden):
        run(people.assess, trainer, skill=skill, level=5, by=trainer)
    with pytest.raises(Invalid):
        run(people.define_skill, code="welding", name_zh="焊接", name_en="Welding")

    assert not PersonSkill.objects.exists()

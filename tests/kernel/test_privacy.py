"""Personal data: masked for all, shown in full to whoever sees the row and says why, which the journal
keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel import commands, errors, journal, privacy
from service_center.kernel.languages import pick
from service_center.kernel.models import Event
from staff.models import Branch, Person


@pytest.mark.parametrize(
    ("mask", "plain", "masked"),
    [
        (privacy.mask_phone, "+8613800138000", "138****8000"),
        (privacy.mask_email, "fang@example.test", "f***@example.test"),
        (privacy.mask_email, "nonsense", "***"),
        (privacy.mask_address, "文三路 100 号 3 幢", "文三路 ****"),
        (privacy.mask_address, "文三", "****"),
        (privacy.mask_id_number, "330106199001011234", "****34"),
        (privacy.mask_name, "王芳", "王*"),
        (privacy.mask_name, "", ""),
    ],
)
def test_masks(mask: Callable[[str], str], plain: str, masked: str) -> None:
    assert mask(plain) == masked


@pytest.fixture
def colleague(person: Callable[..., Person]) -> Person:
    return person("engineer", phone="+8613800138000")


@pytest.mark.req("SEC-06", "SEC-10")
@pytest.mark.django_db
def test_reveal_is_a_fact_with_its_reason_and_without_the_value(
    colleague: Person, person: Callable[..., Person]
) -> None:
    agent = person("agent")
    row = commands.run(privacy.reveal, colleague, "phone", reason=" 客户要求\n回电 ", actor=agent.user)
    assert row.phone == "+8613800138000"
    fact = Event.objects.get(name="personal_data.revealed")
    assert (fact.actor_id, fact.subject_id) == (agent.user.pk, colleague.pk)
    assert fact.data == {"field": "phone", "reason": "客户要求 回电"}
    assert journal.sentence(fact) == "查看了个人信息（phone），事由：客户要求 回电"


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", " ", "x", "长" * 201])
def test_reveal_without_a_reason_is_refused(
    colleague: Person, person: Callable[..., Person], reason: str
) -> None:
    with pytest.raises(privacy.ReasonRequired):
        commands.run(privacy.reveal, colleague, "phone", reason=reason, actor=person("agent").user)
    assert not Event.objects.filter(name="personal_data.revealed").exists()


@pytest.mark.django_db
def test_reveal_of_what_one_may_not_see_is_refused(
    colleague: Person, person: Callable[..., Person], sh: Branch
) -> None:
    stranger = person("agent", branch=sh)
    with pytest.raises(errors.Forbidden):
        commands.run(privacy.reveal, colleague, "phone", reason="好奇", actor=stranger.user)
    with pytest.raises(errors.Forbidden):
        commands.run(
            privacy.reveal, colleague, "phone", reason="好奇", actor=colleague.user, check=lambda *_: False
        )
    with pytest.raises(ValueError, match="no encrypted field"):
        commands.run(privacy.reveal, colleague, "name", reason="好奇", actor=colleague.user)
    assert not Event.objects.filter(name="personal_data.revealed").exists()


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "杭州"), ("en", "Hangzhou"), ("en-gb", "Hangzhou")]
)
def test_pick_the_reader_s_language(language: str, name: str) -> None:
    assert pick(Branch(name_zh="杭州", name_en="Hangzhou"), language=language) == name


@pytest.mark.parametrize("row", [{"name_zh": "杭州", "name_en": ""}, {"name_zh": "", "name_en": "杭州"}])
def test_pick_falls_back_to_the_other(row: dict[str, Any]) -> None:
    assert pick(Branch(**row), language="en") == pick(Branch(**row), language="zh-hans") == "杭州"

"""The pages of rulebook and settings speak in words: no code of a value, a channel or a condition is left raw."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.translation import override

from service_center.kernel.models import ApprovalStep, Rule, Setting
from service_center.kernel.web import rulebook_words as words

pytestmark = pytest.mark.django_db
RAW = re.compile(r"[A-Za-z_]{2,}")
TAGS = re.compile(r"<code>.*?</code>|<[^>]*>", re.DOTALL)


@pytest.fixture
def manager_page(person: Callable[..., Any], web: Callable[..., Any]) -> Callable[[str], str]:
    """The text of a page below its heading, without tags and the identifiers set apart as code."""
    client = web(person("manager"))

    def read(path: str) -> str:
        page = client.get(path).content.decode()
        return TAGS.sub(" ", "<" + page[page.index("page-body") :])

    return read


def said(row: Any) -> str:
    """Everything the pages say of a row's codes."""
    if isinstance(row, Setting):
        return words.value(row) + words.case(row.conditions)
    if isinstance(row, ApprovalStep):
        return words.role(row.role) + words.case(row.conditions)
    ladder = "".join(map(str, (text for step in words.ladder(row) for text in step)))
    return words.case(row.conditions) + words.duration(row) + words.pauses(row) + ladder


@pytest.mark.parametrize("model", [Rule, Setting, ApprovalStep])
def test_no_shipped_row_is_left_in_codes(model: Any) -> None:
    with override("zh-hans"):
        raw = {row.key: said(row) for row in model.objects.all() if RAW.search(said(row))}
    assert raw == {}


def test_no_choice_is_left_in_codes() -> None:
    with override("zh-hans"):
        raw = [
            (row.key, choice)
            for row in Setting.objects.exclude(choices=[])
            for choice in row.choices
            if RAW.search(words.named(row, choice))
        ]
    assert raw == []


def test_a_code_nobody_named_is_shown_rather_than_hidden() -> None:
    """And it is what the tests above look for."""
    row = Setting(code="some.setting", kind=Setting.Kind.TEXT, value="unheard_of")
    assert words.value(row) == "unheard_of"
    assert RAW.search(said(row))


def test_one_word_means_what_its_setting_means() -> None:
    with override("zh-hans"):
        card, hours = Setting(code="opinion_card.items"), Setting(code="calendar.hours")
        assert [words.named(card, "arrival"), words.named(hours, "arrival")] == ["到场时间", "到场"]
        assert [words.named(hours, "24x7"), words.named(hours, "agent")] == ["全天候", "客户服务专员"]


@pytest.mark.req("SLA-23")
def test_lists_and_details_of_settings_name_their_values(manager_page: Callable[[str], str]) -> None:
    rhythm = manager_page("/settings/?q=appraisal.process.rhythm")
    assert "每季度" in rhythm and "quarterly" not in rhythm
    detail = manager_page("/settings/appraisal.process.rhythm/")
    assert re.search(r"现在的值\s+每季度", detail)
    assert "每月" in detail and not re.search("monthly|quarterly|yearly", detail)
    roles = manager_page("/settings/dispatch.roles/")
    assert "客户服务专员、" in roles and "agent = 客户服务专员" in roles


@pytest.mark.req("GEN-08")
def test_list_of_rules_names_channels_and_conditions(manager_page: Callable[[str], str]) -> None:
    shown = manager_page("/rulebook/?q=channel.response")
    assert "渠道：在线客服" in shown and "渠道：社交媒体" in shown
    assert not re.search(r"渠道：[A-Za-z]", shown)

"""The rulebook's codes in words: roles, facts of a case, units, values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from service_center.kernel.languages import amount, labelled, listed, pick, sentences
from service_center.kernel.models import Calendar, Rule, Setting
from service_center.kernel.web.rulebook_vocabulary import (
    FACTS,
    OF_SETTING,
    ON_THE_CASE,
    REASONS,
    RUNGS,
    UNITS,
    VALUES,
)


@dataclass(frozen=True)
class Version:
    """A version as the table of versions shows it."""

    row: Rule | Setting
    text: str


def role(code: str) -> str:
    """A post as the staff app names it; the people on a case by their part in it."""
    posts = dict(apps.get_model("staff", "Person")._meta.get_field("role").flatchoices)
    return str(posts.get(code) or ON_THE_CASE.get(code, code))


def case(conditions: Mapping[str, Any]) -> str:
    """The cases a rule is for: 紧急程度：一般；服务方式：送修、寄修."""
    parts = []
    for name, value in conditions.items():
        values = value if isinstance(value, list) else [value]
        words = listed(VALUES.get(item, item) for item in values)
        parts.append(labelled(FACTS.get(name, name), words))
    return sentences(parts) or _("所有情形")


def duration(rule: Rule) -> str:
    """How long: 4 小时."""
    return amount(rule.value, rule.unit)


def number(value: Decimal) -> str:
    """A number without the zeros of its column."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ladder(rule: Rule) -> list[tuple[str, str, str]]:
    """The steps on the way: (what, when, who is told)."""
    return [
        (str(RUNGS.get(step["name"], step["name"])), _when(step, rule), role(step.get("role", "")))
        for step in rule.rungs
    ]


def _when(step: Mapping[str, Any], rule: Rule) -> str:
    if "percent" in step:
        return _("用去 %(percent)s%%") % {"percent": step["percent"]}
    if "at" in step:
        return _("满 %(amount)s") % {"amount": amount(step["at"], rule.unit)}
    if "before" in step:
        return _("到期前 %(amount)s") % {"amount": amount(step["before"], step["unit"])}
    return _("到期后 %(amount)s") % {"amount": amount(step["after"], step["unit"])}


def pauses(rule: Rule) -> str:
    """The hold reasons that make the clock stand still."""
    return listed(REASONS.get(reason, reason) for reason in rule.pausing_reasons) or _("不暂停")


def value(setting: Setting) -> str:
    """A setting's value with its unit."""
    if setting.kind == Setting.Kind.FLAG:
        return _("是") if setting.value else _("否")
    if setting.kind == Setting.Kind.LIST:
        return listed(named(setting, item) for item in setting.value)
    if setting.kind == Setting.Kind.MAPPING:
        return sentences(
            labelled(named(setting, key), named(setting, item)) for key, item in setting.value.items()
        )
    return f"{named(setting, setting.value)} {UNITS.get(setting.unit, setting.unit)}".strip()


def named(setting: Setting, code: Any) -> str:
    """A code of a setting's value by its name: its own word, one of all settings, a post, a calendar; else as it is."""
    if not isinstance(code, str) or not code.isascii() or not any(map(str.isalpha, code)):
        return str(code)
    word = OF_SETTING.get(setting.code, {}).get(code) or VALUES.get(code)
    if word is None and (word := role(code)) == code:
        calendar = Calendar.objects.filter(code=code).first()
        word = code if calendar is None else pick(calendar)
    return str(word)


def legend(setting: Setting) -> str:
    """Which codes a list or a table may hold, with their names: agent = 客服专员."""
    value, known = setting.value, OF_SETTING.get(setting.code, {})
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)
    codes = dict.fromkeys([*(item for item in items if isinstance(item, str)), *known])
    return sentences(f"{code} = {named(setting, code)}" for code in codes if named(setting, code) != code)

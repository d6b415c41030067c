"""The rulebook's codes in words: roles, facts of a case, units, values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_center.kernel.languages import amount, labelled, listed, sentences
from service_center.kernel.models import Rule, Setting

FACTS = {
    "tier": gettext_lazy("紧急程度"),
    "mode": gettext_lazy("服务方式"),
    "zone": gettext_lazy("区域"),
    "channel": gettext_lazy("渠道"),
    "gravity": gettext_lazy("投诉轻重"),
    "category": gettext_lazy("产品类别"),
    "service_category": gettext_lazy("服务类别"),
    "level": gettext_lazy("客户等级"),
    "matter": gettext_lazy("事项"),
}
VALUES = {
    "urgent": gettext_lazy("紧急"),
    "general": gettext_lazy("一般"),
    "ordinary": gettext_lazy("普通"),
    "phone": gettext_lazy("电话"),
    "remote": gettext_lazy("远程"),
    "onsite": gettext_lazy("上门"),
    "bringin": gettext_lazy("送修"),
    "mailin": gettext_lazy("寄修"),
    "exchange": gettext_lazy("换机"),
    "city": gettext_lazy("市区"),
    "suburb": gettext_lazy("郊区"),
    "serious": gettext_lazy("情节重大"),
    "important": gettext_lazy("重点客户"),
    "vip": gettext_lazy("贵宾客户"),
    "major": gettext_lazy("重大"),
    "long_running": gettext_lazy("长周期"),
    "paid": gettext_lazy("有费服务"),
    "terminal": gettext_lazy("终端产品"),
    "food": gettext_lazy("食品"),
    "food_fresh": gettext_lazy("生鲜"),
    "therapy": gettext_lazy("理疗产品"),
}
UNITS = {
    "natural_day": gettext_lazy("自然日"),
    "second": gettext_lazy("秒"),
    "minute": gettext_lazy("分钟"),
    "hour": gettext_lazy("小时"),
    "month": gettext_lazy("个月"),
    "percent": "%",
    "point": gettext_lazy("分"),
    "cny": gettext_lazy("元"),
    "count": "",
}
ON_THE_CASE = {"owner": gettext_lazy("负责人"), "assignee": gettext_lazy("经办工程师")}
RUNGS = {
    "warn": gettext_lazy("预警"),
    "due": gettext_lazy("到期"),
    "escalate1": gettext_lazy("第一次升级"),
    "escalate2": gettext_lazy("第二次升级"),
}
REASONS = {
    "customer": gettext_lazy("等待客户"),
    "part": gettext_lazy("等待配件"),
    "factory": gettext_lazy("返厂"),
    "approval": gettext_lazy("等待审批"),
}


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
        return listed(VALUES.get(item, item) for item in setting.value)
    if setting.kind == Setting.Kind.MAPPING:
        return sentences(labelled(VALUES.get(key, key), item) for key, item in setting.value.items())
    return f"{setting.value} {UNITS.get(setting.unit, setting.unit)}".strip()

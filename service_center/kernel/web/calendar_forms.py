"""Forms of a calendar's plan: hours as one types them, and changes between two plans in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from service_center.kernel import worktime
from service_center.kernel.holiday_years import Day, DayChange
from service_center.kernel.languages import english, noted
from service_center.kernel.models import Calendar
from service_center.kernel.web import year_view
from service_center.kernel.web.forms import LongText, Styled

WEEKDAYS = (
    gettext_lazy("星期一"),
    gettext_lazy("星期二"),
    gettext_lazy("星期三"),
    gettext_lazy("星期四"),
    gettext_lazy("星期五"),
    gettext_lazy("星期六"),
    gettext_lazy("星期日"),
)
HOURS = gettext_lazy("例如 08:30-12:00, 13:30-17:30；留空为休息")
EMPTY = {"zone": "Asia/Shanghai", **{f"weekly_{day}": "08:30-17:30" for day in worktime.DAYS[:5]}}


class _Places(dict[str, str]):
    """The field in which a part of a plan was typed."""

    def get(self, path: str, default: str = "") -> str:  # type: ignore[override]
        head, _dot, rest = path.partition(".")
        if head == "weekly":
            return f"weekly_{rest}" if rest in worktime.DAYS else "weekly_mon"
        return "exceptions" if head == "exceptions" else default


class PlanForm(Styled):
    """Zone, the hours of each weekday, and days of their own, one a line."""

    zone = forms.CharField(
        label=gettext_lazy("时区"), max_length=60, help_text=gettext_lazy("IANA 时区名，例如 Asia/Shanghai")
    )
    exceptions = LongText(
        label=gettext_lazy("特别的日子"),
        required=False,
        rows=10,
        help_text=gettext_lazy(
            "每行一天：日期、时段或“休”、中文名称、英文名称，用 | 分开，例如 2027-02-17 | 休 | 春节 | Spring Festival"
        ),
    )
    notes = LongText(label=gettext_lazy("说明"), required=False, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = dict(self.fields)
        week = {
            f"weekly_{day}": forms.CharField(
                label=name,
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )
            for day, name in zip(worktime.DAYS, WEEKDAYS, strict=True)
        }
        week["weekly_mon"].help_text = HOURS
        head = {name: fields.pop(name) for name in list(fields) if name not in {"exceptions", "notes"}}
        self.fields = {**head, **week, **fields}
        self.refused_as = _Places()  # type: ignore[misc]  # where a verb's paths lie in this form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for day in worktime.DAYS:
            self._read(f"weekly_{day}")
        for number, line in enumerate((data.get("exceptions") or "").splitlines(), 1):
            if line.strip() and _line(line) is None:
                text = _("第 %(number)s 行读不懂：日期、时段或“休”，用 | 分开。") % {"number": number}
                self.add_error("exceptions", text)
        return data

    def _read(self, name: str) -> None:
        if _windows(self.cleaned_data.get(name, "")) is None:
            self.add_error(name, _("时段的格式不对，例如 08:30-12:00, 13:30-17:30。"))


class NewForm(PlanForm):
    """A calendar with its first plan."""

    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]*$",
        label=gettext_lazy("代码"),
        max_length=40,
        error_messages={"invalid": gettext_lazy("代码只能用小写字母、数字和短横。")},
    )
    name_zh = forms.CharField(label=gettext_lazy("中文名称"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=80)
    owner_kind = forms.ChoiceField(label=gettext_lazy("归属"), choices=Calendar.Owner.choices, required=False)
    owner_code = forms.CharField(
        label=gettext_lazy("网点或供应商代码"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("全公司的留空"),
    )
    field_order = ("code", "name_zh", "name_en", "owner_kind", "owner_code", "zone")

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("code", "name_zh", "name_en", "owner_kind", "owner_code")}
        plan = plan_of(given, {})
        return plain | {"zone": plan["zone"], "weekly": plan["weekly"]}


class YearForm(Styled):
    year = forms.IntegerField(
        label=gettext_lazy("年份"),
        min_value=2000,
        max_value=2100,
        error_messages={"invalid": gettext_lazy("请填写四位年份。")},
    )


def _windows(text: str) -> list[list[str]] | None:
    """Typed hours as a plan has them; None when they cannot be read. Whether they overlap the verb tells."""
    found = []
    for part in text.replace("，", ",").replace("–", "-").replace("；", ",").split(","):
        if not part.strip():
            continue
        edges = [edge.strip() for edge in part.split("-")]
        if len(edges) != 2 or not all(worktime.WALL_TIME.fullmatch(edge) for edge in edges):
            return None
        found.append(edges)
    return found


def _line(text: str) -> tuple[str, list[list[str]], dict[str, str]] | None:
    """One typed day: (date, windows, names); None when it cannot be read."""
    parts = [part.strip() for part in text.replace("｜", "|").split("|")]
    day, hours = parts[0], parts[1] if len(parts) > 1 else ""
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    windows = [] if hours in {"", "休", "closed"} else _windows(hours)
    if windows is None or len(parts) > 4:
        return None
    names = [*parts[2:], "", ""]
    return day, windows, {"zh": names[0], "en": names[1]}


def plan_of(given: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as a plan; days that an import brought stay marked while they are as it left them."""
    lines = [found for line in given["exceptions"].splitlines() if line.strip() and (found := _line(line))]
    plan = {
        "zone": given["zone"],
        "weekly": {day: _windows(given[f"weekly_{day}"]) or [] for day in worktime.DAYS},
        "exceptions": {day: windows for day, windows, _names in lines},
        "names": {day: names for day, _windows_of, names in lines},
    }
    known = base.get("exceptions", {})
    plan["imported"] = [
        day for day in base.get("imported", []) if plan["exceptions"].get(day, "gone") == known.get(day)
    ]
    return plan


def typed(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as somebody would type it."""
    names = plan.get("names", {})
    lines = []
    for day, windows in plan.get("exceptions", {}).items():
        called = names.get(day, {})
        lines.append(
            " | ".join([day, _typed_hours(windows) or "休", called.get("zh", ""), called.get("en", "")])
        )
    week = {f"weekly_{day}": _typed_hours(plan.get("weekly", {}).get(day, [])) for day in worktime.DAYS}
    return {"zone": plan["zone"], "exceptions": "\n".join(lines), **week}


def _typed_hours(windows: list[list[str]]) -> str:
    return ", ".join("-".join(window) for window in windows)


@dataclass(frozen=True)
class ChangeLine:
    """A day that two plans treat differently, in words."""

    on: str
    weekday: str
    name: str
    before: str
    after: str
    kind: str


def change_line(change: DayChange, value: worktime.Calendar) -> ChangeLine:
    """The change in words; `value` is the calendar after it."""
    usual = year_view.hours(value.weekly[change.on.weekday()]) or pgettext("hours", "休息")
    name = value.names.get(change.on, "") or _name(change.before)
    return ChangeLine(
        change.on.isoformat(),
        date_format(change.on, "D" if english() else "l"),
        name,
        _in_words(change.before, usual),
        _in_words(change.after, usual),
        year_view.kind_of(value, change.on),
    )


def _name(day: Day | None) -> str:
    if day is None:
        return ""
    return (day[1].get("en") if english() else "") or day[1].get("zh", "")


def _in_words(day: Day | None, usual: str) -> str:
    if day is None:
        return noted(_("同平常"), usual)
    return _typed_hours(day[0]) or pgettext("hours", "休息")


def week_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The weekdays and the zone that two plans treat differently: (what, before, after)."""
    rest = pgettext("hours", "休息")
    old = before or {"zone": "", "weekly": {}}
    lines = [
        (
            str(name),
            _typed_hours(old["weekly"].get(day, [])) or ("–" if before is None else rest),
            _typed_hours(after["weekly"].get(day, [])) or rest,
        )
        for day, name in zip(worktime.DAYS, WEEKDAYS, strict=True)
        if before is None or old["weekly"].get(day, []) != after["weekly"].get(day, [])
    ]
    if old["zone"] != after["zone"]:
        lines.insert(0, (_("时区"), old["zone"] or "–", after["zone"]))
    return lines

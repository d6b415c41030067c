"""The rulebook as one JSON file: out to be read, compared and kept; in as drafts that somebody else must approve.

A file never puts anything in force. Each entry is checked by itself, and what is wrong is told by its place in the file:
`rules[3].unit`. Entries that say what stands already are passed over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_center.kernel import conditions, errors, journal, rulebook, rulemaking, setting_changes
from service_center.kernel import rulebook_events as events
from service_center.kernel.access import require
from service_center.kernel.models import Calendar, Clause, Event, Rule, RulebookState, Setting, VersionStatus
from service_center.kernel.models.rulebook import Versioned

if TYPE_CHECKING:
    from service_center.kernel.models import User

FORMAT = "service-center-rulebook/1"
MAX_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 5000
RULE_KEYS = {
    "code", "conditions", "value", "unit", "calendar", "clause", "rungs", "pausing_reasons", "notes", "key",
    "version", "name_zh", "name_en", "alternative", "conflicts",
}  # fmt: skip
SETTING_KEYS = {
    "key", "code", "value", "kind", "unit", "clause", "version", "name_zh", "name_en", "alternative", "conflicts",
    "conditions",
}  # fmt: skip


class NoRulebook(errors.Invalid):
    code = "no_rulebook_file"
    message = gettext_lazy("这不是规则库文件：请上传从规则库导出的 JSON 文件。")


@dataclass(frozen=True)
class Entry:
    """One entry of a file: `change` (another version of something known), `new`, `same`, or `wrong` and why."""

    path: str
    key: str
    verdict: str
    before: str = ""
    after: str = ""
    field: str = ""
    fault: str = ""
    arguments: Mapping[str, Any] = field_of(default_factory=dict, repr=False)


def exported(*, at: datetime) -> dict[str, Any]:
    """Rules and settings in force and the alternatives that wait, each with its clause."""
    return {
        "format": FORMAT,
        "exported_at": at.isoformat(),
        "rules": [_rule_out(row) for row in _standing(Rule, at)],
        "settings": [_setting_out(row) for row in _standing(Setting, at)],
    }


def _standing(model: type[Versioned], at: datetime) -> Iterator[Any]:
    waiting = Q(alternative=True, status=VersionStatus.APPROVED)
    counting = Q(valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))
    rows = model._default_manager.filter(waiting | counting).select_related("clause__document")
    return iter(rows.order_by("key", "alternative", "version"))


def _common(row: Any) -> dict[str, Any]:
    return {
        "key": row.key,
        "code": row.code,
        "conditions": row.conditions,
        "clause": row.clause and {"document": row.clause.document.code, "article": row.clause.article},
        "version": row.version,
        "alternative": row.alternative,
        "conflicts": row.conflicts,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
    }


def _rule_out(row: Rule) -> dict[str, Any]:
    return _common(row) | {
        "value": f"{row.value.normalize():f}",
        "unit": row.unit,
        "calendar": Calendar.objects.get(pk=row.calendar_id).code,
        "rungs": row.rungs,
        "pausing_reasons": row.pausing_reasons,
        "notes": row.notes,
    }


def _setting_out(row: Setting) -> dict[str, Any]:
    return _common(row) | {"value": row.value, "kind": row.kind, "unit": row.unit}


def read(data: bytes, *, at: datetime) -> list[Entry]:
    """Every entry of a file with what would become of it. Raises NoRulebook, Invalid (too many entries)."""
    if len(data) > MAX_BYTES:
        raise errors.Invalid(_("文件过大，规则库文件不超过 5 MB。"), field="file")
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NoRulebook(field="file") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise NoRulebook(field="file")
    entries = [
        (f"{name}[{number}]", name, item)
        for name in ("rules", "settings")
        for number, item in enumerate(_listed(body.get(name, [])))
    ]
    if len(entries) > MAX_ENTRIES:
        raise errors.Invalid(_("一次最多导入 5000 条，请拆分文件。"), field="file")
    book = _Book(at)
    return [book.judged(path, name, item) for path, name, item in entries]


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise NoRulebook(field="file")
    return value


class _Book:
    """What stands, to compare a file's entries with."""

    def __init__(self, at: datetime) -> None:
        self.clauses = {
            (clause.document.code, clause.article): clause
            for clause in Clause.objects.select_related("document")
        }
        self.calendars = {row.code: row for row in Calendar.objects.all()}
        self.rules: dict[tuple[str, bool], list[Rule]] = defaultdict(list)
        for row in Rule.objects.filter(status__in=["in_force", "approved"]).select_related("calendar"):
            self.rules[row.key, row.alternative].append(row)
        self.known = {"rules": RULE_KEYS, "settings": SETTING_KEYS}
        self.seen: set[tuple[str, str, bool]] = set()

    def judged(self, path: str, name: str, item: Any) -> Entry:
        key = str(item.get("key") or item.get("code") or "") if isinstance(item, dict) else ""
        try:
            if not isinstance(item, dict):
                raise errors.Invalid(_("应为一个对象。"), field="")
            if unknown := sorted(item.keys() - self.known[name]):
                raise errors.Invalid(_("没有这一项。"), field=unknown[0])
            return self._rule(path, item) if name == "rules" else self._setting(path, item)
        except errors.DomainError as refusal:
            return Entry(path, key, "wrong", field=refusal.field or "", fault=str(refusal))

    def _rule(self, path: str, item: dict[str, Any]) -> Entry:
        code = self._text(item, "code")
        given = item.get("conditions") or {}
        if not isinstance(given, dict):
            raise errors.Invalid(_("应为一个对象。"), field="conditions")
        arguments: dict[str, Any] = {
            "code": code,
            "value": self._number(item),
            "unit": self._unit(item),
            "calendar": self._calendar(item),
            "clause": self._clause(item),
            "conditions": rulemaking.normal_conditions(given),
            "rungs": self._list(item, "rungs"),
            "pausing_reasons": self._list(item, "pausing_reasons"),
            "notes": str(item.get("notes") or ""),
        }
        key, alternative = conditions.key_of(code, arguments["conditions"]), bool(item.get("alternative"))
        self._once("rules", key, alternative)
        rulemaking.check_rule(**arguments)
        known = self.rules[key, alternative]
        after = _words(arguments["value"], arguments["unit"], arguments["calendar"])
        if any(_same(row, arguments) for row in known):
            return Entry(path, key, "same", after, after)
        was = _words(known[0].value, known[0].unit, known[0].calendar) if known else ""
        return Entry(path, key, "change" if known else "new", was, after, arguments=arguments)

    def _setting(self, path: str, item: dict[str, Any]) -> Entry:
        key = self._text(item, "key")
        self._once("settings", key, bool(item.get("alternative")))
        self._clause(item)
        row = setting_changes.standing(key)
        if row is None:
            raise errors.Invalid(_("没有这个参数。"), field="key")
        if "value" not in item:
            raise errors.Invalid(_("请填写新值。"), field="value")
        if item.get("alternative"):
            return Entry(path, key, "same", str(item["value"]), str(item["value"]))
        if item.get("unit", row.unit) != row.unit:
            raise errors.Invalid(_("单位与参数不符。"), field="unit")
        value = setting_changes.checked(row, item["value"])
        verdict = "same" if value == row.value else "change"
        return Entry(path, key, verdict, str(row.value), str(value), arguments={"key": key, "value": value})

    def _once(self, name: str, key: str, alternative: bool) -> None:
        if (name, key, alternative) in self.seen and not alternative:
            raise errors.Invalid(_("文件里出现了两次。"), field="key")
        self.seen.add((name, key, alternative))

    def _text(self, item: dict[str, Any], name: str) -> str:
        text = item.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= 80 or "\0" in text:
            raise errors.Invalid(_("请填写代码。"), field=name)
        return text

    def _number(self, item: dict[str, Any]) -> Decimal:
        try:
            number = Decimal(str(item.get("value")).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < 100_000_000 or round(number, 4) != number:
            raise errors.Invalid(_("请填写数字。"), field="value")
        return number

    def _unit(self, item: dict[str, Any]) -> str:
        unit = item.get("unit")
        if unit not in Rule.Unit.values:
            raise errors.Invalid(_("请选择时间单位。"), field="unit")
        return str(unit)

    def _calendar(self, item: dict[str, Any]) -> Calendar:
        row = self.calendars.get(str(item.get("calendar")))
        if row is None:
            raise errors.Invalid(_("没有这个日历。"), field="calendar")
        return row

    def _clause(self, item: dict[str, Any]) -> Clause:
        given = item.get("clause")
        if not isinstance(given, dict):
            raise errors.Invalid(_("请写明依据的条款，没有依据的规则不能起草。"), field="clause")
        found = self.clauses.get((str(given.get("document")), str(given.get("article"))))
        if found is None:
            raise errors.Invalid(_("没有这一条款。"), field="clause")
        return found

    def _list(self, item: dict[str, Any], name: str) -> list[Any]:
        value = item.get(name) or []
        if not isinstance(value, list):
            raise errors.Invalid(_("应为一个列表。"), field=name)
        return value


def _same(row: Rule, arguments: Mapping[str, Any]) -> bool:
    now = {name: getattr(row, name) for name in ("value", "unit", "rungs", "pausing_reasons", "clause_id")}
    calendar, clause = arguments["calendar"], arguments["clause"]
    asked = {name: arguments[name] for name in ("value", "unit", "rungs", "pausing_reasons")}
    return now == asked | {"clause_id": clause.pk} and row.calendar_id == calendar.pk


def _words(value: Decimal, unit: str, calendar: Calendar) -> str:
    return f"{value.normalize():f} {unit} {calendar.code}"


def bring_in(data: bytes, *, actor: User | None, at: datetime) -> Event:
    """Draft every change of a file; nothing of it counts before somebody else has approved it.

    Returns the fact, with the keys of the drafted rules and settings. Raises Forbidden, NoRulebook, Invalid naming the
    place when any entry is wrong: a file comes in whole or not at all.
    """
    rulebook.lock()
    require(rulemaking.can_change, actor)
    entries = read(data, at=at)
    for entry in entries:
        if entry.verdict == "wrong":
            place = f"{entry.path}.{entry.field}" if entry.field else entry.path
            raise errors.Invalid(entry.fault, field=place)
    fresh = [entry for entry in entries if entry.verdict in {"change", "new"}]
    rules = [_draft_rule(entry, actor, at) for entry in fresh if entry.path.startswith("rules")]
    settings = [_draft_setting(entry, actor, at) for entry in fresh if entry.path.startswith("settings")]
    return journal.record(
        events.FILE_IMPORTED, RulebookState.objects.get(), actor=actor, at=at,
        number=len(fresh), rules=rules, settings=settings,
    )  # fmt: skip


def _draft_rule(entry: Entry, actor: User | None, at: datetime) -> int:
    return rulemaking.draft_rule(**entry.arguments, actor=actor, at=at).pk


def _draft_setting(entry: Entry, actor: User | None, at: datetime) -> str:
    row: Setting = Setting.objects.of_key(entry.arguments["key"])[0]
    setting_changes.change_setting(row, value=entry.arguments["value"], actor=actor, at=at)
    return row.key

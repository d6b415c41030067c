"""Brings the shipped rulebook into the tables: harmless twice, never over what a person decided.

Every shipped row is found again by its `seed` name. A later release that ships another value for a rule in
force makes a new version of it, so clocks that ran under the old one keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from service_center.kernel import calendars, conditions, reviews, rulebook
from service_center.kernel.models import (
    ApprovalStep,
    Calendar,
    Clause,
    Document,
    Rule,
    Setting,
    VersionStatus,
)
from service_center.kernel.seeds.approvals import STEPS
from service_center.kernel.seeds.clauses import CLAUSES
from service_center.kernel.seeds.documents import DOCUMENTS
from service_center.kernel.seeds.rules import RULES
from service_center.kernel.seeds.settings import SETTINGS
from service_center.kernel.seeds.shapes import RuleSeed, Seed, SettingSeed, StepSeed

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
WORDS = (
    "name_zh",
    "name_en",
    "notes",
    "clause_id",
    "conflicts",
    "mandatory",
    "demo",
    "alternative",
    "choices",
)


@dataclass
class Counts:
    """How many rows were created, changed in words, given a new version, and left as people made them."""

    created: int = 0
    reworded: int = 0
    renewed: int = 0
    kept: int = 0


def seed(*, at: datetime, demo: bool) -> Counts:
    """Documents, clauses, calendars, rules, settings and approval chains.

    With `demo` the placeholder values are in force; without, they stay drafts that a manager must set before
    production serves (`rulebook.unfit`).
    """
    rulebook.lock()
    known_calendars = calendars.seed(at=at)
    clauses = _seed_clauses()
    counts = Counts()
    for model, seeds in ((Rule, RULES), (Setting, SETTINGS), (ApprovalStep, STEPS)):
        rows = [_row(model, item, clauses, known_calendars, demo) for item in seeds]
        _bring_in(model, rows, at, counts)
    rulebook.forget()
    reviews.plan_missing(at=at)
    return counts


def _seed_clauses() -> dict[str, int]:
    """Documents and clauses by name `<document> <article>`; titles follow the shipped ones."""
    Document.objects.bulk_create(
        [Document(code=code, name_zh=zh, name_en=en) for code, zh, en in DOCUMENTS],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en"],
    )
    documents = dict(Document.objects.values_list("code", "pk"))
    Clause.objects.bulk_create(
        [
            Clause(document_id=documents[code], article=article, title_zh=zh, title_en=en)
            for (code, article), zh, en in ((name.split(" ", 1), zh, en) for name, zh, en in CLAUSES)
        ],
        update_conflicts=True,
        unique_fields=["document", "article"],
        update_fields=["title_zh", "title_en"],
    )
    rows = Clause.objects.values_list("document__code", "article", "pk")
    return {f"{document} {article}": pk for document, article, pk in rows}


def _row(
    model: type[Any], item: Seed, clauses: dict[str, int], known_calendars: dict[str, Calendar], demo: bool
) -> Any:
    """A shipped row as it would stand in the table, unsaved."""
    row = model(
        conditions=conditions.normal(item.conditions),
        clause_id=clauses[item.clause],
        conflicts=list(item.conflicts),
        alternative=item.alternative,
        mandatory=item.mandatory,
        demo=item.demo,
        notes=item.notes,
        name_zh=item.zh,
        name_en=item.en,
    )
    row.key = conditions.key_of(item.code, row.conditions)
    _fill(row, item, known_calendars)
    row.seed = f"{row.key}#{item.clause}{'~alternative' if item.alternative else ''}"
    row.status = VersionStatus.APPROVED if item.alternative else VersionStatus.IN_FORCE
    if item.demo and not demo:
        row.status = VersionStatus.DRAFT
    if row.status == VersionStatus.IN_FORCE:
        row.valid_from = SINCE
    return row


def _fill(row: Any, item: Seed, known_calendars: dict[str, Calendar]) -> None:
    """What only one of the three kinds has."""
    if isinstance(item, RuleSeed):
        row.code, row.value, row.unit = item.code, Decimal(item.value), item.unit
        row.calendar = known_calendars[item.calendar]
        row.rungs, row.pausing_reasons = [dict(rung) for rung in item.rungs], list(item.pauses)
    elif isinstance(item, SettingSeed):
        row.code, row.kind, row.value, row.unit = item.code, item.kind, item.value, item.unit
        row.minimum, row.maximum = _number(item.minimum), _number(item.maximum)
        row.choices = list(item.choices)
    elif isinstance(item, StepSeed):
        row.kind, row.role, row.order, row.same_branch = item.code, item.role, item.order, item.same_branch
        row.min_setting, row.max_setting = item.above, item.up_to
        bounds = f">{item.above}" if item.above else f"<={item.up_to}" if item.up_to else ""
        row.key = f"{row.key}#{item.order}{bounds}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _substance(row: Any) -> tuple[Any, ...]:
    """What makes a difference to a case; everything else is words."""
    names = {
        Rule: ("value", "unit", "calendar_id", "rungs", "pausing_reasons"),
        Setting: ("value", "kind", "unit", "minimum", "maximum"),
        ApprovalStep: ("role", "order", "same_branch", "min_setting", "max_setting"),
    }[type(row)]
    return tuple(getattr(row, name) for name in names)


def _bring_in(model: type[Any], rows: Sequence[Any], at: datetime, counts: Counts) -> None:
    """Create what is missing, bring up to date what nobody touched."""
    known = {row.seed: row for row in model.objects.exclude(seed=None)}
    numbers = dict(model.objects.values_list("key").annotate(Max("version")))
    taken = set(model.objects.filter(status=VersionStatus.IN_FORCE).values_list("key", flat=True))
    created = []
    for row in rows:
        before = known.get(row.seed)
        if before is not None:
            _bring_up_to_date(before, row, numbers, at, counts)
            continue
        if row.status == VersionStatus.IN_FORCE and row.key in taken:
            row.status, row.valid_from = VersionStatus.APPROVED, None  # a person's version counts
        row.version = numbers[row.key] = numbers.get(row.key, 0) + 1
        created.append(row)
    model.objects.bulk_create(created)
    counts.created += len(created)


def _bring_up_to_date(before: Any, row: Any, numbers: dict[str, int], at: datetime, counts: Counts) -> None:
    """Follow the shipped row, unless a person approved, replaced or ended the one in the table."""
    placeholder = before.status == VersionStatus.DRAFT and row.status == VersionStatus.IN_FORCE
    if before.approved_by_id is not None or not (before.status == row.status or placeholder):
        counts.kept += 1
        return
    if before.status == VersionStatus.IN_FORCE and _substance(before) != _substance(row):
        _renew(before, row, numbers, at)
        counts.renewed += 1
        return
    changed = _differing(before, row)
    if changed:
        row.pk, row.version, row.valid_from = before.pk, before.version, before.valid_from or row.valid_from
        row.save(force_update=True)
        counts.reworded += 1


def _renew(before: Any, row: Any, numbers: dict[str, int], at: datetime) -> None:
    type(before).objects.filter(pk=before.pk).update(seed=None, status=VersionStatus.SUPERSEDED, valid_to=at)
    row.version = numbers[row.key] = numbers[row.key] + 1
    row.valid_from = at
    row.save(force_insert=True)


def _differing(before: Any, row: Any) -> Iterable[str]:
    words = [name for name in WORDS if getattr(before, name, None) != getattr(row, name, None)]
    if before.status != row.status or _substance(before) != _substance(row):
        words.append("status")
    return words

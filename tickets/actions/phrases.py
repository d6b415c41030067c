"""The words the desk works with: text templates and symptoms, written by those who lead."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from service_center.kernel.languages import listed
from service_center.kernel.pinyin import initials
from tickets import events, permissions
from tickets.models import Symptom, TextTemplate
from tickets.queries.phrases import unknown_placeholders

if TYPE_CHECKING:
    from customers.models import ProductLine
    from service_center.kernel.models import User
    from staff.models import Branch

TEMPLATE_FIELDS = ("kind", "name_zh", "name_en", "body_zh", "body_en", "active")
SYMPTOM_FIELDS = ("name_zh", "name_en", "product_line", "active")


def write_template(
    *,
    code: str,
    kind: str,
    name_zh: str,
    body_zh: str,
    name_en: str = "",
    body_en: str = "",
    branch: Branch | None = None,
    active: bool = True,
    actor: User | None,
    at: datetime,
) -> TextTemplate:
    """Give the desk a new text template, of a branch or of the whole company.

    Raises Forbidden, Invalid (code taken, unknown placeholder beside its field).
    """
    row = TextTemplate(
        origin_key=commands.origin_key(), code=code, kind=kind, name_zh=name_zh, name_en=name_en,
        body_zh=body_zh, body_en=body_en, branch=branch, active=active, version=1,
    )  # fmt: skip
    require(permissions.can_write_template, actor, row)
    _require_free(TextTemplate.objects.filter(code=code).exists())
    _require_known_placeholders(row)
    row.save()
    journal.record(events.TEMPLATE_WRITTEN, row, actor=actor, at=at, code=code)
    return row


def edit_template(
    row: TextTemplate, *, expected: int, actor: User | None, at: datetime, **changes: Any
) -> TextTemplate:
    """Reword a template or take it out of use (`active=False`): kind, name_zh, name_en, body_zh, body_en, active.

    Raises Forbidden, Stale, Invalid.
    """
    row = TextTemplate.objects.lock(row.pk)
    require(permissions.can_write_template, actor, row)
    commands.check_version(row, expected)
    _change(row, changes, TEMPLATE_FIELDS)
    _require_known_placeholders(row)
    row.version += 1
    row.save()
    journal.record(events.TEMPLATE_EDITED, row, actor=actor, at=at, code=row.code)
    return row


def add_symptom(
    *,
    code: str,
    name_zh: str,
    name_en: str = "",
    product_line: ProductLine | None = None,
    active: bool = True,
    actor: User | None,
    at: datetime,
) -> Symptom:
    """Let the desk find one more symptom by two letters. Raises Forbidden, Invalid (code taken)."""
    require(permissions.can_write_symptom, actor)
    _require_free(Symptom.objects.filter(code=code).exists())
    row = Symptom.objects.create(
        origin_key=commands.origin_key(), code=code, name_zh=name_zh, name_en=name_en,
        initials=initials(name_zh), product_line=product_line, active=active, version=1,
    )  # fmt: skip
    journal.record(events.SYMPTOM_ADDED, row, actor=actor, at=at, code=code)
    return row


def edit_symptom(row: Symptom, *, expected: int, actor: User | None, at: datetime, **changes: Any) -> Symptom:
    """Reword a symptom or take it out of use; tickets keep their words. Raises Forbidden, Stale."""
    row = Symptom.objects.lock(row.pk)
    require(permissions.can_write_symptom, actor)
    commands.check_version(row, expected)
    _change(row, changes, SYMPTOM_FIELDS)
    row.initials = initials(row.name_zh)
    row.version += 1
    row.save()
    journal.record(events.SYMPTOM_EDITED, row, actor=actor, at=at, code=row.code)
    return row


def _change(row: TextTemplate | Symptom, changes: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for field, value in changes.items():
        if field not in allowed:
            raise ValueError(f"{field} is not edited")
        setattr(row, field, value)


def _require_free(taken: bool) -> None:
    if taken:
        raise Invalid(_("此代码已被使用。"), field="code")


def _require_known_placeholders(row: TextTemplate) -> None:
    for field in ("body_zh", "body_en"):
        if unknown := unknown_placeholders(getattr(row, field)):
            raise Invalid(_("没有这样的占位符：%(names)s") % {"names": listed(unknown)}, field=field)

"""Data that exist in two languages: the reader's one, and the Chinese one when the other was left empty."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, npgettext
from django.utils.translation import gettext as _

CHINESE, ENGLISH = "zh-hans", "en"


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith(ENGLISH)


def pick(row: Any, field: str = "name", *, language: str | None = None) -> str:
    """`<field>_zh` or `<field>_en` of a row, by the active language or the one given."""
    chinese: str = getattr(row, f"{field}_zh")
    if (language or get_language() or "").startswith(ENGLISH):
        return getattr(row, f"{field}_en") or chinese
    return chinese or getattr(row, f"{field}_en")


def listed(words: Iterable[object]) -> str:
    """Words one after the other: 送修、寄修 or Bring-in, Mail-in."""
    return _("、").join(str(word) for word in words)


def sentences(words: Iterable[object]) -> str:
    """Statements one after the other, apart by semicolons."""
    return _("；").join(str(word) for word in words)


def labelled(label: object, text: object) -> str:
    """What something is, then which: 紧急程度：紧急 or Urgency: Urgent."""
    return _("%(label)s：%(text)s") % {"label": label, "text": text}


def noted(text: object, note: object) -> str:
    """A text and a note in brackets: 王工（维修工程师） or Wang (Engineer)."""
    return _("%(text)s（%(note)s）") % {"text": text, "note": note}


def amount(value: Decimal | float, unit: str) -> str:
    """A length of time in the unit of its rule: 3 个工作日 or 3 working days."""
    number = f"{Decimal(str(value)).normalize():f}"
    one = 1 if number == "1" else 2
    words = {
        "second": npgettext("amount", "%(n)s 秒", "%(n)s 秒", one),
        "minute": npgettext("amount", "%(n)s 分钟", "%(n)s 分钟", one),
        "hour": npgettext("amount", "%(n)s 小时", "%(n)s 小时", one),
        "working_day": npgettext("amount", "%(n)s 个工作日", "%(n)s 个工作日", one),
        "natural_day": npgettext("amount", "%(n)s 天", "%(n)s 天", one),
    }
    return words[unit] % {"n": number}

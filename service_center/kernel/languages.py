"""Data that exist in two languages: the reader's one, and the Chinese one when the other was left empty."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

CHINESE, ENGLISH = "zh-hans", "en"


def pick(row: Any, field: str = "name", *, language: str | None = None) -> str:
    """`<field>_zh` or `<field>_en` of a row, by the active language or the one given."""
    chinese: str = getattr(row, f"{field}_zh")
    if (language or get_language() or "").startswith(ENGLISH):
        return getattr(row, f"{field}_en") or chinese
    return chinese or getattr(row, f"{field}_en")

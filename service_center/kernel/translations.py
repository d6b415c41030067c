"""The interface's translations: collected from Python and templates, checked, and compiled without system tools.

Chinese stands in the code; `locale/en/LC_MESSAGES/django.po` holds the English. A message is complete when it has a
translation with the same placeholders.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PO = Path("locale/en/LC_MESSAGES/django.po")
ROOMS = ("service_center", "staff", "customers", "parts", "tickets", "complaints", "surveys", "templates")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "pgettext_lazy": ((1, "c"), 2),
    "ngettext_lazy": (1, 2),
    "gettext_noop": None,
}
HEADER = "# English of service_center's interface. The Chinese in the code is the key."
FIXED = datetime(2026, 1, 1, tzinfo=UTC)  # a catalogue differs when its messages do, not when the clock does
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def source() -> Path:
    """Where the English catalogue lies."""
    return Path(settings.BASE_DIR) / PO


def collect() -> Catalog:
    """Every message of the code, with where it stands (files only: line numbers would change every day)."""
    found = Catalog(
        locale="en", project="service_center", charset="utf-8", fuzzy=False, header_comment=HEADER
    )
    found.creation_date = found.revision_date = FIXED
    root = Path(settings.BASE_DIR)
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts:
                continue
            with path.open("rb") as file:
                for _line, message, _comments, context in extract(_method(path), file, KEYWORDS):
                    found.add(message, locations=[(str(path.relative_to(root)), 0)], context=context)
    return found


def _method(path: Path) -> Any:
    return extract_python if path.suffix == ".py" else _extract_template


def _extract_template(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[Any, ...]]:
    """A Django template as the Python its translation tags amount to; its indentation means nothing."""
    text = "\n".join(line.strip() for line in templatize(file.read().decode()).splitlines())
    yield from extract_python(io.BytesIO(text.encode()), keywords, comment_tags, options)


def known() -> Catalog:
    """The catalogue as it lies in the repository."""
    with source().open("rb") as file:
        return read_po(file, locale="en")


def update() -> int:
    """Bring the catalogue in step with the code; returns how many messages still lack English."""
    fresh = collect()
    if source().exists():
        for message in known():
            twin = fresh.get(message.id, message.context) if message.id else None
            if twin is not None and not message.fuzzy:
                twin.string = message.string
    source().parent.mkdir(parents=True, exist_ok=True)
    with source().open("wb") as file:
        write_po(file, fresh, width=100, sort_output=True, omit_header=False, include_lineno=False)
    return len(missing(fresh))


def missing(catalogue: Catalog) -> list[str]:
    """Messages without English or with other placeholders than the Chinese."""
    return [_first(m.id) for m in catalogue if m.id and not _complete(m.id, m.string)]


def _complete(chinese: Any, english: Any) -> bool:
    strings = english if isinstance(english, tuple) else (english,)
    wanted = set(_PLACEHOLDER.findall(_first(chinese)))
    return all(text and set(_PLACEHOLDER.findall(text)) == wanted for text in strings)


def _first(message: Any) -> str:
    return str(message[0]) if isinstance(message, tuple | list) else str(message)


def outdated() -> list[str]:
    """Messages of the code that the catalogue does not have complete."""
    have = known()
    lacking = []
    for message in collect():
        twin = have.get(message.id, message.context) if message.id else None
        if message.id and (twin is None or not _complete(message.id, twin.string)):
            lacking.append(_first(message.id))
    return lacking


def compile_catalogue() -> int:
    """Write the .mo beside the .po; returns how many messages it holds."""
    catalogue = known()
    with source().with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return len(catalogue)

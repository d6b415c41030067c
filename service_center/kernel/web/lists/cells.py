"""Columns of the usual kinds, with their cells as HTML: made once per row in one loop, each text escaped once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django_stubs_ext import StrOrPromise

from service_center.kernel.languages import english
from service_center.kernel.templatetags.kernel import icon
from service_center.kernel.web.lists.declaration import Column, Row

Words = Mapping[Any, StrOrPromise]
NONE = "–"


def text(key: str, label: StrOrPromise, path: str = "", **more: Any) -> Column:
    """A text as it is."""
    read = path or key
    return Column(key, label, lambda row: row[read], (read,), **more)


def link(key: str, label: StrOrPromise, href: str, path: str = "", **more: Any) -> Column:
    """The text that leads to the row's page: `href` has one `%s` for the value of the column's field."""
    read = path or key

    def cell(row: Row) -> str:
        return anchor(href % quoted(row[read]), row[read])

    return replace(
        Column(key, label, lambda row: row[read], (read,), cell, fixed=True),
        **{"css": "text-nowrap"} | more,
    )


def quoted(value: object) -> str:
    """A value as one step of an address."""
    return quote(str(value), safe="")


def anchor(href: str, words: object) -> SafeString:
    """A link of a cell; `href` is already quoted."""
    return mark_safe(f'<a href="{escape(href)}">{escape(str(words))}</a>')  # noqa: S308 - both parts are escaped


def choice(
    key: str,
    label: StrOrPromise,
    choices: Iterable[tuple[Any, StrOrPromise]],
    path: str = "",
    *,
    colours: Mapping[str, str] | None = None,
    **more: Any,
) -> Column:
    """A code by its words; with `colours` as a badge (a code without a colour is plain)."""
    read, words = path or key, {str(code): label for code, label in choices}

    def value(row: Row) -> str:
        code = row[read]
        return str(words.get(str(code), code)) if code not in (None, "") else ""

    @lru_cache(maxsize=256)
    def drawn(code: str, language: str) -> SafeString:
        shown = words.get(code, code)
        colour = (colours or {}).get(code)
        if colour is None:
            return format_html("{}", shown)
        return format_html('<span class="badge bg-{}-lt">{}</span>', colour, shown)

    def cell(row: Row) -> str:
        code = row[read]
        return drawn(str(code), get_language() or "") if code not in (None, "") else NONE

    return Column(key, label, value, (read,), cell, **more)


def named(key: str, label: StrOrPromise, path: str = "", *, own: bool = False, **more: Any) -> Column:
    """The name in two languages of a related row, or of the row itself (`own`)."""
    at = "" if own else f"{path or key}__"
    chinese, other = f"{at}name_zh", f"{at}name_en"

    def value(row: Row) -> str:
        first, second = (row[other], row[chinese]) if english() else (row[chinese], row[other])
        return first or second or ""

    return Column(key, label, value, (chinese, other), **more)


def instant(key: str, label: StrOrPromise, path: str = "", **more: Any) -> Column:
    """When: short on the page, whole in the file."""
    read = path or key
    return replace(
        Column(key, label, lambda row: row[read], (read,), lambda row: moment(row[read])),
        **{"css": "text-nowrap"} | more,
    )


def day(key: str, label: StrOrPromise, path: str = "", **more: Any) -> Column:
    """A date."""
    read = path or key

    def cell(row: Row) -> str:
        return date_format(row[read], "j M Y") if row[read] and english() else str(row[read] or NONE)

    return replace(Column(key, label, lambda row: row[read], (read,), cell), **{"css": "text-nowrap"} | more)


def number(key: str, label: StrOrPromise, path: str = "", **more: Any) -> Column:
    """A figure, set to the right."""
    read = path or key

    def cell(row: Row) -> str:
        return NONE if row[read] is None else figure(row[read])

    return replace(Column(key, label, lambda row: row[read], (read,), cell), **{"css": "num"} | more)


def computed(
    key: str,
    label: StrOrPromise,
    value: Callable[[Row], Any],
    reads: tuple[str, ...] = (),
    **more: Any,
) -> Column:
    """What is worked out from several fields or from a batch."""
    return Column(key, label, value, reads, **more)


def figure(value: int | float | Decimal) -> str:
    """A number with its thousands apart."""
    return f"{value:,}"


def moment(value: datetime | None) -> SafeString | str:
    """An instant in the branch's zone as `moment` of the templates writes it, in a <time>."""
    if value is None:
        return NONE
    local = timezone.localtime(value)
    return mark_safe(f'<time datetime="{local.isoformat(timespec="seconds")}">{_short(local)}</time>')  # noqa: S308 - no text of people


def _short(local: datetime) -> str:
    today: date = datetime.now(local.tzinfo).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if english():
        return date_format(local, "j M H:i" if local.year == today.year else "j M Y H:i")
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def badge(
    colour: str, words: object, *, symbol: str = "", title: str = "", solid: bool = False
) -> SafeString:
    """A small coloured label; the words carry the meaning, the colour only helps."""
    css = f"bg-{colour} text-{colour}-fg" if solid else f"bg-{colour}-lt"
    drawn = f"{icon(symbol)} " if symbol else ""
    told = f' title="{escape(title)}"' if title else ""
    return mark_safe(f'<span class="badge {css}"{told}>{drawn}{escape(str(words))}</span>')  # noqa: S308 - escaped above

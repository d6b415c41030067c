"""Tags every template has without loading: icons, keys of commands, local times, names in the reader's language."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from service_center.kernel import journal, languages, notifications
from service_center.kernel.models import Event, Notification
from service_center.kernel.web import questions

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A symbol of the icon sprite, hidden from screen readers: the words beside it speak."""
    return _icon(name, css)


@lru_cache(maxsize=512)
def _icon(name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def command_key() -> SafeString:
    """A fresh idempotency key for one form: a double click or a back button writes once."""
    return format_html('<input type="hidden" name="command_key" value="{}">', secrets.token_urlsafe(18))


@register.simple_tag
def asks(name: str, noun: str = "") -> SafeString | str:
    """Inside a form's tag: the question it asks before it is sent, if the address (and noun) has one."""
    question = questions.question_of(f"{name}:{noun}" if noun else name)
    if question is None:
        return ""
    danger = SafeString(" data-danger") if question.danger else ""
    return format_html('data-confirm="{}"{}', question.text, danger)


@register.filter
def moment(value: datetime | None) -> str:
    """An instant in the branch's zone, short: today 14:05, else 03-07 14:05 or 7 Mar 14:05, with another year's year."""
    if value is None:
        return "–"
    local, today = timezone.localtime(value), timezone.localdate()
    if local.date() == today:
        return local.strftime("%H:%M")
    if languages.english():
        return date_format(local, "j M H:i" if local.year == today.year else "j M Y H:i")
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")


@register.filter
def full_moment(value: datetime | None) -> str:
    """An instant in full, for titles and prints."""
    return "–" if value is None else date_format(timezone.localtime(value), "Y-m-d H:i:s")


@register.filter
def spoken(value: datetime | None) -> str:
    """An instant as one would say it to a customer: 3月7日 星期六 14:05, Saturday 7 March, 14:05."""
    pattern = "l j F, H:i" if languages.english() else "n月j日 l H:i"
    return "–" if value is None else date_format(timezone.localtime(value), pattern)


@register.filter
def hour(value: datetime | None) -> str:
    """The time of day of an instant whose day has been said."""
    return "–" if value is None else date_format(timezone.localtime(value), "H:i")


@register.filter
def span(seconds: int | float | timedelta | None) -> str:
    """A duration in words a clock would use: 3 小时 20 分钟."""
    if seconds is None:
        return "–"
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    sign, total = ("-" if total < 0 else ""), abs(total)
    days, hours, minutes = total // 86400, total % 86400 // 3600, total % 3600 // 60
    words = [
        ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days} if days else "",
        ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes} if minutes and not days else "",
    ]
    return sign + (" ".join(word for word in words if word) or _("不到 1 分钟"))


@register.filter
def named(row: Any, field: str = "name") -> str:
    """`name_zh` or `name_en` of a row that has both, in the reader's language; `name` of one that has one."""
    if row is None:
        return "–"
    if hasattr(row, f"{field}_zh"):
        return languages.pick(row, field)
    return str(getattr(row, field, row))


@register.filter
def in_words(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Facts of the journal with their sentences."""
    return journal.in_words(events)


@register.filter
def news(notification: Notification) -> str:
    """An in-app notification in the reader's language."""
    return notifications.text(notification)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A dictionary's value under a key that is itself a variable."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query string with some parameters changed; None removes one."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value is not None:
            values[name] = value
    return f"?{values.urlencode()}"

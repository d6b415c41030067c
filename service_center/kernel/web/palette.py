"""The command palette: what one can do here, where one was, where one can go, and what is found, by typing a few letters.

Apps register sources; each answers for what is typed and for the page the palette was opened on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from django_stubs_ext import StrPromise

from service_center.kernel.models import User
from service_center.kernel.pinyin import initials
from service_center.kernel.web import menu, search

FOUND, SHOWN = 6, 8


@dataclass(frozen=True)
class Choice:
    """One line. A `reason` says why it cannot be chosen now; `press` is a selector of the page to click instead of going."""

    title: str
    url: str
    icon: str = "point"
    subtitle: str = ""
    keys: str = ""
    reason: str = ""
    press: str = ""


@dataclass(frozen=True)
class Ask:
    """What is typed, by whom, and the page it is typed on (None where that is no page of ours)."""

    user: User
    text: str
    here: ResolverMatch | None

    def matches(self, *words: str) -> bool:
        """Whether the typed text is part of the words or begins their pinyin initials; nothing typed matches all."""
        wanted = self.text.casefold()
        return not wanted or any(
            wanted in word.casefold() or initials(word).startswith(wanted) for word in words
        )


Source = Callable[[Ask], Iterable[Choice]]
_sources: dict[str, tuple[int, StrPromise, Source]] = {}


def register(code: str, label: StrPromise, source: Source, *, order: int = 50) -> None:
    """Add `source(ask)` under a heading, lower orders first."""
    _sources[code] = (order, label, source)


@login_required
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """The choices for `?q=`, on the page `?here=`."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    text = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    ask = Ask(user, text, _page(request, request.GET.get("here", "")))
    groups = [
        (label, choices)
        for _order, label, source in sorted(_sources.values(), key=lambda one: one[0])
        if (choices := list(source(ask)))
    ]
    return render(request, "kernel/parts/palette_choices.html", {"groups": groups, "text": text})


def _page(request: HttpRequest, address: str) -> ResolverMatch | None:
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return None
    try:
        return resolve(address.split("?")[0].split("#")[0])
    except Resolver404:
        return None


def _pages(ask: Ask) -> list[Choice]:
    own = [
        Choice(str(entry.label), reverse(entry.url_name), entry.icon, keys=entry.keys)
        for entry in menu.entries_for(ask.user)
    ]
    own += [
        Choice(_("通知"), reverse("notifications"), "bell"),
        Choice(_("账户与会话"), reverse("account"), "user-circle"),
    ]
    return [choice for choice in own if ask.matches(choice.title)]


def _settings(ask: Ask) -> list[Choice]:
    """What the account menu switches; found by name only."""
    own = [
        Choice(_("切换语言"), "", "language", subtitle="English / 简体中文", press="button[name=language]"),
        Choice(_("切换深浅色"), "", "moon", press="button[name=theme]"),
        Choice(_("显示快捷键"), "", "keyboard", keys="?", press="[data-help]"),
        Choice(_("退出登录"), "", "logout", press="form[action='/logout/'] button"),
    ]
    return [choice for choice in own if ask.text and ask.matches(choice.title, choice.subtitle)]


def _found(ask: Ask) -> list[Choice]:
    if len(ask.text) < 2:
        return []
    hits = [hit for _label, group in search.hits(ask.user, ask.text, FOUND) for hit in group]
    return [Choice(hit.title, hit.url, hit.icon, hit.subtitle) for hit in hits[: 3 * SHOWN]]


register("found", gettext_lazy("找到的记录"), _found, order=30)
register("pages", gettext_lazy("前往"), _pages, order=40)
register("settings", gettext_lazy("设置"), _settings, order=60)

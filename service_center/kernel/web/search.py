"""The one search box: every app registers a finder, each answers from its own index within what the user may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_stubs_ext import StrPromise

from service_center.kernel.models import User


@dataclass(frozen=True)
class Hit:
    """One line of the answer."""

    title: str
    subtitle: str
    url: str
    icon: str = "point"


LISTED = 10
Finder = Callable[[User, str, int], list[Hit]]
_finders: dict[str, tuple[StrPromise, Finder]] = {}


def register(code: str, label: StrPromise, finder: Finder) -> None:
    """Add `finder(user, text, limit)` under a heading."""
    _finders[code] = (label, finder)


def hits(user: User, text: str, limit: int) -> list[tuple[StrPromise, list[Hit]]]:
    """What the apps find for the text, by headings; headings without a hit are left out."""
    found = ((label, finder(user, text, limit)) for label, finder in _finders.values() if text)
    return [(label, group) for label, group in found if group]


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Hits of all apps for `?q=`; a single hit opens at once."""
    text = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    groups = hits(user, text, LISTED)
    everything = [hit for _, group in groups for hit in group]
    if len(everything) == 1:
        return redirect(everything[0].url)
    return render(request, "kernel/search.html", {"groups": groups, "text": text})

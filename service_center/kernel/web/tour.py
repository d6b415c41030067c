"""The short tour of a first log-in: what an app's pages are for, told beside them. A role hears of what it works with."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_stubs_ext import StrPromise

from service_center.kernel import accounts, commands
from service_center.kernel.access import has_role
from service_center.kernel.models import User
from service_center.kernel.web import menu

AGAIN = "tour"
"""`?tour=1` on one's first page shows the tour again."""


@dataclass(frozen=True)
class Stop:
    """One sentence or two about a part of the page; `anchor` is the CSS selector of what is pointed at."""

    anchor: str
    title: StrPromise
    text: StrPromise
    order: int
    roles: tuple[str, ...] = ()


_stops: list[Stop] = []


def add(anchor: str, title: StrPromise, text: StrPromise, *, order: int, roles: tuple[str, ...] = ()) -> None:
    """Add a stop for these roles, none meaning everybody; `order` is its place among the others."""
    _stops.append(Stop(anchor, title, text, order, roles))
    _stops.sort(key=lambda stop: stop.order)


def stops_on(request: HttpRequest, user: User) -> list[Stop]:
    """The tour of the page asked for: on the user's first page, until it was seen or when it is asked for again."""
    if user.toured_at is not None and AGAIN not in request.GET:
        return []
    if request.path != menu.home_for(user):
        return []
    return [stop for stop in _stops if not stop.roles or has_role(user, *stop.roles)]


@login_required
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """The tour was read or skipped: it does not come by itself again."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    commands.run(accounts.finish_tour, user, by=request)
    if request.headers.get("HX-Request"):
        return HttpResponse("")
    return redirect(reverse("home"))

"""What all pages of the customer's door have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from service_center.kernel import commands

View = TypeVar("View", bound=Callable[..., HttpResponse])


def private(view: View) -> View:
    """The address is a secret: never in a referrer, no cache, no index, no frame.

    The host alone may be told (`strict-origin`): with `no-referrer` browsers post their forms from the origin `null`,
    which the cross-site check must refuse.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        add_never_cache_headers(response)
        return response

    return guarded  # type: ignore[return-value]  # the same signature


def dead(request: HttpRequest) -> HttpResponse:
    """Unknown, used, revoked, expired: one page for all, so that nobody learns which it was."""
    return render(request, "portal/dead.html", status=404)


def key_of(request: HttpRequest, principal: str) -> commands.Key | None:
    """The form's key under a principal that is no user: a double click writes once."""
    value = request.POST.get("command_key", "")
    if not value:
        return None
    fields = sorted((k, v) for k, v in request.POST.lists() if k != "csrfmiddlewaretoken")
    asked = hashlib.sha256(f"{request.path}\n{fields!r}".encode()).hexdigest()
    return commands.Key(principal, value[:200], asked)

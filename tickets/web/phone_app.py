"""The phone's pages as an app that opens without a network: what installs it, what keeps its pages, and its log-in."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from service_center.kernel import crypto
from service_center.kernel.models import User

THEME = "#182433"
ICONS = (("app", "any"), ("app-maskable", "maskable"))


@require_GET
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the whole site, told which files the phone's pages need."""
    text, shell = _built("worker.js"), json.loads(_built("shell.json"))
    told = {
        "version": shell["version"],
        "files": [
            *(static(name) for name in shell["entries"]),
            *map(_plain, shell["chunks"]),
            static("favicon.svg"),
        ],
        "later": [*map(_plain, shell["later"])],
        "offline": reverse("phone-offline"),
    }
    response = HttpResponse(f"self.SHELL = {json.dumps(told)};\n{text}", content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    return response


def _plain(name: str) -> str:
    """Where a script is loaded from by another script: under its own name, which carries its hash."""
    return f"{settings.STATIC_URL}{name}"


def _built(name: str) -> str:
    """A file of the front end's build."""
    found = finders.find(name)
    if isinstance(found, str):
        return _read(found, Path(found).stat().st_mtime_ns)
    with staticfiles_storage.open(name) as file:
        return file.read().decode()


@lru_cache(maxsize=8)
def _read(path: str, changed: int) -> str:
    return Path(path).read_text()


@require_GET
@never_cache
def manifest(request: HttpRequest) -> JsonResponse:
    """What the phone's home screen shows, in the language of the page that names it."""
    language = request.GET.get("language", "")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    told: dict[str, Any] = {
        "id": reverse("phone"),
        "name": _("售后服务 · 工程师"),
        "short_name": _("售后服务"),
        "lang": translation.get_language(),
        "start_url": reverse("phone"),
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": THEME,
        "background_color": THEME,
        "icons": [_icon(name, purpose, size) for name, purpose in ICONS for size in (192, 512)],
        "shortcuts": [{"name": _("尚未发送"), "url": reverse("phone-outbox")}],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _icon(name: str, purpose: str, size: int) -> dict[str, str]:
    return {
        "src": static(f"{name}-{size}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@require_GET
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, told to the phone before it sends: 401 for nobody.

    `secret` makes, with the device's own salt, the key under which the phone keeps this person's steps and pages; it is
    the same at every log-in, so that what was left unsent can be opened again, by this person alone. `csrf` ends with
    the log-in: what is sent under it cannot reach the server as somebody else.
    """
    user = request.user
    if not isinstance(user, User):
        return JsonResponse({"code": "unauthenticated"}, status=401)
    told = {"user": user.pk, "secret": crypto.blind("phone", str(user.pk)), "csrf": get_token(request)}
    return JsonResponse(told)


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """The page shown instead of one that the phone has not kept; says nothing about anybody."""
    return render(request, "tickets/phone_offline.html")

"""What surrounds every page: the session's limits, the load a process takes on, refusals told in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands
from service_center.kernel.errors import Busy, DomainError
from service_center.kernel.uploads import TooLarge
from service_center.kernel.web import drafts, sessions
from service_center.kernel.web.pages import plain_problem

GetResponse = Callable[[HttpRequest], HttpResponse]
_UNGUARDED = ("/healthz/", "/static/")
RETRY_AFTER_S = "2"


class SessionGuard:
    """Ends sessions that are idle, too old or signed out everywhere; sets the reader's language and zone.

    A user who must change the password gets to no other page first.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_UNGUARDED):
            return self.get_response(request)
        try:
            sessions.keep(request)
            detour = self._prepare(request)
        except (OperationalError, InterfaceError):
            return busy(request)
        known = request.user.is_authenticated  # the interface's own document leaves no user behind
        response = detour or self.get_response(request)
        if known:
            return _kept_nowhere(response)
        return _back_after_log_in(request, response)

    def _prepare(self, request: HttpRequest) -> HttpResponse | None:
        timezone.deactivate()
        user = request.user
        if not user.is_authenticated:
            return None
        branch = getattr(getattr(user, "person", None), "branch", None)
        if branch is not None:
            timezone.activate(ZoneInfo(branch.zone))
        is_page = not request.path.startswith("/api/")
        if is_page and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        if is_page and user.must_change_password and request.path not in _allowed_before_change():
            return redirect("password_change")
        return None


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    """Pages behind the log-in are kept in no cache: the back button asks again, another person finds nothing."""
    if response.headers.get("Content-Type", "").startswith("text/html"):
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _back_after_log_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A session that ended in mid-form: after the log-in one stands before the form again, which keeps its text.

    A part of a page (htmx) is told by 401 instead of getting the log-in page inside it.
    """
    login = reverse("login")
    if response.status_code != 302 or not response.headers.get("Location", "").startswith(f"{login}?next="):
        return response
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    if request.method == "POST" and (page := drafts.page_of_form(request)):
        response["Location"] = f"{login}?{urlencode({'next': page, 'expired': 1})}"
    return response


def _allowed_before_change() -> set[str]:
    return {reverse(name) for name in ("password_change", "logout", "language", "theme")}


class Gate:
    """How many requests one process works on at once.

    A burst waits for its turn; once the process has been full without a break for `patience` seconds,
    newcomers are sent away at once, so that those inside are served in time.
    """

    def __init__(self, limit: int, patience: float) -> None:
        self.limit, self.patience = limit, patience
        self._running = 0
        self._full_since: float | None = None
        self._changed = Condition()

    def enter(self) -> bool:
        """Take a place; False when there is none in time."""
        with self._changed:
            now = time.monotonic()
            if self._running >= self.limit:
                self._full_since = self._full_since or now
                wait = self._full_since + self.patience - now
                if wait <= 0 or not self._changed.wait_for(lambda: self._running < self.limit, wait):
                    return False
            self._running += 1
            return True

    def leave(self) -> None:
        with self._changed:
            self._running -= 1
            if self._running <= self.limit // 2:
                self._full_since = None
            self._changed.notify()


class NoSuchPage(DomainError):
    """An address that no row can have; the database would not even take it as text."""

    code, status = "not_found", 404
    message = _("没有这个页面，或您无权查看")


class NoSuchQuery(DomainError):
    """A question with a NUL in it, which the database takes as text nowhere."""

    code, status = "malformed", 400
    message = _("请求无法识别")


class OverloadGuard:
    """503 with Retry-After instead of a growing queue, and when the database is away or too busy (R19).

    Nothing is half done then: the verb's transaction did not commit.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.gate = Gate(settings.MAX_CONCURRENT_REQUESTS, settings.OVERLOAD_PATIENCE_SECONDS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_UNGUARDED):
            return self.get_response(request)
        if "\0" in request.path:
            return refuse(request, NoSuchPage())
        if "%00" in request.META.get("QUERY_STRING", ""):
            return refuse(request, NoSuchQuery())
        if _announced_size(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return refuse(request, TooLarge())
        if not self.gate.enter():
            return busy(request)
        try:
            return self.get_response(request)
        finally:
            self.gate.leave()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return busy(request) if isinstance(error, OperationalError | InterfaceError) else None


def _announced_size(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


class Refusals:
    """A verb's refusal that no form caught: the page says it in words, with the refusal's own status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError) or request.path.startswith("/api/"):
            return None
        if error.status == 503:
            return busy(request)
        return refusal(request, error)


class SecondClicks:
    """The same form sent twice: the second click goes where the first one led, whatever has changed since.

    The verb would only replay; but the page on the way to it may not find any more what the first click changed.
    A form gone back to, changed and sent again writes nothing (KeyReused). Remembered in the session, for the last
    forms only.
    """

    KEPT = 12

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 302 and _is_form_of_user(request) and (key := commands.key_of(request)):
            led_to = dict(list(request.session.get(drafts.LED_TO, {}).items())[-self.KEPT + 1 :])
            request.session[drafts.LED_TO] = led_to | {key.value: [key.fingerprint, response["Location"]]}
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not _is_form_of_user(request):
            return None
        led_to = request.session.get(drafts.LED_TO, {}).get(request.POST["command_key"])
        key = commands.key_of(request) if led_to else None
        return redirect(led_to[1]) if key is not None and key.fingerprint == led_to[0] else None


def _is_form_of_user(request: HttpRequest) -> bool:
    return (
        request.method == "POST"
        and not request.path.startswith("/api/")
        and request.user.is_authenticated
        and bool(request.POST.get("command_key"))
    )


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The refusal as a page, or as an alert on top of the page when htmx asked."""
    if getattr(request, "htmx", False):
        response = render(request, "kernel/refusal_alert.html", {"error": error}, status=error.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
        return response
    return render(request, "kernel/refusal.html", {"error": error}, status=error.status)


def busy(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After, told without touching the database."""
    response = refuse(request, Busy())
    response["Retry-After"] = RETRY_AFTER_S
    return response


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal before anything was looked up: a problem document for the API, a small page for people."""
    with translation.override(translation.get_language_from_request(request)):
        if request.path.startswith("/api/"):
            response = plain_problem(error.status, error.code, str(error))
        else:
            response = HttpResponse(
                render_to_string("kernel/refused.html", {"error": error}), status=error.status
            )
    response["Cache-Control"] = "no-store"
    return response

"""The life of a signed-in browser: stamped at its first request, ended by age, idleness or its owner.

The stamp lies in the session itself, so keeping it costs no query; `UserSession` rows (for the owner's list)
are touched at most every five minutes.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone

from service_center.kernel.models import User, UserSession

TOUCH_SECONDS = 300
_STAMP = "guard"


def keep(request: HttpRequest) -> None:
    """Let the request go on as its user, or make it anonymous when its session is over."""
    user = request.user
    if not isinstance(user, User):
        return
    stamp = request.session.get(_STAMP)
    now = int(time.time())
    if stamp is None or stamp["key"] != request.session.session_key:
        _begin(request, user, now, since=stamp["since"] if stamp else now)
    elif _over(stamp, user, now):
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
    elif now - stamp["seen"] >= TOUCH_SECONDS:
        request.session[_STAMP] = stamp | {"seen": now}
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=timezone.now()
        )


def _over(stamp: dict[str, int], user: User, now: int) -> bool:
    return (
        stamp["epoch"] != user.session_epoch
        or now - stamp["since"] > settings.SESSION_COOKIE_AGE
        or now - stamp["seen"] > settings.SESSION_IDLE_SECONDS
    )


def begin(request: HttpRequest) -> None:
    """Stamp a session that has just been signed in (its key changed with the log-in)."""
    assert isinstance(request.user, User)
    now = int(time.time())
    _begin(request, request.user, now, since=now)


def _begin(request: HttpRequest, user: User, now: int, *, since: int) -> None:
    if request.session.session_key is None:
        request.session.save()
    key = request.session.session_key
    request.session[_STAMP] = {"key": key, "epoch": user.session_epoch, "since": since, "seen": now}
    UserSession.objects.update_or_create(
        session_key=key, defaults={"user": user, "device": device_of(request), "last_seen_at": timezone.now()}
    )


def device_of(request: HttpRequest) -> str:
    """Browser and system in a few words, from the User-Agent; nothing that identifies more than that."""
    agent = request.headers.get("User-Agent", "")
    browsers = {
        "Edg/": "Edge",
        "MicroMessenger": "WeChat",
        "Firefox/": "Firefox",
        "Chrome/": "Chrome",
        "Safari/": "Safari",
    }
    systems = {
        "Android": "Android",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Windows": "Windows",
        "Mac OS": "macOS",
        "Linux": "Linux",
    }
    browser = next((name for mark, name in browsers.items() if mark in agent), "")
    system = next((name for mark, name in systems.items() if mark in agent), "")
    return " · ".join(word for word in (browser, system) if word) or agent[:40]

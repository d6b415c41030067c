"""What a browser needs to keep what was typed until it is saved: the key of its drafts, and what became of its forms.

Drafts lie in the tab's sessionStorage, encrypted with a key that only pages of the signed-in person carry: whoever signs
in after them in the same tab cannot read them, and nothing readable outlives the session (ASVS 14.3.3).
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

from service_center.kernel.models import User

LED_TO = "led_to"
"""Session key: command key of a finished form -> [fingerprint, address it led to]; written by `SecondClicks`."""


def key_for(user: User) -> str:
    """The person's AES-256 key for drafts in the browser, base64; the same on every page until the server's key changes."""
    digest = salted_hmac("service_center.drafts", str(user.pk), algorithm="sha256").digest()
    return base64.b64encode(digest).decode()


def state(request: HttpRequest, user: User) -> dict[str, Any]:
    """What a page tells the browser's drafts.

    `done`: command keys of forms that were saved, and where each led; `answered`: the key of the form that this page
    answers without having saved it, so that what was typed is still to be sent.
    """
    answered = request.POST.get("command_key", "") if request.method == "POST" else ""
    done = {
        key: address
        for key, (_fingerprint, address) in getattr(request, "session", {}).get(LED_TO, {}).items()
    }
    done.pop(answered, None)
    return {"key": key_for(user), "done": done, "answered": answered}


def saved_before(request: HttpRequest) -> str:
    """Where the form this page answers led when it was sent the first time; "" for one that was never saved."""
    answered = request.POST.get("command_key", "") if request.method == "POST" else ""
    return str(getattr(request, "session", {}).get(LED_TO, {}).get(answered, ["", ""])[1])


def page_of_form(request: HttpRequest) -> str:
    """Address of the page a form was sent from, so that one can go back to it; "" when it is none of ours."""
    if request.method != "POST":
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

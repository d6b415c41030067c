"""Requests without a network: the same WSGI application that gunicorn serves, called in this process."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import Client, override_settings

from service_center.kernel.models import User


@dataclass
class Door:
    """An application and who knocks: headers go with every request."""

    application: Callable[..., Any]
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> bytes:
        return self._call("GET", path, b"", {})

    def post(self, path: str, body: dict[str, Any]) -> bytes:
        content = json.dumps(body).encode()
        return self._call(
            "POST",
            path,
            content,
            {"CONTENT_TYPE": "application/json", "HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())},
        )

    def _call(self, method: str, path: str, content: bytes, extra: dict[str, str]) -> bytes:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content)), **self.headers, **extra,
        }  # fmt: skip
        told: list[str] = []
        answer = self.application(environ, lambda status, headers: told.append(status))
        body = b"".join(answer)
        answer.close()
        if told[0][0] not in "2":
            raise RuntimeError(f"{method} {path}: {told[0]} {body[:300]!r}")
        return body


def product(username: str) -> Door:
    """The product's REST interface for a demo user, all middleware included."""
    out = io.StringIO()
    call_command("token", username, "--days", "1", stdout=out)
    return Door(WSGIHandler(), {"HTTP_AUTHORIZATION": f"Bearer {out.getvalue().strip()}"})


def pages(username: str) -> Door:
    """The product's pages for a demo user who is logged in."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return Door(
        WSGIHandler(), {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"}
    )


def bare() -> Door:
    """The minimal views without any middleware."""
    with override_settings(MIDDLEWARE=[]):
        return Door(WSGIHandler())

"""Whether this installation may serve: what is weak is named with the way to mend it. Nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from service_center.kernel import commands, crypto, rulebook
from service_center.kernel.models import User

DEMO_ROLES = (
    "agent", "supervisor", "manager", "engineer", "expert", "trainer", "parts", "buyer", "storekeeper",
    "inspector", "accountant", "quality", "analyst", "director", "admin",
)  # fmt: skip
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
KNOWN_KEYS = ("dev-key-", "test-key-", "dev-blind-", "test-blind-")
SECRET_LENGTH, SECRET_VARIETY = 50, 12
NAMES_OF_WEAK_SECRETS = (
    "insecure",
    "development",
    "never-for-production",
    "changeme",
    "change-me",
    "example",
)


@dataclass(frozen=True)
class Finding:
    """A reason not to serve: a stable code and what to do."""

    code: str
    message: str


Check = Callable[[], Iterator[Finding]]


def examine(*, production: bool) -> list[Finding]:
    """Everything that is wrong; `production` adds what only a real installation must have.

    Demo log-ins are wrong there alone: `remarks` tells of them elsewhere.
    """
    checks: tuple[Check, ...] = (_keys, _migrations, _media)
    if production:
        checks += (_durability, _debug, _secret_key, _known_keys, _hosts, _cookies, _channels, _lock_out)
        checks += (_demo_logins, _rulebook)
    return [finding for check in checks for finding in check()]


def remarks() -> list[str]:
    """What development may have and production not, in plain words: for whoever takes one for the other."""
    told = ["development rules: durability, secrets, transport, channels and settings were not examined"]
    names = demo_logins()
    if names:
        told.append(
            f"{len(names)} demo log-ins with public passwords, refused in production: {', '.join(names)}"
        )
    return [*told, "examine it as production: manage.py doctor --production"]


def demo_logins() -> list[str]:
    """Log-ins of the demo company whose password everybody knows."""
    names = [f"{role}{number}" for role in DEMO_ROLES for number in ("", "2", "3")]
    users = User.objects.filter(username__in=names, is_active=True).order_by("username")
    return [
        user.username for user in users if user.check_password(f"demo-{user.username.rstrip('0123456789')}")
    ]


def _keys() -> Iterator[Finding]:
    try:
        crypto.decrypt(crypto.encrypt("doctor", context="doctor"), context="doctor")
        for name, encoded in settings.FIELD_KEYS.items():
            crypto.decode_key(encoded, f"FIELD_KEYS[{name}]")
    except ImproperlyConfigured as error:
        yield Finding("field_keys", f"{error}. Make one with: openssl rand -base64 32")
    try:
        crypto.blind("doctor", "doctor")
    except ImproperlyConfigured as error:
        yield Finding("blind_index_key", f"{error}. Make one with: openssl rand -base64 32")


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        yield Finding("migrations", f"{len(pending)} migrations are not applied: run manage.py migrate")


def _media() -> Iterator[Finding]:
    root = Path(settings.MEDIA_ROOT)
    existing = next(place for place in (root, *root.parents) if place.exists())
    if not os.access(existing, os.W_OK):
        yield Finding("media_root", f"{root} cannot be written by this user")


def _durability() -> Iterator[Finding]:
    for name in DURABLE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
        if value in {"off", "local"}:
            yield Finding(name, f"PostgreSQL runs with {name} = {value}: answers could be lost; set it to on")


def _debug() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding("debug", "DEBUG is on: unset it")
    if settings.DEMO:
        yield Finding("demo", "DEMO is on: unset it")


def _secret_key() -> Iterator[Finding]:
    key = settings.SECRET_KEY
    is_known = any(word in key.lower() for word in NAMES_OF_WEAK_SECRETS)
    if len(key) < SECRET_LENGTH or len(set(key)) < SECRET_VARIETY or is_known:
        yield Finding(
            "secret_key", "SECRET_KEY is weak: set 50 or more random characters (openssl rand -base64 48)"
        )


def _known_keys() -> Iterator[Finding]:
    """Keys that stand in the public source are no keys."""
    for name, encoded in {**settings.FIELD_KEYS, "BLIND_INDEX_KEY": settings.BLIND_INDEX_KEY}.items():
        try:
            key = crypto.decode_key(encoded, name)
        except ImproperlyConfigured:
            continue
        if key.startswith(tuple(word.encode() for word in KNOWN_KEYS)) or len(set(key)) < 8:
            yield Finding(
                "known_key", f"{name} is a key of the public source or a pattern: make a random one"
            )


def _hosts() -> Iterator[Finding]:
    if not settings.ALLOWED_HOSTS or any(host in {"*", "."} for host in settings.ALLOWED_HOSTS):
        yield Finding("allowed_hosts", "ALLOWED_HOSTS must name the host names served, not *")
    if not settings.PUBLIC_URL.startswith("https://"):
        yield Finding("public_url", "PUBLIC_URL must be the https:// address customers reach: links carry it")


def _cookies() -> Iterator[Finding]:
    wanted = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    for name in wanted:
        if not getattr(settings, name, False):
            yield Finding("transport", f"{name} is not set: use service_center.settings.prod")


def _channels() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in {"console", "dummy", "locmem", "filebased"}:
        yield Finding("email", "EMAIL_BACKEND sends nothing: set the SMTP backend and its server")
    if settings.SMS_BACKEND.endswith(".ConsoleSms"):
        yield Finding("sms", "SMS_BACKEND only logs: name the provider's adapter")


def _lock_out() -> Iterator[Finding]:
    if (
        settings.AXES_HANDLER != "axes.handlers.database.AxesDatabaseHandler"
        or settings.AXES_FAILURE_LIMIT > 10
    ):
        yield Finding("lock_out", "log-in lock-out must be kept in the database, at most 10 failures")


def _demo_logins() -> Iterator[Finding]:
    for name in demo_logins():
        yield Finding("demo_login", f"{name} is a demo log-in: deactivate it or change its password")


def _rulebook() -> Iterator[Finding]:
    for key, fault in rulebook.unfit(at=commands.now()):
        word = "is missing" if fault == "missing" else "still has its demo value"
        yield Finding(f"setting_{fault}", f"{key} {word}: set it in the rulebook")

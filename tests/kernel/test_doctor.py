"""The doctor refuses what an installation must not serve with."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from service_center.kernel import doctor
from service_center.kernel.models import User

pytestmark = pytest.mark.django_db


def key(start: int) -> str:
    return base64.b64encode(bytes(range(start, start + 32))).decode()


@pytest.fixture
def production(settings: Any) -> Any:
    """Settings as a good production has them."""
    settings.DEBUG = settings.DEMO = False
    settings.SECRET_KEY = "Zk3vQ8nR1tY6uB0xW5eC9aH2jL7mP4sD" * 2
    settings.FIELD_KEYS, settings.BLIND_INDEX_KEY = {"2026": key(100)}, key(150)
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["service.example.com"], "https://service.example.com"
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"):
        setattr(settings, name, 31536000)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMS_BACKEND = "company.sms.Provider"
    return settings


@pytest.fixture
def durable() -> None:
    """The test cluster runs without fsync; what the session can set, it sets."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")


def codes(*, production: bool = True) -> set[str]:
    return {finding.code for finding in doctor.examine(production=production)}


def test_doctor_finds_nothing_in_a_good_development(settings: Any) -> None:
    assert codes(production=False) == set()
    out = StringIO()
    call_command("doctor", stdout=out)
    assert out.getvalue().startswith("ok\nnote: development rules")
    assert "demo log-ins" not in out.getvalue()


def test_doctor_says_plainly_that_demo_log_ins_pass_only_here(
    settings: Any, person: Callable[..., Any]
) -> None:
    """Not refused in development, and not passed over in silence; --production refuses them."""
    person("engineer", username="engineer2")
    user = User.objects.get(username="engineer2")
    user.set_password("demo-engineer")
    user.save()
    out = StringIO()
    call_command("doctor", stdout=out)
    assert "note: 1 demo log-ins with public passwords, refused in production: engineer2\n" in out.getvalue()
    refused = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", "--production", stdout=refused)
    assert "demo_login: engineer2 is a demo log-in" in refused.getvalue()
    assert "note:" not in refused.getvalue()


def test_doctor_accepts_good_production_settings(production: Any, durable: None) -> None:
    assert codes() - {"fsync", "full_page_writes", "setting_demo", "setting_missing"} == set()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEBUG", True, "debug"),
        ("DEMO", True, "demo"),
        ("SECRET_KEY", "short", "secret_key"),
        ("SECRET_KEY", "a" * 60, "secret_key"),
        ("SECRET_KEY", "django-insecure-Zk3vQ8nR1tY6uB0xW5eC9aH2jL7mP4sDZk3vQ8nR1", "secret_key"),
        ("FIELD_KEYS", {}, "field_keys"),
        ("FIELD_KEYS", {"a": "c2hvcnQ="}, "field_keys"),
        ("FIELD_KEYS", {"a": "ZGV2LWtleS1kZXYta2V5LWRldi1rZXktZGV2LWtleSE="}, "known_key"),
        ("BLIND_INDEX_KEY", "", "blind_index_key"),
        ("BLIND_INDEX_KEY", "ZGV2LWJsaW5kLWRldi1ibGluZC1kZXYtYmxpbmQhISE=", "known_key"),
        ("ALLOWED_HOSTS", ["*"], "allowed_hosts"),
        ("PUBLIC_URL", "http://localhost:8000", "public_url"),
        ("SESSION_COOKIE_SECURE", False, "transport"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "email"),
        ("SMS_BACKEND", "service_center.kernel.channels.ConsoleSms", "sms"),
        ("AXES_FAILURE_LIMIT", 1000, "lock_out"),
    ],
)
def test_doctor_refuses(production: Any, name: str, value: Any, code: str) -> None:
    setattr(production, name, value)
    assert code in codes()


@pytest.mark.req("SEC-03")
def test_doctor_refuses_a_database_that_may_lose_answers(production: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert "synchronous_commit" in codes()


def test_doctor_refuses_demo_log_ins_until_their_password_changes(
    production: Any, person: Callable[..., Any]
) -> None:
    person("engineer", username="engineer2")
    user = User.objects.get(username="engineer2")
    assert "demo_login" not in codes()
    user.set_password("demo-engineer")
    user.save()
    assert "demo_login" in codes()
    user.is_active = False
    user.save()
    assert "demo_login" not in codes()


def test_doctor_command_names_the_reasons_and_fails(production: Any) -> None:
    production.DEBUG = True
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", stdout=out)
    assert "debug: " in out.getvalue()
    with pytest.raises(CommandError):
        call_command("doctor", "--production", stdout=StringIO())

"""Secrets at rest: bound to their place, opened by the right key only, found by blind index only."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from service_center.kernel import crypto
from service_center.kernel.models import Message

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OLD = base64.b64encode(b"old-key-old-key-old-key-old-key!").decode()
NEW = base64.b64encode(b"new-key-new-key-new-key-new-key!").decode()


def message(**fields: object) -> Message:
    plain = {
        "channel": "sms",
        "recipient": "+8613800138000",
        "recipient_masked": "138****8000",
        "template": "t",
        "text": "您好 👋",
        "dedupe_key": f"sms:{Message.objects.count()}",
        "next_try_at": AT,
        "created_at": AT,
    }
    return Message.objects.create(**(plain | fields))


def stored(column: str = "recipient") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM kernel_message")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "text", ["13800138000", "地址 12-3", "👩‍👩‍👧", "\u202eabc", "x" * 10_000, "a:b", "=1+1"]
)
def test_encrypt_opens_to_the_same_text(text: str) -> None:
    assert crypto.decrypt(crypto.encrypt(text, context="a.b.c"), context="a.b.c") == text


def test_encrypt_gives_another_result_each_time() -> None:
    assert crypto.encrypt("x", context="c") != crypto.encrypt("x", context="c")


def test_decrypt_in_another_place_is_refused() -> None:
    sealed = crypto.encrypt("x", context="customers.customer.phone")
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(sealed, context="customers.customer.email")


@pytest.mark.parametrize(
    "value", ["plain text", "13800138000", "test:", "test:####", "gone:QUFBQQ==", "test:QUFBQQ=="]
)
def test_decrypt_never_returns_what_it_cannot_open(value: str) -> None:
    with pytest.raises(crypto.Undecipherable) as refusal:
        crypto.decrypt(value, context="c")
    assert value not in str(refusal.value)


def test_decrypt_notices_a_changed_byte() -> None:
    key_id, _, encoded = crypto.encrypt("x" * 20, context="c").partition(":")
    raw = bytearray(base64.b64decode(encoded))
    raw[15] ^= 1
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(f"{key_id}:{base64.b64encode(bytes(raw)).decode()}", context="c")


def test_decrypt_with_a_wrong_key_raises(settings: Any) -> None:
    settings.FIELD_KEYS = {"k": OLD}
    sealed = crypto.encrypt("x", context="c")
    settings.FIELD_KEYS = {"k": NEW}
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(sealed, context="c")


@pytest.mark.parametrize("keys", [{}, {"k": "short"}, {"k": "not base64 !"}, {"": NEW}, {"a:b": NEW}])
def test_keys_that_are_none_are_refused(settings: Any, keys: dict[str, str]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        crypto.encrypt("x", context="c")


def test_blind_finds_equals_and_nothing_else(settings: Any) -> None:
    one = crypto.blind("phone", "+8613800138000")
    assert one == crypto.blind("phone", "+8613800138000")
    assert one != crypto.blind("phone-last4", "+8613800138000")
    assert one != crypto.blind("phone", "+8613800138001")
    settings.BLIND_INDEX_KEY = NEW
    assert one != crypto.blind("phone", "+8613800138000")


@pytest.mark.req("SEC-03", "SEC-06")
@pytest.mark.django_db
def test_column_holds_no_plain_text() -> None:
    message(text="王芳的地址", links=["https://example.test/s/secret"])
    assert "13800138000" not in stored()
    assert "王芳" not in stored("text")
    assert "secret" not in stored("links")
    assert Message.objects.get().recipient == "+8613800138000"
    assert Message.objects.get().links == ["https://example.test/s/secret"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lookup", ["recipient", "recipient__contains", "recipient__in", "recipient__startswith"]
)
def test_lookups_are_refused(lookup: str) -> None:
    with pytest.raises(FieldError):
        Message.objects.filter(**{lookup: "+8613800138000"}).exists()


@pytest.mark.django_db
def test_isnull_and_the_empty_text_are_allowed() -> None:
    message()
    assert Message.objects.filter(recipient__isnull=False).count() == 1
    assert stored("title") == ""
    assert Message.objects.get().title == ""


@pytest.mark.django_db
def test_update_encrypts_too() -> None:
    message()
    Message.objects.update(recipient="+8613900139000")
    assert "139" not in stored().partition(":")[0]
    assert Message.objects.get().recipient == "+8613900139000"


@pytest.mark.django_db
def test_value_moved_to_another_column_does_not_open() -> None:
    message()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_message SET text = recipient")
    with pytest.raises(crypto.Undecipherable):
        Message.objects.get()


@pytest.mark.django_db
def test_rekey_moves_values_to_the_first_key(settings: Any) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    message(title="")
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    out = StringIO()
    call_command("rekey", stdout=out)
    assert "kernel.Message.recipient: 1" in out.getvalue()
    assert stored().startswith("new:")
    settings.FIELD_KEYS = {"new": NEW}
    assert Message.objects.get().recipient == "+8613800138000"


@pytest.mark.django_db
def test_rekey_without_the_old_key_fails_and_changes_nothing(settings: Any) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    message()
    before = stored()
    settings.FIELD_KEYS = {"new": NEW}
    with pytest.raises(crypto.Undecipherable):
        call_command("rekey", stdout=StringIO())
    assert stored() == before

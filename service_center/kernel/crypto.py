"""Secrets at rest: AES-256-GCM for what must be read again, HMAC-SHA256 for what must only be found again.

A stored value is `key-id:base64(nonce + ciphertext)`; the context (model.field) is authenticated with it, so
a value copied into another column does not open. Several keys may be in force; the first one of FIELD_KEYS
encrypts and `manage.py rekey` moves old values to it. The blind index has a key of its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
KEY_BYTES = 32


class Undecipherable(Exception):
    """A stored value that none of the keys opens in this place. Never answered with the ciphertext."""


def encrypt(plain: str, *, context: str) -> str:
    """The text under the current key, bound to its place (`app.model.field`); equal texts give unequal
    results.
    """
    key_id = current_key_id()
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(key_id).encrypt(nonce, plain.encode(), context.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """The text of a stored value. Raises Undecipherable for a missing key, another place or a
    changed value.
    """
    key_id, _, encoded = stored.partition(":")
    if not encoded or key_id not in _keys():
        raise Undecipherable(f"no key for a value of {context}")
    try:
        raw = base64.b64decode(encoded, validate=True)
        plain = _cipher(key_id).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Undecipherable(f"a value of {context} does not open with key {key_id}") from error
    return plain.decode()


def blind(purpose: str, value: str) -> str:
    """A keyed fingerprint (64 hex digits) to find an encrypted value by equality; purposes do not match each
    other.
    """
    return hmac.new(
        _blind_key(settings.BLIND_INDEX_KEY), f"{purpose}\0{value}".encode(), hashlib.sha256
    ).hexdigest()


def current_key_id() -> str:
    """The id of the key that encrypts: the first of FIELD_KEYS. Raises ImproperlyConfigured without any."""
    for key_id in _keys():
        return key_id
    raise ImproperlyConfigured("FIELD_KEYS holds no key: set it to id=base64 of 32 bytes")


def _keys() -> dict[str, bytes]:
    return _decoded(tuple(settings.FIELD_KEYS.items()))


@lru_cache(maxsize=8)
def _decoded(items: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
    keys = {key_id: decode_key(encoded, f"FIELD_KEYS[{key_id}]") for key_id, encoded in items}
    if any(not key_id or ":" in key_id for key_id in keys):
        raise ImproperlyConfigured("a key id of FIELD_KEYS is empty or contains a colon")
    return keys


@lru_cache(maxsize=8)
def _blind_key(encoded: str) -> bytes:
    return decode_key(encoded, "BLIND_INDEX_KEY")


def decode_key(encoded: str, name: str) -> bytes:
    """The 32 bytes of a base64 key. Raises ImproperlyConfigured naming the setting, never its value."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} is not the base64 of {KEY_BYTES} bytes")
    return key


def _cipher(key_id: str) -> AESGCM:
    return AESGCM(_keys()[key_id])

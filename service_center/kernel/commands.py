"""The outer edge of every write: one durable transaction around one verb.

The database's time is read once and passed down as `at`; the actor and the idempotency key come from the request;
deadlocks and serialisation failures are tried again (at most three times), re-reading their rows. Verbs call verbs;
only doors call `run`.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from django.apps import apps
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, models, transaction
from django_fsm import TransitionNotAllowed as FsmRefusal

from service_center.kernel import errors
from service_center.kernel.models import CommandRecord

if TYPE_CHECKING:
    from django.http import HttpRequest

    from service_center.kernel.models import User

P = ParamSpec("P")
T = TypeVar("T")
RETRIES = 3
_RETRYABLE = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_BUSY = {"55P03", "57014"}  # lock_not_available, query_canceled (statement_timeout)

_origin: ContextVar[str | None] = ContextVar("origin", default=None)
_instant: ContextVar[datetime | None] = ContextVar("instant", default=None)


@dataclass(frozen=True)
class Key:
    """An idempotency key with its owner and the fingerprint of what was asked."""

    principal: str
    value: str
    fingerprint: str
    patient: bool = False  # a second click waits for the first instead of being refused


def run(
    verb: Callable[..., T],
    *args: Any,
    by: HttpRequest | None = None,
    actor: User | None = None,
    key: Key | None = None,
    **kwargs: Any,
) -> T:
    """Perform one verb durably and return what it returns; a replayed key returns the same row again.

    `by` is a request, from which actor and key are taken; without it `actor` and `key` count. On a replay
    `by.replayed` is True. Raises what the verb raises, TransitionNotAllowed, KeyReused, InProgress, Busy.
    """
    if by is not None:
        actor, key = by.user, key_of(by)  # type: ignore[assignment]  # doors are behind the log-in
    for attempt in range(RETRIES + 1):
        try:
            return _once(verb, args, kwargs, actor, key, by)
        except OperationalError as error:
            code = getattr(error.__cause__, "pgcode", None)
            if code in _BUSY:
                raise errors.Busy from error
            if code not in _RETRYABLE or attempt == RETRIES or connection.in_atomic_block:
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def _once(
    verb: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    actor: User | None,
    key: Key | None,
    by: HttpRequest | None,
) -> T:
    with transaction.atomic(durable=True):
        at = now() if key is None else _claim(key)
        if key is not None:
            known = _record_of(key)
            if known is not None:
                if by is not None:
                    by.replayed = True  # type: ignore[attr-defined]  # read by the API's response
                return known.result()  # type: ignore[return-value]  # the row the verb returned the first time
        token = _origin.set(f"{key.principal}:{key.value}" if key else None)
        try:
            result = verb(*args, actor=actor, at=at, **kwargs)
        except FsmRefusal as refusal:
            raise _as_refusal(refusal) from refusal
        finally:
            _origin.reset(token)
        if key is not None:
            _remember(key, verb, result, at)
        return result


def now() -> datetime:
    """The database's time of this transaction (UTC), or the instant set by `as_of`."""
    fixed = _instant.get()
    if fixed is not None:
        return fixed
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        return cursor.fetchone()[0]


@contextmanager
def as_of(instant: datetime) -> Iterator[None]:
    """Let verbs run at a past instant: how the demo world and tests make history. No door uses it."""
    token = _instant.set(instant)
    try:
        yield
    finally:
        _instant.reset(token)


def origin_key() -> str | None:
    """The running command's key, for the unique `origin_key` column of what it creates; None without a key."""
    return _origin.get()


def key_of(request: HttpRequest) -> Key | None:
    """The request's idempotency key: header of the API, hidden field `command_key` of a form; None when it has none."""
    value = request.headers.get("Idempotency-Key", "")
    typed = "" if value else request.POST.get("command_key", "").replace("\0", "")
    if not value and not typed:
        return None
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(_canonical_body(request))
    return Key(f"user:{request.user.pk}", (value or typed)[:200], digest.hexdigest(), patient=bool(typed))


def _canonical_body(request: HttpRequest) -> bytes:
    """What was asked, without what differs between two sends of one form (the CSRF token, the file's boundary)."""
    media_type = request.META.get("CONTENT_TYPE", "").split(";")[0]
    if media_type in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        fields = sorted((k, v) for k, v in request.POST.lists() if k != "csrfmiddlewaretoken")
        uploads = [(name, file) for name, file in request.FILES.items() if isinstance(file, UploadedFile)]
        files = sorted((name, hashlib.sha256(b"".join(file.chunks())).hexdigest()) for name, file in uploads)
        for _name, file in uploads:
            file.seek(0)
        return repr((fields, files)).encode()
    return request.body


_BEGIN = "SELECT transaction_timestamp(), pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
_BEGIN_PATIENTLY = "SELECT transaction_timestamp(), true FROM pg_advisory_xact_lock(hashtextextended(%s, 0))"


def _claim(key: Key) -> datetime:
    """Take the key for this transaction; returns its time, as `now` does.

    Raises InProgress when another transaction holds it; a patient key waits.
    """
    with connection.cursor() as cursor:
        begin = _BEGIN_PATIENTLY if key.patient else _BEGIN
        cursor.execute(begin, [f"command:{key.principal}:{key.value}"])
        at, taken = cursor.fetchone()
    if not taken:
        raise errors.InProgress
    return _instant.get() or at


def _record_of(key: Key) -> CommandRecord | None:
    """The record of this key when it ran before. Raises KeyReused when it was used for something else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, fingerprint FROM kernel_commandrecord WHERE principal = %s AND key = %s",
            [key.principal, key.value],
        )
        known = cursor.fetchone()
    if known is None:
        return None
    if known[1] != key.fingerprint:
        raise errors.FormReused if key.patient else errors.KeyReused
    return CommandRecord.objects.get(pk=known[0])


def _remember(key: Key, verb: Callable[..., Any], result: Any, at: datetime) -> None:
    is_row = isinstance(result, models.Model)
    name = f"{verb.__module__}.{verb.__qualname__}"[:120] if hasattr(verb, "__qualname__") else ""
    produced = (result._meta.label_lower, result.pk) if is_row else ("", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_commandrecord (principal, key, fingerprint, verb, result_type, result_id, at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [key.principal, key.value, key.fingerprint, name, *produced, at],
        )


def _as_refusal(refusal: FsmRefusal) -> errors.TransitionNotAllowed:
    """A refused transition together with the nouns the object's state does allow."""
    row = refusal.object
    return errors.TransitionNotAllowed(allowed=allowed_nouns(row), state=str(getattr(row, "status", "")))


def allowed_nouns(row: models.Model) -> list[str]:
    """The nouns of the transitions open from the row's state: `custom={"noun": ...}` of each @transition."""
    available = getattr(row, "get_available_status_transitions", None)
    if available is None:
        return []
    return sorted({t.custom["noun"] for t in available() if "noun" in t.custom})


def load_result(record_type: str, record_id: int | None) -> models.Model | None:
    """The row a finished command produced."""
    if not record_type or record_id is None:
        return None
    return apps.get_model(record_type)._base_manager.get(pk=record_id)


def check_version(row: models.Model, expected: int | None) -> None:
    """Refuse an edit that began on an older version of the locked row. Raises Stale; None means not asked."""
    current: int = getattr(row, "version", 0)
    if expected is not None and expected != current:
        raise errors.Stale(current)

"""Bearer tokens of the REST API: shown once, stored hashed, expiring, revocable, optionally read-only."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal
from service_center.kernel.models import ApiToken, User

ISSUED = journal.define("token.issued", _("签发了接口令牌"))
REVOKED = journal.define("token.revoked", _("撤销了接口令牌"))
DEFAULT_DAYS = 90


def digest(secret: str) -> str:
    """What the database keeps of a secret that is itself random (256 bits): its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(
    user: User, *, secret: str, days: int, read_only: bool, actor: User | None, at: datetime
) -> ApiToken:
    """Let the bearer of `secret` (from `new_secret`) act as the user for so many days."""
    token = ApiToken.objects.create(
        user=user,
        digest=digest(secret),
        read_only=read_only,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    journal.record(ISSUED, user, actor=actor, at=at, days=days, read_only=read_only)
    return token


def new_secret() -> str:
    """A fresh unguessable token."""
    return secrets.token_urlsafe(32)


def revoke(token: ApiToken, *, actor: User | None, at: datetime) -> ApiToken:
    """End a token now; ending it again changes nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        journal.record(REVOKED, token.user, actor=actor, at=at)
    return token


def find(secret: str) -> ApiToken | None:
    """The token in force under this secret, with its user, person and branch; the database's
    clock decides.
    """
    return (
        ApiToken.objects.select_related("user__person__branch")
        .filter(digest=digest(secret), expires_at__gt=Now(), revoked_at=None, user__is_active=True)
        .first()
    )

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class CaseLinkQuerySet(models.QuerySet["CaseLink"]):
    def lock(self, pk: int) -> CaseLink:
        """The link under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def usable(self, at: datetime) -> Self:
        """Links that still open: not used, not revoked, not expired."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=at)


class CaseLink(models.Model):
    """A link which lets a customer see one ticket. Only the SHA-256 of its token is kept; it opens once."""

    token_digest = models.CharField(max_length=64, unique=True)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="case_links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = CaseLinkQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["ticket"], name="case_link_open", condition=Q(used_at=None, revoked_at=None)
            ),
        )

    def __str__(self) -> str:
        return f"link {self.pk}"

    def use(self, *, at: datetime) -> None:
        self.used_at = at

    def revoke(self, *, at: datetime) -> None:
        self.revoked_at = at


class CaseSessionQuerySet(models.QuerySet["CaseSession"]):
    def live(self, at: datetime) -> Self:
        """Sessions that still let the customer in."""
        return self.filter(expires_at__gt=at, link__revoked_at=None)


class CaseSession(models.Model):
    """The browser that exchanged a link: its cookie's SHA-256."""

    digest = models.CharField(max_length=64, unique=True)
    link = models.OneToOneField(CaseLink, models.PROTECT, related_name="session")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = CaseSessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"session {self.pk}"

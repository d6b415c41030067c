from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        return self.all()

    def planned(self) -> Self:
        """The next review of each document."""
        return self.filter(done_at=None)

    def late(self, today: date) -> Self:
        return self.planned().filter(due_on__lt=today)


class Review(models.Model):
    """A document's rules are looked at again by a date (GEN-07): one planned review a document, the past ones on record."""

    document = models.ForeignKey("kernel.Document", models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    reminded_on = models.DateField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["document"], condition=Q(done_at=None), name="review_one_planned"
            ),
        )
        indexes = (models.Index(fields=["due_on"], name="review_due", condition=Q(done_at=None)),)

    def __str__(self) -> str:
        return f"{self.document_id} {self.due_on}"

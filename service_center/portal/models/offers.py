from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class ConsentOffer(models.Model):
    """Plan and amount put before the customer, who agrees or declines through the link (CF-31); one open per ticket."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="consent_offers")
    plan = models.TextField(max_length=10_000)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(answered_at=None), name="consent_offer_one_open"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="consent_offer_amount_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.amount}"

    def answer(self, accepted: bool | None, *, at: datetime) -> None:
        """Agreed, declined, or (None) replaced by another offer."""
        self.accepted, self.answered_at = accepted, at

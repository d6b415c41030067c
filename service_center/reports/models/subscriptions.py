"""Who wants the dashboard by mail, and what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from service_center.kernel.models import User
from service_center.reports.states import Rhythm


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def lock(self, pk: int) -> Subscription:
        """The subscription under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("person__user").get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """One's own."""
        return self.filter(person__user=user)

    def running(self) -> Self:
        return self.filter(ended_at=None)

    def due(self, at: datetime) -> Self:
        """Those whose next mail should be written by now, the longest due first."""
        return self.running().filter(next_at__lte=at).order_by("next_at", "pk")


class Subscription(models.Model):
    """A person's wish to be sent the figures of each day, week or month, of everything or of one branch, line, team."""

    person = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")
    rhythm = models.CharField(max_length=7, choices=Rhythm.choices)
    send_at = models.TimeField()
    language = models.CharField(max_length=8)
    branch = models.ForeignKey("staff.Branch", models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey("customers.ProductLine", models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey("staff.Team", models.PROTECT, null=True, related_name="+")
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "rhythm", "branch", "line", "team"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="subscription_once",
            ),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="subscription_rhythm_known"),
        )
        indexes = (
            models.Index(fields=["next_at", "id"], name="subscription_due", condition=Q(ended_at=None)),
        )

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    def wait_until(self, moment: datetime) -> None:
        """When the next mail is due."""
        self.next_at = moment
        self.version += 1

    def end(self, *, at: datetime) -> None:
        """Nothing more is sent."""
        self.ended_at = at
        self.version += 1


class Mailing(models.Model):
    """The figures of one period as they were sent: once for each subscription and period."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="mailings")
    first = models.DateField()
    last = models.DateField()
    message = models.ForeignKey("kernel.Message", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscription", "first"], name="mailing_once"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="mailing_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.first}"

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone


class Event(models.Model):
    """A fact. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE (migration 0002)."""

    name = models.CharField(max_length=60)
    schema = models.PositiveSmallIntegerField(default=1)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    version = models.IntegerField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = (
            BrinIndex(fields=["at"], name="event_at_brin"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["name", "at"], name="event_name_at"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type}:{self.subject_id}"


class EventLink(models.Model):
    """Puts one fact on several timelines: ticket, unit, customer, part."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="links", db_index=False)
    kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "object_id", "event"], name="eventlink_object_event"),
        )
        indexes = (models.Index(fields=["event"], name="eventlink_event"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id} {self.event_id}"


class Delivery(models.Model):
    """A fact still owed to one subscriber; deleted in the transaction of its effect."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="+", db_index=False)
    subscriber = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    dead_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once"),)
        indexes = (
            models.Index(fields=["next_try_at", "id"], name="delivery_due", condition=models.Q(dead_at=None)),
            models.Index(fields=["subscriber", "subject_type", "subject_id", "id"], name="delivery_order"),
        )

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.subscriber}"

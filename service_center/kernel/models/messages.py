from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from service_center.kernel.fields import EncryptedJSONField, EncryptedTextField

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class Channel(models.TextChoices):
    EMAIL = "email"
    SMS = "sms"


class MessageStatus(models.TextChoices):
    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


class Message(models.Model):
    """Something that leaves the house: written in the business transaction, sent by a sender under a lease.

    Recipient, text and links are encrypted: they name a customer and carry keys to their page.
    """

    channel = models.CharField(max_length=10, choices=Channel.choices)
    recipient = EncryptedTextField()
    recipient_masked = models.CharField(max_length=60)
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="zh-hans")
    title = EncryptedTextField(blank=True, default="")
    text = EncryptedTextField()
    links = EncryptedJSONField(default=list)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.PositiveIntegerField(default=0)
    provider_id = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["channel", "next_try_at", "id"],
                name="message_due",
                condition=models.Q(status__in=["queued", "leased"]),
            ),
            models.Index(fields=["subject_type", "subject_id", "id"], name="message_subject"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.recipient_masked} {self.template}"


class Circuit(models.Model):
    """Whether a channel's provider answers: opened by failures in a row, closed by the next success."""

    channel = models.CharField(max_length=10, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.channel} {self.failures}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        """A user's own news."""
        return self.filter(user=user)


class Notification(models.Model):
    """A line in a user's own list: a template code with its parameters, told in the language
    of the reader.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    template = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=200, null=True, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["user", "-id"], name="notification_user"),
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.template}"

    @property
    def text(self) -> str:
        """The news in the reader's language."""
        from service_center.kernel import notifications

        return notifications.text(self)

from django.conf import settings
from django.db import models


class Presence(models.Model):
    """Who has a record open right now, told by their page every few seconds, and who had it last; forgotten in a month."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject_type", "subject_id", "user"], name="presence_once"),
        )
        indexes = (models.Index(fields=["user", "-seen_at"], name="presence_recent"),)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.subject_type}:{self.subject_id}"

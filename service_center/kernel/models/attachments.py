from django.conf import settings
from django.db import models


class Attachment(models.Model):
    """A file that belongs to one row of any app; its bytes lie under MEDIA_ROOT by the hash of their
    content.
    """

    owner_type = models.CharField(max_length=60)
    owner_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    class Meta:
        indexes = (models.Index(fields=["owner_type", "owner_id", "id"], name="attachment_owner"),)
        constraints = (
            models.UniqueConstraint(
                fields=["owner_type", "owner_id", "kind", "sha256"], name="attachment_once_per_owner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner_type}:{self.owner_id} {self.name}"

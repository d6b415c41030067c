from __future__ import annotations

from django.conf import settings
from django.db import models


class Fact(models.Model):
    """What every record below a ticket knows: when it was written and by whom (null is the system)."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

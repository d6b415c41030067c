from django.db import models


class PeriodicJob(models.Model):
    """A job that comes round again: the row says when next. Claimed and advanced in the transaction that runs it.

    `last_result` is what the last run that went well gave back, in few words; `last_seconds` how long the last run took.
    """

    code = models.CharField(max_length=80, primary_key=True)
    next_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_done_at = models.DateTimeField(null=True)
    last_seconds = models.FloatField(null=True)
    last_result = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.code


class Gauge(models.Model):
    """A measured figure that every process may read: how late the last rung was, how late its last effect."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.value}"

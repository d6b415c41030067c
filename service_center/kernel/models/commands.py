from django.db import models


class CommandRecord(models.Model):
    """A finished command under its idempotency key: what was asked and which row came of it, not the reply."""

    principal = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    verb = models.CharField(max_length=120, blank=True)
    result_type = models.CharField(max_length=60, blank=True)
    result_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["principal", "key"], name="command_once"),)

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"

    def result(self) -> models.Model | None:
        """The row the command produced, read again."""
        from service_center.kernel.commands import load_result

        return load_result(self.result_type, self.result_id)

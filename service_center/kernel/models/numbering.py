from django.db import models


class Counter(models.Model):
    """The last number given in one series (prefix and year)."""

    series = models.CharField(max_length=20, primary_key=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series} {self.value}"

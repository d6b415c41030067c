"""Sums by day, so that a figure over any period is a sum of days and never a walk over all tickets."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """What one row of the business adds to the figures now: part of a figure -> [day, amount].

    A cache: when the row has changed, the difference between the old shares and the new ones is what the sums move by.
    """

    source = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    branch_id = models.BigIntegerField()
    line_id = models.BigIntegerField(null=True)
    engineer_id = models.BigIntegerField(null=True)
    shares = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "subject_id"], name="tally_subject"),)

    def __str__(self) -> str:
        return f"{self.source} {self.subject_id}"


class DaySum(models.Model):
    """How many rows, and how much in all, a part of a figure had on one day in one branch.

    `facet` says what the sum is split by: nothing, the product line or the engineer whose id stands in `member`
    (0: none). The sums of one facet add up to the sum without one.
    """

    class Facet(models.TextChoices):
        WHOLE = ""
        LINE = "line"
        ENGINEER = "engineer"

    facet = models.CharField(max_length=8, blank=True, choices=Facet.choices)
    member = models.BigIntegerField()
    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    part = models.CharField(max_length=40)
    count = models.IntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["facet", "day", "branch", "part", "member"], name="day_sum_once"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.part} {self.count}"


class Built(models.Model):
    """Which version of the figures the sums were built for; without its row they are not to be read."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint

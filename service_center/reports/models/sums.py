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

    Kept at three levels, each adding up to the one before: the whole; by product line; by line and engineer (0: none,
    or not told apart at this level).
    """

    class Level(models.TextChoices):
        WHOLE = "whole"
        LINE = "line"
        ENGINEER = "engineer"

    level = models.CharField(max_length=8, choices=Level.choices)
    branch_id = models.BigIntegerField()
    line_id = models.BigIntegerField()
    engineer_id = models.BigIntegerField()
    day = models.DateField()
    part = models.CharField(max_length=40)
    count = models.IntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["level", "day", "branch_id", "line_id", "engineer_id", "part"], name="day_sum_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.part} {self.count}"


class Built(models.Model):
    """Which version of the figures the sums were built for; without its row they are not to be read."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint

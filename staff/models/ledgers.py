from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from staff.states import Criterion, TimeCategory


class ScoreEntryQuerySet(models.QuerySet["ScoreEntry"]):
    def counting(self) -> Self:
        """Entries that count: neither taken back nor the taking back itself."""
        return self.filter(retracts=None, retracted_by=None)

    def in_period(self, period: date) -> Self:
        """Entries of the month that begins on `period`."""
        return self.filter(period=period)


class ScoreEntry(models.Model):
    """One score of one person on one criterion, 0 to 100. Never changed: a wrong one is retracted by
    another (STF-06).

    Staff's neutral ledger: other apps post what they learn (a survey answer, a spot check), with where it
    came from.
    """

    person = models.ForeignKey("staff.Person", models.PROTECT, related_name="scores")
    at = models.DateTimeField()
    period = models.DateField()
    criterion = models.CharField(max_length=12, choices=Criterion.choices)
    value = models.DecimalField(max_digits=5, decimal_places=2)
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    retracts = models.OneToOneField("self", models.PROTECT, null=True, related_name="retracted_by")
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = ScoreEntryQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=100), name="score_0_to_100"),
            models.CheckConstraint(condition=Q(period__day=1), name="score_period_is_a_month"),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "person", "criterion"],
                name="score_once_per_source",
                condition=Q(source_id__isnull=False, retracts=None),
            ),
        )
        indexes = (models.Index(fields=["person", "period", "criterion"], name="score_person_period"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.criterion} {self.value}"


class TimeEntry(models.Model):
    """Working time by category, as the daily work report demands (RPT-01). Never changed once posted."""

    person = models.ForeignKey("staff.Person", models.PROTECT, related_name="time_entries")
    category = models.CharField(max_length=14, choices=TimeCategory.choices)
    started_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField()
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=1440), name="time_entry_within_a_day"
            ),
        )
        indexes = (
            models.Index(fields=["person", "started_at"], name="time_person_started"),
            models.Index(fields=["source_type", "source_id"], name="time_source"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.category} {self.minutes} min"

from __future__ import annotations

from typing import Any

from django.db import models

from service_center.kernel import worktime


class Calendar(models.Model):
    """Opening hours: a zone and a weekly plan, with dated exceptions beside it.

    These rows are the draft that people edit; clocks count on the published `CalendarVersion` only. `weekly` maps
    `mon`..`sun` to ordered `["HH:MM", "HH:MM"]` pairs of local time; a day left out is closed.
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    zone = models.CharField(max_length=60, default="Asia/Shanghai")
    weekly = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.code

    def plan(self) -> dict[str, Any]:
        """The draft as a plan for `worktime.parse_calendar`, exceptions and their names included."""
        days = list(self.exceptions.order_by("on"))
        return {
            "zone": self.zone,
            "weekly": {day: self.weekly[day] for day in worktime.DAYS if self.weekly.get(day)},
            "exceptions": {day.on.isoformat(): day.windows for day in days},
            "names": {
                day.on.isoformat(): {"zh": day.name_zh, "en": day.name_en} for day in days if day.name_zh
            },
        }


class CalendarException(models.Model):
    """A date whose windows replace the weekly plan: holiday (none), make-up day or half day."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="exceptions")
    on = models.DateField()
    windows = models.JSONField(default=list)
    name_zh = models.CharField(max_length=80, blank=True)
    name_en = models.CharField(max_length=80, blank=True)
    imported = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["calendar", "on"], name="calendar_exception_day"),)

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.on}"


class CalendarVersion(models.Model):
    """A published calendar, frozen: what clocks count on. Clocks name the version they used, so a fold repeats."""

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    plan = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_number"),
        )

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"

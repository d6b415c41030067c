from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from service_center.kernel import worktime
from service_center.kernel.models.rulebook import VersionStatus

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def visible_to(self, user: User) -> Self:
        """Opening hours are open to everybody who works here."""
        return self.all()


class Calendar(models.Model):
    """Opening hours: a zone and a weekly plan, with dated exceptions beside it.

    These rows are the version in force, spread out; clocks count on the frozen `CalendarVersion` only, and people change
    a calendar by drafting the next version. `weekly` maps `mon`..`sun` to ordered `["HH:MM", "HH:MM"]` pairs of local
    time; a day left out is closed. A branch or supplier may have several calendars: rules that are for it name them.
    """

    class Owner(models.TextChoices):
        COMPANY = "", _("全公司")
        BRANCH = "branch", _("网点")
        SUPPLIER = "supplier", _("供应商")

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    zone = models.CharField(max_length=60, default="Asia/Shanghai")
    weekly = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    owner_kind = models.CharField(max_length=10, choices=Owner.choices, default=Owner.COMPANY, blank=True)
    owner_code = models.CharField(max_length=40, blank=True)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(owner_kind="", owner_code="") | (~Q(owner_kind="") & ~Q(owner_code="")),
                name="calendar_owner_whole",
            ),
        )

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


class CalendarVersionQuerySet(models.QuerySet["CalendarVersion"]):
    def visible_to(self, user: User) -> Self:
        return self.all()

    def waiting(self) -> Self:
        """Drafted or approved, and not in force yet."""
        return self.filter(status__in=[VersionStatus.DRAFT, VersionStatus.APPROVED])


class CalendarVersion(models.Model):
    """A calendar's plan, frozen once approved: what clocks count on. Clocks name the version they used, so a fold repeats.

    An approved version with a `valid_from` to come is put in force then by the job of the changeovers. `source` says where
    the plan comes from: empty (a person) or `holidays 2027` (an import).
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    plan = models.JSONField()
    at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=VersionStatus.choices, default=VersionStatus.SUPERSEDED)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    notes = models.TextField(blank=True)
    source = models.CharField(max_length=40, blank=True)

    objects = CalendarVersionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_number"),
            models.UniqueConstraint(
                fields=["calendar"], condition=Q(status="in_force"), name="calendar_version_one_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["in_force", "superseded"]) | Q(valid_from__isnull=False),
                name="calendar_version_force_has_start",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "in_force"])
                | ~Q(approved_by=F("drafted_by"))
                | Q(approved_by=None)
                | Q(drafted_by=None),
                name="calendar_version_four_eyes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"

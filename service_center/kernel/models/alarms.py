"""Rungs that were told: to whom, what else the rung did, and who took it in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class RungAction(models.TextChoices):
    """What a rung does beside telling people."""

    NOTIFY = "notify", _("通知")
    RAISE_PRIORITY = "raise_priority", _("通知并提高优先级")
    REASSIGN = "reassign", _("通知并改派负责人")
    OPEN_TASK = "open_task", _("通知并开立任务")


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, user: User) -> Self:
        """What a user was told."""
        return self.filter(recipients__user=user)

    def ringing(self) -> Self:
        """Those of the ladder their clock is on, as long as it is open and nobody has it in hand."""
        return self.filter(
            clock__stopped_at=None,
            clock__acknowledged_at=None,
            cycle=F("clock__cycle"),
            generation=F("clock__generation"),
        )


class Alarm(models.Model):
    """One rung that reached people, once for its fact; `role` is whom the ladder names, `reached` who was there.

    `passed` are the roles nobody held, in the order in which they were tried. Acknowledged by one of those told.
    """

    event = models.OneToOneField("kernel.Event", models.PROTECT, related_name="+")
    clock = models.ForeignKey("kernel.Clock", models.PROTECT, related_name="alarms")
    cycle = models.PositiveSmallIntegerField()
    generation = models.PositiveSmallIntegerField()
    rung = models.CharField(max_length=20)
    action = models.CharField(max_length=16, choices=RungAction.choices, default=RungAction.NOTIFY)
    role = models.CharField(max_length=20)
    reached = models.CharField(max_length=20, blank=True)
    passed = models.JSONField(default=list)
    at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=500, blank=True)

    told: list[
        dict[str, Any]
    ]  # user, username, name of each; as of the query, where it asks for them: alarms.of_clocks

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alarm_acknowledged_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.clock_id} {self.rung}"


class AlarmRecipient(models.Model):
    """Somebody who was told."""

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="recipients", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["alarm", "user"], name="alarm_recipient_once"),)
        indexes = (models.Index(fields=["user", "-alarm"], name="alarm_recipient_user"),)

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.user_id}"


class AlarmTaskQuerySet(models.QuerySet["AlarmTask"]):
    def visible_to(self, user: User) -> Self:
        """A user's own tasks."""
        return self.filter(user=user)

    def undone(self) -> Self:
        return self.filter(done_at=None)


class AlarmTask(models.Model):
    """Work that a rung opened for one person: done when they write what came of it."""

    alarm = models.OneToOneField(Alarm, models.PROTECT, related_name="task")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)

    objects = AlarmTaskQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at=None, result="") | (Q(done_at__isnull=False) & ~Q(result="")),
                name="alarm_task_done_whole",
            ),
        )
        indexes = (models.Index(fields=["user", "-id"], name="alarm_task_user"),)

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.user_id}"

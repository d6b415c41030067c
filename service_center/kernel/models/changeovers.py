from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class ChangeoverQuerySet(models.QuerySet["Changeover"]):
    def visible_to(self, user: User) -> Self:
        """Everybody who works here may see why a due time moved."""
        return self.all()

    def with_subject(self) -> Self:
        """With what a screen names it by."""
        return self.select_related(
            "rule__clause__document", "rule__calendar", "calendar_version__calendar", "asked_by__person"
        )


class Changeover(models.Model):
    """Open clocks that come to count on a new version of their rule or calendar, batch by batch.

    What is left to do is what still stands on an older version, so a batch may be cut short and repeated at any time;
    the figures tell how far it is. `moved` clocks got another due time, `kept` ones count on with the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待生效")
        RUNNING = "running", _("正在套用")
        DONE = "done", _("已完成")

    rule = models.OneToOneField("kernel.Rule", models.PROTECT, null=True, related_name="changeover")
    calendar_version = models.OneToOneField(
        "kernel.CalendarVersion", models.PROTECT, null=True, related_name="changeover"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    starts_at = models.DateTimeField()
    created_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    total = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ChangeoverQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(rule__isnull=True, calendar_version__isnull=False)
                | Q(rule__isnull=False, calendar_version__isnull=True),
                name="changeover_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False), name="changeover_end_known"
            ),
        )
        indexes = (models.Index(fields=["starts_at"], name="changeover_open", condition=~Q(state="done")),)

    def __str__(self) -> str:
        return f"changeover {self.pk}"

    @property
    def done(self) -> int:
        """How many clocks have been through it."""
        return self.moved + self.kept

    @property
    def percent(self) -> int:
        """How far it is, in whole percent; clocks stopped meanwhile count as through."""
        if self.state == self.State.DONE:
            return 100
        return min(self.done * 100 // self.total, 99) if self.total else 0

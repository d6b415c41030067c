from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q


class ClockQuerySet(models.QuerySet["Clock"]):
    def open(self) -> Self:
        """Clocks nobody has stopped or cancelled; breached ones among them."""
        return self.filter(stopped_at=None)

    def with_rule(self) -> Self:
        """With what a clock says of itself: rule, clause, calendar."""
        return self.select_related("rule__clause__document", "rule__calendar", "calendar_version__calendar")

    def late(self) -> Self:
        """Open clocks past their due time."""
        return self.open().filter(state=Clock.State.BREACHED)

    def at_risk(self) -> Self:
        """Clocks still in time whose first warning has been given."""
        return self.open().filter(state=Clock.State.RUNNING, warned_at__isnull=False)


class Clock(models.Model):
    """A deadline of one subject: which rule gave it, where it stands, when something happens next.

    `ClockEvent` rows are the truth; every column below `kind` is a cache that `clocks` and `firing` write from the
    fold in the same transaction. `schedule` holds the rungs still to fire as `[name, instant, role]`, soonest first;
    `next_at` is the first of them while the clock counts, null while it stands still. `consumed_seconds` and
    `left_seconds` are right at `counted_to`; from there on both move with the calendar (null: they stand still).
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        BREACHED = "breached"
        CANCELLED = "cancelled"

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    rule = models.ForeignKey("kernel.Rule", models.PROTECT, related_name="+")
    calendar_version = models.ForeignKey(
        "kernel.CalendarVersion", models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    cycle = models.PositiveSmallIntegerField(default=1)
    generation = models.PositiveSmallIntegerField(default=0)
    fold_version = models.PositiveIntegerField(default=0)
    target = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    promised_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    consumed_seconds = models.DecimalField(max_digits=17, decimal_places=6, default=0)
    left_seconds = models.DecimalField(max_digits=17, decimal_places=6, default=0)
    counted_to = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=40, blank=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    schedule = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True)
    next_rung = models.CharField(max_length=20, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subject_type", "subject_id", "kind"], name="clock_subject_kind"),
            models.CheckConstraint(
                condition=Q(next_at=None, next_rung="") | (Q(next_at__isnull=False) & ~Q(next_rung="")),
                name="clock_next_whole",
            ),
            models.CheckConstraint(
                condition=Q(next_at=None) | Q(stopped_at=None, state__in=["running", "breached"]),
                name="clock_next_only_open",
            ),
        )
        indexes = (
            models.Index(fields=["next_at", "id"], name="clock_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["state", "due_at"], name="clock_open_due", condition=Q(stopped_at=None)),
            models.Index(
                fields=["subject_type", "due_at", "subject_id"],
                name="clock_soonest",
                condition=Q(stopped_at=None, due_at__isnull=False),
            ),
            models.Index(
                fields=["subject_type", "subject_id"],
                name="clock_late",
                condition=Q(stopped_at=None, state="breached"),
            ),
            models.Index(
                fields=["subject_type", "subject_id"],
                name="clock_at_risk",
                condition=Q(stopped_at=None, state="running", warned_at__isnull=False),
            ),
            models.Index(
                fields=["kind", "stopped_at"], name="clock_met", condition=Q(state="met", breached_at=None)
            ),
            models.Index(
                fields=["kind", "breached_at"], name="clock_breached", condition=Q(breached_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_type}:{self.subject_id}"


class ClockEvent(models.Model):
    """One thing that happened to a clock: the input of the fold. Append-only by trigger (migration 0003).

    `at` is when it was written, `occurred_at` when it took effect (earlier for a truth that came late). `data` holds
    `target`, `due_at`, `policy`, where the kind needs them, and `alarm` with an acknowledgement.
    """

    class Kind(models.TextChoices):
        START = "start"
        PAUSE = "pause"
        RESUME = "resume"
        STOP = "stop"
        RETARGET = "retarget"
        CANCEL = "cancel"
        REOPEN = "reopen"
        RETRACT = "retract"
        ACKNOWLEDGE = "acknowledge"

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    rule = models.ForeignKey("kernel.Rule", models.PROTECT, null=True, related_name="+")
    calendar_version = models.ForeignKey(
        "kernel.CalendarVersion", models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["clock", "seq"], name="clock_event_seq"),)

    def __str__(self) -> str:
        return f"{self.clock_id}.{self.seq} {self.kind}"


class RungFiring(models.Model):
    """A rung that fired, or was already past when its clock was set and is therefore skipped: once for ever.

    `instant` is when it was due, `fired_at` when the sweep got to it (database time), `fold_version` how many events
    the clock had then.
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="firings", db_index=False)
    cycle = models.PositiveSmallIntegerField()
    generation = models.PositiveSmallIntegerField()
    rung = models.CharField(max_length=20)
    instant = models.DateTimeField()
    fired_at = models.DateTimeField()
    skipped = models.BooleanField(default=False)
    fold_version = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["clock", "cycle", "rung", "generation"], name="rung_once"),
            models.CheckConstraint(condition=Q(fired_at__gte=F("instant")), name="rung_never_early"),
        )
        indexes = (models.Index(fields=["fired_at"], name="rung_fired_at"),)

    def __str__(self) -> str:
        return f"{self.clock_id} {self.rung}"

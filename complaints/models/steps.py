"""What was done about a complaint, step by step. Rows are written once; a revised plan is a new row."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from complaints.models.complaint import Complaint
from complaints.states import Level, Method, Outcome, ReplyChannel


class ComplaintVerification(models.Model):
    """Whether the facts are as the customer says, and what shows it (SLA-18)."""

    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="verification")
    founded = models.BooleanField()
    evidence = models.TextField(max_length=10_000)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.founded}"


class TaskGroup(models.Model):
    """The complaint handling task group (CMP-06)."""

    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="task_group")
    leader = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")
    members = models.ManyToManyField("staff.Person", related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"group of {self.complaint_id}"


class Finding(models.Model):
    """Root cause and responsibility, with how they were found (CMP-07)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="findings")
    methods = ArrayField(models.CharField(max_length=20, choices=Method.choices))
    root_cause = models.TextField(max_length=10_000)
    responsibility = models.TextField(max_length=10_000)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(methods=[]), name="finding_has_method"),)

    def __str__(self) -> str:
        return f"finding of {self.complaint_id}"


class Plan(models.Model):
    """A version of the handling plan: department, person, timetable (CMP-08, SLA-19).

    `timetable` is a list of `{"step": text, "due_on": "YYYY-MM-DD"}` in order of day; the last is the promised end.
    """

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=10_000)
    department = models.CharField(max_length=120)
    responsible = models.ForeignKey("staff.Person", models.PROTECT, related_name="complaint_plans")
    timetable = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")
    carried_out_at = models.DateTimeField(null=True)
    report = models.TextField(max_length=10_000, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["complaint", "number"], name="plan_number"),)

    def __str__(self) -> str:
        return f"plan {self.number} of {self.complaint_id}"

    def report_done(self, report: str, *, at: datetime) -> None:
        self.report, self.carried_out_at = report, at


class Reply(models.Model):
    """The result as the customer was told it (CMP-11)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="replies")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="replies")
    channel = models.CharField(max_length=10, choices=ReplyChannel.choices)
    text = models.TextField(max_length=10_000)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"reply to {self.complaint_id}"


class Satisfaction(models.Model):
    """What the customer said to a result (CMP-12)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="satisfactions")
    reply = models.OneToOneField(Reply, models.PROTECT, related_name="satisfaction")
    satisfied = models.BooleanField()
    reason = models.TextField(max_length=10_000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(satisfied=True) | ~Q(reason=""), name="dissatisfied_with_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.satisfied}"


class ComplaintContact(models.Model):
    """A try to speak to the customer: progress and expected end are told here (CMP-09, CMP-10)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="contacts")
    occurred_at = models.DateTimeField()
    channel = models.CharField(max_length=10, choices=ReplyChannel.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.TextField(max_length=10_000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.outcome}"

    @property
    def belongs_to(self) -> Complaint:
        """Whose page shows it."""
        return self.complaint


class Reminder(models.Model):
    """Completion was urged (CMP-20)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="reminders")
    to = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")
    text = models.TextField(max_length=10_000)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.complaint_id} to {self.to_id}"


class ComplaintEscalation(models.Model):
    """An unresolved complaint went up (CMP-16)."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=12, choices=Level.choices)
    reason = models.TextField(max_length=10_000)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.level}"

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tickets import states
from tickets.models.fact import Fact


class Assignment(Fact):
    """One offer of the job to one engineer, with the engineer's answer; at most one per ticket is alive."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="assignments")
    engineer = models.ForeignKey("staff.Person", models.PROTECT, related_name="assignments")
    expected_at = models.DateTimeField()
    status = models.CharField(
        max_length=9, choices=states.AssignmentStatus.choices, default=states.AssignmentStatus.OFFERED
    )
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(max_length=10_000, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(status__in=["offered", "accepted"]),
                name="assignment_one_alive",
            ),
        )
        indexes = (models.Index(fields=["engineer", "ticket"], name="assignment_engineer"),)

    def __str__(self) -> str:
        return f"{self.ticket_id} -> {self.engineer_id} {self.status}"


class Escalation(Fact):
    """A call for help upward: to which role, who was asked, why."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="escalations")
    to = models.CharField(max_length=10, choices=states.EscalationTarget.choices)
    asked = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="+")
    reason = models.TextField(max_length=10_000)

    class Meta:
        indexes = (models.Index(fields=["asked", "ticket"], name="escalation_asked"),)

    def __str__(self) -> str:
        return f"{self.ticket_id} -> {self.to}"

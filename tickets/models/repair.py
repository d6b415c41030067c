from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from service_center.kernel.access import has_role
from tickets import states
from tickets.models.fact import Fact

if TYPE_CHECKING:
    from service_center.kernel.models import User


class Diagnosis(Fact):
    """The engineer's finding, apart from the customer's statement: class, code, cause and plan (RPR-01, RPR-04)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="diagnoses")
    fault_class = models.CharField(max_length=11, choices=states.FaultClass.choices)
    fault_code = models.CharField(max_length=40, blank=True)
    cause = models.TextField(max_length=10_000)
    plan = models.TextField(max_length=10_000)
    readings = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["at"], include=["fault_class", "fault_code", "ticket"], name="diagnosis_found"
            ),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.fault_code}"


class Consent(Fact):
    """The customer's agreement to plan and amount before work begins (RPR-07, RPR-08)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="consents")
    plan = models.TextField(max_length=10_000)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    method = models.CharField(max_length=9, choices=states.ConsentMethod.choices)
    signed_by = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gte=0), name="consent_amount_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.amount}"


class ChargeQuerySet(models.QuerySet["Charge"]):
    def visible_to(self, user: User) -> Self:
        """The accountant, the manager and the director see all charges; agents and supervisors their branch's."""
        if has_role(user, "accountant", "manager", "director"):
            return self
        person = getattr(user, "person", None)
        if person is None or not has_role(user, "agent", "supervisor"):
            return self.none()
        return self.filter(ticket__branch_id=person.branch_id)


class Charge(Fact):
    """An amount the customer owes for the job, with the consent or the part line it rests on."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=6, choices=states.ChargeKind.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="charges")
    voided_at = models.DateTimeField(null=True)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(amount__gte=0), name="charge_amount_not_negative"),)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.amount}"


class Hold(Fact):
    """A stretch in which the ticket waits, and the notice the customer was given (CF-07); one open per ticket."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=8, choices=states.HoldReason.choices)
    notice_channel = models.CharField(max_length=10, choices=states.ContactChannel.choices)
    notice_text = models.TextField(max_length=10_000)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket"], condition=Q(ended_at=None), name="hold_one_open"),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.reason}"


class WorkTime(Fact):
    """Working time spent on the ticket, posted to staff's ledger with this row as its source (B6, B7)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="work_times")
    engineer = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")
    category = models.CharField(max_length=14, choices=states.ServiceCategory.choices)
    started_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=1440), name="work_time_sane"),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.minutes} min"

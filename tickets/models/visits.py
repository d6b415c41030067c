from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from service_center.kernel.fields import EncryptedTextField
from tickets import states
from tickets.models.fact import Fact

if TYPE_CHECKING:
    from tickets.models.ticket import Ticket


class Visit(Fact):
    """One call at the customer: the time and place agreed, when the engineer really came and left (APT-02).

    A moved appointment closes its row and opens the next one of the same `sequence`. The place is an address and so
    encrypted. Positions are rounded to about a hundred metres and never reach the journal. `arrival_told_at` and
    `departure_told_at` are what a device told where that does not count, or did not until a supervisor confirmed it.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="visits")
    engineer = models.ForeignKey("staff.Person", models.PROTECT, related_name="visits")
    sequence = models.PositiveSmallIntegerField()
    status = models.CharField(
        max_length=9, choices=states.VisitStatus.choices, default=states.VisitStatus.CONFIRMED
    )
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    place = EncryptedTextField(blank=True, default="")
    drop_reason = models.TextField(max_length=10_000, blank=True)
    customer_absent = models.BooleanField(default=False)
    arrived_at = models.DateTimeField(null=True)
    departed_at = models.DateTimeField(null=True)
    arrival_told_at = models.DateTimeField(null=True)
    departure_told_at = models.DateTimeField(null=True)
    arrived_latitude = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    arrived_longitude = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    departed_latitude = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    departed_longitude = models.DecimalField(max_digits=6, decimal_places=3, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(status__in=["confirmed", "arrived"]), name="visit_one_open"
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at__gt=F("starts_at")), name="visit_span"
            ),
            models.CheckConstraint(
                condition=Q(departed_at=None) | Q(departed_at__gte=F("arrived_at")),
                name="visit_leaves_after_coming",
            ),
        )
        indexes = (
            models.Index(fields=["engineer", "starts_at"], name="visit_engineer_day"),
            models.Index(fields=["ticket", "sequence"], name="visit_ticket"),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id}.{self.sequence} {self.status}"

    @property
    def belongs_to(self) -> Ticket:
        """Whose page shows it."""
        return self.ticket

    def come(self, counted: datetime, *, told: datetime | None) -> None:
        """The engineer is there; `told` is the time that is doubted."""
        self.status, self.arrived_at, self.arrival_told_at = states.VisitStatus.ARRIVED, counted, told

    def leave(self, happened: datetime) -> None:
        """The engineer leaves: not before the arrival counts, whose own time may wait for its confirmation."""
        self.status, self.departed_at = states.VisitStatus.DONE, happened
        if self.arrived_at is not None and happened < self.arrived_at:
            self.departed_at, self.departure_told_at = self.arrived_at, happened

    def confirm_times(self) -> None:
        """What the device told is the truth."""
        self.arrived_at = self.arrival_told_at
        self.departed_at = self.departure_told_at or self.departed_at

    @property
    def was_punctual(self) -> bool | None:
        """Whether the engineer came within the agreed time (APT-03); None without an agreed time or an arrival."""
        if self.ends_at is None or self.arrived_at is None:
            return None
        return self.arrived_at <= self.ends_at

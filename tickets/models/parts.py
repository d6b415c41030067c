from __future__ import annotations

from django.db import models
from django.db.models import Q

from tickets import states
from tickets.models.fact import Fact


class PartLine(Fact):
    """A part the job needs: reserved or short, then issued and used. The ledger is parts'; this is the repair's side."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="part_lines")
    part = models.ForeignKey("parts.Part", models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    serials = models.JSONField(default=list, blank=True)
    source = models.CharField(
        max_length=8, choices=states.PartSource.choices, default=states.PartSource.STORE
    )
    reservation = models.ForeignKey("parts.Reservation", models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=8, choices=states.PartLineStatus.choices)
    warranty_until = models.DateField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(quantity__gt=0), name="part_line_quantity"),)
        indexes = (
            models.Index(fields=["ticket", "status"], name="part_line_ticket"),
            models.Index(fields=["part", "status"], name="part_line_part"),
        )

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.part_id} x{self.quantity}"


class FaultyPart(Fact):
    """What became of the part that was taken out (RPR-22, RPR-23, CF-16); one per part line."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="faulty_parts")
    part_line = models.OneToOneField(PartLine, models.PROTECT, related_name="faulty_part")
    disposition = models.CharField(max_length=8, choices=states.Disposition.choices)
    serial = models.CharField(max_length=60, blank=True)
    keep_until = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.part_line_id} {self.disposition}"

from __future__ import annotations

from django.db import models

from tickets import states
from tickets.models.fact import Fact


class Voucher(Fact):
    """The service voucher of one repair: issued with the report, back with the signature, archived at closing (B2)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="vouchers")
    number = models.CharField(max_length=20, unique=True)
    report = models.OneToOneField("tickets.Report", models.PROTECT, related_name="voucher")
    fee = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    returned_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class ResultCall(Fact):
    """The call that tells the customer the result, and whether the customer is satisfied (TKT-20 to TKT-22)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="result_calls")
    outcome = models.CharField(max_length=11, choices=states.ContactOutcome.choices)
    satisfied = models.BooleanField(null=True)
    reason = models.TextField(max_length=10_000, blank=True)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.outcome} {self.satisfied}"


class Closure(Fact):
    """The crossing-off: voucher back and archived (TKT-25)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="closures")
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.ticket_id}"


class Reopening(Fact):
    """A closed or answered ticket that goes on; `continued` tells whether its clocks went on or began anew."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="reopenings")
    reason = models.TextField(max_length=10_000)
    via = models.CharField(max_length=8, choices=states.Channel.choices, blank=True)
    continued = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.ticket_id}"


class Handover(Fact):
    """A recorded change of the ticket's owner (TKT-08)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="handovers")
    old = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")
    new = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.old_id} -> {self.new_id}"

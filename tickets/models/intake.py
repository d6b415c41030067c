from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tickets import states
from tickets.models.fact import Fact

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models.ticket import Ticket


class Verification(Fact):
    """Whether the reported problem is what it was said to be (TKT-14); the finding stays apart from the statement."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="verifications")
    confirmed = models.BooleanField()
    note = models.TextField(max_length=10_000, blank=True)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.confirmed}"


class Answer(Fact):
    """The answer given at the first contact (TKT-09)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="answers")
    text = models.TextField(max_length=10_000)

    def __str__(self) -> str:
        return f"{self.ticket_id}"


class Triage(Fact):
    """One classification, kept as it was decided; the ticket carries the current one."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="triages")
    nature = models.CharField(max_length=16, choices=states.Nature.choices)
    product_line = models.ForeignKey("customers.ProductLine", models.PROTECT, null=True, related_name="+")
    tier = models.CharField(max_length=8, choices=states.Tier.choices)
    complexity = models.CharField(max_length=7, choices=states.Complexity.choices)
    service_category = models.CharField(max_length=14, choices=states.ServiceCategory.choices)
    mode = models.CharField(max_length=8, choices=states.Mode.choices)
    is_critical = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.tier}"

    @classmethod
    def of(cls, ticket: Ticket, *, at: datetime, by: User | None) -> Triage:
        """The ticket's present classification as a row of its own."""
        return cls.objects.create(
            ticket=ticket,
            at=at,
            by=by,
            nature=ticket.nature,
            product_line=ticket.product_line,
            tier=ticket.tier,
            complexity=ticket.complexity,
            service_category=ticket.service_category,
            mode=ticket.mode,
            is_critical=ticket.is_critical,
        )


class CustomerContact(Fact):
    """One attempt to reach the customer, successful or not, with what was said (TKT-19).

    `told_at` is what a device told where that does not count, or did not until a supervisor confirmed it.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="contacts")
    occurred_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=10, choices=states.ContactChannel.choices)
    outcome = models.CharField(max_length=11, choices=states.ContactOutcome.choices)
    note = models.TextField(max_length=10_000, blank=True)

    class Meta:
        indexes = (models.Index(fields=["ticket", "-occurred_at"], name="contact_ticket_time"),)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.outcome}"

    @property
    def belongs_to(self) -> Ticket:
        """Whose page shows it."""
        return self.ticket


class TicketLink(Fact):
    """A neighbour of the ticket: another ticket, a complaint, an order; named by type, id and the label people read."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="links")
    rel = models.CharField(max_length=20)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ticket", "rel", "object_type", "object_id"], name="ticket_link_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rel} {self.label}"


class SearchDocument(models.Model):
    """Bigrams of what people search a ticket by, apart from it so that writing a ticket stays cheap."""

    ticket = models.OneToOneField(
        "tickets.Ticket", models.CASCADE, primary_key=True, related_name="search_document"
    )
    document = SearchVectorField()

    class Meta:
        db_table = "tickets_searchdoc"
        indexes = (GinIndex(fields=["document"], name="searchdoc_gin"),)

    def __str__(self) -> str:
        return f"{self.ticket_id}"

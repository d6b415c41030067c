from __future__ import annotations

from django.conf import settings
from django.db import models

from tickets.models.fact import Fact


class ReportDraft(models.Model):
    """The engineer's words before they are signed: part of what the customer is shown."""

    ticket = models.OneToOneField("tickets.Ticket", models.PROTECT, related_name="report_draft")
    work_done = models.TextField(max_length=10_000)
    tested = models.BooleanField(default=False)
    demonstrated = models.BooleanField(default=False)
    customer_comment = models.TextField(max_length=10_000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.ticket_id}"


class Signature(Fact):
    """The customer's stroke, bound to the hash of the report as it was shown (RPR-18)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="signatures")
    signed_by = models.CharField(max_length=80)
    image = models.ForeignKey("kernel.Attachment", models.PROTECT, related_name="+")
    report_hash = models.CharField(max_length=64)
    content = models.JSONField()

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.report_hash[:8]}"


class Report(Fact):
    """The repair report as filed: words, what was signed and its hash (RPR-17)."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="reports")
    engineer = models.ForeignKey("staff.Person", models.PROTECT, related_name="+")
    visit = models.ForeignKey("tickets.Visit", models.PROTECT, null=True, related_name="reports")
    work_done = models.TextField(max_length=10_000)
    tested = models.BooleanField()
    demonstrated = models.BooleanField()
    customer_comment = models.TextField(max_length=10_000, blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="report")
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.content_hash[:8]}"

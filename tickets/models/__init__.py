"""Tickets' rows. One module per topic."""

from tickets.models.closing import Closure, Handover, Reopening, ResultCall, Voucher
from tickets.models.dispatch import Assignment, Escalation
from tickets.models.intake import Answer, CustomerContact, SearchDocument, TicketLink, Triage, Verification
from tickets.models.parts import FaultyPart, PartLine
from tickets.models.phrases import Symptom, TextTemplate
from tickets.models.repair import Charge, Consent, Diagnosis, Hold, WorkTime
from tickets.models.reporting import Report, ReportDraft, Signature
from tickets.models.ticket import Ticket
from tickets.models.visits import Visit

__all__ = [
    "Answer",
    "Assignment",
    "Charge",
    "Closure",
    "Consent",
    "CustomerContact",
    "Diagnosis",
    "Escalation",
    "FaultyPart",
    "Handover",
    "Hold",
    "PartLine",
    "Reopening",
    "Report",
    "ReportDraft",
    "ResultCall",
    "SearchDocument",
    "Signature",
    "Symptom",
    "TextTemplate",
    "Ticket",
    "TicketLink",
    "Triage",
    "Verification",
    "Visit",
    "Voucher",
    "WorkTime",
]

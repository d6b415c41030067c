"""Shapes of answers. The ticket is written by hand into its dictionary: a list of a hundred stays cheap."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from service_center.kernel import clocks, commands, phones
from service_center.kernel.api.clocks import ClockOutput
from service_center.kernel.api.serializers import Instant
from staff.models import Person
from tickets import states
from tickets.models import Ticket, TicketLink

Output = serializers.Serializer[Any]
Choice = serializers.ChoiceField
_INSTANT = Instant()


def stamp(moment: Any) -> str | None:
    return None if moment is None else _INSTANT.to_representation(moment)


class TicketRef(Output):
    """The ticket as every noun's answer names it."""

    number = serializers.CharField()
    status = Choice(states.Status.choices)
    version = serializers.IntegerField()


class CustomerBrief(Output):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(help_text="masked")


class ContactBrief(Output):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(help_text="masked")


class UnitBrief(Output):
    id = serializers.IntegerField()
    product_model = serializers.CharField()
    serial = serializers.CharField()
    purchased_on = serializers.DateField(allow_null=True)
    warranty_until = serializers.DateField(allow_null=True)


class LinkOutput(Output):
    rel = serializers.CharField()
    label: Any = serializers.CharField()  # DRF's own attribute has another type
    href = serializers.CharField(allow_null=True)


class TicketList(serializers.ListSerializer[Any]):
    """Reads the clocks and links of all rows at once."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data.all() if hasattr(data, "all") else data)
        ids = [row.pk for row in rows]
        child: Any = self.child
        child.context["clocks"] = clocks.for_subjects(Ticket, ids)
        found: dict[int, list[TicketLink]] = {pk: [] for pk in ids}
        for link in TicketLink.objects.filter(ticket_id__in=ids).order_by("id"):
            found[link.ticket_id].append(link)
        child.context["links"] = found
        return [child.to_representation(row) for row in rows]


class TicketOutput(TicketRef):
    """A ticket with its clocks and the nouns its state allows."""

    channel = Choice(states.Channel.choices)
    reported_at = Instant()
    registered_at = Instant()
    customer = CustomerBrief()
    contact = ContactBrief(allow_null=True)
    unit = UnitBrief(allow_null=True)
    subject = serializers.CharField()
    description = serializers.CharField()
    symptom = serializers.CharField()
    demand = Choice(states.Demand.choices)
    promised_at = Instant(allow_null=True)
    branch = serializers.CharField()
    owner = serializers.CharField()
    assignee = serializers.CharField(allow_null=True)
    assigned_at = Instant(allow_null=True)
    expected_at = Instant(allow_null=True)
    nature = Choice(states.Nature.choices, allow_null=True)
    product_line = serializers.CharField(allow_null=True)
    tier = Choice(states.Tier.choices)
    is_critical = serializers.BooleanField()
    complexity = Choice(states.Complexity.choices, allow_null=True)
    service_category = Choice(states.ServiceCategory.choices, allow_null=True)
    mode = Choice(states.Mode.choices, allow_null=True)
    reopen_count = serializers.IntegerField()
    first_time_fix = serializers.BooleanField(allow_null=True)
    responded_at = Instant(allow_null=True)
    arrived_at = Instant(allow_null=True)
    handled_at = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)
    archived_at = Instant(allow_null=True)
    clocks = ClockOutput(many=True)
    links = LinkOutput(many=True)
    allowed = serializers.ListField(child=serializers.CharField())

    class Meta:
        list_serializer_class = TicketList

    def to_representation(self, instance: Ticket) -> dict[str, Any]:
        found = self.context.get("clocks")
        own = clocks.for_subject(instance) if found is None else found[instance.pk]
        now = timezone.now()
        return {
            "number": instance.number,
            "status": instance.status,
            "version": instance.version,
            **_request(instance),
            **_work(instance),
            "clocks": [clocks.as_dict(clock, now) for clock in own],
            "links": self._links(instance),
            "allowed": _allowed(instance.status, instance.assignee_id is not None, instance.on_site),
        }

    def _links(self, ticket: Ticket) -> list[dict[str, Any]]:
        known = self.context.get("links")
        rows = ticket.links.order_by("id") if known is None else known[ticket.pk]
        base = f"/api/v1/tickets/{ticket.number}/"
        own = {"self": "", "timeline": "timeline/", "clocks": "clocks/", "attachments": "attachments/"}
        return [
            *({"rel": rel, "label": ticket.number, "href": base + path} for rel, path in own.items()),
            *({"rel": row.rel, "label": row.label, "href": None} for row in rows),
        ]


@lru_cache(maxsize=256)
def _allowed(status: str, assigned: bool, on_site: bool) -> list[str]:
    """The nouns a ticket's state allows: all that its transitions ask is the status, whether somebody has it, and where."""
    return commands.allowed_nouns(Ticket(status=status, assignee_id=1 if assigned else None, on_site=on_site))


def _request(ticket: Ticket) -> dict[str, Any]:
    """What was asked for, by whom and for which machine."""
    return {
        "channel": ticket.channel,
        "reported_at": stamp(ticket.reported_at),
        "registered_at": stamp(ticket.registered_at),
        "customer": _person_brief(ticket.customer),
        "contact": _person_brief(ticket.contact) if ticket.contact is not None else None,
        "unit": _unit_brief(ticket),
        "subject": ticket.subject,
        "description": ticket.description,
        "symptom": ticket.symptom,
        "demand": ticket.demand,
        "promised_at": stamp(ticket.promised_at),
        "branch": ticket.branch.code,
        "owner": ticket.owner.user.username,
    }


def _work(ticket: Ticket) -> dict[str, Any]:
    """How it was classified and how far it got."""
    return {
        "assignee": username(ticket.assignee),
        "assigned_at": stamp(ticket.assigned_at),
        "expected_at": stamp(ticket.expected_at),
        "nature": ticket.nature or None,
        "product_line": ticket.product_line.code if ticket.product_line is not None else None,
        "tier": ticket.tier,
        "is_critical": ticket.is_critical,
        "complexity": ticket.complexity or None,
        "service_category": ticket.service_category or None,
        "mode": ticket.mode or None,
        "reopen_count": ticket.reopen_count,
        "first_time_fix": ticket.first_time_fix,
        "responded_at": stamp(ticket.responded_at),
        "arrived_at": stamp(ticket.arrived_at),
        "handled_at": stamp(ticket.handled_at),
        "closed_at": stamp(ticket.closed_at),
        "archived_at": stamp(ticket.archived_at),
    }


def _person_brief(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "phone": phones.mask(row.phone)}


def _unit_brief(ticket: Ticket) -> dict[str, Any] | None:
    unit = ticket.unit
    if unit is None:
        return None
    return {
        "id": unit.pk,
        "product_model": unit.product_model.code,
        "serial": unit.serial,
        "purchased_on": unit.purchased_on and unit.purchased_on.isoformat(),
        "warranty_until": unit.warranty_until and unit.warranty_until.isoformat(),
    }


def username(person: Person | None) -> str | None:
    return person.user.username if person is not None else None


class Fact(Output):
    """What every record below a ticket tells."""

    id = serializers.IntegerField()
    at = Instant()
    by = serializers.SerializerMethodField()

    def get_by(self, row: Any) -> str | None:
        return row.by.username if row.by is not None else None


class VerificationOutput(Fact):
    confirmed = serializers.BooleanField()
    note = serializers.CharField()


class AnswerOutput(Fact):
    text = serializers.CharField()


class TriageOutput(Fact):
    nature = Choice(states.Nature.choices)
    product_line = serializers.CharField(source="product_line.code", default=None, allow_null=True)
    tier = Choice(states.Tier.choices)
    complexity = Choice(states.Complexity.choices)
    service_category = Choice(states.ServiceCategory.choices)
    mode = Choice(states.Mode.choices)
    is_critical = serializers.BooleanField()


class AssignmentOutput(Fact):
    engineer = serializers.CharField(source="engineer.user.username")
    expected_at = Instant()
    status = Choice(states.AssignmentStatus.choices)
    answered_at = Instant(allow_null=True)
    reason = serializers.CharField()


TOLD = "what a device told, where a supervisor has to confirm it before it counts"


class ContactOutput(Fact):
    occurred_at = Instant()
    told_at = Instant(allow_null=True, help_text=TOLD)
    channel = Choice(states.ContactChannel.choices)
    outcome = Choice(states.ContactOutcome.choices)
    note = serializers.CharField()


class VisitOutput(Fact):
    """A visit; positions are kept but not shown."""

    sequence = serializers.IntegerField()
    engineer = serializers.CharField(source="engineer.user.username")
    status = Choice(states.VisitStatus.choices)
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    place = serializers.CharField()
    arrived_at = Instant(allow_null=True)
    departed_at = Instant(allow_null=True)
    arrival_told_at = Instant(allow_null=True, help_text=TOLD)
    departure_told_at = Instant(allow_null=True, help_text=TOLD)
    punctual = serializers.BooleanField(source="was_punctual", allow_null=True)
    customer_absent = serializers.BooleanField()
    reason = serializers.CharField(source="drop_reason")


class DiagnosisOutput(Fact):
    fault_class = Choice(states.FaultClass.choices)
    fault_code = serializers.CharField()
    cause = serializers.CharField()
    plan = serializers.CharField()
    readings = serializers.DictField(child=serializers.CharField())


class ConsentOutput(Fact):
    plan = serializers.CharField()
    amount = serializers.DecimalField(12, 2)
    method = Choice(states.ConsentMethod.choices)
    signed_by = serializers.CharField()


class HoldOutput(Fact):
    reason = Choice(states.HoldReason.choices)
    notice = serializers.SerializerMethodField()
    ended_at = Instant(allow_null=True)

    def get_notice(self, row: Any) -> dict[str, str]:
        return {"channel": row.notice_channel, "text": row.notice_text}


class PartLineOutput(Fact):
    part = serializers.CharField(source="part.code")
    quantity = serializers.IntegerField()
    serials = serializers.ListField(child=serializers.CharField())
    source: Any = Choice(states.PartSource.choices)  # as above
    status = Choice(states.PartLineStatus.choices)
    warranty_until = serializers.DateField(allow_null=True)


class FaultyPartOutput(Fact):
    part_line = serializers.IntegerField(source="part_line_id")
    disposition = Choice(states.Disposition.choices)
    keep_until = serializers.DateField(allow_null=True)


class TimeEntryOutput(Fact):
    engineer = serializers.CharField(source="engineer.user.username")
    category = Choice(states.ServiceCategory.choices)
    started_at = Instant()
    minutes = serializers.IntegerField()


class EscalationOutput(Fact):
    to = Choice(states.EscalationTarget.choices)
    asked = serializers.CharField(source="asked.user.username", default=None, allow_null=True)
    reason = serializers.CharField()


class SignatureOutput(Fact):
    signed_by = serializers.CharField()
    report_hash = serializers.CharField()
    attachment = serializers.IntegerField(source="image_id")


class ReportOutput(Fact):
    work_done = serializers.CharField()
    tested = serializers.BooleanField()
    demonstrated = serializers.BooleanField()
    customer_comment = serializers.CharField()
    signature = serializers.IntegerField(source="signature_id")
    content_hash = serializers.CharField()
    voucher = serializers.CharField(source="voucher.number")


class PreviewOutput(Output):
    """The report as it would be signed now."""

    content = serializers.DictField()
    report_hash = serializers.CharField()


class ResultCallOutput(Fact):
    outcome = Choice(states.ContactOutcome.choices)
    satisfied = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField()


class ClosureOutput(Fact):
    voucher = serializers.CharField(source="voucher.number", default=None, allow_null=True)


class ReopeningOutput(Fact):
    reason = serializers.CharField()
    continued = serializers.BooleanField()


class HandoverOutput(Fact):
    old = serializers.CharField(source="old.user.username")
    new = serializers.CharField(source="new.user.username")


class AttachmentOutput(Fact):
    kind = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    href = serializers.SerializerMethodField()

    def get_href(self, row: Any) -> str:
        return f"/api/v1/attachments/{row.pk}/content/"


class ChargeOutput(Fact):
    """An amount a customer owes, under the ticket's number."""

    ticket = serializers.CharField(source="ticket.number")
    kind = Choice(states.ChargeKind.choices)
    amount = serializers.DecimalField(12, 2)
    voided_at = Instant(allow_null=True)


class SuggestionOutput(Output):
    engineer = serializers.CharField(source="engineer.user.username")
    name = serializers.CharField(source="engineer.name")
    score = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())


class RejectedOutput(Output):
    engineer = serializers.CharField(source="engineer.user.username")
    failed = serializers.CharField()
    text = serializers.CharField()


class SuggestionsOutput(Output):
    starts_at = Instant()
    ends_at = Instant()
    engineers = SuggestionOutput(many=True)
    rejected = RejectedOutput(many=True, label=_("未入选"))

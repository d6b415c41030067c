"""REST doors of tickets: the collection, one ticket, and what can be read below it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import attachments, clocks, commands
from service_center.kernel.api import timeline
from service_center.kernel.api.clocks import ClockClause, ClocksOf
from service_center.kernel.api.serializers import Instant, StrictSerializer
from service_center.kernel.api.views import CollectionView, Door, NounView, RowView, ref
from tickets import permissions
from tickets.actions import intake
from tickets.actions.attachments import attach
from tickets.api import filters, inputs, outputs
from tickets.models import Charge, ReportDraft, Ticket
from tickets.queries import applicability, report, suggestions

TAG = "tickets"


class Tickets(CollectionView):
    """The tickets one may see; POST registers one (TKT-01, TKT-04)."""

    model, output, input, verb = Ticket, outputs.TicketOutput, inputs.TicketInput, intake.register
    filterset_class = filters.TicketFilters
    ordering_fields = ("reported_at", "registered_at", "promised_at", "number")
    lookup, name, tag, may = "number", "ticket", TAG, permissions.can_register

    def rows(self, request: Request) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(request.user).with_people()  # type: ignore[arg-type]  # a user

    def reread(self, row: Any) -> Ticket:
        """A ticket just registered has everything at hand; one that a replayed key names has to be read."""
        replayed = getattr(self.request, "replayed", False)
        return Ticket.objects.with_people().get(pk=row.pk) if replayed else row


class OneTicket(RowView):
    model, output, input, verb = Ticket, outputs.TicketOutput, inputs.TicketChange, intake.edit
    lookup, name, tag, may = "number", "ticket", TAG, permissions.can_edit

    def rows(self, request: Request) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(request.user).with_people()  # type: ignore[arg-type]  # a user


def _files(ticket: Any) -> QuerySet[Any]:
    return attachments.of(ticket).select_related("by")


class Timeline(NounView):
    """Every fact about the ticket in words, newest first."""

    model, parent_output, tag = Ticket, outputs.TicketRef, TAG
    noun, output, listed = "timeline", timeline.TimelineItem, timeline.of


class AttachmentInput(StrictSerializer):
    """A photo or paper, sent as multipart/form-data; with `sha256`, only as its sender had it."""

    default_error_messages = {"sha256": _("文件在传输中有变化，请重新发送。")}
    file = serializers.FileField()
    kind = inputs.Choice([("photo", "photo"), ("document", "document")], required=False)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", max_length=64, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        told = attrs.pop("sha256", None)
        if told is not None and told != _digest(attrs["file"]):
            text = self.error_messages["sha256"]
            raise serializers.ValidationError({"sha256": [text]}, code="digest_mismatch")
        return attrs


def _digest(file: Any) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


class Attachments(NounView):
    """Files of the ticket; JPEG, PNG, HEIC, PDF, MP4, XLSX up to 20 MB, images without their position data."""

    model, parent_output, tag = Ticket, outputs.TicketRef, TAG
    noun, input, output = "attachments", AttachmentInput, outputs.AttachmentOutput
    verb, may = attach, permissions.can_attach
    parser_classes, listed = (MultiPartParser,), _files


class Charges(CollectionView):
    """What customers owe: the accountant's view, without the tickets behind it."""

    model, output, filterset_class = Charge, outputs.ChargeOutput, filters.ChargeFilters
    name, tag = "charge", TAG

    def rows(self, request: Request) -> QuerySet[Charge]:
        return Charge.objects.visible_to(request.user).select_related("ticket", "by")  # type: ignore[arg-type]  # a user


class TicketReading(Door):
    """Something computed about one ticket."""

    tag = TAG

    def ticket(self, request: Request) -> Ticket:
        seen = Ticket.objects.visible_to(request.user).with_people()  # type: ignore[arg-type]  # a user
        return get_object_or_404(seen, number=self.kwargs["number"])


class Clocks(ClocksOf):
    """The ticket's deadlines with rule and clause."""

    model = Ticket
    tag = TAG


class ApplicabilityOutput(serializers.Serializer[Any]):
    """A kind of deadline: the rule that matched, with its conditions and clause, or `reason`: none, because."""

    kind = serializers.CharField()
    name = serializers.CharField(source="label")
    rule = serializers.CharField(source="clock.rule.code", default=None, allow_null=True)
    rule_version = serializers.IntegerField(source="clock.rule.version", default=None, allow_null=True)
    conditions = serializers.DictField()
    clause = ClockClause(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ApplicabilityPage(serializers.Serializer[Any]):
    results = ApplicabilityOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class Applicability(TicketReading):
    """Which deadlines the ticket has and by which rule; for the others, why it has none."""

    operation_ids = {"GET": "get_ticket_applicability"}

    def get(self, request: Request, **kwargs: Any) -> Response:
        ticket = self.ticket(request)
        lines = applicability.of(ticket, clocks.for_subject(ticket))
        shown = ApplicabilityOutput(lines, many=True).data
        return Response({"results": shown, "next": None, "previous": None})

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: ApplicabilityPage}


class Suggestions(TicketReading):
    """Who could do the job, with reasons, and who could not, with the test failed (DSP-08)."""

    operation_ids = {"GET": "get_ticket_suggestions"}

    @extend_schema(parameters=[OpenApiParameter("expected_at", str, description="RFC 3339")])
    def get(self, request: Request, number: str) -> Response:
        asked = request.query_params.get("expected_at")
        at = commands.now()
        expected_at = Instant().run_validation(asked) if asked else None
        found = suggestions.suggest(self.ticket(request), at=at, expected_at=expected_at)
        return Response(ref(outputs.SuggestionsOutput, found, request))

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: outputs.SuggestionsOutput}


def page_of(name: str, item: type[outputs.Output]) -> type[outputs.Output]:
    fields = {
        "results": item(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
    }
    return type(name, (serializers.Serializer,), fields)


def preview_of(ticket: Ticket) -> dict[str, Any]:
    """What the customer would be shown now, and its hash."""
    draft = ReportDraft.objects.filter(ticket=ticket).first()
    content, digest = report.preview(ticket, report.Words.of(draft))
    return {"content": content, "report_hash": digest}

"""One door per noun of contract C. What fails in shape is refused only where the noun is open to the user at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import commands
from service_center.kernel.api.serializers import StrictSerializer
from service_center.kernel.api.views import NounView
from service_center.kernel.errors import TransitionNotAllowed
from tickets import permissions
from tickets.actions import (
    approvals,
    closing,
    contacts,
    dispatch,
    holds,
    part_lines,
    repair,
    reporting,
    triage,
    visits,
)
from tickets.api import inputs, outputs
from tickets.api.views import TAG, preview_of
from tickets.models import Ticket


class TicketNoun(NounView):
    """A verb on one ticket. State and right are told before a body's faults."""

    model, parent_output, tag = Ticket, outputs.TicketRef, TAG
    step: ClassVar[str] = ""  # the noun of the state machine, where it is not the door's own

    def post(self, request: Request, **kwargs: Any) -> Response:
        try:
            return super().post(request, **kwargs)
        except ValidationError:
            row = self.row(request)
            allowed = commands.allowed_nouns(row)
            if (self.step or self.noun) not in allowed:
                raise TransitionNotAllowed(allowed=allowed, state=row.status) from None
            raise


def _listed(name: str, *related: str) -> Callable[[Any], QuerySet[Any]]:
    """The records of one kind below a ticket, with what their answer shows."""

    def rows(ticket: Any) -> QuerySet[Any]:
        below: QuerySet[Any] = getattr(ticket, name).select_related("by", *related)
        return below

    return rows


class Verification(TicketNoun):
    noun, verb, may = "verification", triage.verify, permissions.can_verify
    input, output = inputs.VerificationInput, outputs.VerificationOutput


class Answer(TicketNoun):
    noun, verb, may = "answer", triage.answer, permissions.can_answer
    input, output = inputs.AnswerInput, outputs.AnswerOutput


class Triage(TicketNoun):
    noun, verb, may = "triage", triage.classify, permissions.can_triage
    input, output = inputs.TriageInput, outputs.TriageOutput


class Assignment(TicketNoun):
    noun, verb, undo, may = "assignment", dispatch.assign, dispatch.unassign, permissions.can_assign
    input, output = inputs.AssignmentInput, outputs.AssignmentOutput
    listed = _listed("assignments", "engineer__user")


class Acceptance(TicketNoun):
    noun, verb, may = "acceptance", dispatch.respond, permissions.can_accept
    input, output = inputs.AcceptanceInput, outputs.AssignmentOutput


class Contacts(TicketNoun):
    noun, verb, may = "contacts", contacts.note, permissions.can_contact
    input, output, device_time = inputs.ContactInput, outputs.ContactOutput, True
    listed = _listed("contacts")


class Appointment(TicketNoun):
    """POST again moves it; DELETE drops it, with a reason in the body or the query."""

    noun, verb, undo, may = "appointment", visits.appoint, visits.drop, permissions.can_appoint
    input, output, undo_input = inputs.AppointmentInput, outputs.VisitOutput, inputs.DropInput
    listed = _listed("visits", "engineer__user")

    def words_of_undo(self, request: Request, row: Any) -> dict[str, Any]:
        return self.undo_input.parse(request.data or request.query_params.dict())


class Arrival(TicketNoun):
    noun, verb, may = "arrival", visits.arrive, permissions.can_visit
    input, output, device_time = inputs.PresenceInput, outputs.VisitOutput, True


class Departure(TicketNoun):
    noun, verb, may = "departure", visits.depart, permissions.can_visit
    input, output, device_time = inputs.PresenceInput, outputs.VisitOutput, True


class Diagnosis(TicketNoun):
    noun, verb, may = "diagnosis", repair.diagnose, permissions.can_repair
    input, output = inputs.DiagnosisInput, outputs.DiagnosisOutput
    listed = _listed("diagnoses")


class Consent(TicketNoun):
    noun, verb, may = "consent", repair.consent, permissions.can_repair
    input, output = inputs.ConsentInput, outputs.ConsentOutput
    listed = _listed("consents")


class Hold(TicketNoun):
    noun, verb, undo, may = "hold", holds.hold, holds.resume, permissions.can_hold
    input, output = inputs.HoldInput, outputs.HoldOutput
    listed = _listed("holds")


class PartLines(TicketNoun):
    """The storekeeper draws for the branch's tickets too, and is told no more than their number and state."""

    noun, verb, may = "part-lines", part_lines.add, permissions.can_draw_part
    input, output = inputs.PartLineInput, outputs.PartLineOutput
    listed = _listed("part_lines", "part")

    def row(self, request: Request) -> Any:
        user: Any = request.user
        seen = Ticket.objects.visible_to(user).values("pk")
        drawn_for = Ticket.objects.in_store_of(user).values("pk")
        rows = Ticket.objects.filter(pk__in=seen) | Ticket.objects.filter(pk__in=drawn_for)
        return get_object_or_404(rows, number=self.kwargs["number"])


class FaultyParts(TicketNoun):
    noun, verb, may = "faulty-parts", part_lines.dispose, permissions.can_repair
    input, output = inputs.FaultyPartInput, outputs.FaultyPartOutput
    listed = _listed("faulty_parts")


class TimeEntries(TicketNoun):
    noun, verb, may = "time-entries", repair.enter_time, permissions.can_repair
    input, output = inputs.TimeEntryInput, outputs.TimeEntryOutput
    listed = _listed("work_times", "engineer__user")


class Escalation(TicketNoun):
    noun, verb, may = "escalation", dispatch.escalate, permissions.can_escalate
    input, output = inputs.EscalationInput, outputs.EscalationOutput
    listed = _listed("escalations", "asked__user")


class ReportPreview(TicketNoun):
    """GET what the customer would sign now; POST keeps the engineer's words first, so that they are shown too."""

    noun, verb, may, step = "report-preview", reporting.draft, permissions.can_repair, "signature"
    input: ClassVar[type[StrictSerializer]] = inputs.ReportWords
    output = outputs.PreviewOutput
    operation_ids = {"GET": "get_ticket_report_preview"}

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(preview_of(self.row(request)))

    def reply(self, request: Request, row: Any, result: Any) -> Response:
        ref = outputs.TicketRef(self.model._base_manager.get(pk=row.pk)).data
        return Response({"report_preview": preview_of(row), "ticket": ref}, status=201)

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: outputs.PreviewOutput} if method == "GET" else super().response_shapes(method)

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET", "POST"]


class Signature(TicketNoun):
    noun, verb, may = "signature", reporting.sign, permissions.can_repair
    input, output = inputs.SignatureInput, outputs.SignatureOutput


class Report(TicketNoun):
    noun, verb, may = "report", reporting.report, permissions.can_repair
    input, output = inputs.ReportInput, outputs.ReportOutput
    listed = _listed("reports", "voucher")


class ResultCall(TicketNoun):
    noun, verb, may = "result-call", closing.tell_result, permissions.can_tell_result
    input, output = inputs.ResultCallInput, outputs.ResultCallOutput
    listed = _listed("result_calls")


class Closure(TicketNoun):
    noun, verb, may = "closure", closing.close, permissions.can_close
    output = outputs.ClosureOutput


class Reopening(TicketNoun):
    noun, verb, may = "reopening", closing.reopen, permissions.can_reopen
    input, output = inputs.ReasonInput, outputs.ReopeningOutput


class Cancellation(TicketNoun):
    noun, verb, may = "cancellation", approvals.ask_cancellation, permissions.can_ask_to_end
    input = inputs.ReasonInput


class Refusal(TicketNoun):
    noun, verb, may = "refusal", approvals.ask_refusal, permissions.can_ask_to_end
    input = inputs.ReasonInput


class Handover(TicketNoun):
    noun, verb, may = "handover", dispatch.hand_over, permissions.can_hand_over
    input, output = inputs.HandoverInput, outputs.HandoverOutput


NOUNS: tuple[type[TicketNoun], ...] = (
    Verification, Answer, Triage, Assignment, Acceptance, Contacts, Appointment, Arrival, Departure, Diagnosis,
    Consent, Hold, PartLines, FaultyParts, TimeEntries, Escalation, ReportPreview, Signature, Report, ResultCall,
    Closure, Reopening, Cancellation, Refusal, Handover,
)  # fmt: skip
"""Every noun's door; the routes come from their names."""

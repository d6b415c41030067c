"""The REST doors of complaints (contract C)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from complaints import actions, permissions
from complaints.api import inputs, outputs
from complaints.api.filters import ComplaintFilters
from complaints.models import Complaint
from complaints.models.complaint import ComplaintQuerySet
from service_center.kernel.api import timeline
from service_center.kernel.api.clocks import ClocksOf
from service_center.kernel.api.views import CollectionView, NounView, RowView

TAG = "complaints"


class Complaints(CollectionView):
    model, output, input, verb = Complaint, outputs.ComplaintLine, inputs.ComplaintInput, actions.register
    filterset_class, ordering_fields = ComplaintFilters, ("reported_at", "registered_at", "id")
    lookup, name, tag, may = "number", "complaint", TAG, permissions.can_register
    shown = ComplaintQuerySet.for_list

    def created(self, request: Request, row: Any) -> Response:
        response = super().created(request, row)
        response.data = outputs.ComplaintOutput(self.reread(row)).data
        return response

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {201: outputs.ComplaintOutput} if method == "POST" else super().response_shapes(method)


class OneComplaint(RowView):
    model, output, lookup, name, tag = Complaint, outputs.ComplaintOutput, "number", "complaint", TAG
    shown = ComplaintQuerySet.for_list


class _Noun(NounView):
    model, parent, parent_output, tag = Complaint, "complaint", outputs.ComplaintRef, TAG


class Grading(_Noun):
    noun, verb, may = "grading", actions.grade, permissions.can_handle
    input, output = inputs.GradingInput, outputs.GradingOutput


class Answer(_Noun):
    noun, verb, may = "answer", actions.answer_at_once, permissions.can_handle
    input, output = inputs.AnswerInput, outputs.AnswerOutput


class Verification(_Noun):
    noun, verb, may = "verification", actions.verify, permissions.can_investigate
    input, output = inputs.VerificationInput, outputs.VerificationOutput


class Team(_Noun):
    noun, verb, may = "team", actions.form_team, permissions.can_handle
    input, output = inputs.TeamInput, outputs.TeamOutput


class Finding(_Noun):
    noun, verb, may = "finding", actions.investigate, permissions.can_investigate
    input, output = inputs.FindingInput, outputs.FindingOutput


class Plan(_Noun):
    noun, verb, may = "plan", actions.set_plan, permissions.can_investigate
    input, output = inputs.PlanInput, outputs.PlanOutput


class Execution(_Noun):
    noun, verb, may = "execution", actions.carry_out, permissions.can_carry_out
    input, output = inputs.ExecutionInput, outputs.PlanOutput


class Result(_Noun):
    noun, verb, may = "result", actions.tell_result, permissions.can_handle
    input, output = inputs.ResultInput, outputs.ReplyOutput


class Satisfaction(_Noun):
    noun, verb, may = "satisfaction", actions.note_satisfaction, permissions.can_handle
    input, output = inputs.SatisfactionInput, outputs.SatisfactionOutput


class Closure(_Noun):
    noun, verb, may = "closure", actions.close, permissions.can_handle
    input, output = inputs.ClosureInput, outputs.ClosureOutput


def _contacts(complaint: Complaint) -> QuerySet[Any]:
    return complaint.contacts.all()


def _reminders(complaint: Complaint) -> QuerySet[Any]:
    return complaint.reminders.select_related("to__user")


class Contacts(_Noun):
    noun, verb, may = "contacts", actions.note_contact, permissions.can_handle_step
    device_time = True
    input, output = inputs.ContactInput, outputs.ContactOutput
    listed = _contacts


class Reminders(_Noun):
    noun, verb, may = "reminders", actions.remind, permissions.can_handle_step
    input, output = inputs.ReminderInput, outputs.ReminderOutput
    listed = _reminders


class Escalation(_Noun):
    noun, verb, may = "escalation", actions.escalate, permissions.can_handle_step
    input, output = inputs.EscalationInput, outputs.EscalationOutput


class Handover(_Noun):
    noun, verb, may = "handover", actions.hand_over, permissions.can_handle
    input, output = inputs.HandoverInput, outputs.HandoverOutput


class Visit(_Noun):
    noun, verb, may = "visit", actions.note_visit, permissions.can_lead
    input, output = inputs.VisitInput, outputs.VisitOutput


class Timeline(_Noun):
    noun, output, listed = "timeline", timeline.TimelineItem, timeline.of


class Clocks(ClocksOf):
    model, parent, tag = Complaint, "complaint", TAG

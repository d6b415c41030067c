"""The REST doors of complaints (contract C)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from complaints import actions
from complaints.api import inputs, outputs
from complaints.api.filters import ComplaintFilters
from complaints.models import Complaint
from service_center.kernel.api import timeline
from service_center.kernel.api.clocks import ClocksOf
from service_center.kernel.api.views import CollectionView, NounView, RowView

TAG = "complaints"


class Complaints(CollectionView):
    model = Complaint
    output = outputs.ComplaintLine
    input = inputs.ComplaintInput
    verb = actions.register
    filterset_class = ComplaintFilters
    ordering_fields = ("reported_at", "registered_at", "id")
    name = "complaint"
    lookup = "number"
    tag = TAG

    def rows(self, request: Request) -> QuerySet[Complaint]:
        return Complaint.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in

    def created(self, request: Request, row: Any) -> Response:
        response = super().created(request, row)
        response.data = outputs.ComplaintOutput(self.reread(row)).data
        return response

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {201: outputs.ComplaintOutput} if method == "POST" else super().response_shapes(method)


class OneComplaint(RowView):
    model = Complaint
    output = outputs.ComplaintOutput
    name = "complaint"
    lookup = "number"
    tag = TAG

    def rows(self, request: Request) -> QuerySet[Complaint]:
        return Complaint.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class _Noun(NounView):
    model = Complaint
    parent = "complaint"
    parent_output = outputs.ComplaintRef
    tag = TAG


class Grading(_Noun):
    noun = "grading"
    input = inputs.GradingInput
    output = outputs.GradingOutput
    verb = actions.grade


class Answer(_Noun):
    noun = "answer"
    input = inputs.AnswerInput
    output = outputs.AnswerOutput
    verb = actions.answer_at_once


class Verification(_Noun):
    noun = "verification"
    input = inputs.VerificationInput
    output = outputs.VerificationOutput
    verb = actions.verify


class Team(_Noun):
    noun = "team"
    input = inputs.TeamInput
    output = outputs.TeamOutput
    verb = actions.form_team


class Finding(_Noun):
    noun = "finding"
    input = inputs.FindingInput
    output = outputs.FindingOutput
    verb = actions.investigate


class Plan(_Noun):
    noun = "plan"
    input = inputs.PlanInput
    output = outputs.PlanOutput
    verb = actions.set_plan


class Execution(_Noun):
    noun = "execution"
    input = inputs.ExecutionInput
    output = outputs.PlanOutput
    verb = actions.carry_out


class Result(_Noun):
    noun = "result"
    input = inputs.ResultInput
    output = outputs.ReplyOutput
    verb = actions.tell_result


class Satisfaction(_Noun):
    noun = "satisfaction"
    input = inputs.SatisfactionInput
    output = outputs.SatisfactionOutput
    verb = actions.note_satisfaction


class Closure(_Noun):
    noun = "closure"
    input = inputs.ClosureInput
    output = outputs.ClosureOutput
    verb = actions.close


def _contacts(complaint: Complaint) -> QuerySet[Any]:
    return complaint.contacts.all()


def _reminders(complaint: Complaint) -> QuerySet[Any]:
    return complaint.reminders.select_related("to__user")


class Contacts(_Noun):
    noun = "contacts"
    input = inputs.ContactInput
    output = outputs.ContactOutput
    verb = actions.note_contact
    listed = _contacts


class Reminders(_Noun):
    noun = "reminders"
    input = inputs.ReminderInput
    output = outputs.ReminderOutput
    verb = actions.remind
    listed = _reminders


class Escalation(_Noun):
    noun = "escalation"
    input = inputs.EscalationInput
    output = outputs.EscalationOutput
    verb = actions.escalate


class Handover(_Noun):
    noun = "handover"
    input = inputs.HandoverInput
    output = outputs.HandoverOutput
    verb = actions.hand_over


class Visit(_Noun):
    noun = "visit"
    input = inputs.VisitInput
    output = outputs.VisitOutput
    verb = actions.note_visit


class Timeline(_Noun):
    noun = "timeline"
    output = timeline.TimelineItem
    operation_ids: ClassVar[dict[str, str]] = {"GET": "list_complaint_timeline"}

    @staticmethod
    def listed(complaint: Complaint) -> QuerySet[Any]:
        return timeline.of(complaint)


class Clocks(ClocksOf):
    model = Complaint
    parent = "complaint"
    tag = TAG

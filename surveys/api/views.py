"""The REST doors of surveys and follow-up calls (contract C)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from service_center.kernel.api import timeline
from service_center.kernel.api.clocks import ClocksOf
from service_center.kernel.api.views import CollectionView, NounView, RowView
from surveys import permissions
from surveys.actions import follow_ups, invitations, rectifications
from surveys.api import filters, inputs, outputs
from surveys.models import FollowUp, Invitation, Rectification
from surveys.models.follow_ups import FollowUpQuerySet, RectificationQuerySet
from surveys.models.questionnaires import InvitationQuerySet

TAG = "surveys"


class Invitations(CollectionView):
    model, output, name, tag = Invitation, outputs.InvitationOutput, "survey_invitation", TAG
    filterset_class, ordering_fields = filters.InvitationFilters, ("sent_at", "answered_at", "id")
    shown = InvitationQuerySet.for_list


class OneInvitation(RowView):
    model, output, name, tag = Invitation, outputs.InvitationOutput, "survey_invitation", TAG
    shown = InvitationQuerySet.for_list


class _OfInvitation(NounView):
    model, lookup, parent, tag = Invitation, "pk", "invitation", TAG
    parent_output, output = outputs.InvitationRef, outputs.InvitationOutput


class Resend(_OfInvitation):
    noun, verb, may = "resend", invitations.resend, permissions.can_resend


class PhoneAnswer(_OfInvitation):
    noun, verb, may = "answer", invitations.enter, permissions.can_enter_answers
    input = inputs.MarksInput


class FollowUps(CollectionView):
    model, output, name, tag = FollowUp, outputs.FollowUpOutput, "follow_up", TAG
    filterset_class = filters.FollowUpFilters
    ordering, ordering_fields = ("due_at", "id"), ("due_at", "opened_at", "id")
    shown = FollowUpQuerySet.for_list


class OneFollowUp(RowView):
    model, output, name, tag = FollowUp, outputs.FollowUpOutput, "follow_up", TAG
    shown = FollowUpQuerySet.for_list


class _OfFollowUp(NounView):
    model, lookup, parent, tag = FollowUp, "pk", "follow_up", TAG
    parent_output = outputs.FollowUpRef


def _attempts(follow_up: FollowUp) -> QuerySet[Any]:
    return follow_up.attempts.all()


class Attempt(_OfFollowUp):
    noun, verb, may = "attempt", follow_ups.attempt, permissions.can_follow_up
    input, output = inputs.AttemptInput, outputs.AttemptOutput
    listed = _attempts


class OutcomeNoun(_OfFollowUp):
    noun, verb, may = "outcome", follow_ups.complete, permissions.can_follow_up
    input, output = inputs.OutcomeInput, outputs.OutcomeOutput


class Handover(_OfFollowUp):
    noun, verb, may = "handover", follow_ups.hand_over, permissions.can_hand_over
    input, output = inputs.HandoverInput, outputs.OwnerOutput


class FollowUpTimeline(_OfFollowUp):
    noun, output, listed = "timeline", timeline.TimelineItem, timeline.of


class FollowUpClocks(ClocksOf):
    model, lookup, parent, tag = FollowUp, "pk", "follow_up", TAG


class Rectifications(CollectionView):
    model, output, name, tag = Rectification, outputs.RectificationOutput, "rectification", TAG
    filterset_class, ordering_fields = filters.RectificationFilters, ("due_at", "opened_at", "id")
    shown = RectificationQuerySet.for_list


class OneRectification(RowView):
    model, output, name, tag = Rectification, outputs.RectificationOutput, "rectification", TAG
    shown = RectificationQuerySet.for_list


class _OfRectification(NounView):
    model, lookup, parent, tag = Rectification, "pk", "rectification", TAG
    parent_output, output = outputs.RectificationRef, outputs.RectificationOutput
    may = permissions.can_rectify


class Analysis(_OfRectification):
    noun, input, verb = "analysis", inputs.AnalysisInput, rectifications.analyse


class Completion(_OfRectification):
    noun, input, verb = "completion", inputs.CompletionInput, rectifications.complete

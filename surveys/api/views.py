"""The REST doors of surveys and follow-up calls (contract C)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework.request import Request

from service_center.kernel.api import timeline
from service_center.kernel.api.clocks import ClocksOf
from service_center.kernel.api.views import CollectionView, NounView, RowView
from surveys.actions import follow_ups, invitations, rectifications
from surveys.api import inputs, outputs
from surveys.models import FollowUp, Invitation, Rectification
from surveys.states import Cause, RectificationStatus, Status

TAG = "surveys"


class InvitationFilters(django_filters.FilterSet):
    answered = django_filters.BooleanFilter(field_name="answered_at", lookup_expr="isnull", exclude=True)
    ticket = django_filters.CharFilter(field_name="ticket__number")
    customer = django_filters.NumberFilter(field_name="customer_id", max_value=2**62)
    branch = django_filters.CharFilter(field_name="branch__code")

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


class Invitations(CollectionView):
    model = Invitation
    output = outputs.InvitationOutput
    filterset_class = InvitationFilters
    ordering_fields = ("sent_at", "answered_at", "id")
    name = "survey_invitation"
    tag = TAG
    http_method_names = ("get", "head", "options")

    def rows(self, request: Request) -> QuerySet[Invitation]:
        return Invitation.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class OneInvitation(RowView):
    model = Invitation
    output = outputs.InvitationOutput
    name = "survey_invitation"
    tag = TAG
    http_method_names = ("get", "head", "options")

    def rows(self, request: Request) -> QuerySet[Invitation]:
        return Invitation.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class _OfInvitation(NounView):
    model = Invitation
    lookup = "pk"
    parent = "invitation"
    parent_output = outputs.InvitationRef
    output = outputs.InvitationOutput
    tag = TAG


class Resend(_OfInvitation):
    noun = "resend"
    verb = invitations.resend


class PhoneAnswer(_OfInvitation):
    noun = "answer"
    input = inputs.MarksInput
    verb = invitations.enter


class FollowUpFilters(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    cause = django_filters.ChoiceFilter(choices=Cause.choices)
    ticket = django_filters.CharFilter(field_name="ticket__number")
    complaint = django_filters.CharFilter(field_name="complaint__number")
    owner = django_filters.CharFilter(field_name="owner__user__username")
    branch = django_filters.CharFilter(field_name="branch__code")
    open = django_filters.BooleanFilter(method="only_open")
    due_until = django_filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lte")

    class Meta:
        model = FollowUp
        fields: tuple[str, ...] = ()

    def only_open(self, rows: Any, name: str, value: bool) -> Any:
        return rows.open() if value else rows.exclude(pk__in=rows.open().values("pk"))


class FollowUps(CollectionView):
    model = FollowUp
    output = outputs.FollowUpOutput
    filterset_class = FollowUpFilters
    ordering = ("due_at", "id")
    ordering_fields = ("due_at", "opened_at", "id")
    name = "follow_up"
    tag = TAG
    http_method_names = ("get", "head", "options")

    def rows(self, request: Request) -> QuerySet[FollowUp]:
        return FollowUp.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class OneFollowUp(RowView):
    model = FollowUp
    output = outputs.FollowUpOutput
    name = "follow_up"
    tag = TAG
    http_method_names = ("get", "head", "options")

    def rows(self, request: Request) -> QuerySet[FollowUp]:
        return FollowUp.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class _OfFollowUp(NounView):
    model = FollowUp
    lookup = "pk"
    parent = "follow_up"
    parent_output = outputs.FollowUpRef
    tag = TAG


def _attempts(follow_up: FollowUp) -> QuerySet[Any]:
    return follow_up.attempts.all()


class Attempt(_OfFollowUp):
    noun = "attempt"
    input = inputs.AttemptInput
    output = outputs.AttemptOutput
    verb = follow_ups.attempt
    listed = _attempts


class OutcomeNoun(_OfFollowUp):
    noun = "outcome"
    input = inputs.OutcomeInput
    output = outputs.OutcomeOutput
    verb = follow_ups.complete


class Handover(_OfFollowUp):
    noun = "handover"
    input = inputs.HandoverInput
    output = outputs.OwnerOutput
    verb = follow_ups.hand_over


class FollowUpTimeline(_OfFollowUp):
    noun = "timeline"
    output = timeline.TimelineItem
    listed = timeline.of
    operation_ids: ClassVar[dict[str, str]] = {"GET": "list_follow_up_timeline"}


class FollowUpClocks(ClocksOf):
    model = FollowUp
    lookup = "pk"
    parent = "follow_up"
    tag = TAG


class RectificationFilters(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=RectificationStatus.choices)
    ticket = django_filters.CharFilter(field_name="ticket__number")
    owner = django_filters.CharFilter(field_name="owner__user__username")

    class Meta:
        model = Rectification
        fields: tuple[str, ...] = ()


class Rectifications(CollectionView):
    model = Rectification
    output = outputs.RectificationOutput
    filterset_class = RectificationFilters
    ordering_fields = ("due_at", "opened_at", "id")
    name = "rectification"
    tag = TAG
    http_method_names = ("get", "head", "options")

    def rows(self, request: Request) -> QuerySet[Rectification]:
        return Rectification.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class OneRectification(RowView):
    model = Rectification
    output = outputs.RectificationOutput
    name = "rectification"
    tag = TAG
    http_method_names = ("get", "head", "options")

    def rows(self, request: Request) -> QuerySet[Rectification]:
        return Rectification.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # behind the log-in


class _OfRectification(NounView):
    model = Rectification
    lookup = "pk"
    parent = "rectification"
    parent_output = outputs.RectificationRef
    output = outputs.RectificationOutput
    tag = TAG


class Analysis(_OfRectification):
    noun = "analysis"
    input = inputs.AnalysisInput
    verb = rectifications.analyse


class Completion(_OfRectification):
    noun = "completion"
    input = inputs.CompletionInput
    verb = rectifications.complete

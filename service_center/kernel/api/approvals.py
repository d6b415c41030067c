"""REST doors of approvals: what one asked for or may decide, the decision, the withdrawal."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import approvals
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from service_center.kernel.api.views import CollectionView, NounView, RowView, ref
from service_center.kernel.models import Approval


class SubjectOutput(serializers.Serializer[Any]):
    """What the request is about."""

    type = serializers.CharField(source="subject_type")
    id = serializers.IntegerField(source="subject_id")
    label = serializers.CharField(source="subject_label")  # type: ignore[assignment]  # a field called label


class StepOutput(serializers.Serializer[Any]):
    order = serializers.IntegerField()
    role = serializers.CharField()


class DecisionOutput(serializers.Serializer[Any]):
    role = serializers.CharField()
    approve = serializers.BooleanField()
    note = serializers.CharField()
    by = serializers.CharField(source="by.username")
    at = Instant()


class ApprovalOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=Approval.Status.choices)
    subject = SubjectOutput(source="*", label=_("对象"))
    requester = serializers.CharField(source="requester.username")
    reason = serializers.CharField()
    payload = serializers.DictField(help_text="plain values of what was asked, by the kind of request")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    steps = StepOutput(many=True)
    role = serializers.CharField(source="current_role", help_text="who decides next; empty when decided")
    decisions = DecisionOutput(many=True)
    note = serializers.CharField()
    requested_at = Instant()
    decided_at = Instant(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)
    version = serializers.IntegerField()


class DecisionInput(StrictSerializer):
    """Yes or no; a no needs its reason."""

    approve = serializers.BooleanField()
    note = Text(required=False, allow_blank=True, default="")


class ApprovalFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Approval.Status.choices)
    kind = django_filters.CharFilter()
    requester = django_filters.CharFilter("requester__username")
    subject_type = django_filters.CharFilter()
    subject_id = django_filters.NumberFilter()
    awaiting_me = django_filters.BooleanFilter(method="waiting")

    class Meta:
        model = Approval
        fields = ()

    def waiting(self, rows: QuerySet[Approval], name: str, wanted: bool) -> QuerySet[Approval]:
        mine = Approval.objects.awaiting(self.request.user).values("pk")
        return rows.filter(pk__in=mine) if wanted else rows.exclude(pk__in=mine)


def _rows(request: Request) -> QuerySet[Approval]:
    rows = Approval.objects.visible_to(request.user)  # type: ignore[arg-type]  # doors are behind the log-in
    return rows.select_related("requester", "decided_by").prefetch_related("decisions__by")


class Approvals(CollectionView):
    model, output, filterset_class = Approval, ApprovalOutput, ApprovalFilters
    name, tag = "approvals", "approvals"
    ordering_fields = ("requested_at",)

    def rows(self, request: Request) -> QuerySet[Approval]:
        return _rows(request)


class ApprovalRow(RowView):
    model, output, name, tag = Approval, ApprovalOutput, "approval", "approvals"

    def rows(self, request: Request) -> QuerySet[Approval]:
        return _rows(request)


class Decision(NounView):
    """Takes the current step; the last yes performs what was asked for, as the requester."""

    model, lookup, parent, parent_output, tag = Approval, "pk", "approval", ApprovalOutput, "approvals"
    noun, input, output = "decision", DecisionInput, DecisionOutput
    verb, may = staticmethod(approvals.take_step), approvals.may_decide


class WithdrawalOutput(serializers.Serializer[Any]):
    at = Instant(source="decided_at")


class Withdrawal(NounView):
    """The requester takes a waiting request back."""

    model, lookup, parent, parent_output, tag = Approval, "pk", "approval", ApprovalOutput, "approvals"
    noun, output = "withdrawal", WithdrawalOutput
    verb, may = staticmethod(approvals.withdraw), approvals.is_requester

    def reply(self, request: Request, row: Any, result: Any) -> Response:
        fresh = _rows(request).get(pk=row.pk)
        body = {
            "withdrawal": ref(WithdrawalOutput, fresh, request),
            "approval": ref(ApprovalOutput, fresh, request),
        }
        return Response(body, status=201, headers={"ETag": f'"{fresh.version}"'})

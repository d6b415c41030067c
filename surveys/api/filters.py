"""What lists of invitations, follow-ups and rectifications may be asked for."""

from __future__ import annotations

from typing import Any

import django_filters

from surveys.models import FollowUp, Invitation, Rectification
from surveys.states import Cause, RectificationStatus, Status


class InvitationFilters(django_filters.FilterSet):
    answered = django_filters.BooleanFilter(field_name="answered_at", lookup_expr="isnull", exclude=True)
    ticket = django_filters.CharFilter(field_name="ticket__number")
    customer = django_filters.NumberFilter(field_name="customer_id", max_value=2**62)
    branch = django_filters.CharFilter(field_name="branch__code")

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


class FollowUpFilters(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Status.choices, distinct=False)
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


class RectificationFilters(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=RectificationStatus.choices, distinct=False)
    ticket = django_filters.CharFilter(field_name="ticket__number")
    owner = django_filters.CharFilter(field_name="owner__user__username")

    class Meta:
        model = Rectification
        fields: tuple[str, ...] = ()

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from complaints.models import Complaint
from complaints.queries.lists import matching
from complaints.states import Channel, Complexity, Gravity, Status


class ComplaintFilters(django_filters.FilterSet):
    """Named filters of the complaints list."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices, distinct=False)
    gravity = django_filters.ChoiceFilter(choices=Gravity.choices)
    complexity = django_filters.ChoiceFilter(choices=Complexity.choices)
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    owner = django_filters.CharFilter(field_name="owner__user__username")
    branch = django_filters.CharFilter(field_name="branch__code")
    customer = django_filters.NumberFilter(field_name="customer_id", max_value=2**62)
    ticket = django_filters.CharFilter(field_name="ticket__number")
    product = django_filters.CharFilter(field_name="product_model__code")
    open = django_filters.BooleanFilter(method="only_open")
    reported_since = django_filters.IsoDateTimeFilter(field_name="reported_at", lookup_expr="gte")
    reported_until = django_filters.IsoDateTimeFilter(field_name="reported_at", lookup_expr="lt")
    search = django_filters.CharFilter(method="by_text")

    class Meta:
        model = Complaint
        fields: tuple[str, ...] = ()

    def only_open(self, rows: Any, name: str, value: bool) -> Any:
        return rows.open() if value else rows.filter(status=Status.CLOSED)

    def by_text(self, rows: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        return matching(rows, value)

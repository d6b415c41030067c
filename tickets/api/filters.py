"""Named filters of the list of tickets."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from tickets import states
from tickets.models import Charge, Ticket
from tickets.queries import search


class TicketFilters(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=states.Status.choices, distinct=False)
    tier = django_filters.ChoiceFilter(choices=states.Tier.choices)
    channel = django_filters.ChoiceFilter(choices=states.Channel.choices)
    owner = django_filters.CharFilter(field_name="owner__user__username")
    assignee = django_filters.CharFilter(field_name="assignee__user__username")
    branch = django_filters.CharFilter(field_name="branch__code")
    customer = django_filters.NumberFilter(field_name="customer_id", min_value=1, max_value=2**62)
    unit = django_filters.NumberFilter(field_name="unit_id", min_value=1, max_value=2**62)
    number = django_filters.CharFilter()
    is_critical = django_filters.BooleanFilter()
    open = django_filters.BooleanFilter(method="is_open")
    late = django_filters.BooleanFilter(method="is_late")
    reported_after = django_filters.IsoDateTimeFilter(field_name="reported_at", lookup_expr="gte")
    reported_before = django_filters.IsoDateTimeFilter(field_name="reported_at", lookup_expr="lt")
    search = django_filters.CharFilter(method="matching")

    class Meta:
        model = Ticket
        fields = ()

    def is_open(self, tickets: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        kept = states.OPEN if value else states.ENDED
        return tickets.filter(status__in=[str(state) for state in kept])

    def is_late(self, tickets: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        late = Ticket.objects.late().values("pk")
        return tickets.filter(pk__in=late) if value else tickets.exclude(pk__in=late)

    def matching(self, tickets: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return search.matching(tickets, value)


class ChargeFilters(django_filters.FilterSet):
    ticket = django_filters.CharFilter(field_name="ticket__number")
    voided = django_filters.BooleanFilter(field_name="voided_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Charge
        fields = ()

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, QuerySet

from parts import queries
from parts.models import Part, PurchaseOrder, PurchaseProposal, Reservation, StockEntry, StockMove
from parts.states import (
    Frequency,
    Function,
    Kind,
    MoveKind,
    OrderStatus,
    ProposalStatus,
    ReservationStatus,
    Use,
)


class PartFilters(django_filters.FilterSet):
    search = django_filters.CharFilter(method="matching")
    code = django_filters.CharFilter()
    part_class = django_filters.CharFilter("part_class__code")
    function = django_filters.ChoiceFilter("part_class__function", choices=Function.choices)
    use = django_filters.ChoiceFilter("part_class__use", choices=Use.choices)
    frequency = django_filters.ChoiceFilter("part_class__frequency", choices=Frequency.choices)
    below_reorder = django_filters.BooleanFilter(method="below")
    is_active = django_filters.BooleanFilter()

    class Meta:
        model = Part
        fields = ()

    def matching(self, rows: QuerySet[Part], name: str, text: str) -> QuerySet[Part]:
        found: QuerySet[Part] = rows.matching(text)  # type: ignore[attr-defined]  # PartQuerySet
        return found

    def below(self, rows: QuerySet[Part], name: str, wanted: bool) -> QuerySet[Part]:
        short = Exists(queries.below_reorder().filter(part=OuterRef("pk")))
        return rows.filter(short) if wanted else rows.exclude(short)


class MoveFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=MoveKind.choices)
    part = django_filters.CharFilter(method="touching")
    location = django_filters.CharFilter(method="touching")
    reservation = django_filters.NumberFilter("reservation_id")

    class Meta:
        model = StockMove
        fields = ()

    def touching(self, rows: QuerySet[StockMove], name: str, code: str) -> QuerySet[StockMove]:
        return rows.filter(Exists(StockEntry.objects.filter(move=OuterRef("pk"), **{f"{name}__code": code})))


class LocationFilters(django_filters.FilterSet):
    branch = django_filters.CharFilter("branch__code")
    kind = django_filters.ChoiceFilter(choices=Kind.choices)


class ReservationFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ReservationStatus.choices)
    part = django_filters.CharFilter("part__code")
    reference = django_filters.CharFilter()
    branch = django_filters.CharFilter("location__branch__code")

    class Meta:
        model = Reservation
        fields = ()


class ProposalFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)
    part = django_filters.CharFilter("part__code")
    location = django_filters.CharFilter("location__code")
    branch = django_filters.CharFilter("location__branch__code")

    class Meta:
        model = PurchaseProposal
        fields = ()


class OrderFilters(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=OrderStatus.choices)
    supplier = django_filters.CharFilter("supplier__code")
    part = django_filters.CharFilter("lines__part__code")

    class Meta:
        model = PurchaseOrder
        fields = ()

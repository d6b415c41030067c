"""Named filters of the staff lists."""

from __future__ import annotations

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from staff.models import Appraisal, Person
from staff.states import AppraisalStatus, Role


class PersonFilters(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(choices=Role.choices, method="holding")
    branch = django_filters.CharFilter("branch__code")
    team = django_filters.CharFilter("team__code")
    at_work = django_filters.BooleanFilter("left_at", lookup_expr="isnull")
    search = django_filters.CharFilter("name", lookup_expr="contains")

    class Meta:
        model = Person
        fields = ()

    def holding(self, rows: QuerySet[Person], name: str, role: str) -> QuerySet[Person]:
        return rows.with_role(role)  # type: ignore[attr-defined]  # our own queryset


class AppraisalFilters(django_filters.FilterSet):
    person = django_filters.CharFilter("person__user__username")
    branch = django_filters.CharFilter("person__branch__code")
    status = django_filters.ChoiceFilter(choices=AppraisalStatus.choices)
    period = django_filters.CharFilter(method="in_month")

    class Meta:
        model = Appraisal
        fields = ()

    def in_month(self, rows: QuerySet[Appraisal], name: str, text: str) -> QuerySet[Appraisal]:
        try:
            return rows.filter(period=date.fromisoformat(f"{text}-01"))
        except ValueError as error:
            raise ValidationError({"period": [_("月份格式有误，应如 2026-10。")]}) from error

"""Named filters of files, units and products."""

from __future__ import annotations

import re

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from customers.models import Customer, ProductModel, Unit
from customers.models.units import clean_serial
from customers.states import CustomerKind, Level, Proof, UnitStatus
from service_center.kernel import phones
from service_center.kernel.errors import Invalid


class CustomerFilters(django_filters.FilterSet):
    phone = django_filters.CharFilter(method="numbered")
    phone_last4 = django_filters.CharFilter(method="ending")
    search = django_filters.CharFilter(method="called")
    branch = django_filters.CharFilter("branch__code")
    kind = django_filters.ChoiceFilter(choices=CustomerKind.choices)
    level = django_filters.ChoiceFilter(choices=Level.choices)

    class Meta:
        model = Customer
        fields = ()

    def numbered(self, rows: QuerySet[Customer], name: str, text: str) -> QuerySet[Customer]:
        """A `+` that a client forgot to quote arrives as a space."""
        typed = f"+{text.strip()}" if text.startswith(" ") else text
        try:
            return rows.with_phone(phones.normalise(typed))  # type: ignore[attr-defined]  # our own queryset
        except Invalid as refusal:
            raise ValidationError({name: [str(refusal)]}, code=refusal.code) from refusal

    def ending(self, rows: QuerySet[Customer], name: str, text: str) -> QuerySet[Customer]:
        if not re.fullmatch(r"[0-9]{4}", text):
            raise ValidationError({name: [_("请填写四位数字。")]})
        return rows.with_last4(text)  # type: ignore[attr-defined]  # our own queryset

    def called(self, rows: QuerySet[Customer], name: str, text: str) -> QuerySet[Customer]:
        return rows.matching(text)  # type: ignore[attr-defined]  # our own queryset


class UnitFilters(django_filters.FilterSet):
    serial = django_filters.CharFilter(method="exactly")
    serial_end = django_filters.CharFilter(method="ending")
    customer = django_filters.NumberFilter("customer_id")
    product_model = django_filters.CharFilter("product_model__code")
    product_line = django_filters.CharFilter("product_model__line_id")
    proof = django_filters.ChoiceFilter(choices=Proof.choices)
    status = django_filters.ChoiceFilter(choices=UnitStatus.choices)

    class Meta:
        model = Unit
        fields = ()

    def exactly(self, rows: QuerySet[Unit], name: str, text: str) -> QuerySet[Unit]:
        return rows.filter(serial=clean_serial(text))

    def ending(self, rows: QuerySet[Unit], name: str, text: str) -> QuerySet[Unit]:
        return rows.with_serial_ending(text)  # type: ignore[attr-defined]  # our own queryset


class ProductFilters(django_filters.FilterSet):
    line = django_filters.CharFilter("line_id")
    category = django_filters.CharFilter()
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(method="called")

    class Meta:
        model = ProductModel
        fields = ()

    def called(self, rows: QuerySet[ProductModel], name: str, text: str) -> QuerySet[ProductModel]:
        return rows.filter(Q(code__icontains=text) | Q(name_zh__contains=text) | Q(name_en__icontains=text))

"""Things named in bodies: people by user name, customers by id, tickets and products by their numbers and codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.models import Customer, ProductModel, Unit
from staff.models import Person
from tickets.models import Ticket

LARGEST_ID = 2**62


class _ById(serializers.IntegerField):
    """A row by its id, of those the reader may see; anything else does not exist."""

    def one(self, rows: Any, data: Any) -> Any:
        number = super().to_internal_value(data)
        if not 0 < number < LARGEST_ID:
            self.fail("unknown")
        seen = rows.visible_to(self.context["request"].user)
        return seen.filter(pk=number).first() or self.fail("unknown")

    def to_representation(self, value: Any) -> int:
        return int(getattr(value, "pk", value))


class _ByName(serializers.CharField):
    """A row by its number or code."""

    def one(self, rows: Any, column: str, data: Any) -> Any:
        name = super().to_internal_value(data)
        return ("\x00" not in name and rows.filter(**{column: name}).first()) or self.fail("unknown")


class CustomerId(_ById):
    default_error_messages = {"unknown": _("没有这位客户。")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and set(data) == {"id"}:
            data = data["id"]
        return self.one(Customer.objects.select_related("branch"), data)


class UnitId(_ById):
    default_error_messages = {"unknown": _("没有这台设备。")}

    def to_internal_value(self, data: Any) -> Any:
        return self.one(Unit.objects.select_related("product_model"), data)


class Username(_ByName):
    """Somebody at work, by user name."""

    default_error_messages = {"unknown": _("没有这位在职员工。")}

    def to_internal_value(self, data: Any) -> Any:
        return self.one(Person.objects.at_work().select_related("user", "branch"), "user__username", data)

    def to_representation(self, value: Any) -> str:
        return str(value.user.username)


class TicketNumber(_ByName):
    default_error_messages = {"unknown": _("没有这张工单。")}

    def to_internal_value(self, data: Any) -> Any:
        rows = Ticket.objects.visible_to(self.context["request"].user)
        return self.one(
            rows.select_related("customer", "branch", "owner", "unit__product_model"), "number", data
        )

    def to_representation(self, value: Any) -> str:
        return str(value.number)


class ProductCode(_ByName):
    default_error_messages = {"unknown": _("没有这个产品型号。")}

    def to_internal_value(self, data: Any) -> Any:
        return self.one(ProductModel.objects.all(), "code", data)

    def to_representation(self, value: Any) -> str:
        return str(value.code)

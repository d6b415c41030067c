"""Things named in bodies: people by user name, customers by id, tickets and products by their numbers and codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.models import Customer, ProductModel, Unit
from staff.models import Person
from tickets.models import Ticket


class Username(serializers.CharField):
    """Somebody at work, by user name."""

    default_error_messages = {"unknown": _("没有这位在职员工。")}

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        people = Person.objects.at_work().select_related("user", "branch")
        return people.filter(user__username=name).first() or self.fail("unknown")

    def to_representation(self, value: Any) -> str:
        return str(value.user.username)


class _Visible:
    """Only what the reader may see can be named; anything else does not exist."""

    context: dict[str, Any]

    def one(self, rows: Any, **lookup: Any) -> Any:
        return rows.visible_to(self.context["request"].user).filter(**lookup).first() or self.fail("unknown")  # type: ignore[attr-defined]


class CustomerId(_Visible, serializers.IntegerField):
    default_error_messages = {"unknown": _("没有这位客户。")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**62, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and set(data) == {"id"}:
            data = data["id"]
        return self.one(Customer.objects.select_related("branch"), pk=super().to_internal_value(data))

    def to_representation(self, value: Any) -> int:
        return int(getattr(value, "pk", value))


class UnitId(_Visible, serializers.IntegerField):
    default_error_messages = {"unknown": _("没有这台设备。")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**62, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return self.one(Unit.objects.select_related("product_model"), pk=super().to_internal_value(data))


class TicketNumber(_Visible, serializers.CharField):
    default_error_messages = {"unknown": _("没有这张工单。")}

    def to_internal_value(self, data: Any) -> Any:
        rows = Ticket.objects.select_related("customer", "branch", "owner", "unit__product_model")
        return self.one(rows, number=super().to_internal_value(data))

    def to_representation(self, value: Any) -> str:
        return str(value.number)


class ProductCode(serializers.CharField):
    default_error_messages = {"unknown": _("没有这个产品型号。")}

    def to_internal_value(self, data: Any) -> Any:
        return ProductModel.objects.filter(code=super().to_internal_value(data)).first() or self.fail(
            "unknown"
        )

    def to_representation(self, value: Any) -> str:
        return str(value.code)

"""Things named in bodies: people by user name, customers by id, tickets and products by their numbers and codes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, ProductModel, Unit
from service_center.kernel.api.naming import IdOf, NameOf
from staff.models import Person
from tickets.models import Ticket


class CustomerId(IdOf):
    default_error_messages = {"unknown": _("没有这位客户。")}

    def rows(self, user: Any) -> QuerySet[Customer]:
        return Customer.objects.visible_to(user).select_related("branch")

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(
            data["id"] if isinstance(data, dict) and set(data) == {"id"} else data
        )


class UnitId(IdOf):
    default_error_messages = {"unknown": _("没有这台设备。")}

    def rows(self, user: Any) -> QuerySet[Unit]:
        return Unit.objects.visible_to(user).select_related("product_model")


class Username(NameOf):
    """A colleague at work, by user name."""

    default_error_messages = {"unknown": _("没有这位在职员工。")}
    called = "user__username"

    def rows(self, user: Any) -> QuerySet[Person]:
        return Person.objects.visible_to(user).at_work().select_related("user", "branch")


class TicketNumber(NameOf):
    default_error_messages = {"unknown": _("没有这张工单。")}
    called = "number"

    def rows(self, user: Any) -> QuerySet[Ticket]:
        seen = Ticket.objects.visible_to(user)
        return seen.select_related("customer", "branch", "owner", "unit__product_model")


class ProductCode(NameOf):
    default_error_messages = {"unknown": _("没有这个产品型号。")}

    def rows(self, user: Any) -> QuerySet[ProductModel]:
        return ProductModel.objects.visible_to(user)

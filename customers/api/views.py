"""The doors to files, units and products of the REST interface."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from customers import actions, permissions
from customers.api import filters, shapes
from customers.models import Customer, ProductLine, ProductModel, Unit, WarrantyTerm
from service_center.kernel.api import timeline
from service_center.kernel.api.views import CollectionView, NounView, RowView, of_any, ref

TAG = "customers"
OPEN = partial(actions.open_file, path="")
REGISTER = partial(actions.register_unit, path="")


def files(request: Request) -> QuerySet[Customer]:
    """The files the user may see, with what CustomerOutput shows."""
    rows = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]  # signed in
    return rows.select_related("branch", "dedicated_agent__user").prefetch_related("contacts")


class Customers(CollectionView):
    model, output, input, verb = Customer, shapes.CustomerOutput, shapes.CustomerInput, OPEN
    filterset_class, name, tag, may = filters.CustomerFilters, "customer", TAG, permissions.can_open
    ordering_fields = ("opened_at",)

    def rows(self, request: Request) -> QuerySet[Customer]:
        return files(request)


class OneCustomer(RowView):
    model, output, input, verb = Customer, shapes.CustomerOutput, shapes.CustomerChange, actions.edit_file
    name, tag, may = "customer", TAG, permissions.can_edit

    def rows(self, request: Request) -> QuerySet[Customer]:
        return files(request)


class CustomerNoun(NounView):
    """What is done to one customer's file."""

    model, lookup, parent, parent_output, tag = Customer, "pk", "customer", shapes.CustomerOutput, TAG


class Contacts(CustomerNoun):
    noun, input, output, verb = "contact", shapes.ContactInput, shapes.ContactOutput, actions.add_contact
    may = permissions.can_edit


class Reveal(CustomerNoun):
    """Shows a masked number, e-mail or street in full and notes who read it and why."""

    noun, input, output, verb = "reveal", shapes.RevealInput, shapes.RevealOutput, actions.reveal
    may = permissions.can_reveal

    def reply(self, request: Request, row: Any, result: Any) -> Response:
        field = str(shapes.RevealInput.parse(request.data)["field"])
        value = getattr(result, actions.files.REVEALABLE[field])
        shown = shapes.RevealOutput({"field": field, "value": value}).data
        return Response({"reveal": shown, "customer": ref(self.parent_output, row, request)}, status=201)


class CustomerTimeline(CustomerNoun):
    noun, output = "timeline", timeline.TimelineItem
    listed = staticmethod(timeline.of)


def units(request: Request) -> QuerySet[Unit]:
    """The units the user may see, with what UnitOutput shows."""
    return Unit.objects.visible_to(request.user).select_related("product_model")  # type: ignore[arg-type]


class Units(CollectionView):
    model, output, input, verb = Unit, shapes.UnitOutput, shapes.UnitInput, REGISTER
    filterset_class, name, tag, may = filters.UnitFilters, "unit", TAG, permissions.can_register_some
    ordering_fields = ("purchased_on", "warranty_until", "serial")

    def rows(self, request: Request) -> QuerySet[Unit]:
        return units(request)


class OneUnit(RowView):
    model, output, input, verb = Unit, shapes.UnitOutput, shapes.UnitChange, actions.edit_unit
    name, tag, may = "unit", TAG, permissions.can_edit_unit

    def rows(self, request: Request) -> QuerySet[Unit]:
        return units(request)


class UnitNoun(NounView):
    """What is done to one unit."""

    model, lookup, parent, parent_output, tag = Unit, "pk", "unit", shapes.UnitOutput, TAG


class Transfer(UnitNoun):
    noun, input, output, verb = "transfer", shapes.TransferInput, shapes.UnitOutput, actions.transfer_unit
    may = permissions.can_transfer


class UnitTimeline(UnitNoun):
    noun, output = "timeline", timeline.TimelineItem
    listed = staticmethod(timeline.of)


class Lines(CollectionView):
    model, output, input, verb = ProductLine, shapes.LineOutput, shapes.LineInput, actions.add_line
    name, tag, lookup, ordering = "product_line", TAG, "code", ("code",)
    may = permissions.can_manage_products

    def rows(self, request: Request) -> QuerySet[ProductLine]:
        return ProductLine.objects.all()


class Products(CollectionView):
    model, output, input, verb = ProductModel, shapes.ProductOutput, shapes.ProductInput, actions.add_model
    filterset_class, name, tag, lookup = filters.ProductFilters, "product", TAG, "code"
    ordering, ordering_fields = ("code",), ("code", "warranty_months")
    may = permissions.can_manage_products


class OneProduct(RowView):
    model, output, input, verb = ProductModel, shapes.ProductOutput, shapes.ProductChange, actions.edit_model
    name, tag, lookup, may = "product", TAG, "code", of_any(permissions.can_manage_products)


class Terms(NounView):
    """Terms promised with what is sold from a day on."""

    model, lookup, parent, parent_output, tag = ProductModel, "code", "product", shapes.ProductOutput, TAG
    noun, input, output = "warranty-term", shapes.TermInput, shapes.TermOutput
    verb, may = actions.set_warranty_term, of_any(permissions.can_manage_products)
    ordering: ClassVar[tuple[str, ...]] = ("-sold_from", "-id")

    @staticmethod
    def listed(model: ProductModel) -> QuerySet[WarrantyTerm]:
        return WarrantyTerm.objects.filter(product_model=model)

"""Bodies and answers of the doors to files, units and products. Numbers and addresses leave masked."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.actions.files import REVEALABLE
from customers.models import Contact, Customer, ProductLine, ProductModel, Unit
from customers.states import (
    Coverage,
    CustomerKind,
    Decision,
    Level,
    Proof,
    UnitStatus,
    WarrantyReason,
    Zone,
)
from service_center.kernel.api.naming import IdOf, NameOf
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from service_center.kernel.languages import pick
from staff.models import Branch, Person


class Named(serializers.CharField):
    """`name_zh` or `name_en` of a row in the reader's language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> str:
        return pick(value)


class CustomerId(IdOf):
    def rows(self, user: Any) -> QuerySet[Customer]:
        return Customer.objects.visible_to(user).select_related("branch")


class AgentName(NameOf):
    """A colleague at work, by username."""

    called = "user__username"

    def rows(self, user: Any) -> QuerySet[Person]:
        return Person.objects.visible_to(user).at_work()


def product_model() -> serializers.SlugRelatedField[ProductModel]:
    return serializers.SlugRelatedField(slug_field="code", queryset=ProductModel.objects.all())


class AddressInput(StrictSerializer):
    province = Text(max_length=40, required=False, allow_blank=True)
    city = Text(max_length=40, required=False, allow_blank=True)
    district = Text(max_length=60, required=False, allow_blank=True)
    zone = serializers.ChoiceField(Zone.choices, required=False)
    detail = Text(max_length=500, required=False, allow_blank=True)


class ContactInput(StrictSerializer):
    name = Text(max_length=120)
    phone = serializers.CharField(max_length=40)
    relation = Text(max_length=40, required=False, allow_blank=True, default="")


class CustomerChange(StrictSerializer):
    name = Text(max_length=120)
    phone = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(CustomerKind.choices, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    address = AddressInput(required=False)
    level = serializers.ChoiceField(Level.choices, required=False)
    dedicated_agent = AgentName(required=False, allow_null=True)


class CustomerInput(StrictSerializer):
    name = Text(max_length=120)
    phone = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(CustomerKind.choices, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    address = AddressInput(required=False)
    contact = ContactInput(required=False, allow_null=True)
    branch = serializers.SlugRelatedField(slug_field="code", queryset=Branch.objects.all(), required=False)


class AddressOutput(serializers.Serializer[Customer]):
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    zone = serializers.ChoiceField(Zone.choices)
    detail = serializers.CharField(source="masked_address")


class ContactOutput(serializers.Serializer[Contact]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField(source="masked_phone")
    relation = serializers.CharField()


class CustomerOutput(serializers.Serializer[Customer]):
    """A file; phone, e-mail and street are masked, `reveal/` shows them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(CustomerKind.choices)
    level = serializers.ChoiceField(Level.choices)
    branch = serializers.CharField(source="branch.code")
    dedicated_agent = serializers.CharField(
        source="dedicated_agent.user.username", default=None, allow_null=True
    )
    phone = serializers.CharField(source="masked_phone")
    email = serializers.CharField(source="masked_email")
    address = AddressOutput(source="*")
    contacts = ContactOutput(many=True, source="contacts.all", label=_("联系人"))
    opened_at = Instant()
    version = serializers.IntegerField()


class RevealInput(StrictSerializer):
    field = serializers.ChoiceField([(name, name) for name in REVEALABLE])
    reason = Text(max_length=200)
    contact = serializers.IntegerField(required=False)


class RevealOutput(serializers.Serializer[Any]):
    field = serializers.CharField()
    value = serializers.CharField()


class UnitChange(StrictSerializer):
    serial = serializers.CharField(max_length=60)
    product_model = product_model()
    purchased_on = serializers.DateField(required=False, allow_null=True)
    manufactured_on = serializers.DateField(required=False, allow_null=True)
    installed_on = serializers.DateField(required=False, allow_null=True)
    proof = serializers.ChoiceField(Proof.choices, required=False)
    status = serializers.ChoiceField(UnitStatus.choices, required=False)


class UnitInput(UnitChange):
    customer = CustomerId()
    status = None  # type: ignore[assignment]  # a new one is in use


class TransferInput(StrictSerializer):
    to = CustomerId()


class WarrantyOutput(serializers.Serializer[Any]):
    """Today's decision with its reason and the article it rests on."""

    decision = serializers.ChoiceField(Decision.choices)
    reason = serializers.ChoiceField(WarrantyReason.choices)
    until = serializers.DateField(allow_null=True)
    clause = serializers.CharField()


class UnitOutput(serializers.Serializer[Unit]):
    id = serializers.IntegerField()
    serial = serializers.CharField()
    product_model = serializers.CharField(source="product_model.code")
    product_name = Named(source="product_model")
    product_line = serializers.CharField(source="product_model.line_id")
    customer = serializers.IntegerField(source="customer_id")
    purchased_on = serializers.DateField(allow_null=True)
    manufactured_on = serializers.DateField(allow_null=True)
    installed_on = serializers.DateField(allow_null=True)
    proof = serializers.ChoiceField(Proof.choices)
    status = serializers.ChoiceField(UnitStatus.choices)
    warranty = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_warranty(self, unit: Unit) -> dict[str, Any]:
        return dict(WarrantyOutput(unit.warranty(timezone.localdate())).data)


class LineInput(StrictSerializer):
    code = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=30)
    name_zh = Text(max_length=60)
    name_en = Text(max_length=60)


class LineOutput(serializers.Serializer[ProductLine]):
    code = serializers.CharField()
    name = Named()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class ProductChange(StrictSerializer):
    name_zh = Text(max_length=80)
    name_en = Text(max_length=80)
    category = Text(max_length=40, required=False, allow_blank=True)
    serial_prefix = serializers.CharField(max_length=20, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class ProductInput(ProductChange):
    code = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)
    line = serializers.SlugRelatedField(slug_field="code", queryset=ProductLine.objects.all())
    warranty_months = serializers.IntegerField(min_value=0, max_value=240, required=False)
    is_active = None  # type: ignore[assignment]  # a new one may be chosen


class ProductOutput(serializers.Serializer[ProductModel]):
    code = serializers.CharField()
    name = Named()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    line = serializers.CharField(source="line_id")
    category = serializers.CharField()
    warranty_months = serializers.IntegerField()
    serial_prefix = serializers.CharField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()


class TermInput(StrictSerializer):
    months = serializers.IntegerField()
    sold_from = serializers.DateField()
    covers = serializers.ChoiceField(Coverage.choices, required=False)


class TermOutput(serializers.Serializer[Any]):
    covers = serializers.ChoiceField(Coverage.choices)
    months = serializers.IntegerField()
    sold_from = serializers.DateField()
    sold_to = serializers.DateField(allow_null=True)

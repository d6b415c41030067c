"""Shapes of what is typed about customers and units."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.actions.files import REVEALABLE
from customers.models import Customer, ProductModel
from customers.states import CustomerKind, Level, Proof, UnitStatus, Zone
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web.forms import Styled


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ModelChoice(forms.ModelChoiceField[ProductModel]):
    """A product model by name and code."""

    def label_from_instance(self, row: ProductModel) -> str:
        return f"{pick(row)} · {row.code}"


class AddressForm(Styled):
    """The part of a file that says where the customer lives."""

    province = forms.CharField(label=_("省"), max_length=40, required=False)
    city = forms.CharField(label=_("市"), max_length=40, required=False)
    district = forms.CharField(label=_("区县"), max_length=60, required=False)
    zone = forms.ChoiceField(label=_("市区或郊区"), choices=Zone.choices)

    def address(self) -> dict[str, str]:
        """What the verb takes as address."""
        parts = {name: self.cleaned_data[name] for name in ("province", "city", "district", "zone")}
        if self.cleaned_data["detail"]:
            parts["detail"] = self.cleaned_data["detail"]
        return parts


class OpenForm(AddressForm):
    name = forms.CharField(label=_("姓名或单位名称"), max_length=120)
    kind = forms.ChoiceField(label=_("客户类型"), choices=CustomerKind.choices)
    phone = forms.CharField(label=_("电话"), max_length=40, help_text=_("手机 11 位，座机带区号。"))
    email = forms.EmailField(label=_("邮箱"), required=False)
    detail = forms.CharField(label=_("详细地址"), max_length=500, required=False)
    contact_name = forms.CharField(label=_("联系人姓名"), max_length=120, required=False)
    contact_phone = forms.CharField(label=_("联系人电话"), max_length=40, required=False)
    field_order = ("name", "kind", "phone", "email", "province", "city", "district", "zone", "detail")

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        contact = {"name": data["contact_name"], "phone": data["contact_phone"]}
        return {
            **{name: data[name] for name in ("name", "kind", "phone", "email")},
            "address": self.address(),
            "contact": contact if any(contact.values()) else None,
        }


class EditForm(AddressForm):
    """Masked fields stay empty: what is left empty is not changed."""

    name = forms.CharField(label=_("姓名或单位名称"), max_length=120)
    kind = forms.ChoiceField(label=_("客户类型"), choices=CustomerKind.choices)
    level = forms.ChoiceField(label=_("客户等级"), choices=Level.choices)
    phone = forms.CharField(label=_("换新电话"), max_length=40, required=False, help_text=_("不换请留空。"))
    email = forms.EmailField(label=_("换新邮箱"), required=False, help_text=_("不换请留空。"))
    detail = forms.CharField(
        label=_("换新详细地址"), max_length=500, required=False, help_text=_("不换请留空。")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = (
        "name",
        "kind",
        "level",
        "phone",
        "email",
        "province",
        "city",
        "district",
        "zone",
        "detail",
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        self.customer = customer
        names = ("name", "kind", "level", "province", "city", "district", "zone", "version")
        super().__init__(*args, initial={name: getattr(customer, name) for name in names}, **kwargs)

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        changes = {name: data[name] for name in ("name", "kind")}
        if data["level"] != self.customer.level:
            changes["level"] = data["level"]
        changes |= {name: data[name] for name in ("phone", "email") if data[name]}
        return {"expected": data["version"], "address": self.address(), **changes}


class ContactForm(Styled):
    name = forms.CharField(label=_("联系人姓名"), max_length=120)
    phone = forms.CharField(label=_("联系人电话"), max_length=40)
    relation = forms.CharField(label=_("与客户的关系"), max_length=40, required=False)

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class RevealForm(Styled):
    field = forms.ChoiceField(choices=[(name, name) for name in REVEALABLE], widget=forms.HiddenInput)
    contact = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("查看事由"), max_length=200, help_text=_("会记入时间线。"))

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class UnitForm(Styled):
    product_model = ModelChoice(
        label=_("型号"), queryset=ProductModel.objects.on_sale().order_by("line_id", "code")
    )
    serial = forms.CharField(label=_("序列号"), max_length=60)
    purchased_on = forms.DateField(label=_("购买日期"), required=False, widget=Day)
    manufactured_on = forms.DateField(label=_("生产日期"), required=False, widget=Day)
    installed_on = forms.DateField(label=_("安装日期"), required=False, widget=Day)
    proof = forms.ChoiceField(label=_("购买凭证"), choices=Proof.choices)

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class UnitEditForm(UnitForm):
    status = forms.ChoiceField(label=_("机器状态"), choices=UnitStatus.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def arguments(self) -> dict[str, Any]:
        changes = dict(self.cleaned_data)
        return {"expected": changes.pop("version"), **changes}


class TransferForm(Styled):
    to = forms.IntegerField(label=_("新客户的档案编号"), min_value=1)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_to(self) -> Customer:
        found = Customer.objects.visible_to(self.user).filter(pk=self.cleaned_data["to"]).first()
        if found is None:
            raise forms.ValidationError(_("没有这个客户档案，请核对编号。"))
        return found

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

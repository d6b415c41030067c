from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import ProductLine, ProductModel
from service_center.kernel.languages import pick
from service_center.kernel.web.forms import Styled
from tickets import states
from tickets.web.forms.shared import LocalTime, TicketForm, ToldForm, long_text

HELD_OUT = [("", "---------")]


class ModelChoice(forms.ModelChoiceField):
    """Rows with a name in two languages."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {pick(obj, 'name')}"


class IntakeForm(Styled):
    """One screen for a call: who, what machine, what is wrong, what was promised. Keyboard only."""

    refused_as = {
        "customer.contact.name": "contact",
        "customer.contact.phone": "contact_phone",
    }
    customer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    unit = forms.IntegerField(required=False, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("渠道"), choices=states.Channel.choices, initial=states.Channel.PHONE)
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    name = forms.CharField(label=_("客户姓名"), max_length=80, required=False)
    province = forms.CharField(label=_("省"), max_length=30, required=False)
    city = forms.CharField(label=_("市"), max_length=30, required=False)
    district = forms.CharField(label=_("区县"), max_length=30, required=False)
    zone = forms.ChoiceField(
        label=_("区域"), choices=[("city", _("市区")), ("suburb", _("郊区"))], initial="city"
    )
    detail = forms.CharField(label=_("详细地址"), max_length=200, required=False)
    contact = forms.CharField(
        label=_("联系人"), max_length=80, required=False, help_text=_("与客户不同时填写")
    )
    contact_phone = forms.CharField(label=_("联系人电话"), max_length=40, required=False)
    product_model = ModelChoice(
        label=_("产品型号"),
        queryset=ProductModel.objects.order_by("code"),
        to_field_name="code",
        required=False,
    )
    serial = forms.CharField(label=_("序列号"), max_length=60, required=False)
    purchased_on = forms.DateField(
        label=_("购买日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    proof = forms.ChoiceField(
        label=_("购买凭证"),
        choices=[("none", _("无")), ("invoice", _("发票")), ("card", _("保修卡"))],
        initial="none",
    )
    subject = forms.CharField(label=_("一句话说明"), max_length=120)
    symptom = forms.CharField(label=_("故障现象"), max_length=10_000, strip=False, required=False)
    description = long_text(_("客户陈述"), rows=4)
    demand = forms.ChoiceField(
        label=_("客户诉求"), choices=states.Demand.choices, initial=states.Demand.REPAIR
    )
    promised_at = LocalTime(label=_("已告知的维修时间"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("customer"):
            for name in ("phone", "name", "city", "detail"):
                if not data.get(name):
                    self.add_error(name, _("新客户必须填写此项。"))
        if data.get("contact") and not data.get("contact_phone"):
            self.add_error("contact_phone", _("请填写联系人的电话。"))
        if data.get("serial") and not data.get("unit") and not data.get("product_model"):
            self.add_error("product_model", _("填写序列号时请选择产品型号。"))
        return data

    def arguments(self) -> dict[str, Any]:
        """The verb's keyword arguments."""
        data = self.cleaned_data
        return {
            "channel": data["channel"],
            "customer": self._customer(data),
            "unit": self._unit(data),
            "subject": data["subject"],
            "symptom": data["symptom"],
            "description": data["description"],
            "demand": data["demand"],
            "promised_at": data["promised_at"],
        }

    @staticmethod
    def _customer(data: dict[str, Any]) -> dict[str, Any]:
        if data["customer"]:
            return {"id": data["customer"]}
        address = {name: data[name] for name in ("province", "city", "district", "zone", "detail")}
        file = {"name": data["name"], "phone": data["phone"], "address": address}
        contact = {"name": data["contact"], "phone": data["contact_phone"]}
        return file | ({"contact": contact} if data["contact"] else {})

    @staticmethod
    def _unit(data: dict[str, Any]) -> dict[str, Any] | None:
        if data["unit"]:
            return {"id": data["unit"]}
        if not data["product_model"]:
            return None
        machine = {
            "product_model": data["product_model"].code,
            "serial": data["serial"],
            "purchased_on": data["purchased_on"],
            "proof": data["proof"],
        }
        return {name: value for name, value in machine.items() if value not in (None, "")}


class VerificationForm(TicketForm):
    confirmed = forms.BooleanField(label=_("问题属实"), required=False, initial=True)
    note = long_text(_("核实情况"), rows=2, phrases="note", required=False)


class TriageForm(TicketForm):
    nature = forms.ChoiceField(label=_("性质"), choices=states.Nature.choices)
    product_line = ModelChoice(
        label=_("产品线"), queryset=ProductLine.objects.order_by("code"), to_field_name="code", required=False
    )
    tier = forms.ChoiceField(label=_("紧急程度"), choices=states.Tier.choices, initial=states.Tier.ORDINARY)
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=states.Complexity.choices)
    service_category = forms.ChoiceField(label=_("服务类别"), choices=states.ServiceCategory.choices)
    mode = forms.ChoiceField(label=_("服务方式"), choices=states.Mode.choices, initial=states.Mode.ONSITE)
    is_critical = forms.BooleanField(
        label=_("安全、质量或功能关键问题"),
        required=False,
        help_text=_("24 小时内必须响应，时钟不暂停，并立即上报"),
    )

    def prepare(self) -> None:
        model = self.ticket.product_model
        if model is not None:
            self.fields["product_line"].initial = model.line.code
        in_warranty = (
            self.ticket.warranty_until is not None
            and self.ticket.warranty_until >= self.ticket.reported_at.date()
        )
        category = states.ServiceCategory.FREE if in_warranty else states.ServiceCategory.PAID
        self.fields["service_category"].initial = category


class ContactForm(ToldForm):
    channel = forms.ChoiceField(label=_("方式"), choices=states.ContactChannel.choices)
    outcome = forms.ChoiceField(label=_("结果"), choices=states.ContactOutcome.choices)
    note = long_text(_("沟通内容"), rows=2, phrases="note", required=False)

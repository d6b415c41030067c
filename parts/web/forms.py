"""Forms of the store: they check shape, the verbs check meaning."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parts.models import Location, Part, PurchaseProposal, Supplier
from parts.states import USABLE, Clearance, Kind
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web.forms import Styled
from service_center.kernel.web.lists import ActionForm
from staff.models import Branch, Person

PIECES = 1_000_000


class Serials(forms.CharField):
    """Serial numbers typed or scanned one after the other, apart by blanks, commas or lines."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("label", _("序列号"))
        options.setdefault("help_text", _("按序列号管理的配件逐件填写，用空格分开"))
        super().__init__(**options)

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list where the base has a text
        return [name for name in re.split(r"[\s,，、;；]+", value or "") if name]


class LocationChoice(forms.ModelChoiceField[Any]):
    def label_from_instance(self, location: Any) -> str:
        return f"{location.code} {location.get_kind_display()}"


class Named(forms.ModelChoiceField[Any]):
    """Rows with a code and a name in two languages."""

    def label_from_instance(self, row: Any) -> str:
        return f"{row.code} {pick(row)}"


class PersonChoice(forms.ModelChoiceField[Any]):
    def label_from_instance(self, person: Any) -> str:
        return str(person.name)


class PartForm(Styled):
    """What is done to one part, by somebody."""

    def __init__(self, *args: Any, part: Part, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.part, self.user = part, user
        self.prepare()
        if not part.has_serials:
            self.fields.pop("serials", None)

    def prepare(self) -> None:
        """Narrow the choices to what the user may see."""

    def places(self, *kinds: Kind) -> Any:
        return Location.objects.visible_to(self.user).filter(kind__in=kinds).order_by("code")


class AdjustmentForm(PartForm):
    location = LocationChoice(Location.objects.none(), label=_("库位"), to_field_name="code")
    quantity = forms.IntegerField(
        label=_("差异数量"), min_value=-PIECES, max_value=PIECES, help_text=_("盘盈填正数，盘亏填负数")
    )
    serials = Serials()
    reason = forms.CharField(label=_("差异原因"), max_length=500)

    def prepare(self) -> None:
        inside = (Kind.STORE, Kind.ENGINEER, Kind.QUARANTINE, Kind.CUSTODY)
        self.fields["location"].queryset = self.places(*inside)  # type: ignore[attr-defined]  # a model choice


class QuarantineForm(PartForm):
    location = LocationChoice(Location.objects.none(), label=_("库位"), to_field_name="code")
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=PIECES)
    serials = Serials()
    reason = forms.CharField(label=_("隔离原因"), max_length=500)

    def prepare(self) -> None:
        self.fields["location"].queryset = self.places(*USABLE)  # type: ignore[attr-defined]  # a model choice


class ClearanceForm(PartForm):
    branch = Named(Branch.objects.all(), label=_("网点"), to_field_name="code")
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=PIECES)
    serials = Serials()
    outcome = forms.ChoiceField(label=_("处理结果"), choices=Clearance.choices)


class CarriedForm(PartForm):
    person = PersonChoice(Person.objects.none(), label=_("工程师"))
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=PIECES)
    serials = Serials()

    def prepare(self) -> None:
        engineers = Person.objects.visible_to(self.user).at_work().with_role("engineer")
        self.fields["person"].queryset = engineers.select_related("branch", "user").order_by("name")  # type: ignore[attr-defined]  # a model choice


class PolicyForm(PartForm):
    location = LocationChoice(Location.objects.none(), label=_("仓库"), to_field_name="code")
    safety_stock = forms.IntegerField(label=_("安全库存"), min_value=0, max_value=PIECES)
    reorder_point = forms.IntegerField(label=_("补货点"), min_value=0, max_value=PIECES)
    reorder_quantity = forms.IntegerField(label=_("每次补货数量"), min_value=1, max_value=PIECES)

    def prepare(self) -> None:
        self.fields["location"].queryset = self.places(Kind.STORE)  # type: ignore[attr-defined]  # a model choice


class ProposalForm(PartForm):
    location = LocationChoice(Location.objects.none(), label=_("仓库"), to_field_name="code")
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=PIECES)
    reason = forms.CharField(label=_("采购理由"), max_length=500)

    def prepare(self) -> None:
        self.fields["location"].queryset = self.places(Kind.STORE)  # type: ignore[attr-defined]  # a model choice


class IssueForm(forms.Form):
    serials = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.data.getlist("serials") if hasattr(self.data, "getlist") else []
        self.fields["serials"].choices = [(name, name) for name in chosen]  # type: ignore[attr-defined]  # the verb decides


class ReturnForm(forms.Form):
    quantity = forms.IntegerField(min_value=1, max_value=PIECES)
    serials = Serials()


class DecisionForm(forms.Form):
    approve = forms.TypedChoiceField(choices=[("1", ""), ("0", "")], coerce=lambda value: value == "1")
    quantity = forms.IntegerField(min_value=1, max_value=PIECES, required=False)
    reason = forms.CharField(max_length=500, required=False)


class OrderForm(Styled):
    """Everything a purchase contract must say (PUR-03); the prices stand beside the chosen proposals."""

    supplier = Named(Supplier.objects.order_by("code"), label=_("供应商"), to_field_name="code")
    due_on = forms.DateField(
        label=_("交货日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    quality_standard = forms.CharField(label=_("质量标准"), max_length=500)
    after_sales_terms = forms.CharField(label=_("售后条款"), max_length=500)
    proposals = forms.ModelMultipleChoiceField(
        PurchaseProposal.objects.all(), widget=forms.MultipleHiddenInput
    )

    def lines(self) -> list[tuple[PurchaseProposal, Any]]:
        """The chosen proposals with their unit prices. Call after validation."""
        price = forms.DecimalField(min_value=0, max_digits=12, decimal_places=2)
        chosen = []
        for proposal in self.cleaned_data["proposals"]:
            try:
                chosen.append((proposal, price.clean(self.data.get(f"price-{proposal.pk}", ""))))
            except forms.ValidationError as error:
                self.add_error(None, error)
        return chosen


class PlanForm(ActionForm):
    """Put proposals into the plan as they stand."""

    approve = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class DropForm(ActionForm):
    """Let proposals go, with the reason."""

    reason = forms.CharField(label=_("放弃原因"), max_length=500)

    def clean(self) -> dict[str, Any]:
        return (super().clean() or {}) | {"approve": False}


class OrderPartForm(Styled):
    """Something about one line of an order."""

    part = Named(Part.objects.none(), label=_("配件"), to_field_name="code")

    def __init__(self, *args: Any, order: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["part"].queryset = Part.objects.filter(order_lines__order=order).order_by("code")  # type: ignore[attr-defined]  # a model choice


class ReceiptForm(OrderPartForm):
    quantity = forms.IntegerField(label=_("到货数量"), min_value=1, max_value=PIECES)
    serials = Serials()
    delivery_note = forms.CharField(label=_("送货单号"), max_length=60, required=False)


class InspectionForm(OrderPartForm):
    appearance = forms.BooleanField(label=_("外观合格"), required=False, initial=True)
    size = forms.BooleanField(label=_("尺寸合格"), required=False, initial=True)
    performance = forms.BooleanField(label=_("性能合格"), required=False, initial=True)
    marking = forms.BooleanField(label=_("标识合格"), required=False, initial=True)
    passed = forms.IntegerField(label=_("合格数量"), min_value=0, max_value=PIECES)
    failed = forms.IntegerField(label=_("不合格数量"), min_value=0, max_value=PIECES, initial=0)
    failed_serials = Serials(label=_("不合格品序列号"))
    note = forms.CharField(label=_("备注"), max_length=500, required=False)


class CancellationForm(Styled):
    reason = forms.CharField(label=_("取消原因"), max_length=500)

    def __init__(self, *args: Any, order: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order = order

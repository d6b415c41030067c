from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import ProductLine
from service_center.kernel.access import has_role
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web.forms import LongText, Styled
from staff.models import Branch
from tickets.models import Symptom, TextTemplate
from tickets.states import TemplateKind


class NamedChoice(forms.ModelChoiceField):
    """Rows with a name in two languages."""

    def label_from_instance(self, obj: Any) -> str:
        return pick(obj)


class PhraseForm(Styled):
    """A row of the desk's words: new with its code, or known with the version it was opened on."""

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9_-]*$",
        label=_("代码"),
        max_length=40,
        error_messages={"invalid": _("只能用字母、数字、横线和下划线。")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, row: TextTemplate | Symptom | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row is not None:
            del self.fields["code"]
            for name, field in self.fields.items():
                field.initial = getattr(row, name)

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the verb that makes a row."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def changes(self) -> dict[str, Any]:
        """Those of the verb that changes one."""
        return self.arguments() | {"expected": self.cleaned_data["version"]}


class TemplateForm(PhraseForm):
    kind = forms.ChoiceField(label=_("用于"), choices=TemplateKind.choices)
    name_zh = forms.CharField(label=_("中文名称"), max_length=80)
    name_en = forms.CharField(label=_("英文名称"), max_length=80, required=False)
    body_zh = LongText(label=_("中文内容"), rows=6)
    body_en = LongText(label=_("英文内容"), rows=6, required=False)
    branch = NamedChoice(
        label=_("网点"),
        queryset=Branch.objects.order_by("code"),
        required=False,
        empty_label=_("全公司"),
        to_field_name="code",
    )
    active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    def __init__(self, *args: Any, user: User, row: TextTemplate | None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row is not None:
            del self.fields["branch"]
        elif not has_role(user, "manager"):
            choice: Any = self.fields["branch"]
            choice.queryset = Branch.objects.filter(pk=user.person.branch_id)
            choice.required, choice.empty_label, choice.initial = True, None, user.person.branch.code


class SymptomForm(PhraseForm):
    name_zh = forms.CharField(label=_("中文名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    product_line = NamedChoice(
        label=_("产品线"),
        queryset=ProductLine.objects.order_by("code"),
        required=False,
        empty_label=_("所有产品"),
        to_field_name="code",
    )
    active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    def __init__(self, *args: Any, row: Symptom | None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row is not None and row.product_line is not None:
            self.fields["product_line"].initial = row.product_line.code

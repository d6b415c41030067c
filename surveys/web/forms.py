"""Forms of follow-up calls and corrections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.forms import LongText, Styled
from staff.models import Person
from surveys.states import Channel, Outcome

YES_NO = [("yes", _("是")), ("no", _("否"))]


def yes_no(label: Any) -> forms.TypedChoiceField:
    """A question with two answers and no default: it must be asked."""
    return forms.TypedChoiceField(
        label=label, choices=[("", "–"), *YES_NO], coerce=lambda value: value == "yes"
    )


def long_text(label: Any, *, required: bool = True, rows: int = 2) -> LongText:
    """A text of up to 10,000 characters, kept as typed."""
    return LongText(label=label, rows=rows, required=required)


class PersonField(forms.ModelChoiceField[Person]):
    """Somebody at work, by name and post."""

    def __init__(self, **kwargs: Any) -> None:
        people = Person.objects.at_work().select_related("user", "branch").order_by("branch", "name")
        super().__init__(queryset=people, **kwargs)

    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} · {obj.get_role_display()} · {obj.branch.code}"


class AttemptForm(Styled):
    channel = forms.ChoiceField(label=_("方式"), choices=Channel.choices)
    outcome = forms.ChoiceField(label=_("结果"), choices=Outcome.choices, initial=Outcome.UNREACHABLE)
    note = long_text(_("备注"), required=False)


class OutcomeForm(Styled):
    """The four questions of FUP-04, as they are asked."""

    solved = yes_no(_("1. 问题解决了吗？"))
    polite = yes_no(_("2. 服务人员是否专业、礼貌？"))
    missing = long_text(_("3. 还有什么遗漏或需要改进？"), required=False)
    satisfied = yes_no(_("4. 您对这次服务过程满意吗？"))
    score = forms.TypedChoiceField(
        label=_("您打几分（1 至 10 分）？"),
        choices=[("", "–"), *((str(n), str(n)) for n in range(1, 11))],
        coerce=int,
        empty_value=None,
        required=False,
    )


class HandoverForm(Styled):
    owner = PersonField(label=_("新的负责人"))


class AnalysisForm(Styled):
    cause = long_text(_("原因"), rows=3)
    measure = long_text(_("整改措施"), rows=3)
    owner = PersonField(label=_("负责人"))
    due_at = forms.DateTimeField(
        label=_("完成期限"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class CompletionForm(Styled):
    result = long_text(_("整改结果"), rows=3)

"""Forms of the complaint's nouns. They check shape; the verbs check meaning."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from complaints.states import Channel, Complexity, Gravity, Level, Method, Outcome, ReplyChannel
from customers.models import Customer, ProductModel
from service_center.kernel.web.forms import LongText, Styled
from staff.models import Person
from tickets.models import Ticket

MILESTONES = (1, 2, 3)


def long_text(label: Any, *, rows: int = 3, required: bool = True) -> LongText:
    """A text of up to 10,000 characters, kept as typed."""
    return LongText(label=label, rows=rows, required=required)


class PersonField(forms.ModelChoiceField[Person]):
    """Somebody at work, by name and post."""

    def __init__(self, **kwargs: Any) -> None:
        people = Person.objects.at_work().select_related("user", "branch").order_by("branch", "name")
        super().__init__(queryset=people, **kwargs)

    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} · {obj.get_role_display()} · {obj.branch.code}"


class PeopleField(forms.ModelMultipleChoiceField[Person]):
    """Several people at work."""

    def __init__(self, **kwargs: Any) -> None:
        people = Person.objects.at_work().select_related("user", "branch").order_by("branch", "name")
        super().__init__(queryset=people, **kwargs)

    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.name} · {obj.get_role_display()} · {obj.branch.code}"


class StepForm(Styled):
    """A noun's form: knows the complaint it is for."""

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        self.complaint = complaint
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what is already known."""

    def arguments(self) -> dict[str, Any]:
        """The verb's keyword arguments."""
        return dict(self.cleaned_data)


class RegisterForm(Styled):
    """The record of CMP-02, on one screen."""

    channel = forms.ChoiceField(label=_("渠道"), choices=Channel.choices)
    content = long_text(_("投诉内容"), rows=5)
    product = forms.ModelChoiceField(
        label=_("产品型号"),
        queryset=ProductModel.objects.order_by("code"),
        to_field_name="code",
        required=False,
    )
    fault = long_text(_("故障情况"), rows=2, required=False)
    evidence = long_text(_("客户提供的凭证"), rows=2, required=False)
    apology = long_text(_("向客户的致歉"), rows=2)
    simple = long_text(_("当场答复（仅限简单投诉，填写后即结案）"), rows=2, required=False)

    def __init__(self, *args: Any, customer: Customer, ticket: Ticket | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer, self.ticket = customer, ticket
        self.fields["apology"].initial = _("给您带来不便，我们深表歉意。")
        if ticket is not None and ticket.product_model is not None:
            self.fields["product"].initial = ticket.product_model.code

    def arguments(self) -> dict[str, Any]:
        """The verb's keyword arguments."""
        return dict(self.cleaned_data) | {"customer": self.customer, "ticket": self.ticket}


class GradingForm(StepForm):
    gravity = forms.ChoiceField(label=_("轻重"), choices=Gravity.choices, initial=Gravity.GENERAL)
    complexity = forms.ChoiceField(label=_("复杂程度"), choices=Complexity.choices, initial=Complexity.SIMPLE)
    channel = forms.ChoiceField(
        label=_("告知客户的方式"), choices=[("", "–"), *ReplyChannel.choices], required=False
    )
    text = long_text(_("告知客户的内容（谁处理、何时答复）"), rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("channel")) != bool(cleaned.get("text")):
            self.add_error("text", _("方式和内容须一起填写。"))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        words = dict(self.cleaned_data)
        channel, text = words.pop("channel"), words.pop("text")
        return words | ({"reply": {"channel": channel, "text": text}} if text else {})


class AnswerForm(StepForm):
    text = long_text(_("答复内容"))


class VerificationForm(StepForm):
    founded = forms.TypedChoiceField(
        label=_("是否属实"),
        choices=[("yes", _("属实")), ("no", _("不属实"))],
        coerce=lambda value: value == "yes",
    )
    evidence = long_text(_("依据"))


class TeamForm(StepForm):
    leader = PersonField(label=_("组长"))
    members = PeopleField(label=_("组员"), widget=forms.SelectMultiple(attrs={"size": 8}))


class FindingForm(StepForm):
    methods = forms.MultipleChoiceField(
        label=_("调查方式"), choices=Method.choices, widget=forms.SelectMultiple(attrs={"size": 4})
    )
    root_cause = long_text(_("根本原因"))
    responsibility = long_text(_("责任"), rows=2)


class PlanForm(StepForm):
    """Up to three lines of the timetable; the API takes more."""

    text = long_text(_("处理方案"))
    department = forms.CharField(label=_("责任部门"), max_length=120)
    responsible = PersonField(label=_("责任人"))
    step1 = forms.CharField(label=_("时间表 1"), max_length=300)
    due1 = forms.DateField(label=_("完成日期 1"), widget=forms.DateInput(attrs={"type": "date"}))
    step2 = forms.CharField(label=_("时间表 2"), max_length=300, required=False)
    due2 = forms.DateField(
        label=_("完成日期 2"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    step3 = forms.CharField(label=_("时间表 3"), max_length=300, required=False)
    due3 = forms.DateField(
        label=_("完成日期 3"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    channel = forms.ChoiceField(
        label=_("与客户商定的方式"), choices=[("", "–"), *ReplyChannel.choices], required=False
    )
    note = long_text(_("客户的意见"), rows=2, required=False)

    def prepare(self) -> None:
        plan = self.complaint.plans.order_by("-number").first()
        if plan is not None:
            for name in ("text", "department", "responsible"):
                self.fields[name].initial = getattr(plan, name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in MILESTONES:
            if bool(cleaned.get(f"step{number}")) != bool(cleaned.get(f"due{number}")):
                self.add_error(f"due{number}", _("步骤和日期须一起填写。"))
        if bool(cleaned.get("channel")) != bool(cleaned.get("note")):
            self.add_error("note", _("方式和意见须一起填写。"))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        words = self.cleaned_data
        lines = [
            {"step": words[f"step{n}"], "due_on": words[f"due{n}"]} for n in MILESTONES if words[f"step{n}"]
        ]
        agreement = {"channel": words["channel"], "note": words["note"]} if words["note"] else None
        kept = {name: words[name] for name in ("text", "department", "responsible")}
        return kept | {"timetable": lines, "agreement": agreement}


class ExecutionForm(StepForm):
    report = long_text(_("完成情况"))


class ResultForm(StepForm):
    channel = forms.ChoiceField(label=_("告知方式"), choices=ReplyChannel.choices)
    text = long_text(_("告知内容"))

    def prepare(self) -> None:
        serious = self.complaint.gravity == Gravity.SERIOUS
        self.fields["channel"].initial = ReplyChannel.LETTER if serious else ReplyChannel.PHONE


class SatisfactionForm(StepForm):
    satisfied = forms.TypedChoiceField(
        label=_("客户是否满意"),
        choices=[("yes", _("满意")), ("no", _("不满意"))],
        coerce=lambda value: value == "yes",
    )
    reason = long_text(_("不满意的原因"), rows=2, required=False)


class ClosureForm(StepForm):
    """A reason is asked for only when the customer is not content: then the manager decides."""

    reason = long_text(_("未能让客户满意而结案的原因（由经理审批）"), rows=2)

    def prepare(self) -> None:
        if self.complaint.status == "satisfied":
            del self.fields["reason"]


class ContactForm(StepForm):
    channel = forms.ChoiceField(label=_("方式"), choices=ReplyChannel.choices)
    outcome = forms.ChoiceField(label=_("结果"), choices=Outcome.choices)
    note = long_text(_("内容（进展、预计完成时间）"), rows=2, required=False)


class ReminderForm(StepForm):
    text = long_text(_("催办内容"), rows=2)


class EscalationForm(StepForm):
    to = forms.ChoiceField(label=_("上报给"), choices=Level.choices)
    reason = long_text(_("原因"), rows=2)


class HandoverForm(StepForm):
    owner = PersonField(label=_("新的投诉专人"))


class VisitForm(StepForm):
    visitor = PersonField(label=_("走访人"))
    note = long_text(_("走访情况"))

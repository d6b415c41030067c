from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from service_center.kernel.languages import noted
from staff.models import Person
from tickets import states
from tickets.web.forms.shared import LocalTime, TicketForm, long_text


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return noted(obj.name, obj.get_role_display())


class AssignmentForm(TicketForm):
    """When, then who: another time draws the ranked engineers anew."""

    engineer = PersonChoice(
        label=_("推荐工程师"),
        queryset=Person.objects.none(),
        error_messages={"required": _("请选择工程师。")},
    )
    expected_at = LocalTime(label=_("预计处理时间"))

    def prepare(self) -> None:
        engineers = Person.objects.at_work().with_role("engineer").filter(branch_id=self.ticket.branch_id)
        self.fields["engineer"].queryset = engineers.order_by("name")  # type: ignore[attr-defined]  # a model choice
        soon = timezone.localtime(timezone.now() + timedelta(hours=2)).replace(
            minute=0, second=0, microsecond=0
        )
        self.fields["expected_at"].initial = soon
        self.fields["expected_at"].widget.attrs |= {
            "hx-get": f"/tickets/{self.ticket.number}/?step=assignment",
            "hx-trigger": "change",
            "hx-select": "#suggestions",
            "hx-target": "#suggestions",
            "hx-swap": "outerHTML",
        }

    def time(self, asked: str) -> datetime:
        """The instant to suggest engineers for: typed, asked for in the address, or soon."""
        typed = self["expected_at"].value() if self.is_bound else asked
        try:
            return self.fields["expected_at"].clean(typed)
        except forms.ValidationError:
            return self.fields["expected_at"].initial


class AcceptanceForm(TicketForm):
    accepted = forms.TypedChoiceField(
        label=_("答复"),
        choices=[("yes", _("接受")), ("no", _("拒绝"))],
        coerce=lambda value: value == "yes",
        initial="yes",
    )
    reason = long_text(_("拒绝原因"), rows=2, phrases="reason", required=False)


class EscalationForm(TicketForm):
    to = forms.ChoiceField(label=_("升级给"), choices=states.EscalationTarget.choices)
    reason = long_text(_("原因"), rows=2, phrases="reason")


class HandoverForm(TicketForm):
    owner = PersonChoice(label=_("新负责人"), queryset=Person.objects.none())

    def prepare(self) -> None:
        people = Person.objects.at_work().with_role("agent", "supervisor", "manager")
        here = people.filter(branch_id=self.ticket.branch_id).exclude(pk=self.ticket.owner_id)
        self.fields["owner"].queryset = here.order_by("name")  # type: ignore[attr-defined]  # a model choice

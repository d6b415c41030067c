from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets import states
from tickets.models import Ticket
from tickets.web.forms.shared import LocalTime, TicketForm, long_text


class EditForm(TicketForm):
    """What may be corrected after registration; carries the version it was opened on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(label=_("一句话说明"), max_length=120)
    symptom = forms.CharField(label=_("故障现象"), max_length=10_000, required=False)
    description = long_text(_("客户陈述"), rows=6)
    demand = forms.ChoiceField(label=_("客户诉求"), choices=states.Demand.choices)
    promised_at = LocalTime(label=_("已告知的维修时间"), required=False)

    def prepare(self) -> None:
        for name in ("version", "subject", "symptom", "description", "demand", "promised_at"):
            self.fields[name].initial = getattr(self.ticket, name)

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        changed = {
            name: data[name]
            for name in data
            if name != "version" and data[name] != getattr(self.ticket, name)
        }
        return changed | {"expected": data["version"]}

    def differences(self, row: Ticket) -> list[tuple[Any, Any]]:
        """What stands now where it differs from what was typed: label and value."""
        names = ("subject", "symptom", "description", "demand", "promised_at")
        return [
            (self.fields[n].label, getattr(row, n))
            for n in names
            if self.cleaned_data.get(n) != getattr(row, n)
        ]

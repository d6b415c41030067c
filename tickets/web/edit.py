from __future__ import annotations

from datetime import datetime
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
    symptom = forms.CharField(label=_("故障现象"), max_length=10_000, strip=False, required=False)
    description = long_text(_("客户陈述"), rows=6)
    demand = forms.ChoiceField(label=_("客户诉求"), choices=states.Demand.choices)
    promised_at = LocalTime(label=_("已告知的维修时间"), required=False)

    def prepare(self) -> None:
        for name in ("version", "subject", "symptom", "description", "demand", "promised_at"):
            self.fields[name].initial = getattr(self.ticket, name)

    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        changed = {name: data[name] for name in data if name != "version" and self._differs(name)}
        return changed | {"expected": data["version"]}

    def _differs(self, name: str, row: Ticket | None = None) -> bool:
        """Whether what was typed is another value; a field shows minutes and a browser's line ends only."""
        typed, stands = self.cleaned_data.get(name), getattr(row or self.ticket, name)
        if isinstance(stands, datetime):
            return typed != stands.replace(second=0, microsecond=0)
        if isinstance(stands, str):
            return str(typed).replace("\r\n", "\n") != stands.replace("\r\n", "\n")
        return bool(typed != stands)

    def differences(self, row: Ticket) -> list[tuple[Any, Any]]:
        """What stands now where it differs from what was typed: label and value."""
        names = ("subject", "symptom", "description", "demand", "promised_at")
        return [(self.fields[n].label, getattr(row, n)) for n in names if self._differs(n, row)]

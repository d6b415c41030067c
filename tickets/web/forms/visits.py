from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.web.forms.shared import LocalTime, TicketForm, ToldForm, long_text


class AppointmentForm(TicketForm):
    starts_at = LocalTime(label=_("开始时间"))
    ends_at = LocalTime(label=_("结束时间"))
    place = forms.CharField(label=_("地点"), max_length=200, help_text=_("上门填“客户处”，送修填网点名称"))

    def prepare(self) -> None:
        start = self.ticket.expected_at or timezone.now() + timedelta(hours=2)
        start = timezone.localtime(max(start, timezone.now() + timedelta(minutes=30))).replace(
            second=0, microsecond=0
        )
        self.fields["starts_at"].initial = start
        self.fields["ends_at"].initial = start + timedelta(hours=1)
        self.fields["place"].initial = _("客户处")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts_at") and data.get("ends_at") and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", _("结束时间必须晚于开始时间。"))
        return data


class DropForm(TicketForm):
    reason = long_text(_("原因"), rows=2, initial=_("客户不在"))
    customer_absent = forms.BooleanField(label=_("客户不在"), required=False, initial=True)


class ArrivalForm(ToldForm):
    """Arrival and departure: one tap; the position only when the phone offers it."""

    latitude = forms.DecimalField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.DecimalField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in super().arguments().items() if value is not None}

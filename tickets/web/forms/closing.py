from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets import states
from tickets.web.forms.shared import TicketForm, long_text


class ResultCallForm(TicketForm):
    outcome = forms.ChoiceField(label=_("通话结果"), choices=states.ContactOutcome.choices)
    satisfied = forms.TypedChoiceField(
        label=_("客户满意吗"),
        choices=[("yes", _("满意")), ("no", _("不满意"))],
        coerce=lambda value: value == "yes",
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    reason = long_text(
        _("不满意的原因"),
        rows=2,
        phrases="result",
        required=False,
        help_text=_("客户不满意时必填，工单将退回处理"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == states.ContactOutcome.REACHED and data.get("satisfied") is None:
            self.add_error("satisfied", _("请选择客户是否满意。"))
        return data


class ReopeningForm(TicketForm):
    reason = long_text(_("为什么重新打开"), rows=2, phrases="reason")

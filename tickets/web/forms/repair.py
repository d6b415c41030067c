from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parts.models import Part
from service_center.kernel.languages import pick
from tickets import states
from tickets.models import Signature
from tickets.web.forms.shared import LocalTime, TicketForm, long_text


class DiagnosisForm(TicketForm):
    fault_class = forms.ChoiceField(label=_("故障类别"), choices=states.FaultClass.choices)
    fault_code = forms.CharField(label=_("故障代码"), max_length=40, required=False)
    cause = long_text(pgettext_lazy("fault", "原因"), rows=2)
    plan = long_text(_("维修方案"), rows=2)


class ConsentForm(TicketForm):
    plan = long_text(_("向客户说明的方案"), rows=2)
    amount = forms.DecimalField(
        label=_("金额（元）"), min_value=0, max_digits=12, decimal_places=2, initial=0
    )
    method = forms.ChoiceField(label=_("确认方式"), choices=states.ConsentMethod.choices)
    signed_by = forms.CharField(label=_("确认人"), max_length=80)

    def prepare(self) -> None:
        self.fields["signed_by"].initial = self.ticket.customer.name
        latest = self.ticket.diagnoses.order_by("-id").first()
        self.fields["plan"].initial = latest.plan if latest else ""


class HoldForm(TicketForm):
    reason = forms.ChoiceField(label=_("等待什么"), choices=states.HoldReason.choices)
    notice_channel = forms.ChoiceField(label=_("如何告知客户"), choices=states.ContactChannel.choices)
    notice_text = long_text(_("告知客户的内容"), rows=2, phrases="notice")

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        notice = {"channel": data["notice_channel"], "text": data["notice_text"]}
        return {"reason": data["reason"], "notice": notice}


class PartChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {pick(obj, 'name')}"


class PartLineForm(TicketForm):
    part = PartChoice(label=_("配件"), queryset=Part.objects.order_by("code"), to_field_name="code")
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=999, initial=1)
    serials = forms.CharField(
        label=_("序列号"),
        required=False,
        max_length=400,
        help_text=_("按序列号管理的配件必填，多个用空格分开"),
    )
    source = forms.ChoiceField(label=_("来源"), choices=states.PartSource.choices)

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data) | {"serials": self.cleaned_data["serials"].split()}


class FaultyPartForm(TicketForm):
    part_line = forms.TypedChoiceField(label=_("换下的旧件"), coerce=int)
    disposition = forms.ChoiceField(label=_("如何处置"), choices=states.Disposition.choices)

    def prepare(self) -> None:
        lines = (
            self.ticket.part_lines.filter(faulty_part=None).exclude(status="released").select_related("part")
        )
        choices = [
            (line.pk, f"{line.part.code} {pick(line.part, 'name')} × {line.quantity}") for line in lines
        ]
        self.fields["part_line"].choices = choices  # type: ignore[attr-defined]  # a choice field
        free = self.ticket.service_category in {states.ServiceCategory.FREE, states.ServiceCategory.CONTRACT}
        self.fields["disposition"].initial = (
            states.Disposition.CUSTODY if free else states.Disposition.CUSTOMER
        )


class TimeEntryForm(TicketForm):
    category = forms.ChoiceField(label=_("类别"), choices=states.ServiceCategory.choices)
    started_at = LocalTime(label=_("开始时间"))
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=1, max_value=1440, initial=30)

    def prepare(self) -> None:
        self.fields["category"].initial = self.ticket.service_category
        self.fields["started_at"].initial = timezone.localtime(self.ticket.arrived_at or timezone.now())


class PhotoForm(TicketForm):
    file = forms.FileField(
        label=_("照片或文件"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,application/pdf,video/mp4"}),
    )
    kind = forms.CharField(widget=forms.HiddenInput, initial="photo", required=False)

    def arguments(self) -> dict[str, Any]:
        return {"file": self.cleaned_data["file"], "kind": self.cleaned_data["kind"] or "photo"}


class ReportForm(TicketForm):
    """The words of the report; the same form first draws the preview that the customer signs."""

    work_done = long_text(_("维修内容"), phrases="result")
    tested = forms.BooleanField(label=_("已测试，工作正常"), required=False)
    demonstrated = forms.BooleanField(label=_("已向客户演示并说明注意事项"), required=False)
    customer_comment = long_text(_("客户意见"), rows=2, required=False)

    def prepare(self) -> None:
        draft = getattr(self.ticket, "report_draft", None)
        if draft is not None:
            for name in self.fields:
                self.fields[name].initial = getattr(draft, name)


class FileReportForm(TicketForm):
    """Files what the customer signed: the words come from the draft, nothing can be changed in between."""

    def clean(self) -> dict[str, Any]:
        if not hasattr(self.ticket, "report_draft") or self._signature() is None:
            raise forms.ValidationError(_("请先填写报告并请客户签字。"))
        return super().clean() or {}

    def _signature(self) -> Signature | None:
        return self.ticket.signatures.filter(report=None).order_by("-id").first()

    def arguments(self) -> dict[str, Any]:
        draft, signature = self.ticket.report_draft, self._signature()
        words = ("work_done", "tested", "demonstrated", "customer_comment")
        return {name: getattr(draft, name) for name in words} | {"signature": signature and signature.pk}


class SignatureForm(TicketForm):
    png = forms.CharField(widget=forms.HiddenInput, required=False)
    signed_by = forms.CharField(label=_("签字人"), max_length=80)
    report_hash = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["signed_by"].initial = self.ticket.customer.name

    def clean_png(self) -> bytes:
        """The drawing's bytes out of its data URL."""
        text = self.cleaned_data["png"].removeprefix("data:image/png;base64,")
        try:
            image = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            image = b""
        if not image:
            raise forms.ValidationError(_("请客户在框内签字。"))
        return image

"""Every step of a ticket as the screens offer it: form, verb, permission, words, picture, and the way back.

The order is the order of the work: the first step that state and person allow is the page's one primary button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from service_center.kernel.models import User
from tickets import permissions as may
from tickets.actions import (
    approvals,
    attachments,
    closing,
    contacts,
    dispatch,
    holds,
    part_lines,
    repair,
    reporting,
    triage,
    visits,
)
from tickets.models import Ticket
from tickets.web import forms
from tickets.web.forms.shared import TicketForm


@dataclass(frozen=True)
class Step:
    """One noun. `leads` marks steps that move the work on; the others are help along the way.

    A step that changes the state either names the step that takes it back (`undone_by`) or asks a question first
    (`confirm`). One that only adds a record is put right by the next one.
    """

    noun: str
    label: StrPromise
    form: type[TicketForm]
    verb: Callable[..., Any]
    may: Callable[[User, Ticket], bool]
    icon: str
    leads: bool = True
    undo: bool = False
    danger: bool = False
    undone_by: str = ""
    confirm: StrPromise | None = None
    why_not: StrPromise | None = None

    @property
    def state_name(self) -> str:
        """The noun in the state machine; an undo is the other way of the same noun."""
        return self.noun.removesuffix("-undo")


STEPS = (
    Step(
        "verification", _("核实问题"), forms.VerificationForm, triage.verify, may.can_verify, icon="checks",
        confirm=_("核实结果提交后不能更改，确定提交吗？"),
    ),
    Step(
        "triage", _("分类"), forms.TriageForm, triage.classify, may.can_triage, icon="adjustments",
        confirm=_("分类决定各项时限，提交后不能更改，确定提交吗？"),
    ),
    Step(
        "assignment", _("派工"), forms.AssignmentForm, dispatch.assign, may.can_assign, icon="user-plus",
        undone_by="assignment-undo", why_not=_("复杂工单由售后服务经理派工。"),
    ),
    Step(
        "acceptance", _("答复派工"), forms.AcceptanceForm, dispatch.respond, may.can_accept, icon="thumb-up",
        confirm=_("答复后派工方会立即收到通知，确定答复吗？"),
    ),
    Step(
        "appointment", _("约定时间"), forms.AppointmentForm, visits.appoint, may.can_appoint,
        icon="calendar-plus", undone_by="appointment-undo",
    ),
    Step(
        "arrival", _("到达现场"), forms.ArrivalForm, visits.arrive, may.can_visit, icon="map-pin",
        confirm=_("到达时间会计入时限且不能更改，确定已到达吗？"),
    ),
    Step("diagnosis", _("诊断"), forms.DiagnosisForm, repair.diagnose, may.can_repair, icon="stethoscope"),
    Step("consent", _("客户同意"), forms.ConsentForm, repair.consent, may.can_repair, icon="writing-sign"),
    Step(
        "part-lines", _("申请配件"), forms.PartLineForm, part_lines.add, may.can_draw_part, icon="box", leads=False
    ),
    Step(
        "faulty-parts", _("旧件处置"), forms.FaultyPartForm, part_lines.dispose, may.can_repair, icon="recycle",
        leads=False, confirm=_("旧件处置登记后不能更改，确定登记吗？"),
    ),
    Step(
        "time-entries", _("登记工时"), forms.TimeEntryForm, repair.enter_time, may.can_repair, icon="clock-plus",
        leads=False,
    ),
    Step(
        "report-preview", _("填写报告"), forms.ReportForm, reporting.draft, may.can_repair, icon="file-text"
    ),
    Step("signature", _("客户签字"), forms.SignatureForm, reporting.sign, may.can_repair, icon="signature"),
    Step(
        "report", _("提交报告"), forms.FileReportForm, reporting.report, may.can_repair, icon="send",
        confirm=_("报告提交后内容不能更改，确定提交吗？"),
    ),
    Step(
        "departure", _("离开现场"), forms.ArrivalForm, visits.depart, may.can_visit, icon="door-exit",
        undone_by="arrival",
    ),
    Step(
        "hold-undo", _("恢复处理"), forms.NothingForm, holds.resume, may.can_hold, icon="player-play", undo=True,
        undone_by="hold",
    ),
    Step(
        "result-call", _("告知结果"), forms.ResultCallForm, closing.tell_result, may.can_tell_result,
        icon="phone-call", confirm=_("客户的答复会计入满意度且不能更改，确定提交吗？"),
    ),
    Step(
        "closure", _("凭证归档并关闭"), forms.NothingForm, closing.close, may.can_close, icon="archive",
        undone_by="reopening",
    ),
    Step(
        "answer", _("当场答复"), forms.TextForm, triage.answer, may.can_answer, icon="message-check", leads=False,
        undone_by="reopening",
    ),
    Step("contacts", _("联系记录"), forms.ContactForm, contacts.note, may.can_contact, icon="phone", leads=False),
    Step(
        "attachments", _("照片与附件"), forms.PhotoForm, attachments.attach, may.can_attach, icon="camera",
        leads=False,
    ),
    Step(
        "hold", _("挂起等待"), forms.HoldForm, holds.hold, may.can_hold, icon="player-pause", leads=False,
        undone_by="hold-undo",
    ),
    Step(
        "escalation", _("请求支援"), forms.EscalationForm, dispatch.escalate, may.can_escalate,
        icon="arrow-up-circle", leads=False,
    ),
    Step(
        "appointment-undo", _("取消预约"), forms.DropForm, visits.drop, may.can_appoint, icon="calendar-off",
        leads=False, undo=True, undone_by="appointment",
    ),
    Step(
        "assignment-undo", _("撤回派工"), forms.NothingForm, dispatch.unassign, may.can_assign, icon="user-minus",
        leads=False, undo=True, danger=True, undone_by="assignment",
    ),
    Step(
        "handover", _("移交负责人"), forms.HandoverForm, dispatch.hand_over, may.can_hand_over, icon="transfer",
        leads=False, undone_by="handover",
    ),
    Step(
        "reopening", _("重新打开"), forms.ReopeningForm, closing.reopen, may.can_reopen, icon="refresh",
        confirm=_("工单将回到“处理中”并计入返修，确定重新打开吗？"),
    ),
    Step(
        "cancellation", _("申请取消"), forms.ReasonForm, approvals.ask_cancellation, may.can_ask_to_end,
        icon="circle-x", leads=False, danger=True, confirm=_("经理批准后工单即取消，确定申请吗？"),
    ),
    Step(
        "refusal", _("申请拒绝受理"), forms.ReasonForm, approvals.ask_refusal, may.can_ask_to_end, icon="ban",
        leads=False, danger=True, confirm=_("经理批准后工单即拒绝受理，确定申请吗？"),
    ),
)  # fmt: skip
BY_NOUN = {step.noun: step for step in STEPS}

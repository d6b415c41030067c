"""Every step of a ticket as the screens offer it: form, verb, permission, words, picture.

The order is the order of the work: the first step that state and person allow is the page's one primary button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from service_center.kernel.models import User
from tickets import permissions
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
    """One noun. `leads` marks steps that move the work on; the others are help along the way."""

    noun: str
    label: StrPromise
    icon: str
    form: type[TicketForm]
    verb: Callable[..., Any]
    may: Callable[[User, Ticket], bool]
    leads: bool = True
    undo: bool = False
    danger: bool = False
    why_not: StrPromise | None = None

    @property
    def state_name(self) -> str:
        """The noun in the state machine; an undo is the other way of the same noun."""
        return self.noun.removesuffix("-undo")


STEPS = (
    Step(
        "verification", _("核实问题"), "checks", forms.VerificationForm, triage.verify, permissions.can_verify
    ),
    Step("triage", _("分类"), "adjustments", forms.TriageForm, triage.classify, permissions.can_triage),
    Step(
        "assignment",
        _("派工"),
        "user-plus",
        forms.AssignmentForm,
        dispatch.assign,
        permissions.can_assign,
        why_not=_("复杂工单由售后服务经理派工。"),
    ),
    Step(
        "acceptance",
        _("答复派工"),
        "thumb-up",
        forms.AcceptanceForm,
        dispatch.respond,
        permissions.can_accept,
    ),
    Step(
        "appointment",
        _("约定时间"),
        "calendar-plus",
        forms.AppointmentForm,
        visits.appoint,
        permissions.can_appoint,
    ),
    Step("arrival", _("到达现场"), "map-pin", forms.ArrivalForm, visits.arrive, permissions.can_visit),
    Step("diagnosis", _("诊断"), "stethoscope", forms.DiagnosisForm, repair.diagnose, permissions.can_repair),
    Step("consent", _("客户同意"), "writing-sign", forms.ConsentForm, repair.consent, permissions.can_repair),
    Step(
        "part-lines",
        _("申请配件"),
        "box",
        forms.PartLineForm,
        part_lines.add,
        permissions.can_draw_part,
        leads=False,
    ),
    Step(
        "faulty-parts",
        _("旧件处置"),
        "recycle",
        forms.FaultyPartForm,
        part_lines.dispose,
        permissions.can_repair,
        leads=False,
    ),
    Step(
        "time-entries",
        _("登记工时"),
        "clock-plus",
        forms.TimeEntryForm,
        repair.enter_time,
        permissions.can_repair,
        leads=False,
    ),
    Step(
        "report-preview",
        _("填写报告"),
        "file-text",
        forms.ReportForm,
        reporting.draft,
        permissions.can_repair,
    ),
    Step(
        "signature", _("客户签字"), "signature", forms.SignatureForm, reporting.sign, permissions.can_repair
    ),
    Step("report", _("提交报告"), "send", forms.FileReportForm, reporting.report, permissions.can_repair),
    Step("departure", _("离开现场"), "door-exit", forms.ArrivalForm, visits.depart, permissions.can_visit),
    Step(
        "hold-undo",
        _("恢复处理"),
        "player-play",
        forms.NothingForm,
        holds.resume,
        permissions.can_hold,
        undo=True,
    ),
    Step(
        "result-call",
        _("告知结果"),
        "phone-call",
        forms.ResultCallForm,
        closing.tell_result,
        permissions.can_tell_result,
    ),
    Step("closure", _("凭证归档并关闭"), "archive", forms.NothingForm, closing.close, permissions.can_close),
    Step(
        "answer",
        _("当场答复"),
        "message-check",
        forms.TextForm,
        triage.answer,
        permissions.can_answer,
        leads=False,
    ),
    Step(
        "contacts",
        _("联系记录"),
        "phone",
        forms.ContactForm,
        contacts.note,
        permissions.can_contact,
        leads=False,
    ),
    Step(
        "attachments",
        _("照片与附件"),
        "camera",
        forms.PhotoForm,
        attachments.attach,
        permissions.can_attach,
        leads=False,
    ),
    Step(
        "hold", _("挂起等待"), "player-pause", forms.HoldForm, holds.hold, permissions.can_hold, leads=False
    ),
    Step(
        "escalation",
        _("请求支援"),
        "arrow-up-circle",
        forms.EscalationForm,
        dispatch.escalate,
        permissions.can_escalate,
        leads=False,
    ),
    Step(
        "appointment-undo",
        _("取消预约"),
        "calendar-off",
        forms.DropForm,
        visits.drop,
        permissions.can_appoint,
        leads=False,
        undo=True,
    ),
    Step(
        "assignment-undo",
        _("撤回派工"),
        "user-minus",
        forms.NothingForm,
        dispatch.unassign,
        permissions.can_assign,
        leads=False,
        undo=True,
        danger=True,
    ),
    Step(
        "handover",
        _("移交负责人"),
        "transfer",
        forms.HandoverForm,
        dispatch.hand_over,
        permissions.can_hand_over,
        leads=False,
    ),
    Step("reopening", _("重新打开"), "refresh", forms.ReopeningForm, closing.reopen, permissions.can_reopen),
    Step(
        "cancellation",
        _("申请取消"),
        "circle-x",
        forms.ReasonForm,
        approvals.ask_cancellation,
        permissions.can_ask_to_end,
        leads=False,
        danger=True,
    ),
    Step(
        "refusal",
        _("申请拒绝受理"),
        "ban",
        forms.ReasonForm,
        approvals.ask_refusal,
        permissions.can_ask_to_end,
        leads=False,
        danger=True,
    ),
)
BY_NOUN = {step.noun: step for step in STEPS}
ALWAYS = {"attachments"}
LIKE = {"report-preview": "report"}


def open_nouns(ticket: Ticket) -> set[str]:
    """Names of the steps that the ticket's state allows."""
    names = set(ALWAYS)
    for transition in ticket.get_available_status_transitions():
        if noun := transition.custom.get("noun"):
            names.add(noun)
        if undo := transition.custom.get("undo"):
            names.add(f"{undo}-undo")
    return names | {step for step, model in LIKE.items() if model in names}


def offered(ticket: Ticket, user: User) -> list[Step]:
    """The steps this user may take now, in the order of the work."""
    names = open_nouns(ticket)
    return [
        step for step in STEPS if step.noun in names and step.may(user, ticket) and _makes_sense(step, ticket)
    ]


def _makes_sense(step: Step, ticket: Ticket) -> bool:
    """Steps the state allows but that have nothing to work on yet are not offered."""
    if step.noun == "signature":
        return hasattr(ticket, "report_draft")
    if step.noun == "report":
        return ticket.signatures.filter(report=None).exists()
    if step.noun == "faulty-parts":
        return ticket.part_lines.filter(faulty_part=None).exclude(status="released").exists()
    if step.noun == "acceptance":
        return ticket.assignments.filter(status="offered").exists()
    return True


def primary(steps: list[Step], ticket: Ticket) -> Step | None:
    """The next sensible step: the first that leads and is not done already."""
    done = {
        "diagnosis": ticket.diagnosed,
        "consent": ticket.consented or not ticket.needs_consent,
        "appointment": ticket.status == "appointed" or ticket.on_site or ticket.status == "in_handling",
        "report-preview": hasattr(ticket, "report_draft"),
        "signature": ticket.signatures.filter(report=None).exists(),
    }
    return next((step for step in steps if step.leads and not done.get(step.noun, False)), None)


def blocked(ticket: Ticket, user: User) -> Step | None:
    """The leading step that the state allows but this user may not take, with its reason: why nothing is offered."""
    names = open_nouns(ticket)
    return next(
        (s for s in STEPS if s.leads and s.noun in names and s.why_not and not s.may(user, ticket)),
        None,
    )

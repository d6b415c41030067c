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
    form: type[TicketForm]
    verb: Callable[..., Any]
    may: Callable[[User, Ticket], bool]
    icon: str
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
        "verification",
        _("核实问题"),
        forms.VerificationForm,
        triage.verify,
        permissions.can_verify,
        icon="checks",
    ),
    Step("triage", _("分类"), forms.TriageForm, triage.classify, permissions.can_triage, icon="adjustments"),
    Step(
        "assignment",
        _("派工"),
        forms.AssignmentForm,
        dispatch.assign,
        permissions.can_assign,
        icon="user-plus",
        why_not=_("复杂工单由售后服务经理派工。"),
    ),
    Step(
        "acceptance",
        _("答复派工"),
        forms.AcceptanceForm,
        dispatch.respond,
        permissions.can_accept,
        icon="thumb-up",
    ),
    Step(
        "appointment",
        _("约定时间"),
        forms.AppointmentForm,
        visits.appoint,
        permissions.can_appoint,
        icon="calendar-plus",
    ),
    Step("arrival", _("到达现场"), forms.ArrivalForm, visits.arrive, permissions.can_visit, icon="map-pin"),
    Step(
        "diagnosis",
        _("诊断"),
        forms.DiagnosisForm,
        repair.diagnose,
        permissions.can_repair,
        icon="stethoscope",
    ),
    Step(
        "consent",
        _("客户同意"),
        forms.ConsentForm,
        repair.consent,
        permissions.can_repair,
        icon="writing-sign",
    ),
    Step(
        "part-lines",
        _("申请配件"),
        forms.PartLineForm,
        part_lines.add,
        permissions.can_draw_part,
        icon="box",
        leads=False,
    ),
    Step(
        "faulty-parts",
        _("旧件处置"),
        forms.FaultyPartForm,
        part_lines.dispose,
        permissions.can_repair,
        icon="recycle",
        leads=False,
    ),
    Step(
        "time-entries",
        _("登记工时"),
        forms.TimeEntryForm,
        repair.enter_time,
        permissions.can_repair,
        icon="clock-plus",
        leads=False,
    ),
    Step(
        "report-preview",
        _("填写报告"),
        forms.ReportForm,
        reporting.draft,
        permissions.can_repair,
        icon="file-text",
    ),
    Step(
        "signature",
        _("客户签字"),
        forms.SignatureForm,
        reporting.sign,
        permissions.can_repair,
        icon="signature",
    ),
    Step(
        "report", _("提交报告"), forms.FileReportForm, reporting.report, permissions.can_repair, icon="send"
    ),
    Step(
        "departure", _("离开现场"), forms.ArrivalForm, visits.depart, permissions.can_visit, icon="door-exit"
    ),
    Step(
        "hold-undo",
        _("恢复处理"),
        forms.NothingForm,
        holds.resume,
        permissions.can_hold,
        icon="player-play",
        undo=True,
    ),
    Step(
        "result-call",
        _("告知结果"),
        forms.ResultCallForm,
        closing.tell_result,
        permissions.can_tell_result,
        icon="phone-call",
    ),
    Step(
        "closure",
        _("凭证归档并关闭"),
        forms.NothingForm,
        closing.close,
        permissions.can_close,
        icon="archive",
    ),
    Step(
        "answer",
        _("当场答复"),
        forms.TextForm,
        triage.answer,
        permissions.can_answer,
        icon="message-check",
        leads=False,
    ),
    Step(
        "contacts",
        _("联系记录"),
        forms.ContactForm,
        contacts.note,
        permissions.can_contact,
        icon="phone",
        leads=False,
    ),
    Step(
        "attachments",
        _("照片与附件"),
        forms.PhotoForm,
        attachments.attach,
        permissions.can_attach,
        icon="camera",
        leads=False,
    ),
    Step(
        "hold",
        _("挂起等待"),
        forms.HoldForm,
        holds.hold,
        permissions.can_hold,
        icon="player-pause",
        leads=False,
    ),
    Step(
        "escalation",
        _("请求支援"),
        forms.EscalationForm,
        dispatch.escalate,
        permissions.can_escalate,
        icon="arrow-up-circle",
        leads=False,
    ),
    Step(
        "appointment-undo",
        _("取消预约"),
        forms.DropForm,
        visits.drop,
        permissions.can_appoint,
        icon="calendar-off",
        leads=False,
        undo=True,
    ),
    Step(
        "assignment-undo",
        _("撤回派工"),
        forms.NothingForm,
        dispatch.unassign,
        permissions.can_assign,
        icon="user-minus",
        leads=False,
        undo=True,
        danger=True,
    ),
    Step(
        "handover",
        _("移交负责人"),
        forms.HandoverForm,
        dispatch.hand_over,
        permissions.can_hand_over,
        icon="transfer",
        leads=False,
    ),
    Step(
        "reopening",
        _("重新打开"),
        forms.ReopeningForm,
        closing.reopen,
        permissions.can_reopen,
        icon="refresh",
    ),
    Step(
        "cancellation",
        _("申请取消"),
        forms.ReasonForm,
        approvals.ask_cancellation,
        permissions.can_ask_to_end,
        icon="circle-x",
        leads=False,
        danger=True,
    ),
    Step(
        "refusal",
        _("申请拒绝受理"),
        forms.ReasonForm,
        approvals.ask_refusal,
        permissions.can_ask_to_end,
        icon="ban",
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
    for transition in ticket.get_available_status_transitions():  # type: ignore[attr-defined]  # made by the state field
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

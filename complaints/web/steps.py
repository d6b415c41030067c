"""Every noun of a complaint as the pages offer it: form, verb, permission, words, picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrPromise

from complaints import actions, permissions
from complaints.models import Complaint
from complaints.queries.steps import next_step
from complaints.web import forms
from service_center.kernel.commands import allowed_nouns

if TYPE_CHECKING:
    from service_center.kernel.models import User


@dataclass(frozen=True)
class Step:
    """One noun. `leads` marks steps that move the work on; the others are help along the way."""

    noun: str
    label: StrPromise
    icon: str
    form: type[forms.StepForm]
    verb: Callable[..., Any]
    may: Callable[[User, Complaint], bool]
    leads: bool = True


STEPS = (
    Step("grading", _("定级"), "adjustments", forms.GradingForm, actions.grade, permissions.can_handle),
    Step("team", _("成立处理小组"), "users", forms.TeamForm, actions.form_team, permissions.can_handle),
    Step("verification", pgettext_lazy("step", "核实"), "checklist", forms.VerificationForm, actions.verify, permissions.can_investigate),
    Step("finding", _("记录调查结论"), "search", forms.FindingForm, actions.investigate, permissions.can_investigate),
    Step("plan", _("制定方案"), "clipboard-check", forms.PlanForm, actions.set_plan, permissions.can_investigate),
    Step("execution", _("报告完成"), "tool", forms.ExecutionForm, actions.carry_out, permissions.can_carry_out),
    Step("result", _("告知结果"), "message", forms.ResultForm, actions.tell_result, permissions.can_handle),
    Step(
        "satisfaction", _("确认满意度"), "mood-smile", forms.SatisfactionForm, actions.note_satisfaction,
        permissions.can_handle,
    ),
    Step("closure", _("结案"), "check", forms.ClosureForm, actions.close, permissions.can_handle),
    Step("answer", _("当场答复"), "check", forms.AnswerForm, actions.answer_at_once, permissions.can_handle),
    Step("contacts", _("联系客户"), "phone", forms.ContactForm, actions.note_contact, permissions.can_handle_step, False),
    Step("visit", _("登记走访"), "map-pin", forms.VisitForm, actions.note_visit, permissions.can_lead, False),
    Step("reminders", _("催办"), "bell", forms.ReminderForm, actions.remind, permissions.can_handle_step, False),
    Step("escalation", _("上报"), "alert-triangle", forms.EscalationForm, actions.escalate, permissions.can_handle_step, False),
    Step("handover", _("移交专人"), "arrows-exchange", forms.HandoverForm, actions.hand_over, permissions.can_handle, False),
)  # fmt: skip
BY_NOUN = {step.noun: step for step in STEPS}


def offered(complaint: Complaint, user: User) -> list[Step]:
    """The steps that state and person allow, in the order of the work."""
    allowed = set(allowed_nouns(complaint))
    if complaint.may_be_closed_unsatisfied():
        allowed.add("closure")
    return [step for step in STEPS if step.noun in allowed and step.may(user, complaint)]


def primary(complaint: Complaint, steps: list[Step], *, has_team: bool) -> Step | None:
    """The one step that stands out: what the complaint waits for, when this person may do it."""
    wanted = next_step(complaint, has_team=has_team)
    return next((step for step in steps if step.noun == wanted), None)

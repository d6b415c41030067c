"""Which steps a ticket offers to whom now, and of each other one why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from service_center.kernel.errors import TransitionNotAllowed
from service_center.kernel.languages import listed
from service_center.kernel.models import User
from tickets import permissions, states
from tickets.models import Ticket
from tickets.web.steps import BY_NOUN, STEPS, Step

__all__ = ["BY_NOUN", "STEPS", "Refused", "Step", "blocked", "offered", "open_nouns", "primary", "refused"]

ALWAYS = {"attachments"}
LIKE = {"report-preview": "report"}
WHO: dict[Callable[[User, Ticket], bool], StrPromise] = {
    permissions.can_verify: gettext_lazy("由本网点客服专员或工程师执行。"),
    permissions.can_triage: gettext_lazy("由本网点客服专员执行。"),
    permissions.can_assign: gettext_lazy("由本网点客服专员、服务主任或经理执行。"),
    permissions.can_accept: gettext_lazy("由此工单的工程师执行。"),
    permissions.can_appoint: gettext_lazy("由本网点客服专员或此工单的工程师执行。"),
    permissions.can_visit: gettext_lazy("由此工单的工程师执行。"),
    permissions.can_repair: gettext_lazy("由此工单的工程师执行。"),
    permissions.can_draw_part: gettext_lazy("由此工单的工程师或仓库管理员执行。"),
    permissions.can_hold: gettext_lazy("由本网点客服专员或此工单的工程师执行。"),
    permissions.can_escalate: gettext_lazy("由本网点客服专员或此工单的工程师执行。"),
    permissions.can_contact: gettext_lazy("由本网点客服专员或此工单的工程师执行。"),
    permissions.can_tell_result: gettext_lazy("由本网点客服专员执行。"),
    permissions.can_close: gettext_lazy("由本网点客服专员或服务主任执行。"),
    permissions.can_answer: gettext_lazy("由本网点客服专员执行。"),
    permissions.can_attach: gettext_lazy("由本网点客服人员、经理或此工单的工程师执行。"),
    permissions.can_hand_over: gettext_lazy("由负责人本人或本网点服务主任执行。"),
    permissions.can_reopen: gettext_lazy("由本网点客服专员执行。"),
    permissions.can_ask_to_end: gettext_lazy("由本网点客服专员申请，经理审批。"),
}
"""Who takes a step, in words; said to those who may not."""
FIRST: dict[str, StrPromise] = {
    "signature": gettext_lazy("请先填写报告。"),
    "report": gettext_lazy("请先请客户签字。"),
    "faulty-parts": gettext_lazy("没有待处置的旧件。"),
    "acceptance": gettext_lazy("没有待答复的派工。"),
}
"""What is missing when the state would allow a step that has nothing to work on."""


@dataclass(frozen=True)
class Refused:
    """A step that cannot be taken now, and why, in a sentence."""

    step: Step
    reason: str


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
    """The steps this user may take now, in the order of the work; the ticket was read `with_work_left()`."""
    names = open_nouns(ticket)
    return [
        step for step in STEPS if step.noun in names and step.may(user, ticket) and _makes_sense(step, ticket)
    ]


def _makes_sense(step: Step, ticket: Ticket) -> bool:
    """Steps the state allows but that have nothing to work on yet are not offered."""
    match step.noun:
        case "signature":
            return hasattr(ticket, "report_draft")
        case "report":
            return ticket.has_signature
        case "faulty-parts":
            return ticket.has_part_taken
        case "acceptance":
            return ticket.has_offer
    return True


def primary(steps: list[Step], ticket: Ticket) -> Step | None:
    """The next sensible step: the first that leads and is not done already."""
    return next((step for step in steps if step.leads and not _is_done(step, ticket)), None)


def _is_done(step: Step, ticket: Ticket) -> bool:
    match step.noun:
        case "diagnosis":
            return ticket.diagnosed
        case "consent":
            return ticket.consented or not ticket.needs_consent
        case "appointment":
            return ticket.status in {"appointed", "in_handling"} or ticket.on_site
        case "report-preview":
            return hasattr(ticket, "report_draft")
        case "signature":
            return ticket.has_signature
    return False


def blocked(ticket: Ticket, user: User) -> Step | None:
    """The leading step that the state allows but this user may not take, with its reason: why nothing is offered."""
    names = open_nouns(ticket)
    return next(
        (s for s in STEPS if s.leads and s.noun in names and s.why_not and not s.may(user, ticket)),
        None,
    )


def refused(ticket: Ticket, user: User, steps: list[Step]) -> list[Refused]:
    """All the steps that are not among `steps`, each with the reason: the state, the person, or what is missing."""
    names = open_nouns(ticket)
    return [Refused(step, _reason(step, ticket, user, names)) for step in STEPS if step not in steps]


def _reason(step: Step, ticket: Ticket, user: User, names: set[str]) -> str:
    if step.noun not in names:
        return _out_of_turn(step, ticket)
    if not step.may(user, ticket):
        return str(step.why_not or WHO[step.may])
    return str(FIRST[step.noun])


def _out_of_turn(step: Step, ticket: Ticket) -> str:
    """In which states the step is taken; those in which it is already allowed wait for something else."""
    when = [states.Status(state) for state in _states_of(step) if state != ticket.status]
    if ticket.status in _states_of(step):
        return {
            "assignment": _("已有工程师。"),
            "appointment": _("工程师在现场或尚未派工。"),
            "appointment-undo": _("工程师在现场或尚未派工。"),
            "arrival": _("工程师已在现场或尚未派工。"),
            "departure": _("工程师不在现场。"),
        }.get(step.noun, str(TransitionNotAllowed.message))
    if not ticket.is_open and len(when) > len(states.OPEN) // 2:
        return _("工单已结束。")
    return _("状态为%(states)s时执行。") % {"states": listed(_("“%s”") % state.label for state in when)}


@cache
def _states_of(step: Step) -> list[str]:
    """The states in which the state machine knows the step, in the order of the work."""
    kind = "undo" if step.undo else "noun"
    wanted = LIKE.get(step.noun, step.state_name)
    sources = {
        transition.source
        for transition in Ticket._meta.get_field("status").get_all_transitions(Ticket)
        if transition.custom.get(kind) == wanted
    }
    return [state for state in states.Status.values if state in sources]

"""Requests of those who may not act alone, and the decision that performs them.

`ask` freezes the chain of the rulebook and changes nothing else. The decision of the last step performs the
registered verb as the requester, whose guards are checked again: what is no longer allowed then is refused
then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, errors, journal, rulebook
from service_center.kernel import rulebook_events as events
from service_center.kernel.access import has_role
from service_center.kernel.models import Approval, ApprovalDecision, User

Status = Approval.Status


class Performer(Protocol):
    def __call__(self, approval: Approval, *, actor: User | None, at: datetime) -> Any: ...


Describer = Callable[[Approval], list[tuple[str, str]]]
_performers: dict[str, Performer] = {}
_describers: dict[str, Describer] = {}


class AlreadyAsked(errors.DomainError):
    """The same request is waiting for its decision; `approval` is its id."""

    code = "approval_pending"
    message = _("同样的申请正在等待审批。")


class AlreadyDecided(errors.DomainError):
    code = "already_decided"
    message = _("此申请已经有结论。")


class OwnRequest(errors.Forbidden):
    """Nobody decides on what they asked for."""

    code = "own_request"
    message = _("不能审批自己提交的申请。")


class NotYourStep(errors.Forbidden):
    code = "not_your_step"
    message = _("这一步由其他岗位或其他网点审批。")


class NoteRequired(errors.Invalid):
    code = "note_required"
    message = _("驳回时请写明原因。")

    def __init__(self) -> None:
        super().__init__(field="note")


def performs(verb: str) -> Callable[[Performer], Performer]:
    """Register what a granted request of this verb does: `function(approval, *, actor, at)`, actor the requester."""

    def register(function: Performer) -> Performer:
        if _performers.setdefault(verb, function) is not function:
            raise ValueError(f"two functions perform {verb}")
        return function

    return register


def describes(*verbs: str) -> Callable[[Describer], Describer]:
    """Register what the decider is shown of such requests: `function(approval)` gives labels with their texts."""

    def register(function: Describer) -> Describer:
        _describers.update(dict.fromkeys(verbs, function))
        return function

    return register


def described(approval: Approval) -> list[tuple[str, str]]:
    """What the decider has to know beyond kind, subject and reason, in the reader's language."""
    describer = _describers.get(approval.verb)
    return [] if describer is None else describer(approval)


def may_alone(
    kind: str, actor: User | None, *, at: datetime, amount: Decimal | None = None, **facts: Any
) -> bool:
    """Whether the actor needs nobody: the system, or one who holds every role of the chain. Raises NoChain."""
    chain = rulebook.approval_chain(kind, at=at, amount=amount, **facts)
    return actor is None or all(has_role(actor, step.role) for step in chain)


def ask(
    verb: str,
    subject: models.Model,
    *,
    kind: str,
    payload: dict[str, Any] | None = None,
    actor: User | None,
    at: datetime,
    amount: Decimal | None = None,
    reason: str = "",
    label: str = "",
    **facts: Any,
) -> Approval:
    """Ask those whom the rulebook names; the subject stays as it is. `facts` choose the chain.

    Raises AlreadyAsked, NoChain, Forbidden (the system does not ask).
    """
    if actor is None:
        raise errors.Forbidden
    _refuse_twice(verb, subject)
    approval = Approval(
        kind=kind,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=label or str(getattr(subject, "number", subject))[:120],
        payload=payload or {},
        requester=actor,
        branch_id=getattr(getattr(actor, "person", None), "branch_id", None),
        reason=reason,
        amount=amount,
        steps=frozen_chain(kind, amount, at, facts),
        requested_at=at,
        origin_key=commands.origin_key(),
    )
    approval.enter_step(0)
    approval.save()
    _tell(events.APPROVAL_REQUESTED, approval, actor, at)
    return approval


def _refuse_twice(verb: str, subject: models.Model) -> None:
    """Raises AlreadyAsked, and LookupError for a verb that nothing performs."""
    if verb not in _performers:
        raise LookupError(f"nothing performs {verb}: register it with approvals.performs")
    same = Approval.objects.pending().filter(
        verb=verb, subject_type=subject._meta.label_lower, subject_id=subject.pk
    )
    if (open_one := same.first()) is not None:
        raise AlreadyAsked(approval=open_one.pk)


def frozen_chain(
    kind: str, amount: Decimal | None, at: datetime, facts: dict[str, Any]
) -> list[dict[str, Any]]:
    """The steps as they stand in the request, whatever the rulebook says later."""
    return [
        {
            "order": step.order,
            "role": step.role,
            "same_branch": step.same_branch,
            "clause": step.clause_id,
            "version": step.version,
        }
        for step in rulebook.approval_chain(kind, at=at, amount=amount, **facts)
    ]


def decide(
    approval: Approval, *, approve: bool, note: str = "", actor: User | None, at: datetime
) -> Approval:
    """Take the current step. The last agreement performs the verb as the requester; a refusal ends the
    request.

    Raises AlreadyDecided, OwnRequest, NotYourStep, NoteRequired, and whatever the performed verb refuses.
    """
    approval = _locked(approval)
    if approval.status != Status.PENDING:
        raise AlreadyDecided
    _require_step(approval, actor)
    if not approve and not note.strip():
        raise NoteRequired
    assert actor is not None
    ApprovalDecision.objects.create(
        approval=approval,
        step=approval.step,
        role=approval.current_role,
        approve=approve,
        note=note,
        by=actor,
        at=at,
    )
    if not approve:
        return _end(approval, Status.REJECTED, events.APPROVAL_REJECTED, note, actor, at)
    if approval.step + 1 < len(approval.steps):
        return _go_on(approval, actor, at)
    approval = _end(approval, Status.APPROVED, events.APPROVAL_GRANTED, note, actor, at)
    _performers[approval.verb](approval, actor=approval.requester, at=at)
    return approval


def take_step(
    approval: Approval, *, approve: bool, note: str = "", actor: User | None, at: datetime
) -> ApprovalDecision:
    """`decide`, for doors that show what this step said rather than the whole request."""
    step = (
        decide(approval, approve=approve, note=note, actor=actor, at=at).decisions.order_by("-step").first()
    )
    assert step is not None
    return step


def may_decide(actor: User, approval: Approval) -> bool:
    """Whether the actor decides some step of the request, now or in its course."""
    return has_role(actor, *(step["role"] for step in approval.steps))


def is_requester(actor: User, approval: Approval) -> bool:
    return actor.pk == approval.requester_id


def _locked(approval: Approval) -> Approval:
    return Approval.objects.select_for_update(of=("self",)).select_related("requester").get(pk=approval.pk)


def _require_step(approval: Approval, actor: User | None) -> None:
    """Only a person of the step's role, and branch where it asks for one, who did not ask."""
    if actor is None or not actor.is_active:
        raise NotYourStep
    if actor.pk == approval.requester_id:
        raise OwnRequest
    branch = getattr(getattr(actor, "person", None), "branch_id", None)
    if not has_role(actor, approval.current_role) or approval.current_branch not in (None, branch):
        raise NotYourStep


def _go_on(approval: Approval, actor: User, at: datetime) -> Approval:
    approval.enter_step(approval.step + 1)
    approval.version += 1
    approval.save()
    _tell(events.APPROVAL_STEP_TAKEN, approval, actor, at, step=approval.step)
    return approval


def _end(
    approval: Approval, status: Approval.Status, fact: journal.EventType, note: str, actor: User, at: datetime
) -> Approval:
    approval.enter_step(len(approval.steps))
    approval.status, approval.note, approval.decided_by, approval.decided_at = status, note, actor, at
    approval.version += 1
    approval.save()
    _tell(fact, approval, actor, at)
    return approval


def withdraw(approval: Approval, *, actor: User | None, at: datetime) -> Approval:
    """Take one's own request back while it waits. Raises AlreadyDecided, Forbidden."""
    approval = _locked(approval)
    if approval.status != Status.PENDING:
        raise AlreadyDecided
    if actor is None or actor.pk != approval.requester_id:
        raise errors.Forbidden
    return _end(approval, Status.WITHDRAWN, events.APPROVAL_WITHDRAWN, "", actor, at)


def deciders(approval: Approval) -> list[User]:
    """Everybody at work who may take the step that waits; the requester never."""
    role, branch = approval.current_role, approval.current_branch
    people = User.objects.filter(
        Q(person__role=role) | Q(person__extra_roles__contains=[role]), is_active=True
    )
    if branch is not None:
        people = people.filter(person__branch_id=branch)
    return list(people.exclude(pk=approval.requester_id).order_by("pk"))


def of(subject: models.Model) -> models.QuerySet[Approval]:
    """The subject's requests, newest first, with the people on them."""
    rows = Approval.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return rows.select_related("requester__person", "decided_by__person").order_by("-id")


def subject_of(approval: Approval) -> models.Model | None:
    """The row the request is about, if it still exists."""
    model: type[models.Model] = apps.get_model(approval.subject_type)
    return model._base_manager.filter(pk=approval.subject_id).first()


def page_of(subject: models.Model | None) -> models.Model | None:
    """The row whose page shows the subject: what it says it belongs to, or itself."""
    page: models.Model | None = getattr(subject, "belongs_to", subject)
    return page


def _tell(fact: journal.EventType, approval: Approval, actor: User, at: datetime, **data: Any) -> None:
    """Write the fact on the timelines of the request, of its subject and of what that belongs to."""
    data |= {"label": approval.subject_label, "request": approval.kind, "role": approval.current_role}
    subject = subject_of(approval)
    journal.record(fact, approval, actor=actor, at=at, links=[subject, page_of(subject)], **data)

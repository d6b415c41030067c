"""Requests of these tests: a branch wants another name, and somebody has to agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from service_center.kernel import approvals, commands, errors
from service_center.kernel.access import require
from service_center.kernel.models import Approval, Event, User
from staff.models import Branch

Person = Any
Make = Callable[..., Person]


class Renamed(errors.DomainError):
    code = "already_renamed"


@approvals.performs("test.rename")
def rename(approval: Approval, *, actor: User | None, at: datetime) -> Branch:
    """Give a branch the name asked for; refuses an inactive requester and a branch renamed meanwhile."""
    require(lambda user: user.is_active, actor)
    branch = Branch.objects.select_for_update().get(pk=approval.subject_id)
    if branch.name_en != approval.payload["from"]:
        raise Renamed
    branch.name_en = f"{approval.payload['to']} by {actor}"
    branch.save()
    return branch


def ask(who: Person, branch: Branch, kind: str = "ticket.cancellation", **more: Any) -> Approval:
    payload = {"from": branch.name_en, "to": "Renamed"}
    return commands.run(
        approvals.ask,
        "test.rename",
        branch,
        kind=kind,
        payload=payload,
        reason="because",
        actor=who.user,
        **more,
    )


def decide(approval: Approval, who: Person, *, approve: bool = True, note: str = "") -> Approval:
    return commands.run(approvals.decide, approval, approve=approve, note=note, actor=who.user)


def facts(approval: Approval) -> list[str]:
    rows = Event.objects.filter(subject_type="kernel.approval", subject_id=approval.pk).order_by("id")
    return [fact.name for fact in rows]

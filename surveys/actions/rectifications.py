from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from service_center.kernel import clocks, journal, rulebook
from service_center.kernel.access import require
from staff.models import Person
from staff.states import Role
from surveys import events, permissions
from surveys.models import FollowUp, Invitation, Rectification
from surveys.models.questionnaires import normalise

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models import Ticket


def open_if_low(source: Invitation | FollowUp, *, at: datetime) -> Rectification | None:
    """Ask for cause and correction when the mark lies below the setting; once per survey or call (SUR-07).

    Setting and marks are on 0-100 (CF-11).
    """
    score = source.score if isinstance(source, Invitation) else _score_of(source)
    limit = rulebook.setting("survey.low_threshold", at=at)
    if score is None or score >= Decimal(limit):
        return None
    known = Rectification.objects.filter(**_source(source)).first()
    return known or _open(source, score, at)


def _score_of(follow_up: FollowUp) -> Decimal | None:
    return None if follow_up.score is None else normalise(follow_up.score, 1, 10)


def _source(source: Invitation | FollowUp) -> dict[str, Invitation | FollowUp]:
    return {"invitation": source} if isinstance(source, Invitation) else {"follow_up": source}


def _open(source: Invitation | FollowUp, score: Decimal, at: datetime) -> Rectification:
    ticket: Ticket | None = source.ticket
    engineer = ticket.assignee if ticket is not None else None
    rectification = Rectification.objects.create(
        **_source(source),
        ticket=ticket,
        branch=source.branch,
        engineer=engineer,
        owner=_owner(source.branch_id, engineer),
        score=score,
        opened_at=at,
        due_at=at,
    )
    clocks.start(rectification, "cause", rule=rulebook.rule("survey.cause", at=at), at=at)
    clock = clocks.start(
        rectification, "rectification", rule=rulebook.rule("survey.rectification", at=at), at=at
    )
    rectification.promise(clock.due_at or at)
    rectification.save(update_fields=["due_at"])
    journal.record(
        events.RECTIFICATION_OPENED,
        rectification,
        actor=None,
        at=at,
        links=(ticket, source.customer),
        score=str(score),
    )
    return rectification


def _owner(branch_id: int, engineer: Person | None) -> Person | None:
    """The supervisor of the branch, else the manager; never the engineer whose work was judged."""
    staff = Person.objects.at_work()
    if engineer is not None:
        staff = staff.exclude(pk=engineer.pk)
    supervisor = staff.with_role(Role.SUPERVISOR).filter(branch_id=branch_id).order_by("pk").first()
    return supervisor or staff.with_role(Role.MANAGER).order_by("pk").first()


def analyse(
    rectification: Rectification,
    *,
    cause: str,
    measure: str,
    owner: Person,
    actor: User | None,
    at: datetime,
    due_at: datetime | None = None,
) -> Rectification:
    """Write down why the customer was discontented and what is done about it, by whom and until when (SUR-07).

    Raises TransitionNotAllowed, Forbidden, AlreadyLeft.
    """
    rectification = Rectification.objects.lock(rectification.pk)
    require(permissions.can_rectify, actor, rectification)
    owner.refuse_if_left()
    rectification.analyse(cause, measure, owner=owner, due_at=due_at or rectification.due_at, at=at)
    rectification.version += 1
    rectification.save()
    clocks.stop(rectification, "cause", at=at)
    if due_at is not None:
        rule = rulebook.rule("survey.rectification", at=at)
        clocks.retarget(rectification, "rectification", rule=rule, due_at=due_at, at=at)
    journal.record(
        events.ANALYSED,
        rectification,
        actor=actor,
        at=at,
        links=(rectification.ticket,),
        owner=owner.user.username,
    )
    return rectification


def pass_on(rectification: Rectification, successor: Person, *, at: datetime) -> None:
    """The owner has left: the successor corrects, or the supervisor when the successor's own work was judged."""
    own_work = rectification.engineer_id == successor.pk
    owner = _owner(rectification.branch_id, rectification.engineer) if own_work else successor
    if owner is None:
        return
    rectification.hand_over(owner)
    rectification.version += 1
    rectification.save(update_fields=["owner", "version"])
    journal.record(
        events.RECTIFICATION_PASSED, rectification, actor=None, at=at, links=(rectification.ticket,), to=owner.user.username,
    )  # fmt: skip


def complete(rectification: Rectification, *, result: str, actor: User | None, at: datetime) -> Rectification:
    """The measure is done; its result is kept. Raises TransitionNotAllowed, Forbidden."""
    rectification = Rectification.objects.lock(rectification.pk)
    require(permissions.can_rectify, actor, rectification)
    rectification.complete(result, at=at)
    rectification.version += 1
    rectification.save()
    clocks.stop(rectification, "rectification", at=at)
    journal.record(events.RECTIFIED, rectification, actor=actor, at=at, links=(rectification.ticket,))
    return rectification

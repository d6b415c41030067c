from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from complaints import events, permissions
from complaints.actions import contacts
from complaints.models import Complaint, TaskGroup
from complaints.states import Complexity, Gravity
from service_center.kernel import clocks, journal, rulebook
from service_center.kernel.access import require

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from staff.models import Person


class Promise(TypedDict):
    """What the customer is told when the complaint is graded: who handles it and until when."""

    channel: str
    text: str


def grade(
    complaint: Complaint,
    *,
    gravity: str,
    complexity: str,
    actor: User | None,
    at: datetime,
    reply: Promise | None = None,
) -> Complaint:
    """Say how serious and how complex it is (CMP-17, CMP-18); a serious one goes to the deputy director at once.

    `reply` is what the customer was told with it and counts as the response. A complex complaint gets the promised
    reply's clock (CMP-05). Raises TransitionNotAllowed, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    complaint.grade(gravity=gravity, complexity=complexity)
    complaint.version += 1
    complaint.save()
    _promise_reply(complaint, at)
    if reply is not None:
        contacts.tell(complaint, **reply, actor=actor, at=at)
    told: dict[str, Any] = {"gravity": gravity, "serious": gravity == Gravity.SERIOUS}
    journal.record(events.GRADED, complaint, actor=actor, at=at, links=(complaint.ticket,), **told)
    return complaint


def _promise_reply(complaint: Complaint, at: datetime) -> None:
    """Only a complex complaint has the clock of the promised reply; a regrading takes it away or gives it."""
    if complaint.complexity == Complexity.COMPLEX:
        clocks.start(complaint, "reply", rule=rulebook.rule("complaint.reply", at=at), at=at)
    else:
        clocks.cancel(complaint, at=at, kinds=["reply"])


def form_team(
    complaint: Complaint, *, leader: Person, members: Sequence[Person], actor: User | None, at: datetime
) -> TaskGroup:
    """Form the complaint handling task group, or form it anew (CMP-06, CF-23).

    Raises TransitionNotAllowed, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    complaint.form_team()
    group, _ = TaskGroup.objects.update_or_create(complaint=complaint, defaults={"leader": leader, "at": at})
    group.members.set({leader.pk, *(member.pk for member in members)})
    complaint.version += 1
    complaint.save(update_fields=["version"])
    journal.record(
        events.TEAM_FORMED,
        complaint,
        actor=actor,
        at=at,
        links=(complaint.ticket,),
        leader=leader.user.username,
    )
    return group


def hand_over(complaint: Complaint, *, owner: Person, actor: User | None, at: datetime) -> Complaint:
    """Give the complaint another dedicated handler (CMP-04). Raises TransitionNotAllowed, Forbidden, AlreadyLeft."""
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    owner.refuse_if_left()
    complaint.hand_over(owner)
    complaint.version += 1
    complaint.save(update_fields=["owner", "version"])
    journal.record(events.HANDED_OVER, complaint, actor=actor, at=at, to=owner.user.username)
    return complaint


def note_visit(
    complaint: Complaint,
    *,
    visitor: Person,
    note: str,
    actor: User | None,
    at: datetime,
    visited_at: datetime | None = None,
) -> Complaint:
    """The supervisor, or whom he sent, has seen the customer (CMP-19). Raises TransitionNotAllowed, Forbidden."""
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_lead, actor, complaint)
    complaint.note_visit(visitor, note, at=visited_at or at)
    complaint.version += 1
    complaint.save(update_fields=["visitor", "visit_note", "visited_at", "version"])
    contacts.answered_in_time(complaint, occurred_at=visited_at or at, at=at)
    clocks.stop(complaint, "visit", at=at, occurred_at=visited_at)
    journal.record(
        events.VISITED,
        complaint,
        actor=actor,
        at=at,
        links=(complaint.customer,),
        visitor=visitor.user.username,
    )
    return complaint

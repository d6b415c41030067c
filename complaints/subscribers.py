"""What complaints hear: their own facts that somebody must be told of, and their clocks' rungs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from complaints import events
from complaints.actions import leaving
from complaints.models import Complaint
from complaints.queries.clocks import KINDS
from complaints.queries.people import held_by, holders
from service_center.kernel import clock_events, clock_subjects, notifications
from service_center.kernel.subscriptions import on
from staff import events as staff_events
from staff.actions import alarming
from staff.models import Person
from staff.states import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service_center.kernel.alarms import Reached
    from service_center.kernel.models import Event, Notification

RECEIVED = notifications.define("complaint.received", _("新投诉 %(number)s 由您负责，请尽快响应。"))
SERIOUS = notifications.define("complaint.serious", _("重大投诉 %(number)s，请审阅或批转。"))
VISIT = notifications.define("complaint.visit", _("投诉 %(number)s 须由您亲自或派员走访客户。"))
PLANNED = notifications.define("complaint.planned", _("投诉 %(number)s 的处理方案由您负责执行。"))
CARRIED_OUT = notifications.define("complaint.carried_out", _("投诉 %(number)s 已处理完，请把结果告知客户。"))
REMINDED = notifications.define("complaint.reminded", _("投诉 %(number)s 被催办，请尽快处理。"))
ESCALATED = notifications.define("complaint.escalated", _("投诉 %(number)s 未能解决，已上报给您。"))
WARNED = notifications.define("complaint.warned", _("投诉 %(number)s 的时限即将到期。"))
LATE = notifications.define("complaint.late", _("投诉 %(number)s 已超过时限。"))


def address(complaint: Complaint) -> str:
    """Where staff open the complaint."""
    return f"/complaints/{complaint.number}/"


clock_subjects.declare(
    Complaint, kinds=KINDS, number=lambda row: row.number, address=address, holders=held_by
)


@on(events.REGISTERED, events.HANDED_OVER)
def tell_complaint_owner(event: Event, *, at: datetime) -> None:
    """The dedicated handler hears of a complaint that somebody else gave him."""
    complaint = _complaint(event)
    if event.actor_id != complaint.owner.user_id:
        _tell([complaint.owner], RECEIVED, complaint, event, at)


@on(events.REGISTERED)
def ask_supervisor_to_visit(event: Event, *, at: datetime) -> None:
    """The supervisor sees the customer in person or sends somebody (CMP-19)."""
    complaint = _complaint(event)
    if complaint.visit_required:
        _tell(holders(Role.SUPERVISOR, branch_id=complaint.branch_id), VISIT, complaint, event, at)


@on(events.GRADED)
def report_serious_complaint(event: Event, *, at: datetime) -> None:
    """A serious complaint goes to the deputy general manager at once (CMP-17)."""
    if event.data.get("serious"):
        complaint = _complaint(event)
        _tell(holders(Role.DIRECTOR, branch_id=complaint.branch_id), SERIOUS, complaint, event, at)


@on(events.PLANNED)
def tell_responsible_person(event: Event, *, at: datetime) -> None:
    """The person named in the plan hears of it (CMP-08)."""
    complaint = _complaint(event)
    plan = complaint.plans.select_related("responsible__user").get(number=event.data["number"])
    _tell([plan.responsible], PLANNED, complaint, event, at)


@on(events.CARRIED_OUT)
def ask_owner_to_tell_result(event: Event, *, at: datetime) -> None:
    """The department has reported; customer service now informs the user (CMP-11)."""
    complaint = _complaint(event)
    _tell([complaint.owner], CARRIED_OUT, complaint, event, at)


@on(events.REMINDED)
def pass_on_reminder(event: Event, *, at: datetime) -> None:
    complaint = _complaint(event)
    people = [r.to for r in complaint.reminders.select_related("to__user").order_by("-pk")[:1]]
    _tell(people, REMINDED, complaint, event, at)


@on(events.ESCALATED)
def tell_leadership(event: Event, *, at: datetime) -> None:
    """An unresolved complaint reaches those it was reported to (CMP-16)."""
    complaint = _complaint(event)
    _tell(holders(event.data["level"], branch_id=complaint.branch_id), ESCALATED, complaint, event, at)


@on(
    clock_events.WARNED,
    clock_events.BREACHED,
    clock_events.ESCALATED,
    about=[Complaint._meta.label_lower],
    together=True,
)
def tell_of_complaint_clock(told: Sequence[Event], *, at: datetime) -> None:
    """A rung of a complaint's clock is told to the role its ladder names, or the next one up (SLA-17, SLA-18)."""
    mine = [event for event in told if event.subject_type == Complaint._meta.label_lower]
    rows = Complaint.objects.select_related("owner__user").in_bulk({event.subject_id for event in mine})
    cases = {pk: alarming.Case(row.branch_id, row.owner) for pk, row in rows.items()}

    def words(event: Event, reached: Reached) -> list[Notification]:
        complaint = rows[event.subject_id]
        template = WARNED if event.name == clock_events.WARNED.name else LATE
        return notifications.notify_each(
            [(user, f"{template}:{event.pk}") for user in reached.users],
            template=template,
            params={"number": complaint.number},
            url=address(complaint),
            subject=complaint,
            at=at,
        )

    alarming.ring(mine, cases, words=words, at=at)


@on(staff_events.LEFT)
def pass_complaints_on(event: Event, *, at: datetime) -> None:
    """Complaints of somebody who left are not forgotten."""
    people = Person.objects.select_related("user").in_bulk([event.subject_id, event.data["successor"]])
    leaving.pass_on(people[event.subject_id], people[event.data["successor"]], at=at)


def _complaint(event: Event) -> Complaint:
    return Complaint.objects.select_related("owner__user").get(pk=event.subject_id)


def _tell(people: list[Person], template: str, complaint: Complaint, event: Event, at: datetime) -> None:
    """One line for each, once per fact."""
    params: dict[str, Any] = {"number": complaint.number}
    for person in people:
        notifications.notify(
            person,
            template=template,
            params=params,
            url=address(complaint),
            subject=complaint,
            dedupe=f"{template}:{event.pk}",
            at=at,
        )

"""What surveys hear: tickets that close or open again, complaints that begin and end, and their own clocks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from complaints import events as complaint_events
from complaints.models import Complaint
from complaints.queries.clocks import KINDS
from complaints.queries.people import held_by
from service_center.kernel import clock_events, clock_subjects, notifications, rulebook
from service_center.kernel.subscriptions import on
from staff import events as staff_events
from staff.actions import alarming
from staff.models import Person
from surveys import events
from surveys.actions import follow_ups, invitations, leaving
from surveys.models import FollowUp, Rectification
from tickets import events as ticket_events
from tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service_center.kernel.alarms import Reached
    from service_center.kernel.models import Event, Notification

WARNED = notifications.define("follow_up.warned", _("回访即将到期，请尽快联系客户。"))
LATE = notifications.define("follow_up.late", _("回访已超过时限。"))
ASKED = notifications.define("follow_up.asked", _("有一个回访由您负责。"))
LOW = notifications.define("rectification.opened", _("客户满意度低，请分析原因并整改。"))
DUE = notifications.define("rectification.due", _("满意度整改即将到期或已超期。"))


def address(row: FollowUp | Rectification) -> str:
    """Where staff open the call or the correction."""
    place = "follow-ups" if isinstance(row, FollowUp) else "rectifications"
    return f"/{place}/{row.pk}/"


for model in (FollowUp, Rectification):
    clock_subjects.declare(
        model, kinds=KINDS, number=lambda row: str(row.pk), address=address, holders=held_by
    )


@on(ticket_events.CLOSED, ticket_events.ANSWERED)
def invite_after_closing(event: Event, *, at: datetime) -> None:
    """Every finished service is asked about, without sampling (SUR-01, SUR-03)."""
    ticket = _ended_ticket(event)
    if ticket is not None:
        invitations.invite(ticket, actor=None, at=at)


@on(ticket_events.CLOSED, ticket_events.ANSWERED)
def follow_up_after_closing(event: Event, *, at: datetime) -> None:
    """One call by exactly one rule, counted from the closing (FUP-01 to FUP-03)."""
    ticket = _ended_ticket(event)
    if ticket is not None and rulebook.setting("followup.automatic", at=at):
        follow_ups.open_for_ticket(ticket, actor=None, at=at, closed_at=ticket.closed_at)


@on(ticket_events.REOPENED)
def drop_follow_up_of_reopened(event: Event, *, at: datetime) -> None:
    """The work goes on: the call waits for the next closing."""
    for follow_up in FollowUp.objects.filter(ticket=event.subject_id).open():
        follow_ups.cancel(follow_up, actor=None, at=at)


@on(complaint_events.REGISTERED)
def raise_follow_up_of_complaint(event: Event, *, at: datetime) -> None:
    """A complaint about a finished ticket makes the call still owed a major matter (FUP-03)."""
    complaint = Complaint.objects.get(pk=event.subject_id)
    for follow_up in FollowUp.objects.filter(ticket=complaint.ticket_id, ticket__isnull=False).open():
        follow_ups.raise_to_major(follow_up, complaint=complaint, actor=None, at=at)


@on(complaint_events.CLOSED)
def follow_up_after_complaint(event: Event, *, at: datetime) -> None:
    """The end of a complaint is asked about within 48 hours (FUP-03)."""
    complaint = Complaint.objects.select_related("ticket").get(pk=event.subject_id)
    follow_ups.open_for_complaint(complaint, actor=None, at=at)


@on(events.OPENED, events.HANDED_OVER)
def tell_caller(event: Event, *, at: datetime) -> None:
    """Whoever owes the call hears of it."""
    follow_up = FollowUp.objects.select_related("owner__user").get(pk=event.subject_id)
    notifications.notify(
        follow_up.owner,
        template=ASKED,
        url=address(follow_up),
        subject=follow_up,
        dedupe=f"{ASKED}:{event.pk}",
        at=at,
    )


@on(events.RECTIFICATION_OPENED)
def tell_rectifier(event: Event, *, at: datetime) -> None:
    """The owner of the correction hears of it (SUR-07)."""
    row = Rectification.objects.select_related("owner__user").get(pk=event.subject_id)
    notifications.notify(
        row.owner,
        template=LOW,
        url=address(row),
        subject=row,
        dedupe=f"{LOW}:{event.pk}",
        at=at,
    )


@on(
    clock_events.WARNED,
    clock_events.BREACHED,
    clock_events.ESCALATED,
    about=[FollowUp._meta.label_lower, Rectification._meta.label_lower],
    together=True,
)
def tell_of_follow_up_clock(told: Sequence[Event], *, at: datetime) -> None:
    """A rung of a call's or a correction's clock is told to the role its ladder names, or the next one up."""
    for model in (FollowUp, Rectification):
        mine = [event for event in told if event.subject_type == model._meta.label_lower]
        rows = model.objects.select_related("owner__user").in_bulk({event.subject_id for event in mine})
        cases = {pk: alarming.Case(row.branch_id, row.owner) for pk, row in rows.items()}
        alarming.ring(mine, cases, words=_words(rows, at), at=at)


def _words(rows: Mapping[int, FollowUp | Rectification], at: datetime) -> alarming.Words:
    """What is told of the rungs of these rows."""

    def say(event: Event, reached: Reached) -> list[Notification]:
        row = rows[event.subject_id]
        template = DUE
        if isinstance(row, FollowUp):
            template = WARNED if event.name == clock_events.WARNED.name else LATE
        return notifications.notify_each(
            [(user, f"{template}:{event.pk}") for user in reached.users],
            template=template,
            params={},
            url=address(row),
            subject=row,
            at=at,
        )

    return say


@on(staff_events.LEFT)
def pass_calls_on(event: Event, *, at: datetime) -> None:
    """Calls and corrections of somebody who left are not forgotten."""
    people = Person.objects.select_related("user").in_bulk([event.subject_id, event.data["successor"]])
    leaving.pass_on(people[event.subject_id], people[event.data["successor"]], at=at)


def _ended_ticket(event: Event) -> Ticket | None:
    """The ticket of a closing, unless it was opened again before the news came."""
    tickets = Ticket.objects.select_related("customer", "branch", "assignee", "owner")
    return tickets.filter(pk=event.subject_id, closed_at__isnull=False).first()

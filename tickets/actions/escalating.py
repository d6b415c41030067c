"""Deadlines that rang: told to those the org chart names, and what the rung does to the ticket besides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_datetime

from service_center.kernel import clock_events, notifications
from service_center.kernel.models import Alarm, Event, Notification, RungAction
from staff.actions import alarming
from staff.models import Person
from tickets import events
from tickets.actions import dispatch, messages
from tickets.actions.recording import keep, local, tell
from tickets.models import Ticket
from tickets.states import OPEN, ClockStage, Priority

if TYPE_CHECKING:
    from service_center.kernel.alarms import Reached

STAGES = {
    clock_events.WARNED.name: ClockStage.WARNED,
    clock_events.BREACHED.name: ClockStage.BREACHED,
    clock_events.ESCALATED.name: ClockStage.ESCALATED,
}


def deadlines_rang(told: Sequence[Event], *, at: datetime) -> None:
    """Tell whom each rung names, or the next one up; then raise the priority or change the owner, where it says so."""
    people = Ticket.objects.select_related("owner__user", "assignee__user")
    tickets = people.in_bulk({event.subject_id for event in told})
    cases = {pk: alarming.Case(t.branch_id, t.owner, t.assignee) for pk, t in tickets.items()}

    def words(event: Event, reached: Reached) -> list[Notification]:
        ticket, due = tickets[event.subject_id], parse_datetime(event.data.get("due") or "")
        return notifications.notify_each(
            [(user, f"clock:{event.pk}") for user in reached.users],
            template=messages.CLOCK,
            params={
                "number": ticket.number,
                "kind": event.data["kind"],
                "stage": STAGES[event.name].value,
                "due": local(due) if due else "",
            },
            url=messages.url_of(ticket),
            subject=ticket,
            at=at,
        )

    for alarm, reached in alarming.ring(told, cases, words=words, at=at):
        ticket = tickets[alarm.event.subject_id]
        if alarm.action == RungAction.RAISE_PRIORITY:
            raise_priority(ticket, actor=None, at=at)
        elif alarm.action == RungAction.REASSIGN:
            _reassign(ticket, alarm, reached, at)


def raise_priority(ticket: Ticket, *, actor: None, at: datetime) -> Ticket:
    """One step up, as far as there is one; deadlines stay what they are, lists show it first."""
    ticket = Ticket.objects.lock(ticket.pk)
    if ticket.status not in OPEN or ticket.priority >= Priority.HIGHEST:
        return ticket
    ticket.priority += 1
    keep(ticket)
    tell(events.PRIORITY_RAISED, ticket, actor=actor, at=at, priority=Priority(ticket.priority).name.lower())
    return ticket


def _reassign(ticket: Ticket, alarm: Alarm, reached: Reached, at: datetime) -> None:
    """The first of those reached who may own the ticket becomes its owner; the owner already among them stays."""
    ticket = Ticket.objects.lock(ticket.pk)
    users = [user.pk for user in reached.users]
    if ticket.status not in OPEN or ticket.owner.user_id in users:
        return
    able = Person.objects.at_work().filter(user__in=users).select_related("user").order_by("pk")
    heir = next((person for person in able if may_own(person, ticket)), None)
    if heir is not None:
        dispatch.hand_over(ticket, owner=heir, actor=None, at=at)


def may_own(person: Person, ticket: Ticket) -> bool:
    """Whether somebody at work may be the ticket's owner."""
    return person.has_role("manager") or (
        person.has_role("agent", "supervisor") and person.branch_id == ticket.branch_id
    )

"""Deadlines of the demo company that rang by now: told to people, one of them taken in hand, the others climbing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from service_center.kernel import alarms, commands, dbtime, firing
from service_center.kernel.models import Alarm, Clock, Event
from tickets.actions import escalating
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.models import User

NOTE = "已联系客户，正在协调工程师"
TAKEN = 2
"""Of the deadlines that ring, every so-many-th is in somebody's hands."""


def ring() -> None:
    """Fire what is due, tell it as the first worker would, and let somebody take some of it in hand."""
    with transaction.atomic():
        now = dbtime.now()
        due = Clock.objects.filter(subject_type=Ticket._meta.label_lower, next_at__lte=now)
        events = firing.fire(list(due.select_for_update(no_key=True).order_by("id")), at=now)
        escalating.deadlines_rang(sorted(events, key=_order), at=now)
    last = {alarm.clock_id: alarm for alarm in Alarm.objects.ringing().order_by("id")}
    for alarm in list(last.values())[::TAKEN]:
        commands.run(_take_in_hand, alarm)


def _order(event: Event) -> tuple[datetime, int]:
    return event.occurred_at, event.pk


def _take_in_hand(alarm: Alarm, *, actor: User | None, at: datetime) -> Alarm:
    """The first of those told acknowledges."""
    first = alarm.recipients.select_related("user").order_by("id").first()
    return alarm if first is None else alarms.acknowledge(alarm, note=NOTE, actor=first.user, at=at)

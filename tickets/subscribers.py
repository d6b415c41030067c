"""What tickets do when something happens elsewhere. Each does one thing, may run twice and touches the database only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from parts import events as part_events
from service_center.kernel import clock_events, clock_subjects, recompute
from service_center.kernel.models import Event
from service_center.kernel.subscriptions import on
from staff import events as staff_events
from staff.models import Person
from tickets import events
from tickets.actions import approvals as _performers  # noqa: F401 - registers what granted requests do
from tickets.actions import auditing, escalating, indexing, messages, news
from tickets.models import Ticket
from tickets.queries import untold
from tickets.queries.holding import holders
from tickets.states import CLOCK_KINDS

TICKET = Ticket._meta.label_lower
PART_LINE = "tickets.partline"
recompute.register("ticket facts", untold.changes)
recompute.register("tickets", auditing.recount)
clock_subjects.declare(
    Ticket, kinds=CLOCK_KINDS, number=lambda row: row.number, address=messages.url_of, holders=holders
)


@on(events.REGISTERED, events.EDITED, together=True)
def index_words(told: Sequence[Event], *, at: datetime) -> None:
    indexing.index({event.subject_id for event in told})


@on(part_events.FILLED)
def go_on_with_part(event: Event, *, at: datetime) -> None:
    if event.data.get("source_type") == PART_LINE:
        news.part_came(event.data["source_id"], at=at)


@on(part_events.ISSUED)
def note_issue(event: Event, *, at: datetime) -> None:
    if event.data.get("source_type") == PART_LINE:
        news.part_issued(event.data["source_id"], at=at)


@on(clock_events.WARNED, clock_events.BREACHED, clock_events.ESCALATED, about=[TICKET], together=True)
def tell_of_deadline(told: Sequence[Event], *, at: datetime) -> None:
    escalating.deadlines_rang([event for event in told if event.subject_type == TICKET], at=at)


@on(staff_events.LEFT)
def pass_work_on(event: Event, *, at: datetime) -> None:
    people = Person.objects.select_related("user", "branch").in_bulk(
        [event.subject_id, event.data["successor"]]
    )
    news.person_left(people[event.subject_id], people[event.data["successor"]], at=at)

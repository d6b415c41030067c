"""The first half of a ticket computed in memory: what verbs have in common, intake, triage, dispatch.

Each method stands for the verb of its name: the same change of the ticket (the model's own methods), the same record,
the same clocks (`timing` on a book in memory) and the same facts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from customers.models import Access
from service_center.kernel import attachments, numbering, rulebook
from service_center.kernel.clock_drafts import ClockDrafts
from service_center.kernel.drafting import Draft
from staff import events as staff_events
from staff.models import Booking, Person
from staff.states import LIVE_BOOKINGS, BookingKind
from tickets import events
from tickets.actions import timing
from tickets.actions.dispatch import travel_time
from tickets.actions.late_truth import Moment
from tickets.actions.recording import took_place
from tickets.demo.scripts import Script
from tickets.demo.world import PNG
from tickets.models import Answer, Assignment, CustomerContact, SearchDocument, Ticket, Triage, Verification
from tickets.queries import search
from tickets.states import AssignmentStatus, ContactOutcome

if TYPE_CHECKING:
    from service_center.kernel.journal import EventType

Row = TypeVar("Row", bound=models.Model)


class Desk:
    """What the tickets of one transaction share: rows to be, clocks, numbers, the one picture of a signature."""

    def __init__(self) -> None:
        self.drafts = Draft()
        self.clocks = ClockDrafts(self.drafts)
        self.numbers = numbering.Run()
        self.picture = attachments.keep(SimpleUploadedFile("signature.png", PNG, content_type="image/png"))
        self.granted: set[tuple[int, int, int | None]] = set(
            Access.objects.values_list("person_id", "customer_id", "unit_id")
        )

    def close(self, now: datetime) -> None:
        """Let the clocks ring up to now, then insert everything."""
        self.clocks.run_to(now)
        self.numbers.close()
        self.drafts.write()


class Beginning:
    """One ticket in memory with its records, newest last."""

    def __init__(self, desk: Desk, script: Script) -> None:
        self.desk, self.drafts, self.clocks = desk, desk.drafts, desk.clocks
        self.script = script
        self.ticket = Ticket()
        self.records: dict[type[models.Model], list[Any]] = {}
        self.bookings: list[tuple[models.Model, Booking]] = []

    def play(self) -> None:
        """Take every step of the script, then index the ticket's words."""
        for step in self.script.steps:
            self.at, self.by = step.at, step.by
            getattr(self, step.verb)(**step.body)
        self.drafts.add(SearchDocument(ticket=self.ticket, document=search.document(self.ticket)))

    # -- what verbs have in common ---------------------------------------------------------------------------------

    def new(self, model: type[Row], **values: Any) -> Row:
        row = self.drafts.new(model, ticket=self.ticket, **({"at": self.at, "by": self.by} | values))
        self.records.setdefault(model, []).append(row)
        return row

    def all(self, model: type[Row]) -> list[Row]:
        return self.records.get(model, [])

    def keep(self) -> None:
        self.ticket.version += 1

    def tell(self, kind: EventType, *, occurred_at: datetime | None = None, **data: Any) -> None:
        links = (self.ticket.unit, self.ticket.customer)
        self.drafts.tell(
            kind, self.ticket, actor=self.by, at=self.at, occurred_at=occurred_at, links=links, **data
        )

    def happened(
        self, occurred_at: datetime | None, device_time: datetime | None, not_before: datetime
    ) -> Moment:
        """What was told is true: nobody doubts a history."""
        told = took_place(occurred_at, device_time=device_time, not_before=not_before, at=self.at)
        return Moment(told.at, None, told.offset_s)

    # -- intake and triage -----------------------------------------------------------------------------------------

    def register(self, *, with_unit: bool, reported_at: datetime | None, **body: Any) -> None:
        unit = self.script.unit
        machine = unit if with_unit else None
        self.ticket = self.drafts.new(
            Ticket,
            number=self.desk.numbers.next_number("T", at=self.at),
            reported_at=min(reported_at or self.at, self.at),
            registered_at=self.at,
            registered_by=self.by,
            customer=unit.customer,
            unit=machine,
            product_model=machine.product_model if machine else None,
            warranty_until=machine.warranty_until if machine else None,
            branch=unit.customer.branch,
            zone=unit.customer.zone,
            owner=self.by.person,
            **body,
        )
        self.keep()
        timing.registered(self.ticket, at=self.at, on=self.clocks)
        self.tell(
            events.REGISTERED,
            occurred_at=self.ticket.reported_at,
            channel=body["channel"],
            demand=body["demand"],
            owner=self.by.username,
            branch=self.ticket.branch.code,
        )

    def verify(self, *, confirmed: bool, note: str) -> None:
        self.ticket.verify(at=self.at)
        self.keep()
        self.new(Verification, confirmed=confirmed, note=note)
        self.tell(events.VERIFIED, confirmed=confirmed)

    def answer(self, *, text: str) -> None:
        self.ticket.answer(at=self.at)
        self.keep()
        self.new(Answer, text=text)
        timing.answered(self.ticket, at=self.at, on=self.clocks)
        self.tell(events.ANSWERED)

    def classify(self, **body: Any) -> None:
        self.ticket.classify(at=self.at, **body)
        self.keep()
        self.new(Triage, **body)
        timing.classified(self.ticket, at=self.at, on=self.clocks)
        told: dict[str, Any] = {
            name: body[name] for name in ("tier", "complexity", "mode", "nature", "is_critical")
        }
        self.tell(events.CLASSIFIED, **told, category=body["service_category"])
        if body["is_critical"]:
            self.tell(events.FLAGGED)

    def note(
        self,
        *,
        channel: str,
        outcome: str,
        note: str = "",
        occurred_at: datetime | None = None,
        device_time: datetime | None = None,
    ) -> None:
        moment = self.happened(occurred_at, device_time, self.ticket.reported_at)
        when = moment.counts
        self.ticket.note_contact(reached=outcome == ContactOutcome.REACHED, at=when)
        self.keep()
        row = self.new(CustomerContact, occurred_at=when, channel=channel, outcome=outcome, note=note)
        if outcome == ContactOutcome.REACHED:
            timing.responded(self.ticket, at=self.at, occurred_at=when, on=self.clocks)
        told = {"channel": channel, "outcome": outcome, "contact": row.pk, **moment.data}
        self.tell(events.CONTACTED, occurred_at=when, **told)

    # -- dispatch --------------------------------------------------------------------------------------------------

    def assign(self, *, engineer: Person, expected_at: datetime) -> None:
        self.ticket.assign_to(engineer, expected_at=expected_at, at=self.at)
        self.keep()
        row = self.new(Assignment, engineer=engineer, expected_at=expected_at)
        timing.handed_to_engineer(self.ticket, at=self.at, on=self.clocks)
        minutes = timedelta(minutes=int(rulebook.setting("dispatch.visit.minutes")))
        self.book(row, engineer, expected_at, expected_at + minutes)
        self._grant(engineer)
        self.tell(
            events.ASSIGNED,
            engineer=engineer.user.username,
            expected_at=expected_at.isoformat(),
            assignment=row.pk,
        )

    def _grant(self, engineer: Person) -> None:
        key = (engineer.pk, self.ticket.customer_id, self.ticket.unit_id)
        if key not in self.desk.granted:
            self.desk.granted.add(key)
            self.drafts.new(
                Access,
                person=engineer,
                customer=self.ticket.customer,
                unit=self.ticket.unit,
                granted_at=self.at,
            )

    def unassign(self) -> None:
        engineer = self.ticket.engineer
        self.ticket.unassign()
        self.keep()
        self._end_assignment(AssignmentStatus.WITHDRAWN, "")
        self.tell(events.UNASSIGNED, engineer=engineer.user.username)

    def respond(self, *, accepted: bool, reason: str = "") -> None:
        row = self.all(Assignment)[-1]
        told: dict[str, Any] = {"engineer": row.engineer.user.username}
        if accepted:
            self.ticket.accept()
            self.keep()
            row.status, row.answered_at, row.reason = AssignmentStatus.ACCEPTED, self.at, reason
            timing.acknowledged(self.ticket, at=self.at, on=self.clocks)
            self.tell(events.ACCEPTED, **told)
        else:
            self.ticket.decline(reason=reason)
            self.keep()
            self._end_assignment(AssignmentStatus.DECLINED, reason)
            self.tell(events.DECLINED, **told, assignment=row.pk)

    def _end_assignment(self, status: AssignmentStatus, reason: str) -> None:
        row = self.all(Assignment)[-1]
        row.status, row.answered_at, row.reason = status, self.at, reason
        timing.taken_from_engineer(self.ticket, at=self.at, on=self.clocks)
        self.release(row)

    def book(self, source: models.Model, who: Person, starts_at: datetime, ends_at: datetime) -> None:
        """Hours of the engineer, with the way there (staff.actions.book)."""
        row = self.drafts.new(
            Booking,
            person=who,
            kind=BookingKind.VISIT,
            starts_at=starts_at,
            ends_at=ends_at,
            span=DateTimeTZRange(starts_at - travel_time(), ends_at, "[)"),
            source_type=source._meta.label_lower,
            source_id=source.pk,
        )
        self.bookings.append((source, row))
        self._tell_of(staff_events.BOOKED, row)

    def release(self, source: models.Model) -> None:
        """Give back what is booked for the row (staff.actions.release)."""
        for owner, row in self.bookings:
            if owner is source and row.status in LIVE_BOOKINGS:
                row.release()
                self._tell_of(staff_events.BOOKING_RELEASED, row)

    def _tell_of(self, kind: EventType, row: Booking) -> None:
        self.drafts.tell(
            kind,
            row.person,
            actor=self.by,
            at=self.at,
            booking=row.pk,
            purpose=row.kind,
            starts_at=row.starts_at.isoformat(),
            ends_at=row.ends_at.isoformat(),
        )

"""The first half of a ticket computed in memory: what verbs have in common, intake, triage, dispatch.

Each method stands for the verb of its name and leaves its rows: the ticket's columns, the record, the clocks (`timing` on a
book in memory) and the facts. Scripts only say what may be done, so nothing is checked here; tests hold both ways equal.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from customers.models import Access
from service_center.kernel.drafting import Row, about
from service_center.kernel.journal import EventType
from service_center.kernel.models import User
from service_center.kernel.worktime import ticks
from staff import events as staff_events
from staff.models import Booking, Person
from tickets import events
from tickets.actions import timing
from tickets.demo.case import COLUMNS, Case, columns_of
from tickets.demo.desk import Desk
from tickets.demo.steps import Script
from tickets.models import (
    Answer,
    Assignment,
    CustomerContact,
    Escalation,
    Handover,
    Ticket,
    Triage,
    Verification,
)

if TYPE_CHECKING:
    from django.db.models import Model

TICKET, PERSON = Ticket._meta.label_lower, Person._meta.label_lower


class Beginning:
    """One ticket in memory with its records, newest last."""

    def __init__(self, desk: Desk, script: Script) -> None:
        self.desk, self.draft, self.script = desk, desk.draft, script
        self.case = Case()
        self.ticket = cast(Ticket, self.case)
        """The case as `timing` reads it."""
        self.records: dict[type[Model], list[Row]] = {}
        self.bookings: list[tuple[Row, Row, Person, bytes]] = []
        self.at: datetime
        self.tick: int
        self.by: User
        """Who took the last step a person took; `actor` is the key of who takes this one, None for the system."""
        self.actor: int | None

    def play(self) -> Case:
        """Take every step of the script, then write the ticket as it is and what it is found by."""
        for verb, at, by, body in self.script.steps:
            self.at, self.tick = at, ticks(at)
            self.actor = None if by is None else by.id
            if by is not None:
                self.by = by
            getattr(self, verb)(**body)
        case = self.case
        self.row.update(zip(COLUMNS, columns_of(case), strict=True))
        self.row["assignee_id"] = None if case.assignee is None else case.assignee.id
        self.row["owner_id"] = case.owner.id
        self.desk.index(case)
        return case

    # -- what verbs have in common ---------------------------------------------------------------------------------

    def new(self, model: type[Model], **values: Any) -> Row:
        row = self.draft.row(model, ticket_id=self.case.pk, at=self.tick, by_id=self.actor, **values)
        records = self.records.get(model)
        if records is None:
            self.records[model] = [row]
        else:
            records.append(row)
        return row

    def put(self, model: type[Model], **values: Any) -> int:
        """The same for a record that stays as it is; returns its key."""
        return self.draft.put(model, ticket_id=self.case.pk, at=self.tick, by_id=self.actor, **values)

    def all(self, model: type[Model]) -> list[Row]:
        return self.records.get(model, [])

    def tell(self, kind: EventType, occurred_at: datetime | None = None, /, **data: Any) -> None:
        self.draft.say(
            self.draft.head(kind, TICKET),
            about(self.case.pk, self.case.version, self.actor),
            self.tick,
            self.tick if occurred_at is None else ticks(occurred_at),
            data,
            self.timelines,
        )

    def happened(self, occurred_at: datetime | None, not_before: datetime) -> datetime:
        """When it was, as a device tells it: nobody doubts a history."""
        return self.at if occurred_at is None else max(min(occurred_at, self.at), not_before)

    # -- intake and triage -----------------------------------------------------------------------------------------

    def register(
        self,
        *,
        with_unit: bool,
        reported_at: datetime | None,
        promised_at: datetime | None = None,
        **body: Any,
    ) -> None:
        case, unit, at = self.case, self.script.unit, self.at
        customer, machine = unit.customer, unit if with_unit else None
        case.number = self.desk.numbers.next_number("T", at=at)
        case.customer, case.unit, case.machine = customer, machine, unit
        case.product_model = machine.product_model if machine else None
        case.zone, case.channel, case.subject, case.symptom = (
            customer.zone,
            body["channel"],
            body["subject"],
            body["symptom"],
        )
        case.reported_at, case.registered_at, case.promised_at = min(reported_at or at, at), at, promised_at
        case.owner, case.version = self.by.person, 1
        self.row = self.draft.row(
            Ticket,
            number=case.number,
            reported_at=case.reported_at,
            registered_at=self.tick,
            registered_by_id=self.actor,
            customer_id=customer.id,
            unit_id=machine.id if machine else None,
            product_model_id=machine.product_model_id if machine else None,
            warranty_until=machine.warranty_until if machine else None,
            branch_id=customer.branch_id,
            zone=customer.zone,
            **body,
        )
        self._open_timelines()
        timing.registered(self.ticket, at=at, on=self.clocks)
        told = {"channel": body["channel"], "demand": body["demand"], "owner": self.by.username}
        self.tell(events.REGISTERED, case.reported_at, **told, branch=customer.branch.code)

    def _open_timelines(self) -> None:
        """The ticket has its key: it has timelines and clocks now."""
        case, timeline = self.case, self.draft.timeline
        case.pk = self.row.pk
        self.timelines: tuple[bytes, ...] = (
            timeline(TICKET, case.pk),
            timeline("customers.customer", case.customer.id),
        )
        if case.unit is not None:
            self.timelines += (timeline("customers.unit", case.unit.id),)
        self.clocks = self.desk.clocks.of_row(TICKET, case.pk)

    def verify(self, *, confirmed: bool, note: str) -> None:
        case = self.case
        case.status, case.verified_at = "verified", self.at
        case.version += 1
        self.put(Verification, confirmed=confirmed, note=note)
        self.tell(events.VERIFIED, confirmed=confirmed)

    def answer(self, *, text: str) -> None:
        case, at = self.case, self.at
        case.status, case.closed_at = "answered", at
        case.complexity = case.complexity or "simple"
        case.responded_at = case.responded_at or at
        case.version += 1
        self.put(Answer, text=text)
        timing.answered(self.ticket, at=at, on=self.clocks)
        self.tell(events.ANSWERED)

    def classify(
        self, *, nature: str, product_line: Any, tier: str, mode: str, complexity: str, service_category: str,
        is_critical: bool,
    ) -> None:  # fmt: skip
        case = self.case
        case.status, case.classified_at = "classified", self.at
        case.product_line_id = None if product_line is None else product_line.pk
        case.nature, case.tier, case.mode, case.complexity = nature, tier, mode, complexity
        case.service_category, case.is_critical = service_category, is_critical
        case.version += 1
        told = {
            "tier": tier,
            "complexity": complexity,
            "mode": mode,
            "nature": nature,
            "is_critical": is_critical,
        }
        self.put(Triage, product_line_id=case.product_line_id, service_category=service_category, **told)
        timing.classified(self.ticket, at=self.at, on=self.clocks)
        self.tell(events.CLASSIFIED, **told, category=service_category)
        if is_critical:
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
        case, when = self.case, self.happened(occurred_at, self.case.reported_at)
        if outcome == "reached":
            case.responded_at = when if case.responded_at is None else min(case.responded_at, when)
        case.version += 1
        contact = self.put(CustomerContact, occurred_at=when, channel=channel, outcome=outcome, note=note)
        if outcome == "reached":
            timing.responded(self.ticket, at=self.at, occurred_at=when, on=self.clocks)
        told = {"channel": channel, "outcome": outcome, "contact": contact, **_offset(device_time)}
        self.tell(events.CONTACTED, when, **told)

    # -- dispatch --------------------------------------------------------------------------------------------------

    def assign(self, *, engineer: Person, expected_at: datetime) -> None:
        case = self.case
        case.status = "dispatched" if case.status == "classified" else case.status
        case.assignee, case.assigned_at, case.expected_at = engineer, self.at, expected_at
        case.version += 1
        row = self.new(Assignment, engineer_id=engineer.id, expected_at=expected_at)
        timing.handed_to_engineer(self.ticket, at=self.at, on=self.clocks)
        self.book(row, "tickets.assignment", engineer, expected_at, expected_at + self.desk.visit)
        self.grant(engineer)
        told = {"engineer": engineer.user.username, "expected_at": expected_at.isoformat()}
        self.tell(events.ASSIGNED, **told, assignment=row.pk)

    def grant(self, person: Person) -> None:
        """The person comes to see the customer's file, unless it is open to the person already (crm.grant_access)."""
        if self.tick in self.script.grants:
            case = self.case
            seen = {"customer_id": case.customer.id, "unit_id": case.unit.id if case.unit else None}
            self.draft.put(Access, person_id=person.id, granted_at=self.tick, **seen)

    def escalate(self, *, to: str, reason: str, asked: Person | None) -> None:
        self.case.version += 1
        row = self.put(Escalation, to=to, asked_id=None if asked is None else asked.id, reason=reason)
        if asked is not None and to == "expert":
            self.grant(asked)
        self.tell(events.ESCALATED, to=to, escalation=row)

    def hand_over(self, *, owner: Person) -> None:
        case, old = self.case, self.case.owner
        case.owner = owner
        case.version += 1
        self.put(Handover, old_id=old.id, new_id=owner.id)
        self.tell(events.HANDED_OVER, old=old.user.username, new=owner.user.username)

    def unassign(self) -> None:
        engineer = self.case.engineer
        self._end_assignment("withdrawn", "")
        self.tell(events.UNASSIGNED, engineer=engineer.user.username)

    def respond(self, *, accepted: bool, reason: str = "") -> None:
        engineer, row = self.case.engineer, self.all(Assignment)[-1]
        if not accepted:
            self._end_assignment("declined", reason)
            self.tell(events.DECLINED, engineer=engineer.user.username, assignment=row.pk)
            return
        self.case.version += 1
        row.update(status="accepted", answered_at=self.tick, reason=reason)
        timing.acknowledged(self.ticket, at=self.at, on=self.clocks)
        self.tell(events.ACCEPTED, engineer=engineer.user.username)

    def _end_assignment(self, status: str, reason: str) -> None:
        """Back to the list of the undispatched."""
        case, row = self.case, self.all(Assignment)[-1]
        case.status, case.assignee, case.assigned_at, case.expected_at = "classified", None, None, None
        case.version += 1
        row.update(status=status, answered_at=self.tick, reason=reason)
        timing.taken_from_engineer(self.ticket, at=self.at, on=self.clocks)
        self.release(row)

    def book(self, source: Row, label: str, who: Person, starts_at: datetime, ends_at: datetime) -> None:
        """Hours of the engineer, with the way there (staff.actions.book)."""
        row = self.draft.row(
            Booking,
            person_id=who.id,
            kind="visit",
            starts_at=starts_at,
            ends_at=ends_at,
            span=(starts_at - self.desk.travel, ends_at),
            source_type=label,
            source_id=source.pk,
        )
        told = f'"starts_at":"{starts_at.isoformat()}","ends_at":"{ends_at.isoformat()}"'
        data = f'{{"booking":{row.pk},"purpose":"visit",{told}}}'.encode()
        self.bookings.append((source, row, who, data))
        self.tell_staff(staff_events.BOOKED, who, self.tick, data)

    def release(self, source: Row) -> None:
        """Give back what is booked for the row (staff.actions.release)."""
        for owner, row, who, data in self.bookings:
            if owner is source and row["status"] != "released":
                row["status"] = "released"
                row["version"] += 1
                self.tell_staff(staff_events.BOOKING_RELEASED, who, self.tick, data)

    def tell_staff(self, kind: EventType, who: Person, occurred_at: int, data: Any) -> None:
        """A fact about a person of the staff."""
        subject = about(who.id, getattr(who, "version", None), self.actor)
        head, timelines = self.draft.head(kind, PERSON), (self.draft.timeline(PERSON, who.id),)
        self.draft.say(head, subject, self.tick, occurred_at, data, timelines)


def _offset(device_time: datetime | None) -> dict[str, float]:
    """What a fact says of the device that told its time: its clock is right."""
    return {} if device_time is None else {"offset_s": 0.0}

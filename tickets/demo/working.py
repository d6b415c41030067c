"""The second part of a ticket computed in memory: visits and the work at the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from staff import events as staff_events
from staff.models import TimeEntry
from tickets import events
from tickets.actions import timing
from tickets.actions.dispatch import ALIVE
from tickets.actions.visits import rounded
from tickets.demo.beginning import Beginning
from tickets.models import Assignment, Charge, Consent, CustomerContact, Diagnosis, Hold, Visit, WorkTime
from tickets.states import ChargeKind, ContactOutcome, HoldReason, VisitStatus


class Working(Beginning):
    def _open_visit(self, *statuses: VisitStatus) -> Visit | None:
        return next((v for v in self.all(Visit) if v.status in statuses), None)

    def _sequence(self) -> int:
        return max((visit.sequence for visit in self.all(Visit)), default=0) + 1

    def appoint(self, *, starts_at: datetime, ends_at: datetime, place: str) -> None:
        self.ticket.appoint(at=self.at)
        self.keep()
        moved = self._open_visit(VisitStatus.CONFIRMED)
        if moved is not None:
            moved.status = VisitStatus.MOVED
        row = self.new(
            Visit,
            engineer=self.ticket.engineer,
            sequence=moved.sequence if moved else self._sequence(),
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
        )
        for assignment in self.all(Assignment):
            if assignment.status in ALIVE:
                self.release(assignment)
        if moved is not None:
            self.release(moved)
        self.book(row, row.engineer, starts_at, ends_at)
        self.tell(
            events.MOVED if moved else events.APPOINTED,
            visit=row.pk,
            starts_at=starts_at.isoformat(),
            ends_at=ends_at.isoformat(),
        )

    def drop(self, *, reason: str, customer_absent: bool) -> None:
        self.ticket.drop_appointment()
        self.keep()
        row = self._open_visit(VisitStatus.CONFIRMED)
        assert row is not None
        row.status, row.drop_reason, row.customer_absent = VisitStatus.DROPPED, reason, customer_absent
        self.release(row)
        self.tell(events.DROPPED, visit=row.pk, customer_absent=customer_absent)

    def arrive(
        self,
        *,
        occurred_at: datetime | None,
        latitude: Decimal,
        longitude: Decimal,
        device_time: datetime | None = None,
    ) -> None:
        moment = self.happened(occurred_at, device_time, self.ticket.assigned_at or self.ticket.registered_at)
        when = moment.counts
        self.ticket.arrive(at=when)
        self.keep()
        row = self._open_visit(VisitStatus.CONFIRMED) or self.new(
            Visit, engineer=self.ticket.engineer, sequence=self._sequence()
        )
        row.status, row.arrived_at = VisitStatus.ARRIVED, when
        row.arrived_latitude, row.arrived_longitude = rounded(latitude), rounded(longitude)
        timing.arrived(self.ticket, at=self.at, occurred_at=when, on=self.clocks)
        told: dict[str, Any] = {"visit": row.pk, "sequence": row.sequence, "punctual": row.was_punctual}
        told |= moment.data
        self.tell(events.ARRIVED, occurred_at=when, **told)

    def depart(self) -> None:
        self.ticket.depart()
        row = self._open_visit(VisitStatus.ARRIVED)
        assert row is not None
        self.keep()
        row.status, row.departed_at = VisitStatus.DONE, self.at
        self.release(row)
        self.tell(events.DEPARTED, visit=row.pk, sequence=row.sequence)

    # -- repair ----------------------------------------------------------------------------------------------------

    def diagnose(self, **body: Any) -> None:
        self.ticket.diagnose()
        self.keep()
        row = self.new(Diagnosis, **body)
        timing.diagnosed(self.ticket, at=self.at, on=self.clocks)
        told: dict[str, Any] = {"fault_class": row.fault_class, "fault_code": row.fault_code}
        self.tell(events.DIAGNOSED, diagnosis=row.pk, **told)

    def consent(self, *, amount: Decimal, method: str, **body: Any) -> None:
        self.ticket.take_consent()
        self.keep()
        row = self.new(Consent, amount=amount, method=method, **body)
        for charge in self.all(Charge):
            charge.voided_at = charge.voided_at or self.at
        if amount:
            self.new(Charge, kind=ChargeKind.AGREED, amount=amount, consent=row)
        self.tell(events.CONSENTED, consent=row.pk, amount=str(amount), method=method)

    def hold(self, *, reason: str, notice: Mapping[str, str]) -> None:
        self.ticket.hold()
        self.keep()
        row = self.new(Hold, reason=reason, notice_channel=notice["channel"], notice_text=notice["text"])
        said = {"channel": notice["channel"], "outcome": ContactOutcome.REACHED, "note": notice["text"]}
        self.new(CustomerContact, occurred_at=self.at, **said)
        timing.held(self.ticket, reason=HoldReason(reason), at=self.at, on=self.clocks)
        self.tell(events.HELD, hold=row.pk, reason=reason)

    def resume(self) -> None:
        self.ticket.resume()
        self.keep()
        row = self.all(Hold)[-1]
        row.ended_at = self.at
        timing.resumed(self.ticket, at=self.at, on=self.clocks)
        self.tell(events.RESUMED, hold=row.pk, reason=row.reason)

    def enter_time(self, *, category: str, started_at: datetime, minutes: int) -> None:
        self.ticket.enter_time()
        self.keep()
        spent: dict[str, Any] = {"category": category, "started_at": started_at, "minutes": minutes}
        row = self.new(WorkTime, engineer=self.ticket.engineer, **spent)
        source: dict[str, Any] = {"source_type": row._meta.label_lower, "source_id": row.pk}
        entry = self.drafts.new(TimeEntry, person=row.engineer, posted_at=self.at, **spent, **source)
        told: dict[str, Any] = {"entry": entry.pk, "category": category, "minutes": minutes}
        self.drafts.tell(
            staff_events.TIME_LOGGED,
            row.engineer,
            actor=self.by,
            at=self.at,
            occurred_at=started_at,
            **told,
        )
        self.tell(events.TIME_ENTERED, minutes=minutes, category=category)

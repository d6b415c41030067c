"""The second part of a ticket computed in memory: visits and the work at the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from service_center.kernel.drafting import Row
from service_center.kernel.worktime import ticks
from staff import events as staff_events
from staff.models import TimeEntry
from tickets import events
from tickets.actions import timing
from tickets.actions.visits import rounded
from tickets.demo.beginning import Beginning, _offset
from tickets.demo.desk import Desk
from tickets.demo.steps import Script
from tickets.models import Assignment, Charge, Consent, CustomerContact, Diagnosis, Hold, Visit, WorkTime
from tickets.states import HoldReason


class Working(Beginning):
    """What the engineer finds, agrees and spends is remembered for the report."""

    def __init__(self, desk: Desk, script: Script) -> None:
        super().__init__(desk, script)
        self.finding: dict[str, Any] | None = None
        self.consents: list[dict[str, Any]] = []
        self.minutes = 0

    def _open_visit(self, *statuses: str) -> Row | None:
        return next((v for v in self.all(Visit) if v["status"] in statuses), None)

    def _sequence(self) -> int:
        return max((visit["sequence"] for visit in self.all(Visit)), default=0) + 1

    def appoint(self, *, starts_at: datetime, ends_at: datetime, place: str) -> None:
        case = self.case
        case.status = "appointed" if case.status == "dispatched" else case.status
        case.appointed_at = self.at
        case.version += 1
        moved = self._open_visit("confirmed")
        if moved is not None:
            moved["status"] = "moved"
        engineer, sequence = case.engineer, moved["sequence"] if moved else self._sequence()
        agreed = {"starts_at": starts_at, "ends_at": ends_at, "place": place}
        row = self.new(Visit, engineer_id=engineer.id, sequence=sequence, **agreed)
        for assignment in self.all(Assignment):
            if assignment["status"] in ("offered", "accepted"):
                self.release(assignment)
        if moved is not None:
            self.release(moved)
        self.book(row, "tickets.visit", engineer, starts_at, ends_at)
        told = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
        self.tell(events.MOVED if moved else events.APPOINTED, visit=row.pk, **told)

    def drop(self, *, reason: str, customer_absent: bool) -> None:
        case, row = self.case, self._open_visit("confirmed")
        assert row is not None
        case.status = "dispatched" if case.status == "appointed" else case.status
        case.version += 1
        row.update(status="dropped", drop_reason=reason, customer_absent=customer_absent)
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
        case, when = self.case, self.happened(occurred_at, self.case.assigned_at or self.case.registered_at)
        case.status, case.on_site = "in_handling", True
        case.arrived_at = case.arrived_at or when
        case.version += 1
        row = self._open_visit("confirmed")
        if row is None:
            row = self.new(Visit, engineer_id=case.engineer.id, sequence=self._sequence())
        place = {"arrived_latitude": rounded(latitude), "arrived_longitude": rounded(longitude)}
        row.update(status="arrived", arrived_at=when, **place)
        timing.arrived(self.ticket, at=self.at, occurred_at=when, on=self.clocks)
        punctual = None if row["ends_at"] is None else when <= row["ends_at"]
        told = {"visit": row.pk, "sequence": row["sequence"], "punctual": punctual, **_offset(device_time)}
        self.tell(events.ARRIVED, when, **told)

    def depart(self) -> None:
        case, row = self.case, self._open_visit("arrived")
        assert row is not None
        case.on_site = False
        case.version += 1
        row.update(status="done", departed_at=self.at)
        self.release(row)
        self.tell(events.DEPARTED, visit=row.pk, sequence=row["sequence"])

    # -- repair ----------------------------------------------------------------------------------------------------

    def diagnose(self, *, fault_class: str, fault_code: str, **body: Any) -> None:
        self.case.diagnosed = True
        self.case.version += 1
        self.finding = {"fault_class": fault_class, "fault_code": fault_code, **body}
        diagnosis = self.put(Diagnosis, **self.finding)
        timing.diagnosed(self.ticket, at=self.at, on=self.clocks)
        self.tell(events.DIAGNOSED, diagnosis=diagnosis, fault_class=fault_class, fault_code=fault_code)

    def consent(self, *, amount: Decimal, method: str, **body: Any) -> None:
        self.case.consented = True
        self.case.version += 1
        consent = self.put(Consent, amount=amount, method=method, **body)
        self.consents.append({"amount": amount, **body})
        for charge in self.all(Charge):
            charge["voided_at"] = charge["voided_at"] or self.tick
        if amount:
            self.new(Charge, kind="agreed", amount=amount, consent_id=consent)
        self.tell(events.CONSENTED, consent=consent, amount=str(amount), method=method)

    def hold(self, *, reason: str, notice: Mapping[str, str]) -> None:
        self.case.status = "on_hold"
        self.case.version += 1
        channel, text = notice["channel"], notice["text"]
        row = self.new(Hold, reason=reason, notice_channel=channel, notice_text=text)
        self.put(CustomerContact, occurred_at=self.tick, channel=channel, outcome="reached", note=text)
        timing.held(self.ticket, reason=HoldReason(reason), at=self.at, on=self.clocks)
        self.tell(events.HELD, hold=row.pk, reason=reason)

    def resume(self) -> None:
        self.case.status = "in_handling"
        self.case.version += 1
        row = self.all(Hold)[-1]
        row["ended_at"] = self.tick
        timing.resumed(self.ticket, at=self.at, on=self.clocks)
        self.tell(events.RESUMED, hold=row.pk, reason=row["reason"])

    def enter_time(self, *, category: str, started_at: datetime, minutes: int) -> None:
        self.case.version += 1
        engineer = self.case.engineer
        spent: dict[str, Any] = {"category": category, "started_at": started_at, "minutes": minutes}
        self.minutes += minutes
        source = {
            "source_type": "tickets.worktime",
            "source_id": self.put(WorkTime, engineer_id=engineer.id, **spent),
        }
        entry = self.draft.put(TimeEntry, person_id=engineer.id, posted_at=self.tick, **spent, **source)
        told = {"entry": entry, "category": category, "minutes": minutes}
        self.tell_staff(staff_events.TIME_LOGGED, engineer, ticks(started_at), told)
        self.tell(events.TIME_ENTERED, minutes=minutes, category=category)

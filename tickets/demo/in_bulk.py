"""Computes what a script's verbs would write, without asking the database, and inserts it in sets.

What it leaves out: news and messages, for a generated history speaks to nobody; parts, whose ledger has its own history;
and everything that apps above would do about it. tests/proof holds both ways equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from service_center.kernel import approvals, attachments, rulebook, rulebook_events
from service_center.kernel.journal import EventType
from service_center.kernel.models import Approval, ApprovalDecision, Attachment
from tickets import events
from tickets.actions import timing
from tickets.actions.dispatch import ALIVE
from tickets.demo.beginning import Desk
from tickets.demo.scripts import Script
from tickets.demo.working import Working
from tickets.models import (
    Assignment,
    Charge,
    Closure,
    Consent,
    Diagnosis,
    Hold,
    Reopening,
    Report,
    ReportDraft,
    ResultCall,
    Signature,
    Visit,
    Voucher,
    WorkTime,
)  # fmt: skip
from tickets.queries import report as shown
from tickets.queries.report import Content, Words
from tickets.states import AssignmentStatus, ContactOutcome, VisitStatus


def generate(scripts: Iterable[Script], *, now: datetime) -> int:
    """Write the tickets of these scripts, run to the present, in one transaction; returns how many."""
    with transaction.atomic():
        desk = Desk()
        written = 0
        for script in scripts:
            Life(desk, script).play()
            written += 1
        desk.close(now)
    return written


class Life(Working):
    """One ticket from the call to the end."""

    # -- the report ------------------------------------------------------------------------------------------------

    def _content(self, words: Words | None) -> tuple[Content, str]:
        on_record = shown.on_record(
            self.ticket,
            finding=self.all(Diagnosis)[-1] if self.all(Diagnosis) else None,
            consents=self.all(Consent),
            parts=[],
            minutes=sum(row.minutes for row in self.all(WorkTime)),
            fee=self._fee(),
        )
        content = shown.compose(on_record, words)
        return content, shown.digest(content)

    def _fee(self) -> Decimal:
        owed = (charge.amount for charge in self.all(Charge) if charge.voided_at is None)
        return sum(owed, Decimal(0)).quantize(Decimal("0.01"))

    def _draft(self) -> Words | None:
        return Words.of(self.all(ReportDraft)[-1] if self.all(ReportDraft) else None)

    def draft(self, **words: Any) -> None:
        self.ticket.sign()
        known = self.all(ReportDraft)
        row = known[-1] if known else self.new(ReportDraft, **words)
        for name, value in ({"at": self.at, "by": self.by} | words).items():
            setattr(row, name, value)

    def sign(self, *, signed_by: str) -> None:
        self.ticket.sign()
        content, digest = self._content(self._draft())
        self.keep()
        row = self.new(
            Signature, signed_by=signed_by, image=self._picture(), report_hash=digest, content=content
        )
        self.tell(events.SIGNED, signature=row.pk, report_hash=digest)

    def _picture(self) -> Attachment:
        """The stroke's image; the same picture of the same ticket is one attachment."""
        known = self.all(Signature)
        if known:
            return known[0].image
        owner: dict[str, Any] = {"owner_type": self.ticket._meta.label_lower, "owner_id": self.ticket.pk}
        row = self.drafts.new(
            Attachment, kind="signature", by=self.by, at=self.at, **owner, **self.desk.picture
        )
        told: dict[str, Any] = {"attachment": row.pk, "kind": row.kind, "sha256": row.sha256}
        self.drafts.tell(attachments.STORED, self.ticket, actor=self.by, at=self.at, **told)
        return row

    def report(self, **said: Any) -> None:
        self.ticket.report(tested=said["tested"], demonstrated=said["demonstrated"], at=self.at)
        content, digest = self._content(Words(**said))
        self.keep()
        timing.repaired(self.ticket, at=self.at, on=self.clocks)
        row = self.new(
            Report,
            engineer=self.ticket.engineer,
            visit=self.all(Visit)[-1] if self.all(Visit) else None,
            signature=self.all(Signature)[-1],
            content=content,
            content_hash=digest,
            **said,
        )
        number = self.desk.numbers.next_number("V", at=self.at)
        self.new(Voucher, number=number, report=row, fee=self._fee(), returned_at=self.at)
        for assignment in self.all(Assignment):
            self.release(assignment)
        self.tell(
            events.REPORTED,
            report=row.pk,
            tested=row.tested,
            demonstrated=row.demonstrated,
            parts=[],
            engineer=row.engineer.user.username,
            first_time_fix=self.ticket.first_time_fix,
        )

    # -- the end ---------------------------------------------------------------------------------------------------

    def tell_result(self, *, outcome: str, satisfied: bool | None = None, reason: str = "") -> None:
        if outcome != ContactOutcome.REACHED:
            self.ticket.miss_customer(satisfied=satisfied)
        elif satisfied:
            self.ticket.tell_result(at=self.at)
        else:
            self.ticket.return_dissatisfied(satisfied=satisfied, reason=reason)
        self.keep()
        row = self.new(ResultCall, outcome=outcome, satisfied=satisfied, reason=reason)
        if satisfied:
            timing.result_told(self.ticket, at=self.at, on=self.clocks)
        elif outcome == ContactOutcome.REACHED:
            timing.dissatisfied(self.ticket, at=self.at, on=self.clocks)
            self.tell(events.DISSATISFIED, count=self.ticket.reopen_count)
            self._tell_often_reopened()
        self.tell(events.RESULT_TOLD, outcome=outcome, satisfied=satisfied, result_call=row.pk)

    def _tell_often_reopened(self) -> None:
        if self.ticket.reopen_count >= int(rulebook.setting("ticket.reopen.escalate_after", at=self.at)):
            self.tell(events.REOPENED_OFTEN, count=self.ticket.reopen_count)

    def close(self) -> None:
        voucher = self.all(Voucher)[-1]
        self.ticket.close(complete=self.ticket.diagnosed, at=self.at)
        self.keep()
        timing.closed(self.ticket, at=self.at, on=self.clocks)
        for row in self.all(Voucher):
            row.archived_at = row.archived_at or self.at
        for assignment in self.all(Assignment):
            if assignment.status in ALIVE:
                assignment.status = AssignmentStatus.DONE
        self.new(Closure, voucher=voucher)
        told: dict[str, Any] = {
            "reopen_count": self.ticket.reopen_count,
            "first_time_fix": self.ticket.first_time_fix,
        }
        self.tell(events.CLOSED, voucher=voucher.number, **told)

    def reopen(self, *, reason: str) -> None:
        was_closed_at = self.ticket.closed_at
        assert was_closed_at is not None
        self.ticket.reopen(reason=reason)
        self.keep()
        continued = timing.reopened(self.ticket, closed_at=was_closed_at, at=self.at, on=self.clocks)
        self.new(Reopening, reason=reason, continued=continued)
        self.tell(events.REOPENED, count=self.ticket.reopen_count, via="", continued=continued)
        self._tell_often_reopened()

    # -- given up --------------------------------------------------------------------------------------------------

    def ask_cancellation(self, *, reason: str) -> None:
        self.ticket.ask_cancellation()
        self._ask("ticket.cancel", "ticket.cancellation", events.CANCELLATION_ASKED, reason)

    def ask_refusal(self, *, reason: str) -> None:
        self.ticket.ask_refusal()
        self._ask("ticket.refuse", "ticket.refusal", events.REFUSAL_ASKED, reason)

    def _ask(self, verb: str, kind: str, fact: EventType, reason: str) -> None:
        self.keep()
        self.request = self.drafts.new(
            Approval,
            kind=kind,
            verb=verb,
            subject_type=self.ticket._meta.label_lower,
            subject_id=self.ticket.pk,
            subject_label=self.ticket.number,
            requester=self.by,
            branch_id=self.by.person.branch_id,
            reason=reason,
            steps=approvals.frozen_chain(kind, None, self.at, {}),
            requested_at=self.at,
        )
        self.request.enter_step(0)
        self._tell_of_request(rulebook_events.APPROVAL_REQUESTED)
        self.tell(fact, approval=self.request.pk)

    def _tell_of_request(self, kind: EventType) -> None:
        row = self.request
        told: dict[str, Any] = {"label": row.subject_label, "request": row.kind, "role": row.current_role}
        self.drafts.tell(kind, row, actor=self.by, at=self.at, links=(self.ticket,), **told)

    def decide(self, *, note: str) -> None:
        """The manager agrees: the request's only step, and the end of the ticket as the one who asked."""
        row = self.request
        self.drafts.new(
            ApprovalDecision,
            approval=row,
            step=row.step,
            role=row.current_role,
            approve=True,
            note=note,
            by=self.by,
            at=self.at,
        )
        row.enter_step(len(row.steps))
        row.status, row.note, row.decided_by, row.decided_at = (
            Approval.Status.APPROVED,
            note,
            self.by,
            self.at,
        )
        row.version += 1
        self._tell_of_request(rulebook_events.APPROVAL_GRANTED)
        self.by = row.requester
        if row.verb == "ticket.cancel":
            self.ticket.cancel(at=self.at)
            self._end(events.CANCELLED)
        else:
            self.ticket.refuse(at=self.at)
            self._end(events.REFUSED)

    def _end(self, fact: EventType) -> None:
        self.keep()
        for hold in self.all(Hold):
            hold.ended_at = hold.ended_at or self.at
        timing.ended(self.ticket, at=self.at, on=self.clocks)
        for assignment in self.all(Assignment):
            if assignment.status in ALIVE:
                assignment.status, assignment.answered_at = AssignmentStatus.WITHDRAWN, self.at
                self.release(assignment)
        for visit in self.all(Visit):
            if visit.status == VisitStatus.CONFIRMED:
                visit.status = VisitStatus.DROPPED
                self.release(visit)
        self.tell(fact, approval=self.request.pk)

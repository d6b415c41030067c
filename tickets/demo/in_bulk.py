"""Computes what a script's verbs would write, without asking the database, and copies it into the tables in sets.

What it leaves out: news and messages, for a generated history speaks to nobody; and what apps above do about it, which
is theirs to add (`companions`). tests/proof holds both ways equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db import transaction

from service_center.kernel import approvals, attachments, copying, numbering, rulebook, rulebook_events
from service_center.kernel.drafting import Row, about
from service_center.kernel.journal import EventType
from service_center.kernel.models import Approval, ApprovalDecision, Attachment, User
from tickets import events
from tickets.actions import timing
from tickets.demo.beginning import TICKET
from tickets.demo.desk import Desk
from tickets.demo.drawing import Drawing
from tickets.demo.steps import Script
from tickets.models import (
    Assignment,
    Charge,
    Closure,
    Hold,
    Reopening,
    Report,
    ReportDraft,
    ResultCall,
    Signature,
    Visit,
    Voucher,
)  # fmt: skip
from tickets.queries import report as shown
from tickets.queries.report import Content, Words

APPROVAL = Approval._meta.label_lower


def generate(scripts: Iterable[Script], *, now: datetime) -> int:
    """Write the tickets of these scripts, run to the present, in one transaction; returns how many."""
    every = list(scripts)
    numbers = numbers_for(every)
    with transaction.atomic():
        numbers.take()
        desk = Desk(numbers)
        for script in every:
            Life(desk, script).play()
        desk.close(now)
    return len(every)


def numbers_for(scripts: Iterable[Script]) -> numbering.Run:
    """As many numbers of tickets and vouchers as the scripts need, still to be taken."""
    numbers = numbering.Run()
    for script in scripts:
        for verb, at, _by, _body in script.steps:
            if verb in ("register", "report"):
                numbers.want("T" if verb == "register" else "V", at=at)
    return numbers


class Life(Drawing):
    """One ticket from the call to the end."""

    request: Row
    requester: User
    said: tuple[Content, tuple[bytes, str]] | None = None
    signed: tuple[int, int] | None = None
    """The signature and its picture."""

    # -- the report ------------------------------------------------------------------------------------------------

    def _content(self, words: Words | None) -> tuple[bytes, str]:
        """What the report says as JSON, and its hash."""
        finding, consents = self.finding, self.consents
        on_record = shown.on_record(
            self.ticket,
            finding=None if finding is None else SimpleNamespace(**finding),  # type: ignore[arg-type]  # a row to be
            consents=[SimpleNamespace(**each) for each in consents],  # type: ignore[misc]  # the same
            parts=self.parts_on_record(),
            minutes=self.minutes,
            fee=self._fee(),
        )
        content = shown.compose(on_record, words)
        if self.said is None or self.said[0] != content:
            self.said = content, (copying.json_text(content).encode(), shown.digest(content))
        return self.said[1]

    def _fee(self) -> Decimal:
        owed = (charge["amount"] for charge in self.all(Charge) if charge["voided_at"] is None)
        return sum(owed, Decimal(0)).quantize(Decimal("0.01"))

    def _draft(self) -> Words | None:
        known = self.all(ReportDraft)
        if not known:
            return None
        row = known[-1]
        return Words(row["work_done"], row["tested"], row["demonstrated"], row["customer_comment"])

    def draft_report(self, **words: Any) -> None:
        known = self.all(ReportDraft)
        if known:
            known[-1].update(at=self.tick, by_id=self.actor, **words)
        else:
            self.new(ReportDraft, **words)

    def sign(self, *, signed_by: str) -> None:
        content, digest = self._content(self._draft())
        self.case.version += 1
        image = self._picture() if self.signed is None else self.signed[1]
        key = self.put(Signature, signed_by=signed_by, image_id=image, report_hash=digest, content=content)
        self.signed = key, image
        self.tell(events.SIGNED, signature=key, report_hash=digest)

    def _picture(self) -> int:
        """The stroke's image; the same picture of the same ticket is one attachment."""
        image: dict[str, Any] = {"kind": "signature", **self.desk.picture}
        owner = {"owner_type": TICKET, "owner_id": self.case.pk}
        key = self.draft.put(Attachment, by_id=self.actor, at=self.tick, **owner, **image)
        told = {"attachment": key, "kind": "signature", "sha256": image["sha256"]}
        subject = about(self.case.pk, self.case.version, self.actor)
        head = self.draft.head(attachments.STORED, TICKET)
        self.draft.say(head, subject, self.tick, self.tick, told, self.timelines[:1])
        return key

    def report(self, **said: Any) -> None:
        case, at = self.case, self.at
        case.status, case.handled_at, case.first_time_fix = "handled", at, case.reopen_count == 0
        content, digest = self._content(Words(**said))
        case.version += 1
        timing.repaired(self.ticket, at=at, on=self.clocks)
        used = self.use_all()
        visits = self.all(Visit)
        assert self.signed is not None
        report = self.put(
            Report,
            engineer_id=case.engineer.id,
            visit_id=visits[-1].pk if visits else None,
            signature_id=self.signed[0],
            content=content,
            content_hash=digest,
            **said,
        )
        number = self.desk.numbers.next_number("V", at=at)
        self.new(Voucher, number=number, report_id=report, fee=self._fee(), returned_at=self.tick)
        for assignment in self.all(Assignment):
            self.release(assignment)
        self.tell(
            events.REPORTED,
            report=report,
            tested=said["tested"],
            demonstrated=said["demonstrated"],
            parts=used,
            engineer=case.engineer.user.username,
            first_time_fix=case.first_time_fix,
        )

    # -- the end ---------------------------------------------------------------------------------------------------

    def tell_result(self, *, outcome: str, satisfied: bool | None = None, reason: str = "") -> None:
        case, at = self.case, self.at
        reached = outcome == "reached"
        if reached and satisfied:
            case.status, case.result_told_at = "result_told", at
        elif reached:
            self._open_again()
        case.version += 1
        call = self.put(ResultCall, outcome=outcome, satisfied=satisfied, reason=reason)
        if satisfied:
            timing.result_told(self.ticket, at=at, on=self.clocks)
        elif reached:
            timing.dissatisfied(self.ticket, at=at, on=self.clocks)
            self.tell(events.DISSATISFIED, count=case.reopen_count)
            self._tell_often_reopened()
        self.tell(events.RESULT_TOLD, outcome=outcome, satisfied=satisfied, result_call=call)

    def _open_again(self) -> None:
        case = self.case
        case.status = "in_handling"
        case.reopen_count += 1
        case.first_time_fix = False if case.handled_at else None
        case.handled_at = case.result_told_at = None

    def _tell_often_reopened(self) -> None:
        if self.case.reopen_count >= int(rulebook.setting("ticket.reopen.escalate_after", at=self.at)):
            self.tell(events.REOPENED_OFTEN, count=self.case.reopen_count)

    def close(self) -> None:
        case, voucher = self.case, self.all(Voucher)[-1]
        case.status, case.closed_at, case.archived_at = "closed", self.at, self.at
        case.version += 1
        timing.closed(self.ticket, at=self.at, on=self.clocks)
        for row in self.all(Voucher):
            row["archived_at"] = row["archived_at"] or self.tick
        for assignment in self.all(Assignment):
            if assignment["status"] in ("offered", "accepted"):
                assignment["status"] = "done"
        self.put(Closure, voucher_id=voucher.pk)
        told = {"reopen_count": case.reopen_count, "first_time_fix": case.first_time_fix}
        self.tell(events.CLOSED, voucher=voucher["number"], **told)

    def reopen(self, *, reason: str) -> None:
        case, was_closed_at = self.case, self.case.closed_at
        assert was_closed_at is not None
        case.closed_at = case.archived_at = None
        self._open_again()
        case.version += 1
        continued = timing.reopened(self.ticket, closed_at=was_closed_at, at=self.at, on=self.clocks)
        self.put(Reopening, reason=reason, continued=continued)
        self.tell(events.REOPENED, count=case.reopen_count, via="", continued=continued)
        self._tell_often_reopened()

    # -- given up --------------------------------------------------------------------------------------------------

    def ask_cancellation(self, *, reason: str) -> None:
        self._ask("ticket.cancel", "ticket.cancellation", events.CANCELLATION_ASKED, reason)

    def ask_refusal(self, *, reason: str) -> None:
        self._ask("ticket.refuse", "ticket.refusal", events.REFUSAL_ASKED, reason)

    def _ask(self, verb: str, kind: str, fact: EventType, reason: str) -> None:
        case, by = self.case, self.by
        case.version += 1
        steps = approvals.frozen_chain(kind, None, self.at, {})
        branch, first = by.person.branch_id, steps[0]
        self.request = self.draft.row(
            Approval, kind=kind, verb=verb, subject_type=TICKET, subject_id=case.pk, subject_label=case.number,
            requester_id=by.id, branch_id=branch, reason=reason, steps=steps, requested_at=self.tick,
            current_role=first["role"], current_branch=branch if first["same_branch"] else None,
        )  # fmt: skip
        self.requester = by
        self._tell_of_request(rulebook_events.APPROVAL_REQUESTED, version=0)
        self.tell(fact, approval=self.request.pk)

    def _tell_of_request(self, kind: EventType, *, version: int) -> None:
        row, draft = self.request, self.draft
        told = {"label": row["subject_label"], "request": row["kind"], "role": row["current_role"]}
        timelines = (draft.timeline(APPROVAL, row.pk), self.timelines[0])
        subject = about(row.pk, version, self.actor)
        draft.say(draft.head(kind, APPROVAL), subject, self.tick, self.tick, told, timelines)

    def decide(self, *, note: str) -> None:
        """The manager agrees: the request's only step, and the end of the ticket as the one who asked."""
        row = self.request
        self.draft.put(
            ApprovalDecision, approval_id=row.pk, step=0, role=row["current_role"], approve=True, note=note,
            by_id=self.actor, at=self.tick,
        )  # fmt: skip
        row.update(
            step=1, current_role="", current_branch=None, status="approved", note=note, decided_by_id=self.actor,
            decided_at=self.tick, version=1,
        )  # fmt: skip
        self._tell_of_request(rulebook_events.APPROVAL_GRANTED, version=1)
        self.actor = self.requester.id
        cancelled = row["verb"] == "ticket.cancel"
        self.case.status, self.case.closed_at = "cancelled" if cancelled else "refused", self.at
        self._end(events.CANCELLED if cancelled else events.REFUSED)

    def _end(self, fact: EventType) -> None:
        self.case.version += 1
        for hold in self.all(Hold):
            hold["ended_at"] = hold["ended_at"] or self.tick
        timing.ended(self.ticket, at=self.at, on=self.clocks)
        self.let_go_all()
        for assignment in self.all(Assignment):
            if assignment["status"] in ("offered", "accepted"):
                assignment.update(status="withdrawn", answered_at=self.tick)
                self.release(assignment)
        for visit in self.all(Visit):
            if visit["status"] == "confirmed":
                visit["status"] = "dropped"
                self.release(visit)
        self.tell(fact, approval=self.request.pk)

"""Performs a script as people would: verb after verb, each in its own command at its own instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from parts import actions as stock
from service_center.kernel import approvals as kernel_approvals
from service_center.kernel import commands
from service_center.kernel.models import Approval
from tickets.actions import (
    approvals,
    closing,
    contacts,
    dispatch,
    holds,
    intake,
    news,
    part_lines,
    repair,
    reporting,
    triage,
    visits,
)
from tickets.demo.company import Item
from tickets.demo.drawing import SUPPLIED
from tickets.demo.steps import Script, Step
from tickets.demo.words import PNG
from tickets.models import PartLine, ReportDraft, Ticket
from tickets.queries import report
from tickets.queries.report import Words

if TYPE_CHECKING:
    from customers.models import Unit

VERBS: dict[str, Callable[..., Any]] = {
    "verify": triage.verify,
    "answer": triage.answer,
    "classify": triage.classify,
    "note": contacts.note,
    "assign": dispatch.assign,
    "unassign": dispatch.unassign,
    "hand_over": dispatch.hand_over,
    "respond": dispatch.respond,
    "appoint": visits.appoint,
    "drop": visits.drop,
    "arrive": visits.arrive,
    "depart": visits.depart,
    "diagnose": repair.diagnose,
    "consent": repair.consent,
    "enter_time": repair.enter_time,
    "hold": holds.hold,
    "resume": holds.resume,
    "draft_report": reporting.draft,
    "tell_result": closing.tell_result,
    "close": closing.close,
    "reopen": closing.reopen,
    "ask_cancellation": approvals.ask_cancellation,
    "ask_refusal": approvals.ask_refusal,
}


def perform(script: Script) -> Ticket:
    """Play the whole script; returns the ticket as it is then."""
    first, *others = script.steps
    with commands.as_of(first.at):
        ticket = _register(script.unit, first)
    for step in others:
        with commands.as_of(step.at):
            _take(ticket, step)
    return Ticket.objects.get(pk=ticket.pk)


def _register(unit: Unit, step: Step) -> Ticket:
    body = dict(step.body)
    machine = {"id": unit.pk} if body.pop("with_unit") else None
    return commands.run(
        intake.register, customer={"id": unit.customer_id}, unit=machine, actor=step.by, **body
    )


def _take(ticket: Ticket, step: Step) -> None:
    body = dict(step.body)
    special = SPECIAL.get(step.verb)
    if special is not None:
        special(ticket, step, body)
    else:
        commands.run(VERBS[step.verb], ticket, actor=step.by, **body)


def _decide(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    request = Approval.objects.get(subject_type="tickets.ticket", subject_id=ticket.pk)
    commands.run(kernel_approvals.decide, request, approve=True, actor=step.by, **body)


def _sign(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    draft = Words.of(ReportDraft.objects.filter(ticket=ticket).first())
    _content, digest = report.preview(Ticket.objects.get(pk=ticket.pk), draft)
    commands.run(reporting.sign, ticket, png=PNG, report_hash=digest, actor=step.by, **body)


def _report(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    commands.run(reporting.report, ticket, signature=ticket.signatures.latest("pk").pk, actor=step.by, **body)


def _escalate(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    commands.run(dispatch.escalate, ticket, to=body["to"], reason=body["reason"], actor=step.by)


def _supply(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    item: Item = body["item"]
    commands.run(
        stock.adjust,
        item.part,
        location=item.store,
        quantity=body["quantity"],
        reason=SUPPLIED,
        actor=step.by,
    )


def _add_part(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    part = body["item"].part
    line = commands.run(part_lines.add, ticket, part=part, quantity=body["quantity"], actor=step.by)
    assert (line.status == "short") == body["short"], f"{part} of {ticket} is {line.status}"


def _line(ticket: Ticket, body: dict[str, Any]) -> PartLine:
    return ticket.part_lines.select_related("reservation").order_by("pk")[body["line"] - 1]


def _release_part(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    commands.run(part_lines.release, ticket, part_line=_line(ticket, body).pk, actor=step.by)


def _dispose(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    line, where = _line(ticket, body).pk, body["disposition"]
    commands.run(part_lines.dispose, ticket, part_line=line, disposition=where, actor=step.by)


def _issue_part(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    """The storekeeper's step, and what the ticket's subscriber does a moment later."""
    line = _line(ticket, body)
    commands.run(stock.issue, line.reservation, actor=step.by)
    commands.run(_hear, news.part_issued, line.pk)


def _part_came(ticket: Ticket, step: Step, body: dict[str, Any]) -> None:
    commands.run(_hear, news.part_came, _line(ticket, body).pk)


def _hear(listener: Callable[..., None], line: int, *, actor: None, at: datetime) -> None:
    """A subscriber at the instant it would have heard of it."""
    listener(line, at=at)


SPECIAL: dict[str, Callable[[Ticket, Step, dict[str, Any]], None]] = {
    "decide": _decide,
    "sign": _sign,
    "report": _report,
    "escalate": _escalate,
    "supply": _supply,
    "add_part": _add_part,
    "release_part": _release_part,
    "dispose": _dispose,
    "issue_part": _issue_part,
    "part_came": _part_came,
}

"""Performs a script as people would: verb after verb, each in its own command at its own instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
    repair,
    reporting,
    triage,
    visits,
)
from tickets.demo.scripts import Script, Step
from tickets.demo.world import PNG
from tickets.models import ReportDraft, Ticket
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
    if step.verb == "decide":
        request = Approval.objects.get(subject_type="tickets.ticket", subject_id=ticket.pk)
        commands.run(kernel_approvals.decide, request, approve=True, actor=step.by, **step.body)
    elif step.verb == "sign":
        draft = Words.of(ReportDraft.objects.filter(ticket=ticket).first())
        _content, digest = report.preview(Ticket.objects.get(pk=ticket.pk), draft)
        commands.run(reporting.sign, ticket, png=PNG, report_hash=digest, actor=step.by, **step.body)
    elif step.verb == "report":
        signed = ticket.signatures.latest("pk").pk
        commands.run(reporting.report, ticket, signature=signed, actor=step.by, **step.body)
    else:
        commands.run(VERBS[step.verb], ticket, actor=step.by, **step.body)

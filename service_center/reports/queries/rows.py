"""The rows behind a number, each as one line with its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from customers.models import Customer
from parts.models import Part
from service_center.kernel.languages import pick
from service_center.kernel.models import Clause, Clock
from surveys.models import FollowUp, Invitation
from tickets.models import Diagnosis, Ticket
from tickets.states import CLOCK_KINDS


@dataclass(frozen=True)
class Line:
    """What a drill-down shows of one row."""

    title: str
    detail: str
    url: str


def _clock_lines(clocks: list[Any]) -> list[Line]:
    numbers = dict(Ticket.objects.filter(pk__in=[c.subject_id for c in clocks]).values_list("pk", "number"))
    return [
        Line(
            numbers.get(c.subject_id, "–"),
            " · ".join([str(CLOCK_KINDS.get(c.kind, c.kind)), _lateness(c), _clause(c.rule.clause)]),
            f"/tickets/{numbers.get(c.subject_id)}/clocks/{c.pk}/",
        )
        for c in clocks
    ]


def _lateness(clock: Clock) -> str:
    """When it was due, and whether the promise was kept."""
    due = timezone.localtime(clock.due_at).strftime("%Y-%m-%d %H:%M") if clock.due_at else "–"
    if clock.breached_at is not None:
        return _("%(due)s 到期，已超时") % {"due": due}
    return (_("%(due)s 到期，按时") if clock.stopped_at else _("%(due)s 到期")) % {"due": due}


def _clause(clause: Clause) -> str:
    return f"{clause.document.code} {clause.article} {pick(clause, 'title')}"


def _ticket_lines(rows: list[Any]) -> list[Line]:
    return [Line(r.number, f"{r.subject} · {r.get_status_display()}", f"/tickets/{r.number}/") for r in rows]


def _complaint_lines(rows: list[Any]) -> list[Line]:
    return [Line(r.number, str(r.get_status_display()), f"/complaints/{r.number}/") for r in rows]


def _part_lines(rows: list[Any]) -> list[Line]:
    return [Line(r.code, pick(r, "name"), f"/parts/{r.code}/") for r in rows]


def _invitation_lines(rows: list[Any]) -> list[Line]:
    return [
        Line(
            r.ticket.number if r.ticket else str(r.pk),
            f"{r.score}",
            f"/tickets/{r.ticket.number}/" if r.ticket else "",
        )
        for r in rows
    ]


def _follow_up_lines(rows: list[Any]) -> list[Line]:
    return [Line(r.customer.name, str(r.get_status_display()), f"/follow-ups/{r.pk}/") for r in rows]


def _diagnosis_lines(rows: list[Any]) -> list[Line]:
    return [
        Line(r.ticket.number, f"{r.get_fault_class_display()} {r.fault_code}", f"/tickets/{r.ticket.number}/")
        for r in rows
    ]


def _customer_lines(rows: list[Any]) -> list[Line]:
    return [Line(r.name, r.region, f"/customers/{r.pk}/") for r in rows]


_DRAW: dict[type, tuple[tuple[str, ...], Callable[[list[Any]], list[Line]]]] = {
    Ticket: ((), _ticket_lines),
    Clock: (("rule__clause__document",), _clock_lines),
    Complaint: ((), _complaint_lines),
    Part: ((), _part_lines),
    Invitation: (("ticket",), _invitation_lines),
    FollowUp: (("customer",), _follow_up_lines),
    Customer: ((), _customer_lines),
    Diagnosis: (("ticket",), _diagnosis_lines),
}


def related(model: type) -> tuple[str, ...]:
    """What to select with rows of the model so that a page of lines costs a constant number of queries."""
    return _DRAW[model][0]


def draw(model: type, rows: list[Any]) -> list[Line]:
    """Lines for a page of rows of one model."""
    return _DRAW[model][1](rows)

"""Steps whose time a device tells late: asked about and confirmed (service_center.kernel.late_truth)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from service_center.kernel import approvals, late_truth
from service_center.kernel.firing import stamp
from service_center.kernel.late_truth import Moment
from service_center.kernel.models import Approval
from tickets import events
from tickets.actions import timing
from tickets.actions.recording import keep, tell, took_place
from tickets.models import CustomerContact, Ticket, Visit

if TYPE_CHECKING:
    from service_center.kernel.models import User

CONTACT, ARRIVAL = "ticket.late_contact", "visit.late_arrival"


def heard(
    ticket: Ticket,
    occurred_at: datetime | None,
    *,
    device_time: datetime | None,
    meets: Collection[str],
    not_before: datetime,
    actor: User | None,
    at: datetime,
) -> Moment:
    """Judge what a device told of a step that meets these kinds of clocks. Raises Invalid for an absurd time."""
    told = took_place(occurred_at, device_time=device_time, not_before=not_before, at=at)
    return late_truth.judge(ticket, told, meets=meets, actor=actor, at=at)


def ask(
    verb: str, row: Visit | CustomerContact, moment: Moment, *, actor: User | None, at: datetime
) -> Approval | None:
    """Ask the supervisor to confirm a doubted time; None when there is no doubt."""
    asked = late_truth.ask(verb, row, moment, label=row.ticket.number, actor=actor, at=at)
    if asked is not None:
        tell(events.TIME_DOUBTED, row.ticket, actor=actor, at=at, approval=asked.pk, **moment.data)
    return asked


@approvals.performs(ARRIVAL)
def confirm_arrival(approval: Approval, *, actor: User | None, at: datetime) -> Visit:
    """The engineer was there when the phone says: arrival and response are met then, a breach it disproves is retracted.

    Whoever asked could take the step when it was taken; what became of job and person since does not change the past.
    """
    ticket = Ticket.objects.lock(Visit.objects.get(pk=approval.subject_id).ticket_id)
    visit, told = Visit.objects.get(pk=approval.subject_id), late_truth.told_at(approval)
    if ticket.arrived_at == visit.arrived_at:
        ticket.arrived_at = told
    visit.ticket = ticket
    visit.confirm_times()
    visit.save()
    keep(ticket)
    timing.been_there(ticket, at=at, occurred_at=told)
    _tell_confirmed(approval, ticket, actor=actor, at=at)
    return visit


@approvals.performs(CONTACT)
def confirm_contact(approval: Approval, *, actor: User | None, at: datetime) -> CustomerContact:
    """The customer was reached when the device says: the response is met then."""
    ticket = Ticket.objects.lock(CustomerContact.objects.get(pk=approval.subject_id).ticket_id)
    contact, told = CustomerContact.objects.get(pk=approval.subject_id), late_truth.told_at(approval)
    ticket.responded_at = min(filter(None, [ticket.responded_at, told]))
    contact.ticket, contact.occurred_at = ticket, told
    contact.save()
    keep(ticket)
    timing.responded(ticket, at=at, occurred_at=told)
    _tell_confirmed(approval, ticket, actor=actor, at=at)
    return contact


def _tell_confirmed(approval: Approval, ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    told = late_truth.told_at(approval)
    tell(
        events.TIME_CONFIRMED, ticket, actor=actor, at=at, occurred_at=told, approval=approval.pk, told_at=stamp(told)
    )  # fmt: skip


@approvals.describes(ARRIVAL, CONTACT)
def describe(approval: Approval) -> list[tuple[str, str]]:
    """What the supervisor has to weigh."""
    step = _("到达现场") if approval.verb == ARRIVAL else _("联系客户")
    return late_truth.described(approval, step)

"""Times that devices tell late: what is beyond doubt counts at once, the rest when a supervisor confirms it.

The step itself is taken either way. Doubted are a device whose clock is off by more than is tolerated, and, where no
offset was measured, a word that would undo a breach. Until the confirmation the instant the server heard of it counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from service_center.kernel import approvals, clocks
from service_center.kernel.device_time import Told
from service_center.kernel.firing import stamp
from service_center.kernel.languages import amount
from service_center.kernel.models import Approval
from tickets import events
from tickets.actions import timing
from tickets.actions.recording import keep, local, tell, tolerated_offset, took_place
from tickets.models import CustomerContact, Ticket, Visit

if TYPE_CHECKING:
    from service_center.kernel.models import User

KIND = "clock.retraction"
CONTACT, ARRIVAL = "ticket.late_contact", "visit.late_arrival"


@dataclass(frozen=True)
class Moment:
    """When a step counts as taken; `doubted` is the time told, where it must be confirmed first."""

    counts: datetime
    doubted: datetime | None
    offset_s: float | None

    @property
    def data(self) -> dict[str, Any]:
        """What the step's fact says of it."""
        doubt = {} if self.doubted is None else {"told_at": stamp(self.doubted)}
        return doubt if self.offset_s is None else doubt | {"offset_s": self.offset_s}


def heard(
    ticket: Ticket,
    occurred_at: datetime | None,
    *,
    device_time: datetime | None,
    meets: Iterable[str],
    not_before: datetime,
    actor: User | None,
    at: datetime,
) -> Moment:
    """Judge what a device told of a step that meets these kinds of clocks. Raises Invalid for an absurd time."""
    told = took_place(occurred_at, device_time=device_time, not_before=not_before, at=at)
    if actor is not None and _doubted(ticket, told, set(meets), at):
        return Moment(at, told.at, told.offset_s)
    return Moment(told.at, None, told.offset_s)


def _doubted(ticket: Ticket, told: Told, meets: set[str], at: datetime) -> bool:
    if not meets or told.trusted(tolerated_offset()):
        return False
    moved = [c for c in clocks.lock_for(ticket) if c.kind in meets and clocks.stoppable(c, told.at)]
    if told.offset is not None:
        return bool(moved)
    return any(c.due_at is not None and told.at <= c.due_at < (c.stopped_at or at) for c in moved)


def ask(
    verb: str, row: Visit | CustomerContact, moment: Moment, *, actor: User | None, at: datetime
) -> Approval | None:
    """Ask the supervisor to confirm a doubted time; None when there is no doubt."""
    if moment.doubted is None:
        return None
    payload = {"told_at": stamp(moment.doubted), "counted_at": stamp(at), "offset_s": moment.offset_s}
    label = row.ticket.number
    asked = approvals.ask(verb, row, kind=KIND, payload=payload, label=label, actor=actor, at=at)
    told = {name: value for name, value in payload.items() if value is not None}
    tell(events.TIME_DOUBTED, row.ticket, actor=actor, at=at, approval=asked.pk, **told)
    return asked


@approvals.performs(ARRIVAL)
def confirm_arrival(approval: Approval, *, actor: User | None, at: datetime) -> Visit:
    """The engineer was there when the phone says: arrival and response are met then, a breach it disproves is retracted.

    Whoever asked could take the step when it was taken; what became of job and person since does not change the past.
    """
    ticket = Ticket.objects.lock(Visit.objects.get(pk=approval.subject_id).ticket_id)
    visit = Visit.objects.get(pk=approval.subject_id)
    assert visit.arrival_told_at is not None
    if ticket.arrived_at == visit.arrived_at:
        ticket.arrived_at = visit.arrival_told_at
    visit.ticket = ticket
    visit.confirm_times()
    visit.save()
    keep(ticket)
    timing.been_there(ticket, at=at, occurred_at=visit.arrival_told_at)
    _tell_confirmed(approval, visit, visit.arrival_told_at, actor=actor, at=at)
    return visit


@approvals.performs(CONTACT)
def confirm_contact(approval: Approval, *, actor: User | None, at: datetime) -> CustomerContact:
    """The customer was reached when the device says: the response is met then."""
    ticket = Ticket.objects.lock(CustomerContact.objects.get(pk=approval.subject_id).ticket_id)
    contact = CustomerContact.objects.get(pk=approval.subject_id)
    assert contact.told_at is not None
    ticket.responded_at = min(filter(None, [ticket.responded_at, contact.told_at]))
    contact.ticket, contact.occurred_at = ticket, contact.told_at
    contact.save()
    keep(ticket)
    timing.responded(ticket, at=at, occurred_at=contact.told_at)
    _tell_confirmed(approval, contact, contact.told_at, actor=actor, at=at)
    return contact


def _tell_confirmed(
    approval: Approval, row: Visit | CustomerContact, told_at: datetime, *, actor: User | None, at: datetime
) -> None:
    about = {"approval": approval.pk, "told_at": stamp(told_at)}
    tell(events.TIME_CONFIRMED, row.ticket, actor=actor, at=at, occurred_at=told_at, **about)


@approvals.describes(ARRIVAL, CONTACT)
def describe(approval: Approval) -> list[tuple[str, str]]:
    """What the supervisor has to weigh: the step, the device's word, the server's, and how far the device is off."""
    about = approval.payload
    step = _("到达现场") if approval.verb == ARRIVAL else _("联系客户")
    lines = [
        (_("步骤"), step),
        (_("设备报告的时间"), _local(about["told_at"])),
        (_("服务器收到的时间"), _local(about["counted_at"])),
    ]
    return [*lines, (_("设备时钟偏差"), _off(about["offset_s"]))]


def _local(stamped: str) -> str:
    moment = parse_datetime(stamped)
    return stamped if moment is None else local(moment)


def _off(seconds: float | None) -> str:
    """How wrong the device's clock is, in the largest unit that says it: 快 3 分钟."""
    if seconds is None:
        return _("未测得")
    sizes = {"natural_day": 86400, "hour": 3600, "minute": 60, "second": 1}
    unit = next((unit for unit, size in sizes.items() if abs(seconds) >= 2 * size), "second")
    span = {"amount": amount(round(abs(seconds) / sizes[unit]), unit)}
    return _("快 %(amount)s") % span if seconds > 0 else _("慢 %(amount)s") % span

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import events, permissions
from complaints.models import Complaint
from complaints.states import Channel
from service_center.kernel import clocks, commands, journal, numbering, rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from staff.models import Person
from staff.states import Role

if TYPE_CHECKING:
    from customers.models import Customer, ProductModel, Unit
    from service_center.kernel.models import User
    from tickets.models import Ticket

BY_CUSTOMER = (Channel.SURVEY, Channel.PORTAL)


class NobodyToOwn(DomainError):
    """A complaint without a dedicated handler may not exist (CMP-04)."""

    code = "no_owner"
    message = gettext_lazy("本网点没有可负责投诉的专员，请指定投诉专人。")


def register(
    *,
    channel: str,
    content: str,
    apology: str,
    actor: User | None,
    at: datetime,
    fault: str = "",
    evidence: str = "",
    customer: Customer | None = None,
    ticket: Ticket | None = None,
    unit: Unit | None = None,
    product: ProductModel | None = None,
    owner: Person | None = None,
    reported_at: datetime | None = None,
    simple: str = "",
) -> Complaint:
    """Take a complaint: number, one owner, and the clocks of 24 hours and 3 working days (CMP-01 to CMP-05).

    `simple` is the answer given at once: the complaint is then closed in the same breath. The clocks start with the
    receipt, `reported_at`, at most 30 days back. Of `customer` and `ticket` one is enough; the ticket brings its
    customer and unit. Raises Forbidden, Invalid, NobodyToOwn; VisitDue for an answer where a visit is due.
    """
    require(permissions.can_register, actor)
    complaint = Complaint(channel=channel, content=content, fault=fault, evidence=evidence, apology=apology)
    complaint.customer, complaint.ticket = _complainant(customer, ticket), ticket
    complaint.reported_at, complaint.registered_at = _received_at(reported_at, at), at
    complaint.unit = unit or (ticket.unit if ticket is not None else None)
    complaint.product_model = product or (complaint.unit.product_model if complaint.unit else None)
    _open(complaint, owner, actor, at)
    if simple:
        answer_at_once(complaint, text=simple, actor=actor, at=at)
        complaint.refresh_from_db()
    return complaint


def _open(complaint: Complaint, owner: Person | None, actor: User | None, at: datetime) -> None:
    """Number, branch and one owner, the clocks, and the fact."""
    ticket = complaint.ticket
    complaint.number, complaint.origin_key = numbering.next_number("C", at=at), commands.origin_key()
    complaint.branch = ticket.branch if ticket is not None else complaint.customer.branch
    complaint.owner = owner or _owner_for(actor, ticket, complaint.branch.pk)
    complaint.visit_required = _visit_required(ticket, at)
    complaint.save()
    _start_clocks(complaint, at)
    journal.record(
        events.REGISTERED,
        complaint,
        actor=actor,
        at=at,
        occurred_at=complaint.reported_at,
        links=(complaint.customer, ticket, complaint.unit),
        channel=complaint.channel,
    )


def answer_at_once(complaint: Complaint, *, text: str, actor: User | None, at: datetime) -> Complaint:
    """Answer a simple complaint in the same conversation and close it (CMP-05).

    Raises TransitionNotAllowed, VisitDue where the customer has to be visited first.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_handle, actor, complaint)
    complaint.answer_at_once(text, at=at)
    complaint.version += 1
    complaint.save()
    clocks.stop(complaint, "response", at=at)
    clocks.stop(complaint, "verification", at=at)
    clocks.cancel(complaint, at=at)
    journal.record(
        events.ANSWERED, complaint, actor=actor, at=at, links=(complaint.customer, complaint.ticket)
    )
    journal.record(events.CLOSED, complaint, actor=actor, at=at, links=(complaint.customer, complaint.ticket))
    return complaint


def _complainant(customer: Customer | None, ticket: Ticket | None) -> Customer:
    if ticket is not None and customer is not None and ticket.customer_id != customer.pk:
        raise Invalid(_("此工单属于另一位客户。"), field="ticket")
    found = customer or (ticket.customer if ticket is not None else None)
    if found is None:
        raise Invalid(_("请指明客户或工单。"), field="customer")
    return found


def _received_at(reported_at: datetime | None, at: datetime) -> datetime:
    if reported_at is None:
        return at
    if reported_at > at:
        raise Invalid(_("投诉时间不能晚于现在。"), field="reported_at")
    days = int(rulebook.rule("ticket.report_back", at=at).value)
    if reported_at < at - timedelta(days=days):
        raise Invalid(_("投诉时间最多可补记 %(days)s 天。") % {"days": days}, field="reported_at")
    return reported_at


def _owner_for(actor: User | None, ticket: Ticket | None, branch_id: int) -> Person:
    """The desk person who takes it, else the ticket's owner, else an agent or the supervisor of the branch."""
    person: Person | None = getattr(actor, "person", None)
    if person is not None and person.branch_id == branch_id and person.has_role(Role.AGENT, Role.SUPERVISOR):
        return person
    if ticket is not None and ticket.owner.left_at is None:
        return ticket.owner
    for role in (Role.AGENT, Role.SUPERVISOR):
        found = Person.objects.at_work().with_role(role).filter(branch_id=branch_id).order_by("pk").first()
        if found is not None:
            return found
    raise NobodyToOwn(field="owner")


def _visit_required(ticket: Ticket | None, at: datetime) -> bool:
    """Whether the supervisor must see the customer: by the setting, for every complaint or for on-site ones (CF-23)."""
    scope = rulebook.setting("complaint.supervisor_visit", at=at)
    return scope == "all" or (scope == "onsite" and ticket is not None and ticket.mode == "onsite")


def _start_clocks(complaint: Complaint, at: datetime) -> None:
    for kind in ("response", "verification", *(["visit"] if complaint.visit_required else [])):
        rule = rulebook.rule(f"complaint.{kind}", at=at)
        clocks.start(complaint, kind, rule=rule, at=at, started_at=complaint.reported_at)

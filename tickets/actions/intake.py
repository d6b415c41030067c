"""From the call to the ticket: customer, unit, request, owner and clocks in one step (TKT-01 to TKT-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from customers import actions as crm
from customers.models import Contact, Customer, ProductModel, Unit
from service_center.kernel import commands, numbering, rulebook
from service_center.kernel.access import has_role, require
from service_center.kernel.errors import Invalid
from service_center.kernel.late_truth import tolerance
from staff.models import Person
from tickets import events, permissions
from tickets.actions import messages, timing
from tickets.actions.dispatch import least_busy
from tickets.actions.recording import keep, tell
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.models import User

EDITABLE = ("subject", "description", "symptom", "demand", "promised_at", "contact")


def register(
    *,
    channel: str,
    customer: Mapping[str, Any],
    subject: str,
    description: str,
    demand: str,
    unit: Mapping[str, Any] | None = None,
    symptom: str = "",
    reported_at: datetime | None = None,
    promised_at: datetime | None = None,
    actor: User | None,
    at: datetime,
) -> Ticket:
    """Register a request at once: file and unit are found or opened, the first contact owns it (TKT-04, TKT-08).

    `customer` is `{id}` or `{name, phone, address, contact?}`, `unit` `{id}`, `{product_model, serial, purchased_on?,
    proof?}` or None. Clocks count from `reported_at`. Raises Forbidden, Invalid with the field's path.
    """
    require(permissions.can_register, actor)
    reported = _reported(reported_at, at)
    _require_later(promised_at, reported)
    file = _file(customer, actor, at)
    ticket = Ticket(
        origin_key=commands.origin_key(), channel=channel, reported_at=reported, registered_at=at,
        registered_by=actor, customer=file, contact=_contact(file, customer), branch=file.branch, zone=file.zone,
        subject=subject, description=description, symptom=symptom, demand=demand, promised_at=promised_at,
    )  # fmt: skip
    ticket.take_unit(_machine(unit, file, actor, at))
    ticket.owner = _first_contact(ticket, actor)
    ticket.number = numbering.next_number("T", at=at)
    keep(ticket)
    timing.registered(ticket, at=at)
    messages.tell_customer(ticket, messages.RECEIVED_SMS.code, at=at, dedupe="registered")
    tell(
        events.REGISTERED, ticket, actor=actor, at=at, occurred_at=reported, channel=channel, demand=demand,
        owner=ticket.owner.user.username, branch=ticket.branch.code,
    )  # fmt: skip
    return ticket


def _reported(reported_at: datetime | None, at: datetime) -> datetime:
    """When the customer said it: now, or up to the set number of days back. Raises Invalid."""
    if reported_at is None:
        return at
    reach = timedelta(days=int(rulebook.rule("ticket.report_back", at=at).value))
    if reported_at > at + tolerance():
        raise Invalid(_("报修时间不能晚于现在。"), field="reported_at")
    if reported_at < at - reach:
        raise Invalid(_("报修时间最早为 %(days)s 天前。") % {"days": reach.days}, field="reported_at")
    return min(reported_at, at)


def _require_later(promised_at: datetime | None, reported: datetime) -> None:
    if promised_at is not None and promised_at <= reported:
        raise Invalid(_("承诺时间必须晚于报修时间。"), field="promised_at")


def _file(customer: Mapping[str, Any], actor: User | None, at: datetime) -> Customer:
    """The file that is meant, or a new one. Raises Invalid beside the field."""
    if "id" in customer:
        files = Customer.objects.all() if actor is None else Customer.objects.visible_to(actor)
        known = files.select_related("branch").filter(pk=customer["id"]).first()
        if known is None:
            raise Invalid(_("没有这位客户，或不属于您的网点。"), field="customer.id")
        return known
    return crm.find_or_open(
        name=customer["name"],
        phone=customer["phone"],
        address=customer.get("address"),
        contact=customer.get("contact"),
        branch=customer.get("branch"),
        actor=actor,
        at=at,
    )


def _contact(file: Customer, customer: Mapping[str, Any]) -> Contact | None:
    """Who is to be called about this ticket, when somebody else than the customer was named."""
    if not customer.get("contact"):
        return None
    return file.contacts.filter(name=customer["contact"]["name"].strip()).order_by("-id").first()


def _machine(unit: Mapping[str, Any] | None, file: Customer, actor: User | None, at: datetime) -> Unit | None:
    """The unit that is meant, or a new one of this customer. Raises Invalid beside the field."""
    if unit is None:
        return None
    if "id" in unit:
        known = file.units.select_related("product_model").filter(pk=unit["id"]).first()
        if known is None:
            raise Invalid(_("此客户名下没有这台机器。"), field="unit.id")
        return known
    model = ProductModel.objects.filter(code=unit["product_model"]).first()
    if model is None:
        raise Invalid(_("没有这个产品型号。"), field="unit.product_model")
    return crm.register_unit(
        customer=file,
        product_model=model,
        serial=unit["serial"],
        purchased_on=unit.get("purchased_on"),
        proof=unit.get("proof", "none"),
        actor=actor,
        at=at,
    )


def _first_contact(ticket: Ticket, actor: User | None) -> Person:
    """Who takes the first contact owns the ticket; what comes in by itself goes to the least busy agent (TKT-08).

    Raises Invalid when the branch has nobody to own it.
    """
    if actor is not None and has_role(actor, "agent", "supervisor", "manager"):
        return actor.person
    owner = least_busy("agent", ticket) or least_busy("supervisor", ticket) or least_busy("manager", ticket)
    if owner is None:
        raise Invalid(_("该网点没有可负责的客服专员。"), field="customer")
    return owner


def edit(ticket: Ticket, *, expected: int, actor: User | None, at: datetime, **changes: Any) -> Ticket:
    """Correct what was registered: subject, description, symptom, demand, promised_at, contact (id or None).

    Raises Forbidden, Stale, TransitionNotAllowed once ended, Invalid.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_edit, actor, ticket)
    commands.check_version(ticket, expected)
    ticket.edit()
    _change(ticket, changes)
    keep(ticket)
    if "promised_at" in changes:
        _require_later(ticket.promised_at, ticket.reported_at)
        timing.promised(ticket, at=at)
    tell(events.EDITED, ticket, actor=actor, at=at, fields=sorted(changes))
    return ticket


def _change(ticket: Ticket, changes: Mapping[str, Any]) -> None:
    for field, value in changes.items():
        if field == "contact":
            ticket.contact = None if value is None else ticket.customer.contacts.filter(pk=value).first()
            if value is not None and ticket.contact is None:
                raise Invalid(_("此客户没有这个联系人。"), field="contact")
        elif field in EDITABLE:
            setattr(ticket, field, value)
        else:
            raise ValueError(f"{field} of a ticket is not edited")

"""Who is told what: news in the product for staff, messages to the customer. Written with the fact that causes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from service_center.kernel import notifications, outbox, phones
from staff.models import Person
from tickets.actions.recording import local
from tickets.models import Assignment, Escalation, Handover, Ticket, Visit
from tickets.states import ClockKind, ClockStage

if TYPE_CHECKING:
    from service_center.kernel.models import User

ASSIGNED = notifications.define("ticket.assigned", _("工单 %(number)s 派给了您，预计 %(expected_at)s 处理"))
DECLINED = notifications.define("ticket.declined", _("%(engineer)s 拒绝了工单 %(number)s 的派工，请重新派工"))
APPOINTED = notifications.define("ticket.appointed", _("工单 %(number)s 约定在 %(starts_at)s 上门"))
ESCALATED = notifications.define("ticket.escalated", _("工单 %(number)s 请求您协助"))
HANDED_OVER = notifications.define("ticket.handed_over", _("工单 %(number)s 已移交给您负责"))
RETURNED = notifications.define("ticket.returned", _("客户对工单 %(number)s 的结果不满意，请继续处理"))
REOPENED_OFTEN = notifications.define(
    "ticket.reopened_often", _("工单 %(number)s 已重新打开 %(count)s 次，请经理介入")
)
REPORTED = notifications.define("ticket.reported", _("工单 %(number)s 的维修报告已提交，请告知客户结果"))
PART_ARRIVED = notifications.define("ticket.part_arrived", _("工单 %(number)s 等待的配件已到，可继续处理"))
WITHOUT_ENGINEER = notifications.define(
    "ticket.without_engineer", _("工单 %(number)s 的工程师已离职，请重新派工")
)
CLOCK = notifications.define(
    "ticket.clock",
    _("工单 %(number)s 的时限“%(kind)s”：%(stage)s，应于 %(due)s 前完成"),
    kind=ClockKind,
    stage=ClockStage,
)

RECEIVED_SMS = outbox.define(
    "ticket.received",
    _("您好，您的服务请求已登记，单号 %(number)s。我们会尽快与您联系。"),
    title=_("服务请求 %(number)s 已登记"),
)
APPOINTED_SMS = outbox.define(
    "ticket.appointment",
    _("您好，工单 %(number)s 约定的时间为 %(starts_at)s 至 %(ends_at)s，请留人在场。"),
    title=_("工单 %(number)s 的预约"),
)
RESULT_SMS = outbox.define(
    "ticket.result",
    _("您好，工单 %(number)s 已处理完毕，感谢您的配合。如有问题可随时与我们联系。"),
    title=_("工单 %(number)s 处理结果确认函"),
)


def url_of(ticket: Ticket) -> str:
    """Where staff open the ticket."""
    return f"/tickets/{ticket.number}/"


def tell_person(
    person: Person | None,
    template: str,
    ticket: Ticket,
    *,
    at: datetime,
    dedupe: str | None = None,
    **params: Any,
) -> None:
    """One line in somebody's list of news; nobody is told nothing."""
    if person is None:
        return
    told = {"number": ticket.number, **params}
    notifications.notify(
        person, template=template, params=told, url=url_of(ticket), subject=ticket, at=at, dedupe=dedupe
    )


def tell_role(
    role: str, template: str, ticket: Ticket, *, at: datetime, dedupe: str | None = None, **params: Any
) -> None:
    """News for everybody of a role at the ticket's branch; managers and directors wherever they are."""
    people = Person.objects.at_work().with_role(role).select_related("user")
    if role not in {"manager", "director"}:
        people = people.filter(branch_id=ticket.branch_id)
    for person in people.order_by("pk"):
        tell_person(person, template, ticket, at=at, dedupe=dedupe, **params)


def tell_customer(ticket: Ticket, template: str, *, at: datetime, dedupe: str, **context: Any) -> None:
    """An SMS to a mobile number, else an e-mail where there is one; a landline alone gets neither."""
    customer = ticket.customer
    if customer.phone and phones.kind(customer.phone) is phones.PhoneKind.MOBILE:
        channel, recipient = "sms", customer.phone
    elif customer.email:
        channel, recipient = "email", customer.email
    else:
        return
    outbox.send(
        channel=channel,
        to=recipient,
        template=template,
        context={"number": ticket.number, **context},
        subject=ticket,
        dedupe=f"{template}:{ticket.pk}:{dedupe}",
        at=at,
    )


def tell_engineer(row: Assignment, *, at: datetime) -> None:
    when = local(row.expected_at)
    tell_person(row.engineer, ASSIGNED, row.ticket, at=at, dedupe=f"assignment:{row.pk}", expected_at=when)


def tell_declined(row: Assignment, *, at: datetime) -> None:
    """Who dispatched and who owns the ticket must find somebody else."""
    dispatcher = getattr(row.by, "person", None)
    for person in {p.pk: p for p in (dispatcher, row.ticket.owner) if p is not None}.values():
        tell_person(
            person,
            DECLINED,
            row.ticket,
            at=at,
            dedupe=f"declined:{row.pk}",
            engineer=row.engineer.user.username,
        )


def tell_appointment(row: Visit, *, moved: bool, actor: User | None, at: datetime) -> None:
    """The customer always, the engineer unless it was the engineer who agreed it."""
    assert row.starts_at is not None and row.ends_at is not None
    starts_at, ends_at = local(row.starts_at), local(row.ends_at)
    tell_customer(
        row.ticket, APPOINTED_SMS.code, at=at, dedupe=f"visit:{row.pk}", starts_at=starts_at, ends_at=ends_at
    )
    if actor is None or actor.pk != row.engineer.user_id:
        tell_person(row.engineer, APPOINTED, row.ticket, at=at, dedupe=f"visit:{row.pk}", starts_at=starts_at)


def tell_asked(row: Escalation, *, at: datetime) -> None:
    tell_person(row.asked, ESCALATED, row.ticket, at=at, dedupe=f"escalation:{row.pk}")


def tell_owner(row: Handover, *, at: datetime) -> None:
    tell_person(row.new, HANDED_OVER, row.ticket, at=at, dedupe=f"handover:{row.pk}")

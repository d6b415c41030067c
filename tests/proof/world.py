"""One of everything, at the Hangzhou branch, and a body for every write: what the authorization matrix asks for."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from complaints import actions as complaints
from customers.models import Customer, ProductLine, Unit
from parts.models import Balance, PurchaseOrder, PurchaseProposal, Reservation, StockMove, Supplier
from service_center.kernel import attachments, calendar_changes, commands, sweep
from service_center.kernel.models import (
    Alarm,
    AlarmRecipient,
    AlarmTask,
    Calendar,
    CalendarVersion,
    Changeover,
    Clock,
    Event,
    Notification,
    Review,
    Rule,
    Setting,
    User,
)
from staff.actions import compile_appraisal
from staff.models import Booking, Licence, Person, ScoreEntry, Skill
from surveys.actions import invitations
from surveys.models import FollowUp, Invitation, Rectification
from tests.tickets.conftest import PNG, Story, hours
from tests.worlds import SMALL
from tickets.actions import approvals, part_lines, repair
from tickets.models import Ticket


@dataclass
class World:
    """What each path names, and the values that a body's fields take."""

    paths: dict[str, str]
    values: dict[str, Any]


def build() -> World:
    """The demo company with a ticket in handling, one that ended badly, and a complaint."""
    call_command("demo", bare=True, stdout=io.StringIO(), **SMALL)
    people = {p.user.username: p for p in Person.objects.select_related("user", "branch", "team")}
    wang = Customer.objects.with_phone("+8613800138000").get()
    unit = Unit.objects.get(customer=wang, product_model__line__code="AC")
    story = Story(
        people["agent"], people["engineer"], people["manager"], unit, ProductLine.objects.get(code="AC")
    )
    ended, ticket = story.closed(), story.diagnosed()
    settle()
    return World(_paths(people, wang, unit, ticket, ended), _values(people, wang, unit, ticket))


def settle() -> None:
    while sweep.once():
        pass


def _paths(
    people: dict[str, Person], wang: Customer, unit: Unit, ticket: Ticket, ended: Ticket
) -> dict[str, str]:
    agent, engineer = people["agent"].user, people["engineer"]
    _work(ticket, engineer.user)
    complaint = commands.run(
        complaints.register, channel="phone", content="太慢", apology="抱歉", ticket=ended, actor=agent
    )
    approval = commands.run(approvals.ask_cancellation, ticket, reason="不要了", actor=agent)
    commands.run(
        invitations.enter, Invitation.objects.get(ticket=ended), channel="phone", actor=agent,
        marks={"service": dict.fromkeys(("quality", "effect", "speed"), 1)},
    )  # fmt: skip
    settle()
    attachment = commands.run(_attach, ticket, actor=agent)
    month = (timezone.now().replace(day=1) - timedelta(days=1)).date()
    appraisal = commands.run(
        compile_appraisal, person=engineer, period=month, actor=people["supervisor"].user
    )
    known: dict[str, Any] = {
        "tickets": ticket.number, "complaints": complaint.number, "customers": wang.pk, "units": unit.pk,
        "approvals": approval.pk, "attachments": attachment.pk, "appraisals": appraisal.pk,
        "calendar-versions": _calendar_draft().pk, "changeovers": Changeover.objects.latest("pk").pk,
        "document-reviews": Review.objects.planned().earliest("pk").pk,
        "alarms": _alarm(ticket, agent).pk, "clocks": Clock.objects.get(subject_id=ticket.pk, kind="solution").pk,
        "notifications": Notification.objects.filter(user=agent).latest("pk").pk,
        "follow-ups": FollowUp.objects.get(ticket=ended).pk, "rectifications": Rectification.objects.get().pk,
        "surveys": Invitation.objects.get().pk, "reservations": Reservation.objects.latest("pk").pk,
        "rules": Rule.objects.in_force(timezone.now()).earliest("pk").pk, "settings": Setting.objects.get(code="ticket.reopen.escalate_after").key,
        "text-templates": "answer-thanks", "symptoms": "AC-01", "calendars": "duty", "kpis": "tickets.open", "part-classes": "ME-R-M", "parts": "P-1001", "products": "KFR-35GW",
        "purchase-orders": PurchaseOrder.objects.earliest("pk").number,
        "purchase-proposals": PurchaseProposal.objects.earliest("pk").pk, "staff": "engineer",
        "stock-movements": StockMove.objects.latest("pk").pk, "suppliers": Supplier.objects.earliest("pk").code,
        "bookings": Booking.objects.filter(person=engineer).latest("pk").pk,
        "licences": Licence.objects.filter(person=engineer).earliest("pk").pk,
        "scores": ScoreEntry.objects.filter(person=engineer).earliest("pk").pk,
    }  # fmt: skip
    return {name: str(value) for name, value in known.items()}


def _calendar_draft() -> CalendarVersion:
    """A draft nobody signed, so that everybody who may can agree to it; and a calendar that was changed over before."""
    spare = Calendar.objects.get(code="duty-lunch")
    past = commands.run(calendar_changes.import_year, spare, year=2019)
    commands.run(calendar_changes.approve, past)
    commands.run(calendar_changes.put_in_force, past)
    row: CalendarVersion = commands.run(calendar_changes.import_year, spare, year=2020)
    return row


def _work(ticket: Ticket, engineer: User) -> None:
    """A part drawn and a price agreed."""
    plenty = Balance.objects.filter(
        location__branch=ticket.branch, location__kind="store", part__tracked="none"
    )
    part = plenty.filter(on_hand__gt=12).earliest("part__code").part
    commands.run(
        repair.consent, ticket, plan="换件", amount=80, method="signature", signed_by="王芳", actor=engineer
    )
    commands.run(part_lines.add, ticket, part=part, quantity=1, actor=engineer)


def _alarm(ticket: Ticket, user: User) -> Alarm:
    """A rung told to the agent, with a task."""
    clock = Clock.objects.get(subject_type=Ticket._meta.label_lower, subject_id=ticket.pk, kind="solution")
    fact = Event.objects.filter(subject_type=Ticket._meta.label_lower, subject_id=ticket.pk).earliest("pk")
    alarm = Alarm.objects.create(
        event=fact, clock=clock, cycle=clock.cycle, generation=clock.generation, rung="due", role="owner",
        reached="owner", action="open_task", at=timezone.now(),
    )  # fmt: skip
    AlarmRecipient.objects.create(alarm=alarm, user=user)
    AlarmTask.objects.create(alarm=alarm, user=user, opened_at=alarm.at)
    return alarm


def _attach(ticket: Ticket, *, actor: User, at: Any) -> Any:
    file = SimpleUploadedFile("photo.png", PNG, content_type="image/png")
    return attachments.store(ticket, file=file, kind="photo", actor=actor, at=at)


def _values(people: dict[str, Person], wang: Customer, unit: Unit, ticket: Ticket) -> dict[str, Any]:
    """By the name of the field; what is not here follows from its type."""
    neighbour = Customer.objects.filter(branch=wang.branch).exclude(pk=wang.pk).earliest("pk")
    proposal = PurchaseProposal.objects.filter(location__branch=wang.branch).earliest("pk")
    return {
        "engineer": "engineer2", "owner": "supervisor", "person": "engineer", "product_line": "AC", "line": "AC",
        "part": "P-1001", "part_class": "ME-R-M", "product_model": "KFR-35GW", "branch": "HZ", "leader": "supervisor",
        "member": "engineer2", "visitor": "supervisor", "responsible": "supervisor", "hand_over_to": "engineer2",
        "username": "somebody", "password": "long-enough-77-words", "phone": "13700137000", "serial": "AC359900001",
        "part_line": ticket.part_lines.latest("pk").pk, "unit": unit.pk, "customer": wang.pk, "ticket": ticket.number,
        "to": neighbour.pk, "location": proposal.location.code, "proposal": proposal.pk, "skill": Skill.objects.earliest("pk").code,
        "supplier": Supplier.objects.earliest("pk").code, "reason": "客户来电核对", "started_at": hours(-1).isoformat(),
        "ends_at": hours(60).isoformat(), "period": f"{hours(-24 * 40):%Y-%m}", "png": base64.b64encode(PNG).decode(),
        "report_hash": "0" * 64,
    }  # fmt: skip


def special(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What an operation needs beside its required fields."""
    return {
        "create_ticket": {"customer": {"id": values["customer"]}},
        "create_complaint": {"customer": values["customer"]},
        "create_ticket_escalation": {"to": "expert"},
        "edit_setting": {"value": 3},
    }

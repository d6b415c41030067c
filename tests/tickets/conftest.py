"""People, a customer's machine, parts in the store, and a ticket brought to any state through verbs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customers import actions as crm
from customers.models import Customer, ProductLine, ProductModel, Unit
from parts import actions as stock
from parts.models import Part, PartClass
from parts.states import Kind
from service_center.kernel import approvals, commands
from staff.models import Branch, Licence, Person
from tickets.actions import approvals as endings
from tickets.actions import closing, contacts, dispatch, holds, intake, repair, reporting, triage, visits
from tickets.models import Assignment, Ticket
from tickets.queries import report

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def hours(number: float) -> datetime:
    """So many hours from now."""
    return datetime.now(UTC) + timedelta(hours=number)


@pytest.fixture
def line(db: None) -> ProductLine:
    return ProductLine.objects.create(code="AC", name_zh="空调", name_en="Air conditioners")


@pytest.fixture
def model(line: ProductLine) -> ProductModel:
    return ProductModel.objects.create(
        code="AC-1", name_zh="壁挂空调", name_en="Wall unit", line=line, category="terminal"
    )


@pytest.fixture
def agent(person: Callable[..., Person]) -> Person:
    return person("agent", username="agent")


@pytest.fixture
def supervisor(person: Callable[..., Person]) -> Person:
    return person("supervisor", username="supervisor")


@pytest.fixture
def manager(person: Callable[..., Person]) -> Person:
    return person("manager", username="manager")


def _engineer(person: Callable[..., Person], username: str, **fields: Any) -> Person:
    made = person("engineer", username=username, **fields)
    Licence.objects.create(person=made, product_line="AC", valid_from=hours(-9000))
    return made


@pytest.fixture
def engineer(person: Callable[..., Person]) -> Person:
    return _engineer(person, "engineer")


@pytest.fixture
def engineer2(person: Callable[..., Person]) -> Person:
    return _engineer(person, "engineer2")


@pytest.fixture
def customer(agent: Person) -> Customer:
    return commands.run(
        crm.open_file, name="王芳", phone="13800138000", actor=agent.user,
        address={"province": "浙江", "city": "杭州", "district": "西湖区", "zone": "city", "detail": "文三路 1 号"},
    )  # fmt: skip


@pytest.fixture
def unit(customer: Customer, model: ProductModel, agent: Person) -> Unit:
    return commands.run(
        crm.register_unit, customer=customer, product_model=model, serial="SN-1", actor=agent.user, proof="invoice",
        purchased_on=hours(-24 * 100).date(),
    )  # fmt: skip


@pytest.fixture
def part(db: None, hz: Branch) -> Part:
    """Five pieces of P-1 in the store of HZ."""
    kind = PartClass.objects.create(
        code="E-R-H", name_zh="电子件", name_en="Electronics", function="electronic", use="repair", frequency="high",
        shelf="A1",
    )  # fmt: skip
    made = Part.objects.create(
        code="P-1",
        name_zh="主板",
        name_en="Board",
        part_class=kind,
        unit_price=Decimal("80.00"),
        warranty_months=6,
    )
    put_in_store(made, hz, 5)
    return made


def put_in_store(part: Part, branch: Branch, quantity: int) -> None:
    """Pieces arrive: a count finds more than the books say."""
    commands.run(
        stock.adjust,
        part,
        location=stock.place(branch, Kind.STORE),
        quantity=quantity,
        reason="test",
        actor=None,
    )


class Story:
    """Drives tickets through verbs as the people of the fixtures; each step returns the ticket as it is then."""

    def __init__(
        self, agent: Person, engineer: Person, manager: Person, unit: Unit, line: ProductLine
    ) -> None:
        self.agent, self.engineer, self.manager = agent, engineer, manager
        self.unit, self.line = unit, line
        self.slot = 1

    def registered(self, **changes: Any) -> Ticket:
        body: dict[str, Any] = {
            "channel": "phone", "customer": {"id": self.unit.customer_id}, "unit": {"id": self.unit.pk},
            "subject": "不制冷", "description": "开机后不制冷", "demand": "repair",
        }  # fmt: skip
        return commands.run(intake.register, actor=self.agent.user, **(body | changes))

    def verified(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = ticket or self.registered(**changes)
        return commands.run(triage.verify, ticket, confirmed=True, actor=self.agent.user).ticket

    def classified(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = ticket or self.verified()
        body = {
            "nature": "fault", "product_line": self.line, "tier": "general", "complexity": "simple",
            "service_category": "free", "mode": "onsite",
        }  # fmt: skip
        return commands.run(triage.classify, ticket, actor=self.agent.user, **(body | changes)).ticket

    def dispatched(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = ticket or self.classified(**changes)
        who = self.manager if ticket.complexity == "complex" else self.agent
        self.slot += 4
        row: Assignment = commands.run(
            dispatch.assign, ticket, engineer=self.engineer, expected_at=hours(self.slot), actor=who.user
        )
        return row.ticket

    def appointed(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = ticket or self.dispatched(**changes)
        span = {"starts_at": hours(self.slot), "ends_at": hours(self.slot + 2), "place": "文三路 1 号"}
        return commands.run(visits.appoint, ticket, actor=self.engineer.user, **span).ticket

    def in_handling(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = ticket or self.dispatched(**changes)
        return commands.run(visits.arrive, ticket, actor=self.engineer.user).ticket

    def diagnosed(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = ticket or self.in_handling(**changes)
        return commands.run(
            repair.diagnose, ticket, fault_class="device", fault_code="E1", cause="主板损坏", plan="更换主板",
            actor=self.engineer.user,
        ).ticket  # fmt: skip

    def on_hold(self, ticket: Ticket | None = None, reason: str = "customer") -> Ticket:
        ticket = ticket or self.in_handling()
        notice = {"channel": "phone", "text": "需要等待"}
        return commands.run(holds.hold, ticket, reason=reason, notice=notice, actor=self.engineer.user).ticket

    def signed(self, ticket: Ticket) -> int:
        _content, digest = report.preview(Ticket.objects.get(pk=ticket.pk), None)
        row = commands.run(
            reporting.sign, ticket, png=PNG, signed_by="王芳", report_hash=digest, actor=self.engineer.user
        )
        return row.pk

    def handled(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = self.diagnosed(ticket, **changes)
        return commands.run(
            reporting.report, ticket, work_done="更换主板", tested=True, demonstrated=True,
            signature=self.signed(ticket), actor=self.engineer.user,
        ).ticket  # fmt: skip

    def result_told(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = self.handled(ticket, **changes)
        return commands.run(
            closing.tell_result, ticket, outcome="reached", satisfied=True, actor=self.agent.user
        ).ticket

    def closed(self, ticket: Ticket | None = None, **changes: Any) -> Ticket:
        ticket = self.result_told(ticket, **changes)
        return commands.run(closing.close, ticket, actor=self.agent.user).ticket

    def answered(self) -> Ticket:
        return commands.run(triage.answer, self.registered(), text="长按复位键", actor=self.agent.user).ticket

    def ended(self, state: str) -> Ticket:
        """Cancelled or refused, with the manager's approval."""
        ask = {"cancelled": endings.ask_cancellation, "refused": endings.ask_refusal}[state]
        ticket = self.verified()
        request = commands.run(ask, ticket, reason="客户要求", actor=self.agent.user)
        commands.run(approvals.decide, request, approve=True, note="", actor=self.manager.user)
        return Ticket.objects.get(pk=ticket.pk)

    def reached(self, ticket: Ticket, **changes: Any) -> Ticket:
        body = {"channel": "phone", "outcome": "reached"}
        return commands.run(contacts.note, ticket, actor=self.agent.user, **(body | changes)).ticket


@pytest.fixture
def story(agent: Person, engineer: Person, manager: Person, unit: Unit, line: ProductLine) -> Story:
    return Story(agent, engineer, manager, unit, line)

"""Tickets of the demo world: two years of work in both branches, written in sets, and around the present hour a few that
the verbs themselves tell, one or more in every state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction

from customers.models import Customer, Unit
from parts.models import Balance, Part
from service_center.kernel import approvals as kernel_approvals
from service_center.kernel import commands
from service_center.kernel.crews import crew_size
from service_center.kernel.drafting import count_rows
from staff.models import Person
from staff.models.bookings import DoubleBooked
from tickets.actions import (
    approvals,
    closing,
    contacts,
    dispatch,
    holds,
    intake,
    part_lines,
    repair,
    reporting,
    triage,
    visits,
)
from tickets.demo import ringing, seasons
from tickets.demo.filling import fill
from tickets.demo.scripts import Scripts
from tickets.demo.temper import CALM
from tickets.demo.words import FAULTS, KEPT_PARTS, PNG, QUESTION
from tickets.models import Ticket
from tickets.queries import report
from tickets.states import Status

if TYPE_CHECKING:
    import random

    from service_center.kernel.models import User

DAYS = 730
RECENT = 5
"""The tickets told by the verbs lie at most so many days back."""
ENDS: tuple[tuple[str, int], ...] = (
    (Status.CLOSED, 8), (Status.ANSWERED, 2), (Status.RESULT_TOLD, 1), (Status.HANDLED, 2), (Status.ON_HOLD, 2),
    (Status.IN_HANDLING, 4), (Status.APPOINTED, 2), (Status.DISPATCHED, 2), (Status.CLASSIFIED, 1),
    (Status.VERIFIED, 1), (Status.CANCELLED, 1), (Status.REFUSED, 1),
)  # fmt: skip
"""How the tickets ended up: state and how many. Finished ones lie back in time, open ones are recent."""


STRAINED = replace(
    CALM, pace=1.3, late_report=12, reached=85, accepted=84, dropped=12, short=16, dissatisfied=14, reopened=10,
    escalated=12,
)  # fmt: skip
"""How the company works in a bad week."""
WORKED_ON: dict[str, int] = {
    Status.ON_HOLD: 40,
    Status.IN_HANDLING: 30,
    Status.HANDLED: 60,
    Status.RESULT_TOLD: 60,
}
"""At least so many hours back lies the call of an open ticket that somebody has worked on."""
PRESENT = (10, 215, 60 * 26)
"""Ages in minutes of the three tickets of the present hour."""


class World(Protocol):
    now: datetime
    seed: int
    dice: random.Random
    tickets: int


@dataclass
class Desk:
    """The people of one branch who appear in the story."""

    agent: User
    engineers: list[Person]
    manager: User


def seed(world: World) -> None:
    """The open, the at-risk and the broken ticket of the present hour, and the seeded history around them."""
    _past(world)
    desks = _desks()
    walk = Walk(world, desks)
    ends = [state for state, count in ENDS for _ in range(count)]
    world.dice.shuffle(ends)
    units = _units(world)
    for end in ends:
        walk.history(next(units), end)
    walk.today()
    walk.present()
    ringing.ring()


def _past(world: World) -> None:
    """The history of two years, but for what the verbs will tell."""
    told = sum(count for _, count in ENDS) + len(PRESENT)
    with transaction.atomic():
        scripts = Scripts(
            now=world.now, seed=world.seed, rhythm=seasons.rhythm(world.now, DAYS),
            moods=lambda at: STRAINED if seasons.bad_week(at, world.now) else CALM,
        )  # fmt: skip
    written = scripts.write(max(world.tickets - told, 0))
    fill(written, now=world.now, workers=crew_size(), size=500, told=_nobody)
    count_rows()


def _nobody(_done: int) -> None:
    """The demo world is there in seconds: nobody needs to hear how far it is."""


def _desks() -> dict[int, Desk]:
    people = {p.user.username: p for p in Person.objects.select_related("user", "branch")}
    desks = {}
    for name in ("agent", "agent2"):
        agent = people[name]
        engineers = [p for p in people.values() if p.branch_id == agent.branch_id and p.has_role("engineer")]
        desks[agent.branch_id] = Desk(agent.user, engineers, people["manager"].user)
    return desks


def _units(world: World) -> Iterator[Unit]:
    """The world's machines in a seeded order, over and over."""
    rows = list(Unit.objects.select_related("customer__branch", "product_model").order_by("pk"))
    while True:
        world.dice.shuffle(rows)
        yield from rows


class Walk:
    """Takes tickets along their way; `now` is the instant the next verb runs at."""

    def __init__(self, world: World, desks: dict[int, Desk]) -> None:
        self.world, self.dice, self.desks = world, world.dice, desks
        self.now = world.now
        self.desk = next(iter(desks.values()))

    def do(self, verb: Callable[..., Any], *args: Any, by: User, wait: tuple[int, int], **kwargs: Any) -> Any:
        """Run a verb as somebody after so many minutes, by day, never later than the present."""
        later = self.now + timedelta(minutes=self.dice.randint(*wait))
        self.now = min(seasons.waking(later) if any(wait) else later, self.world.now)
        with commands.as_of(self.now):
            return commands.run(verb, *args, actor=by, **kwargs)

    def history(self, unit: Unit, end: str) -> Ticket:
        """One ticket from the call to its end state."""
        self.desk = self.desks[unit.customer.branch_id]
        finished = end in {Status.CLOSED, Status.ANSWERED, Status.CANCELLED, Status.REFUSED}
        back = (
            self.dice.randint(2 * 24, RECENT * 24)
            if finished
            else self.dice.randint(WORKED_ON.get(end, 4), 70)
        )
        self.now = self.world.now - timedelta(hours=back, minutes=self.dice.randint(0, 59))
        ticket = self.register(unit, QUESTION if end == Status.ANSWERED else self.fault(unit))
        if end == Status.ANSWERED:
            self.do(triage.answer, ticket, text="长按定时键三秒后设置时间", by=self.desk.agent, wait=(2, 20))
            return ticket
        return self.onward(ticket, unit, end)

    def fault(self, unit: Unit) -> tuple[str, str, str, str, str]:
        return FAULTS.get(unit.product_model.line_id, FAULTS["AC"])

    def register(self, unit: Unit, words: tuple[str, ...], **changes: Any) -> Ticket:
        body = {
            "channel": self.dice.choice(["phone", "phone", "wechat", "counter", "web"]),
            "customer": {"id": unit.customer_id}, "unit": {"id": unit.pk}, "subject": words[0],
            "description": words[1], "symptom": words[2], "demand": "repair" if words[2] else "consult",
        }  # fmt: skip
        row: Ticket = self.do(intake.register, by=self.desk.agent, wait=(0, 0), **(body | changes))
        return row

    def onward(self, ticket: Ticket, unit: Unit, end: str) -> Ticket:
        """Verification and triage, then as far as the end state asks."""
        agent = self.desk.agent
        self.do(triage.verify, ticket, confirmed=True, note="已电话核实", by=agent, wait=(5, 50))
        if end == Status.VERIFIED:
            return ticket
        if end in {Status.CANCELLED, Status.REFUSED}:
            return self.give_up(ticket, end)
        self.do(contacts.note, ticket, channel="phone", outcome="reached", by=agent, wait=(2, 90))
        self.classify(ticket, unit)
        if end == Status.CLASSIFIED:
            return ticket
        return self.with_engineer(ticket, end)

    def classify(self, ticket: Ticket, unit: Unit, **changes: Any) -> None:
        tier = self.dice.choice(["urgent", "general", "general", "ordinary", "ordinary"])
        free = ticket.warranty_until is not None and ticket.warranty_until >= self.now.date()
        body = {
            "nature": "fault", "product_line": unit.product_model.line, "tier": tier, "complexity": "simple",
            "service_category": "free" if free else "paid", "mode": self.dice.choice(["onsite", "onsite", "remote"]),
            "is_critical": self.dice.random() < 0.1,
        }  # fmt: skip
        self.do(triage.classify, ticket, by=self.desk.agent, wait=(2, 30), **(body | changes))

    def give_up(self, ticket: Ticket, end: str) -> Ticket:
        ask = approvals.ask_cancellation if end == Status.CANCELLED else approvals.ask_refusal
        request = self.do(ask, ticket, reason="客户改为自行更换新机", by=self.desk.agent, wait=(30, 120))
        self.do(
            kernel_approvals.decide, request, approve=True, note="同意", by=self.desk.manager, wait=(20, 90)
        )
        return ticket

    def with_engineer(self, ticket: Ticket, end: str) -> Ticket:
        engineer = self.assign(ticket)
        if end == Status.DISPATCHED:
            return ticket
        self.do(dispatch.respond, ticket, accepted=True, by=engineer.user, wait=(3, 40))
        if end == Status.APPOINTED or self.dice.random() < 0.6:
            self.appoint(ticket, engineer)
        if end == Status.APPOINTED:
            return ticket
        self.do(visits.arrive, ticket, by=engineer.user, wait=(60, 300))
        if end == Status.IN_HANDLING:
            return self.want_a_part(ticket, engineer)
        return self.repair(ticket, engineer, end)

    def want_a_part(self, ticket: Ticket, engineer: Person) -> Ticket:
        """The store has it and has not handed it out yet."""
        ticket = self.examine(ticket, engineer)
        part = self.plentiful(ticket)
        if part is not None:
            self.do(part_lines.add, ticket, part=part, quantity=1, by=engineer.user, wait=(2, 10))
        return ticket

    def assign(self, ticket: Ticket) -> Person:
        """The first engineer who is free, from a couple of hours on, hour by hour."""
        for hour in range(2, 60):
            for engineer in self.dice.sample(self.desk.engineers, len(self.desk.engineers)):
                expected_at = seasons.visiting(self.now + timedelta(hours=hour))
                try:
                    self.do(
                        dispatch.assign, ticket, engineer=engineer, expected_at=expected_at, by=self.desk.agent,
                        wait=(0, 0),
                    )  # fmt: skip
                except (DoubleBooked, dispatch.MissingLicence):
                    continue
                return engineer
        raise RuntimeError("the demo company has too few engineers")

    def appoint(self, ticket: Ticket, engineer: Person) -> None:
        for hour in range(2, 40):
            starts_at = seasons.visiting(self.now + timedelta(hours=hour))
            span = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
            try:
                self.do(visits.appoint, ticket, place="客户家中", by=engineer.user, wait=(0, 0), **span)
            except DoubleBooked:
                continue
            return

    def examine(self, ticket: Ticket, engineer: Person) -> Ticket:
        """What is broken, and the customer's agreement where that is needed."""
        who, words = engineer.user, self.words_of(ticket)
        self.do(
            repair.diagnose, ticket, fault_class="device", fault_code=f"E{self.dice.randint(1, 9)}", cause=words[3],
            plan=words[4], by=who, wait=(10, 40),
        )  # fmt: skip
        ticket = Ticket.objects.get(pk=ticket.pk)
        if ticket.needs_consent:
            amount = self.dice.choice([80, 120, 180, 260])
            self.do(
                repair.consent, ticket, plan=words[4], amount=amount, method="signature", signed_by="客户本人", by=who,
                wait=(3, 10),
            )  # fmt: skip
        return ticket

    def words_of(self, ticket: Ticket) -> tuple[str, str, str, str, str]:
        return self.fault(ticket.unit) if ticket.unit is not None else FAULTS["AC"]

    def repair(self, ticket: Ticket, engineer: Person, end: str) -> Ticket:
        who = engineer.user
        ticket = self.examine(ticket, engineer)
        if end == Status.ON_HOLD:
            notice = {"channel": "phone", "text": "需要等待您确认上门时间，我们会再与您联系"}
            self.do(holds.hold, ticket, reason="customer", notice=notice, by=who, wait=(5, 20))
            return ticket
        self.change_part(ticket, who)
        self.file_report(ticket, who, self.words_of(ticket)[4])
        return self.finish(ticket, end)

    def change_part(self, ticket: Ticket, who: User) -> None:
        """Some repairs need a part of which there is plenty."""
        part = self.plentiful(ticket)
        if part is None or self.dice.random() < 0.5:
            return
        line = self.do(part_lines.add, ticket, part=part, quantity=1, by=who, wait=(2, 10))
        self.do(part_lines.dispose, ticket, part_line=line.pk, disposition="custody", by=who, wait=(10, 40))

    def plentiful(self, ticket: Ticket) -> Part | None:
        rows = Balance.objects.filter(
            location__branch_id=ticket.branch_id, location__kind="store", on_hand__gt=12, part__tracked="none"
        ).exclude(part__code__in=KEPT_PARTS)
        parts = [row.part for row in rows.select_related("part").order_by("part__code")]
        return self.dice.choice(parts) if parts else None

    def file_report(self, ticket: Ticket, who: User, work_done: str) -> None:
        start = self.now
        self.do(repair.enter_time, ticket, category=ticket.service_category, started_at=start, minutes=30, by=who,
                wait=(31, 60))  # fmt: skip
        words = report.Words(work_done, tested=True, demonstrated=True, customer_comment="服务周到")
        self.do(reporting.draft, ticket, by=who, wait=(1, 3), **vars(words))
        _content, digest = report.preview(Ticket.objects.get(pk=ticket.pk), words)
        signed = self.do(
            reporting.sign, ticket, png=PNG, signed_by="客户本人", report_hash=digest, by=who, wait=(1, 3)
        )
        self.do(reporting.report, ticket, signature=signed.pk, by=who, wait=(1, 3), **vars(words))
        self.do(visits.depart, ticket, by=who, wait=(2, 10))

    def finish(self, ticket: Ticket, end: str) -> Ticket:
        agent = self.desk.agent
        if end == Status.HANDLED:
            return ticket
        self.do(closing.tell_result, ticket, outcome="reached", satisfied=True, by=agent, wait=(20, 200))
        if end == Status.CLOSED:
            self.do(closing.close, ticket, by=agent, wait=(5, 60))
        return ticket

    def today(self) -> None:
        """Jobs of this day for the engineers whom visitors of the demo log in as."""
        for username in ("engineer", "engineer2", "engineer3"):
            engineer = Person.objects.select_related("user").get(user__username=username)
            self.desk = self.desks[engineer.branch_id]
            rows = Unit.objects.filter(customer__branch=engineer.branch_id).exclude(
                customer=_wang_fang().first().customer
            )
            able = [
                u
                for u in rows.select_related("customer__branch", "product_model")[:200]
                if engineer.licensed_for(u.product_model, self.world.now)
            ]
            for hours in (1, 4, 7):
                self.now = self.world.now - timedelta(hours=20)
                self.job(
                    self.dice.choice(able),
                    engineer,
                    seasons.visiting(self.world.now + timedelta(hours=hours)),
                )

    def job(self, unit: Unit, engineer: Person, starts_at: datetime) -> None:
        """A job with an appointment at that hour, or the next one that is free."""
        agent, ticket = self.desk.agent, self.register(unit, self.fault(unit), channel="phone")
        self.do(triage.verify, ticket, confirmed=True, note="已电话核实", by=agent, wait=(5, 20))
        self.do(contacts.note, ticket, channel="phone", outcome="reached", by=agent, wait=(2, 20))
        self.classify(ticket, unit, mode="onsite", is_critical=False)
        for hour in range(40):
            at = seasons.visiting(starts_at + timedelta(hours=hour))
            given = {"engineer": engineer, "expected_at": at}
            try:
                self.do(dispatch.assign, ticket, by=agent, wait=(0, 0), **given)
            except DoubleBooked:
                continue
            break
        self.do(dispatch.respond, ticket, accepted=True, by=engineer.user, wait=(3, 20))
        span = {"starts_at": at, "ends_at": at + timedelta(hours=2)}
        self.do(visits.appoint, ticket, place="客户家中", by=engineer.user, wait=(2, 20), **span)

    def present(self) -> None:
        """Three tickets of this hour: one fresh, one whose response is about to be late, one that is late already."""
        units = list(_wang_fang().select_related("customer__branch", "product_model").order_by("pk"))
        others = Unit.objects.exclude(customer=units[0].customer).select_related(
            "customer__branch", "product_model"
        )
        third = others.filter(customer__branch=units[0].customer.branch).order_by("pk").first() or units[0]
        self.desk = self.desks[units[0].customer.branch_id]
        for unit, age in zip((units[0], units[-1], third), PRESENT, strict=True):
            self.now = self.world.now - timedelta(minutes=age)
            self.register(unit, self.fault(unit), channel="phone")


def _wang_fang() -> Any:
    customer = Customer.objects.with_phone("+8613800138000").order_by("pk").first()
    return Unit.objects.filter(customer=customer)

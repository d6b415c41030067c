"""Seeded scripts: what people did to a ticket, step by step, with all the turns a ticket's life can take."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.models import Unit
from service_center.kernel import rulebook
from staff.models import Booking, Licence, Person
from tickets.demo.world import FAULTS, QUESTION
from tickets.states import TAKES_AWAY, Status

if TYPE_CHECKING:
    from service_center.kernel.models import User

DAYS = 60
ENDS: tuple[tuple[str, int], ...] = (
    (Status.CLOSED, 60), (Status.ANSWERED, 8), (Status.RESULT_TOLD, 3), (Status.HANDLED, 4), (Status.ON_HOLD, 3),
    (Status.IN_HANDLING, 4), (Status.APPOINTED, 3), (Status.DISPATCHED, 3), (Status.CLASSIFIED, 3),
    (Status.VERIFIED, 2), (Status.REGISTERED, 2), (Status.CANCELLED, 3), (Status.REFUSED, 2),
)  # fmt: skip
"""How tickets end up, and how often of a hundred."""
ENDED = (Status.CLOSED, Status.ANSWERED, Status.CANCELLED, Status.REFUSED)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Step:
    """One verb by one person at one instant."""

    verb: str
    at: datetime
    by: User
    body: dict[str, Any]


@dataclass
class Script:
    """The life of one ticket so far."""

    unit: Unit
    steps: list[Step] = field(default_factory=list)


@dataclass
class Branch:
    """The people of a branch that tickets need."""

    agents: list[Person]
    engineers: list[Person]
    managers: list[Person]


class Scripts:
    """Writes scripts for the machines and people there are, the same for the same seed and the same company.

    Hours that a ticket leaves booked are remembered, so that no engineer is promised twice.
    """

    def __init__(self, *, now: datetime, seed: int, days: int = DAYS) -> None:
        self.present, self.days = now, days
        self.dice = random.Random(seed)  # noqa: S311 - repeatable, not a secret
        self.branches = _branches()
        self.units = [unit for unit in _units() if unit.customer.branch_id in self.branches]
        self.licences = list(Licence.objects.order_by("pk"))
        self.taken: dict[int, list[Span]] = defaultdict(list)
        for booking in Booking.objects.live():
            self.taken[booking.person_id].append((booking.span.lower, booking.span.upper))
        self.travel = timedelta(minutes=int(rulebook.setting("dispatch.travel.minutes")))
        self.visit = timedelta(minutes=int(rulebook.setting("dispatch.visit.minutes")))

    def write(self, number: int, ends: Sequence[str] = ()) -> Iterator[Script]:
        """So many scripts, one after another; with `ends` they end in these states by turns."""
        states, weights = zip(*ENDS, strict=True)
        for turn in range(number):
            end = ends[turn % len(ends)] if ends else self.dice.choices(states, weights)[0]
            yield Pen(self, self.dice.choice(self.units), end).script

    def engineers_for(self, unit: Unit, at: datetime) -> list[Person]:
        """Who may repair the machine at that instant."""
        model = unit.product_model
        able = {
            licence.person_id
            for licence in self.licences
            if licence.valid_from <= at
            and (licence.valid_to is None or licence.valid_to > at)
            and (licence.revoked_at is None or licence.revoked_at > at)
            and licence.product_model in {"", model.code}
            and (licence.product_model or licence.product_line in {"", model.line_id})
        }
        return [p for p in self.branches[unit.customer.branch_id].engineers if p.pk in able]

    def free(self, engineer: Person, earliest: datetime) -> Span:
        """The first stretch from then on that touches no hours left booked."""
        start = earliest
        for begin, end in sorted(self.taken[engineer.pk]):
            if start - self.travel < end and begin < start + self.visit:
                start = end + self.travel
        return start, start + self.visit


def _branches() -> dict[int, Branch]:
    people = list(Person.objects.at_work().select_related("user", "branch").order_by("pk"))
    managers = [p for p in people if p.has_role("manager")]
    found = {}
    for branch_id in sorted({p.branch_id for p in people}):
        here = [p for p in people if p.branch_id == branch_id]
        agents = [p for p in here if p.has_role("agent")]
        if agents and managers:
            found[branch_id] = Branch(agents, [p for p in here if p.has_role("engineer")], managers)
    return found


def _units() -> list[Unit]:
    rows = Unit.objects.select_related("customer__branch", "product_model__line")
    return list(rows.order_by("pk"))


class Pen:
    """Writes one script; `now` is when the last step was taken."""

    def __init__(self, scripts: Scripts, unit: Unit, end: str) -> None:
        self.scripts, self.dice, self.end = scripts, scripts.dice, end
        self.people = scripts.branches[unit.customer.branch_id]
        self.agent = self.dice.choice(self.people.agents).user
        self.manager = self.dice.choice(self.people.managers).user
        self.script = Script(unit)
        self.booked: tuple[Person, Span] | None = None
        self.paid = self.on_site = False
        hours = self.dice.randint(20 * 24, scripts.days * 24) if end in ENDED else self.dice.randint(150, 350)
        self.now = scripts.present - timedelta(hours=hours, minutes=self.dice.randint(0, 59))
        self.live()
        self.leave_booked()

    def leave_booked(self) -> None:
        """What the ticket still holds of an engineer's time is no longer free for the others."""
        if self.booked is not None:
            engineer, (start, finish) = self.booked
            self.scripts.taken[engineer.pk].append((start - self.scripts.travel, finish))

    def chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def do(self, verb: str, by: User, wait: tuple[int, int], **body: Any) -> datetime:
        """The next step, so many minutes later; who tells a time has a device whose clock is right."""
        self.now += timedelta(minutes=self.dice.randint(*wait), seconds=self.dice.randint(0, 59))
        if body.get("occurred_at") is not None:
            body["device_time"] = self.now
        self.script.steps.append(Step(verb, self.now, by, body))
        return self.now

    def live(self) -> None:
        """From the call to the end the script is for."""
        end, words = self.end, self.register()
        if end == Status.REGISTERED:
            return
        if end == Status.ANSWERED:
            self.do("answer", self.agent, (2, 20), text="长按定时键三秒后设置时间")
            return
        self.do("verify", self.agent, (5, 50), confirmed=self.chance(90), note="已电话核实")
        if end == Status.VERIFIED or self.give_up(40):
            return
        self.reach_customer()
        self.classify()
        engineers = self.scripts.engineers_for(self.script.unit, self.now)
        if end == Status.CLASSIFIED or self.give_up(100) or not engineers:
            return
        self.job(engineers, words)

    def register(self) -> tuple[str, ...]:
        unit = self.script.unit
        words = (
            QUESTION if self.end == Status.ANSWERED else FAULTS.get(unit.product_model.line_id, FAULTS["AC"])
        )
        late, promise = self.chance(20), self.chance(40)
        self.do(
            "register", self.agent, (0, 0), channel=self.dice.choice(["phone", "phone", "wechat", "counter", "web"]),
            subject=words[0], description=words[1], symptom=words[2], demand="repair" if words[2] else "consult",
            with_unit=self.chance(90),
            reported_at=self.now - timedelta(hours=self.dice.randint(1, 30)) if late else None,
            promised_at=self.now + timedelta(hours=self.dice.randint(3, 90)) if promise else None,
        )  # fmt: skip
        return words

    def give_up(self, percent: int) -> bool:
        """Cancelled and refused tickets end with the manager's word, sooner or later."""
        if self.end not in {Status.CANCELLED, Status.REFUSED} or not self.chance(percent):
            return False
        ask = "ask_cancellation" if self.end == Status.CANCELLED else "ask_refusal"
        self.do(ask, self.agent, (30, 120), reason="客户改为自行更换新机")
        self.do("decide", self.manager, (20, 90), note="同意")
        return True

    def reach_customer(self) -> None:
        for _ in range(self.dice.choice([0, 0, 1, 2])):
            self.do("note", self.agent, (2, 90), channel="phone", outcome="unreachable")
        if self.chance(80):
            said = self.now + timedelta(seconds=30)
            self.do("note", self.agent, (1, 300), channel="phone", outcome="reached", note="约定上门",
                    occurred_at=said if self.chance(30) else None)  # fmt: skip

    def classify(self) -> None:
        mode = self.dice.choice(["onsite", "onsite", "onsite", "remote", "bringin"])
        category = self.dice.choice(["free", "paid", "contract"])
        self.paid = category == "paid" or mode in TAKES_AWAY
        self.do(
            "classify", self.agent, (2, 30), nature="fault", product_line=self.script.unit.product_model.line,
            tier=self.dice.choice(["urgent", "general", "general", "ordinary", "ordinary"]), mode=mode,
            complexity=self.dice.choice(["simple", "simple", "complex"]), service_category=category,
            is_critical=self.chance(15),
        )  # fmt: skip
        self.category = category

    def job(self, engineers: list[Person], words: tuple[str, ...]) -> None:
        """The engineer's part and what follows, as often as the customer is not content."""
        who = self.assign(engineers)
        if self.end == Status.DISPATCHED:
            return
        if self.chance(80):
            self.do("respond", who.user, (3, 40), accepted=True)
        if self.end == Status.APPOINTED or self.chance(60):
            self.appoint(who)
        if self.end == Status.APPOINTED:
            return
        self.arrive(who)
        if self.end == Status.IN_HANDLING:
            return
        self.repair(who, words)
        if self.end == Status.ON_HOLD:
            return
        while self.handled(who):
            if self.chance(50):
                self.arrive(who)
            self.file_report(who, words[4])

    def assign(self, engineers: list[Person]) -> Person:
        """To somebody; now and then declined or taken back once before."""
        last = 1 if self.chance(80) else 2
        for turn in range(1, last + 1):
            who = self.dice.choice(engineers)
            span = self.scripts.free(who, self.now + timedelta(hours=self.dice.randint(2, 30)))
            self.do("assign", self.manager, (1, 30), engineer=who, expected_at=span[0])
            self.booked = who, span
            if turn < last and self.chance(70):
                self.do("respond", who.user, (3, 40), accepted=False, reason="当天已满")
            elif turn < last:
                self.do("unassign", self.manager, (3, 40))
        return who

    def appoint(self, who: Person) -> None:
        """A time is agreed, sometimes moved, sometimes dropped and agreed anew."""
        turns = (
            ["appoint"]
            + (["appoint"] if self.chance(20) else [])
            + (["drop", "appoint"] if self.chance(10) else [])
        )
        for turn in turns:
            if turn == "drop":
                self.do("drop", who.user, (60, 300), reason="客户不在家", customer_absent=self.chance(80))
                self.booked = None
                continue
            start, finish = self.scripts.free(who, self.now + timedelta(hours=self.dice.randint(2, 40)))
            by = who.user if self.chance(70) else self.agent
            self.do("appoint", by, (1, 20), starts_at=start, ends_at=finish, place="客户家中")
            self.booked = who, (start, finish)

    def arrive(self, who: Person) -> None:
        """On the way a truth may come late: the phone tells hours later when it was."""
        if self.on_site:
            return
        came = self.now + timedelta(minutes=45)
        self.do("arrive", who.user, (50, 300), occurred_at=came if self.chance(30) else None,
                latitude=Decimal("30.27415"), longitude=Decimal("120.15515"))  # fmt: skip
        self.on_site = True

    def repair(self, who: Person, words: tuple[str, ...]) -> None:
        self.do("diagnose", who.user, (10, 40), fault_class="device", fault_code=f"E{self.dice.randint(1, 9)}",
                cause=words[3], plan=words[4])  # fmt: skip
        if self.paid or self.chance(10):
            amount = Decimal(self.dice.choice([0, 80, 120, 260]))
            self.do(
                "consent",
                who.user,
                (3, 10),
                plan=words[4],
                amount=amount,
                method="signature",
                signed_by="客户本人",
            )
        if self.end == Status.ON_HOLD or self.chance(25):
            self.hold(who)
        if self.end != Status.ON_HOLD:
            self.file_report(who, words[4])

    def hold(self, who: Person) -> None:
        reason = self.dice.choice(["customer", "factory", "approval", "part"])
        self.do(
            "hold",
            who.user,
            (5, 20),
            reason=reason,
            notice={"channel": "phone", "text": "需要等待，随后与您联系"},
        )
        if self.end != Status.ON_HOLD:
            self.do("resume", self.agent, (60, 2000))

    def file_report(self, who: Person, work_done: str) -> None:
        minutes = self.dice.randint(10, 45)
        words = {"work_done": work_done, "tested": True, "demonstrated": True, "customer_comment": "服务周到"}
        if self.chance(85):
            self.now += timedelta(minutes=minutes)
            self.do("enter_time", who.user, (1, 10), category=self.category, minutes=minutes,
                    started_at=self.now - timedelta(minutes=minutes))  # fmt: skip
        if self.chance(80):
            self.do("draft", who.user, (1, 3), **words)
        self.do("sign", who.user, (1, 3), signed_by="客户本人")
        self.do("report", who.user, (1, 3), **words)
        self.booked = None
        if self.on_site and self.chance(85):
            self.do("depart", who.user, (2, 10))
            self.on_site = False

    def handled(self, who: Person) -> bool:
        """The customer hears the result; True when the work goes on."""
        if self.end == Status.HANDLED:
            return False
        if self.chance(20):
            self.do("tell_result", self.agent, (20, 200), outcome="unreachable")
        if self.chance(15):
            self.do(
                "tell_result", self.agent, (20, 200), outcome="reached", satisfied=False, reason="仍有异响"
            )
            return True
        self.do("tell_result", self.agent, (20, 400), outcome="reached", satisfied=True)
        if self.end != Status.CLOSED:
            return False
        self.do("close", self.agent, (5, 60))
        room = self.scripts.present - self.now
        if room > timedelta(days=15) and self.chance(30):
            self.do("reopen", self.agent, (60, 10 * 24 * 60), reason="故障再次出现")
            return True
        return False

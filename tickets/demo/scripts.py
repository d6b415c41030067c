"""Seeded scripts: what people did to a ticket, step by step, with all the turns a ticket's life can take."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from service_center.kernel.worktime import ticks
from staff.models import Person
from tickets.demo.company import Company, Span
from tickets.demo.world import FAULTS, QUESTION
from tickets.states import TAKES_AWAY, Status

if TYPE_CHECKING:
    from customers.models import Unit
    from service_center.kernel.models import User

T = TypeVar("T")
DAYS = 365
ENDS: tuple[tuple[str, int], ...] = (
    (Status.CLOSED, 60), (Status.ANSWERED, 8), (Status.RESULT_TOLD, 3), (Status.HANDLED, 4), (Status.ON_HOLD, 3),
    (Status.IN_HANDLING, 4), (Status.APPOINTED, 3), (Status.DISPATCHED, 3), (Status.CLASSIFIED, 3),
    (Status.VERIFIED, 2), (Status.REGISTERED, 2), (Status.CANCELLED, 3), (Status.REFUSED, 2),
)  # fmt: skip
"""What tickets come to, and how often of a hundred; those of long ago have all ended."""
ENDED = (Status.CLOSED, Status.ANSWERED, Status.CANCELLED, Status.REFUSED)
LONG_AGO = timedelta(days=16)
LATITUDE, LONGITUDE = Decimal("30.27415"), Decimal("120.15515")
AMOUNTS = tuple(Decimal(amount) for amount in (0, 80, 120, 260))


class Step(NamedTuple):
    """One verb by one person at one instant."""

    verb: str
    at: datetime
    by: User
    body: dict[str, Any]


@dataclass(slots=True)
class Script:
    """The life of one ticket so far. `grants` are the steps (in ticks) by which an engineer comes to see a file."""

    unit: Unit
    steps: list[Step] = field(default_factory=list)
    grants: set[int] = field(default_factory=set)


class Scripts:
    """Writes scripts for the machines and people there are, the same for the same seed and the same company."""

    def __init__(self, *, now: datetime, seed: int, days: int = DAYS) -> None:
        self.present, self.days = now, days
        self.company = Company()
        self.units = self.company.units
        self.random = random.Random(seed).random  # noqa: S311 - repeatable, not a secret
        self._any, self._ended = _weighed(ENDS), _weighed([end for end in ENDS if end[0] in ENDED])

    def write(self, number: int, ends: Sequence[str] = ()) -> Iterator[Script]:
        """So many scripts in the order in which the tickets came in, spread evenly over the days up to the present.

        With `ends` each is told to its end, and the ends come by turns.
        """
        span = timedelta(days=self.days)
        for turn in range(number):
            if ends:
                end = ends[turn % len(ends)]
                hours = self.between(20 * 24, 60 * 24) if end in ENDED else self.between(150, 350)
                start = self.present - timedelta(hours=hours, minutes=self.between(0, 59))
            else:
                start = self.present - span * (1 - (turn + self.random()) / number)
                states, weights = self._ended if self.present - start > LONG_AGO else self._any
                end = states[bisect_right(weights, self.random() * weights[-1])]
            yield Pen(self, self.pick(self.units), end, start).script

    def pick(self, among: Sequence[T]) -> T:
        return among[int(self.random() * len(among))]

    def between(self, least: int, most: int) -> int:
        return least + int(self.random() * (most - least + 1))


def _weighed(ends: Sequence[tuple[str, int]]) -> tuple[list[str], list[int]]:
    return [state for state, _ in ends], list(accumulate(weight for _, weight in ends))


class _Now(Exception):
    """The present is reached: what would come next has not happened yet."""


class Pen:
    """Writes one script; `now` is when the last step was taken."""

    def __init__(self, scripts: Scripts, unit: Unit, end: str, start: datetime) -> None:
        self.company, self.random, self.present = scripts.company, scripts.random, scripts.present
        self.pick, self.between, self.end = scripts.pick, scripts.between, end
        self.people = self.company.branches[unit.customer.branch_id]
        self.agent = self.pick(self.people.agents).user
        self.manager = self.pick(self.people.managers).user
        self.script, self.steps = Script(unit), 0
        self.booked: tuple[Person, Span] | None = None
        self.paid = self.on_site = self.with_unit = self.appointed = False
        self.now = start - timedelta(minutes=1)
        self.recent = self.present - start < LONG_AGO
        try:
            self.live()
        except _Now:
            self.recent = True
        self.leave_booked()

    def leave_booked(self) -> None:
        """What the ticket still holds of an engineer's time is no longer free for the others."""
        if self.booked is not None:
            engineer, (start, finish) = self.booked
            self.company.take(engineer.id, start - self.company.travel, finish)

    def chance(self, percent: int) -> bool:
        return self.random() * 100 < percent

    def do(self, verb: str, by: User, wait: tuple[int, int], **body: Any) -> datetime:
        """The next step, so many minutes later; who tells a time has a device whose clock is right."""
        least, most = wait
        self.now += timedelta(seconds=60 * least + int(self.random() * 60 * (most - least + 1)))
        if self.now > self.present:
            raise _Now
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
        engineers = self.company.engineers_for(self.script.unit, self.now)
        if end == Status.CLASSIFIED or self.give_up(100) or not engineers:
            return
        self.job(engineers, words)

    def register(self) -> tuple[str, ...]:
        unit = self.script.unit
        self.with_unit = self.chance(90)
        words = (
            QUESTION if self.end == Status.ANSWERED else FAULTS.get(unit.product_model.line_id, FAULTS["AC"])
        )
        late, promise = self.chance(20), self.chance(40)
        self.do(
            "register", self.agent, (0, 0), channel=self.pick(["phone", "phone", "wechat", "counter", "web"]),
            subject=words[0], description=words[1], symptom=words[2], demand="repair" if words[2] else "consult",
            with_unit=self.with_unit,
            reported_at=self.now - timedelta(hours=self.between(1, 30)) if late else None,
            promised_at=self.now + timedelta(hours=self.between(3, 90)) if promise else None,
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
        for _ in range(self.pick((0, 0, 1, 2))):
            self.do("note", self.agent, (2, 90), channel="phone", outcome="unreachable")
        if self.chance(80):
            said = self.now + timedelta(seconds=30)
            self.do("note", self.agent, (1, 300), channel="phone", outcome="reached", note="约定上门",
                    occurred_at=said if self.chance(30) else None)  # fmt: skip

    def classify(self) -> None:
        mode = self.pick(["onsite", "onsite", "onsite", "remote", "bringin"])
        category = self.pick(["free", "paid", "contract"])
        self.paid = category == "paid" or mode in TAKES_AWAY
        self.do(
            "classify", self.agent, (2, 30), nature="fault", product_line=self.script.unit.product_model.line,
            tier=self.pick(["urgent", "general", "general", "ordinary", "ordinary"]), mode=mode,
            complexity=self.pick(["simple", "simple", "complex"]), service_category=category,
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
            who = self.pick(engineers)
            span = self.company.free(who, self.now + timedelta(hours=self.between(2, 30)))
            at = self.do("assign", self.manager, (1, 30), engineer=who, expected_at=span[0])
            self.booked = who, span
            unit = self.script.unit
            if self.company.grant(who.id, unit.customer_id, unit.id if self.with_unit else None):
                self.script.grants.add(ticks(at))
            if turn == last:
                break
            if self.chance(70):
                self.do("respond", who.user, (3, 40), accepted=False, reason="当天已满")
            else:
                self.do("unassign", self.manager, (3, 40))
            self.booked = None
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
            start, finish = self.company.free(who, self.now + timedelta(hours=self.between(2, 40)))
            by = who.user if self.chance(70) else self.agent
            self.do("appoint", by, (1, 20), starts_at=start, ends_at=finish, place="客户家中")
            self.booked, self.appointed = (who, (start, finish)), True

    def arrive(self, who: Person) -> None:
        """On the way a truth may come late: the phone tells hours later when it was."""
        if self.on_site:
            return
        came = self.now + timedelta(minutes=45)
        self.do("arrive", who.user, (50, 300), occurred_at=came if self.chance(30) else None,
                latitude=LATITUDE, longitude=LONGITUDE)  # fmt: skip
        self.on_site = True

    def repair(self, who: Person, words: tuple[str, ...]) -> None:
        self.do("diagnose", who.user, (10, 40), fault_class="device", fault_code=f"E{self.between(1, 9)}",
                cause=words[3], plan=words[4])  # fmt: skip
        if self.paid or self.chance(10):
            self.do("consent", who.user, (3, 10), plan=words[4], amount=self.pick(AMOUNTS), method="signature",
                    signed_by="客户本人")  # fmt: skip
        if self.end == Status.ON_HOLD or self.chance(25):
            self.hold(who)
        if self.end != Status.ON_HOLD:
            self.file_report(who, words[4])

    def hold(self, who: Person) -> None:
        reason = self.pick(["customer", "factory", "approval", "part"])
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
        minutes = self.between(10, 45)
        words = {"work_done": work_done, "tested": True, "demonstrated": True, "customer_comment": "服务周到"}
        if self.chance(85):
            self.now += timedelta(minutes=minutes)
            self.do("enter_time", who.user, (1, 10), category=self.category, minutes=minutes,
                    started_at=self.now - timedelta(minutes=minutes))  # fmt: skip
        if self.chance(80):
            self.do("draft_report", who.user, (1, 3), **words)
        self.do("sign", who.user, (1, 3), signed_by="客户本人")
        self.do("report", who.user, (1, 3), **words)
        if not self.appointed:
            self.booked = None
        if self.on_site and (self.chance(85) or not self.recent):
            self.do("depart", who.user, (2, 10))
            self.on_site, self.booked = False, None

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
        if self.present - self.now > timedelta(days=15) and self.chance(30):
            self.do("reopen", self.agent, (60, 10 * 24 * 60), reason="故障再次出现")
            return True
        return False

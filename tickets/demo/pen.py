"""Writes one script: who does what when, with all the turns a ticket's life can take."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from service_center.kernel.worktime import ticks
from staff.models import Person
from tickets.demo.company import Item, Span
from tickets.demo.steps import LONG_AGO, Script, Step
from tickets.demo.words import FAULTS, QUESTION
from tickets.states import TAKES_AWAY, Status

if TYPE_CHECKING:
    from customers.models import Unit
    from service_center.kernel.models import User
    from tickets.demo.scripts import Scripts

MIDNIGHT = datetime(2000, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
OPENS, CLOSES = 8 * 3600, 20 * 3600 + 1800
"""Office hours, in seconds of the day."""
LATITUDE, LONGITUDE = Decimal("30.27415"), Decimal("120.15515")
AMOUNTS = tuple(Decimal(amount) for amount in (0, 80, 120, 260))
HASTE = {"urgent": 0.15, "general": 0.5, "ordinary": 1.0}
"""What is urgent goes faster, and through the night."""
NOTICE = {"channel": "phone", "text": "需要等待，随后与您联系"}


class _Now(Exception):
    """The present is reached: what would come next has not happened yet."""


class Pen:
    """`now` is when the last step was taken; `held` are the pieces that part lines hold, by the number of the line."""

    def __init__(self, scripts: Scripts, unit: Unit, end: str, start: datetime) -> None:
        self.company, self.random, self.present = scripts.company, scripts.random, scripts.present
        self.pick, self.between, self.end = scripts.pick, scripts.between, end
        self.temper = scripts.moods(start)
        self.tier = self.pick(("urgent", "general", "general", "ordinary", "ordinary"))
        self.pace = self.temper.pace * HASTE[self.tier]
        self.people = self.company.branches[unit.customer.branch_id]
        self.agent = self.pick(self.people.agents).user
        self.manager = self.pick(self.people.managers).user
        self.script, self.lines = Script(unit), 0
        self.held: dict[int, tuple[Item, int]] = {}
        self.waiting: Item | None = None
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

    def do(self, verb: str, by: User | None, wait: tuple[int, int], **body: Any) -> datetime:
        """The next step, so many minutes later; who tells a time has a device whose clock is right."""
        least, most = wait
        self.now += timedelta(seconds=int(60 * self.pace * (least + self.random() * (most - least + 1))))
        if self.temper.office and verb != "register" and self.tier != "urgent":
            self.now = self.by_day(self.now)
        if self.now > self.present:
            raise _Now
        if body.get("occurred_at") is not None:
            body["device_time"] = self.now
        self.script.steps.append(Step(verb, self.now, by, body))
        return self.now

    def soon(self, hours: int) -> datetime:
        """From when an engineer's time is looked for: within so many hours, the sooner the more it presses."""
        return self.now + timedelta(hours=self.pace * self.between(2, hours))

    def by_day(self, at: datetime) -> datetime:
        """The same instant, or some time in the first hour of the next morning."""
        second = (at - MIDNIGHT).seconds
        if OPENS <= second <= CLOSES:
            return at
        until = OPENS - second + (0 if second < OPENS else 86_400)
        return at + timedelta(seconds=until + int(3600 * self.random()))

    def live(self) -> None:
        """From the call to the end the script is for."""
        end, words = self.end, self.register()
        if end == Status.REGISTERED:
            return
        if end == Status.ANSWERED:
            self.do("answer", self.agent, (2, 20), text="长按定时键三秒后设置时间")
            return
        self.do(
            "verify", self.agent, (5, 50), confirmed=self.chance(self.temper.confirmed), note="已电话核实"
        )
        if end == Status.VERIFIED or self.give_up(30):
            return
        self.reach_customer()
        self.classify()
        engineers = self.company.engineers_for(self.script.unit, self.now)
        late = self.chance(self.temper.given_up_late) and bool(engineers)
        if end == Status.CLASSIFIED or not engineers or self.give_up(0 if late else 100):
            return
        self.job(engineers, words)

    # -- at the desk -----------------------------------------------------------------------------------------------

    def register(self) -> tuple[str, ...]:
        unit = self.script.unit
        self.with_unit = self.chance(90)
        words = (
            QUESTION if self.end == Status.ANSWERED else FAULTS.get(unit.product_model.line_id, FAULTS["AC"])
        )
        late, promise = self.chance(self.temper.late_report), self.chance(self.temper.promised)
        self.do(
            "register", self.agent, (0, 0), channel=self.pick(("phone", "phone", "wechat", "counter", "web")),
            subject=words[0], description=words[1], symptom=words[2], demand="repair" if words[2] else "consult",
            with_unit=self.with_unit,
            reported_at=self.now - timedelta(hours=self.between(1, 30)) if late else None,
            promised_at=self.now + timedelta(hours=self.between(24, 90)) if promise else None,
        )  # fmt: skip
        return words

    def give_up(self, percent: int) -> bool:
        """Cancelled and refused tickets end with the manager's word, sooner or later."""
        if self.end not in {Status.CANCELLED, Status.REFUSED} or not self.chance(percent):
            return False
        ask = "ask_cancellation" if self.end == Status.CANCELLED else "ask_refusal"
        self.do(ask, self.agent, (30, 120), reason="客户改为自行更换新机")
        self.do("decide", self.manager, (20, 90), note="同意")
        self.booked = self.booked if self.on_site and self.appointed else None
        self.let_go(list(self.held))
        return True

    def reach_customer(self) -> None:
        for _ in range(self.pick((0, 0, 0, 1, 2))):
            self.do("note", self.agent, (2, 90), channel="phone", outcome="unreachable")
        if self.chance(self.temper.reached):
            said = self.now + timedelta(seconds=30)
            self.do("note", self.agent, (1, 90), channel="phone", outcome="reached", note="约定上门",
                    occurred_at=said if self.chance(self.temper.told_late) else None)  # fmt: skip
        if self.chance(self.temper.handed_over) and len(self.people.agents) > 1:
            others = [each for each in self.people.agents if each.user.id != self.agent.id]
            heir = self.pick(others)
            self.do("hand_over", self.agent, (1, 60), owner=heir)
            self.agent = heir.user

    def classify(self) -> None:
        mode = self.pick(("onsite", "onsite", "onsite", "remote", "bringin"))
        self.category = self.pick(("free", "paid", "contract"))
        self.paid = self.category == "paid" or mode in TAKES_AWAY
        self.do(
            "classify", self.agent, (2, 30), nature="fault", product_line=self.script.unit.product_model.line,
            tier=self.tier, mode=mode,
            complexity="complex" if self.chance(self.temper.complex) else "simple", service_category=self.category,
            is_critical=self.chance(self.temper.critical),
        )  # fmt: skip

    def job(self, engineers: list[Person], words: tuple[str, ...]) -> None:
        """The engineer's part and what follows, as often as the customer is not content."""
        who = self.assign(engineers)
        if self.end == Status.DISPATCHED:
            return
        if self.chance(self.temper.accepted):
            self.do("respond", who.user, (3, 40), accepted=True)
        if self.end == Status.APPOINTED or self.chance(self.temper.appointed):
            self.appoint(who)
        if self.end == Status.APPOINTED:
            return
        self.arrive(who)
        if self.end == Status.IN_HANDLING:
            return
        if not self.repair(who, words):
            return
        while self.handled(who):
            if self.chance(50):
                self.arrive(who)
            self.draw_parts(who)
            self.file_report(who, words[4])

    def assign(self, engineers: list[Person]) -> Person:
        """To somebody; now and then declined or taken back once before."""
        last = 2 if self.chance(self.temper.again) else 1
        for turn in range(1, last + 1):
            who = self.pick(engineers)
            span = self.company.free(who, self.soon(30))
            at = self.do("assign", self.manager, (1, 30), engineer=who, expected_at=span[0])
            self.booked = who, span
            self.grant(who, at)
            if turn == last:
                break
            if self.chance(70):
                self.do("respond", who.user, (3, 40), accepted=False, reason="当天已满")
            else:
                self.do("unassign", self.manager, (3, 40))
            self.booked = None
        return who

    def grant(self, person: Person, at: datetime) -> None:
        unit = self.script.unit
        if self.company.grant(person.id, unit.customer_id, unit.id if self.with_unit else None):
            self.script.grants.add(ticks(at))

    # -- at the customer's -----------------------------------------------------------------------------------------

    def appoint(self, who: Person) -> None:
        """A time is agreed, sometimes moved, sometimes dropped and agreed anew."""
        turns = ["appoint"] + (["appoint"] if self.chance(self.temper.moved) else [])
        turns += ["drop", "appoint"] if self.chance(self.temper.dropped) else []
        for turn in turns:
            if turn == "drop":
                self.do("drop", who.user, (60, 300), reason="客户不在家", customer_absent=self.chance(80))
                self.booked = None
                continue
            start, finish = self.company.free(who, self.soon(40))
            by = who.user if self.chance(70) else self.agent
            self.do("appoint", by, (1, 20), starts_at=start, ends_at=finish, place="客户家中")
            self.booked, self.appointed = (who, (start, finish)), True

    def arrive(self, who: Person) -> None:
        """On the way a truth may come late: the phone tells hours later when it was."""
        if self.on_site:
            return
        came = self.now + timedelta(minutes=20)
        told = came if self.chance(self.temper.told_late) else None
        self.do("arrive", who.user, (50, 300), occurred_at=told, latitude=LATITUDE, longitude=LONGITUDE)
        self.on_site = True

    def repair(self, who: Person, words: tuple[str, ...]) -> bool:
        """Diagnosis, agreement, help, waiting, parts, report; False when the story ends on the way."""
        self.do("diagnose", who.user, (10, 40), fault_class="device", fault_code=f"E{self.between(1, 9)}",
                cause=words[3], plan=words[4])  # fmt: skip
        if self.paid or self.chance(self.temper.consent_anyway):
            self.do("consent", who.user, (3, 10), plan=words[4], amount=self.pick(AMOUNTS), method="signature",
                    signed_by="客户本人")  # fmt: skip
        if self.chance(self.temper.escalated):
            self.escalate(who)
        if self.end == Status.ON_HOLD or self.chance(self.temper.held):
            self.do(
                "hold",
                who.user,
                (5, 20),
                reason=self.pick(("customer", "factory", "approval", "part")),
                notice=NOTICE,
            )
            if self.end == Status.ON_HOLD or self.give_up(50):
                return False
            self.do("resume", self.agent, (60, 2000))
        self.draw_parts(who)
        if self.give_up(100):
            return False
        self.file_report(who, words[4])
        return True

    def escalate(self, who: Person) -> None:
        """Somebody above is asked; an expert comes to see the file."""
        to = self.pick(("expert", "supervisor", "manager"))
        asked = self.company.asked(to, self.script.unit.customer.branch_id)
        at = self.do("escalate", who.user, (5, 30), to=to, reason="现场无法判断，请协助", asked=asked)
        if to == "expert" and asked is not None:
            self.grant(asked, at)

    # -- parts -----------------------------------------------------------------------------------------------------

    def draw_parts(self, who: Person) -> None:
        """What is built in comes out of the store first; now and then the store has not enough."""
        branch = self.script.unit.customer.branch_id
        if not self.chance(self.temper.parts):
            return
        for _ in range(2 if self.chance(self.temper.second_part) else 1):
            if (item := self.company.stock.plenty(branch, self.random)) is not None:
                self.draw(who, item)
        if self.chance(self.temper.short) and (scarce := self.company.stock.scarce(branch)) is not None:
            self.wait_for(who, scarce)

    def draw(self, who: Person, item: Item) -> None:
        """One part: brought in where it runs low, reserved, perhaps handed out or let go again, the old one disposed of."""
        quantity = self.pick((1, 1, 1, 2))
        brought = item.bring(quantity)
        if brought:
            self.do("supply", None, (0, 1), item=item, quantity=brought)
        self.add_part(who, item, quantity)
        item.free -= quantity
        self.held[self.lines] = item, quantity
        if self.chance(self.temper.unused):
            self.do("release_part", who.user, (5, 20), line=self.lines)
            self.let_go([self.lines])
            return
        if self.chance(self.temper.issued) and self.people.storekeepers:
            self.do("issue_part", self.pick(self.people.storekeepers).user, (5, 40), line=self.lines)
        self.dispose(who)

    def add_part(self, who: Person, item: Item, quantity: int, *, short: bool = False) -> None:
        self.do("add_part", who.user, (2, 10), item=item, quantity=quantity, short=short)
        self.lines += 1

    def let_go(self, lines: list[int]) -> None:
        """What was held is free again, and nobody waits."""
        for line in lines:
            item, quantity = self.held.pop(line)
            item.free += quantity
        self.stop_waiting()

    def stop_waiting(self) -> None:
        if self.waiting is not None:
            self.waiting.waited_for, self.waiting = False, None

    def dispose(self, who: Person) -> None:
        where = self.pick(("customer", "custody", "custody", "disposed"))
        self.do("dispose", who.user, (5, 30), line=self.lines, disposition=where)

    def wait_for(self, who: Person, item: Item) -> None:
        """More is wanted than there is: the ticket waits until it comes and goes on by itself, or does without."""
        quantity = item.free + self.between(1, 3)
        self.add_part(who, item, quantity, short=True)
        self.waiting, item.waited_for = item, True
        self.do("hold", who.user, (2, 10), reason="part", notice=NOTICE)
        if self.chance(25):
            self.do("resume", self.agent, (60, 2000))
            return
        self.do("supply", None, (600, 4000), item=item, quantity=quantity)
        self.do("part_came", None, (0, 1), line=self.lines)
        self.held[self.lines] = item, 0
        self.stop_waiting()
        self.dispose(who)

    # -- the report and after --------------------------------------------------------------------------------------

    def file_report(self, who: Person, work_done: str) -> None:
        minutes = self.between(10, 45)
        words = {"work_done": work_done, "tested": True, "demonstrated": True, "customer_comment": "服务周到"}
        if self.chance(self.temper.timed):
            self.now += timedelta(minutes=minutes)
            self.do("enter_time", who.user, (1, 10), category=self.category, minutes=minutes,
                    started_at=self.now - timedelta(minutes=minutes))  # fmt: skip
        if self.chance(self.temper.drafted):
            self.do("draft_report", who.user, (1, 3), **words)
        self.do("sign", who.user, (1, 3), signed_by="客户本人")
        self.do("report", who.user, (1, 3), **words)
        self.held.clear()
        self.stop_waiting()
        if not self.appointed:
            self.booked = None
        if self.on_site and (self.chance(self.temper.departed) or not self.recent):
            self.do("depart", who.user, (2, 10))
            self.on_site, self.booked = False, None

    def handled(self, who: Person) -> bool:
        """The customer hears the result; True when the work goes on."""
        if self.end == Status.HANDLED:
            return False
        if self.chance(self.temper.missed):
            self.do("tell_result", self.agent, (20, 120), outcome="unreachable")
        if self.chance(self.temper.dissatisfied):
            self.do(
                "tell_result", self.agent, (20, 120), outcome="reached", satisfied=False, reason="仍有异响"
            )
            return True
        self.do("tell_result", self.agent, (20, 200), outcome="reached", satisfied=True)
        if self.end != Status.CLOSED:
            return False
        self.do("close", self.agent, (5, 60))
        if self.chance(self.temper.reopened) and self.present - self.now > timedelta(days=15):
            self.do("reopen", self.agent, (60, 10 * 24 * 60), reason="故障再次出现")
            return True
        return False

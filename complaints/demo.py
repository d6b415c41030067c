"""Complaints of the demo world: one in every state, told by the verbs at the instants they happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from complaints import actions
from complaints.models import Complaint
from service_center.kernel import commands
from staff.models import Person
from tickets.models import Ticket

if TYPE_CHECKING:
    import random

    from django.db.models import QuerySet

    from service_center.kernel.models import User


class World(Protocol):
    now: datetime
    dice: random.Random


SAID = (
    ("工程师比约定晚到两小时，没有提前打电话", "上门迟到", "通话记录"),
    ("同一故障修了两次，现在又出现", "故障反复", "两张维修单"),
    ("收费与报价不一致", "收费争议", "报价短信"),
    ("维修后外壳有划痕", "外观损伤", "照片两张"),
    ("客服电话等了半小时才接通", "", ""),
    ("换下的旧件没有交还给我", "旧件去向", "维修报告"),
)
WAYS = (
    "answered",
    "received",
    "graded",
    "verified",
    "plan_set",
    "result_told",
    "closed",
    "closed",
    "serious",
)
"""How far each complaint has come; the finished ones lie further back."""
ONE_IN, SOLVED_ONE_IN = 50, 8
"""Of the tickets of earlier times one in so many led to a complaint, and one in so many of those went the whole way."""


def seed(world: World) -> None:
    """Complaints about the newest tickets in the branch of the demo agent, one in every state; then earlier times."""
    people = {p.user.username: p for p in Person.objects.select_related("user", "branch")}
    agent = people["agent"]
    rows = Ticket.objects.filter(branch=agent.branch, status__in=["closed", "answered"]).with_people()
    tickets = list(rows.order_by("-closed_at")[: len(WAYS)])
    for ticket, way in zip(tickets, WAYS, strict=False):
        Walk(world, agent, people).go(ticket, way)
    _earlier(world, agent, people, rows)


def _earlier(world: World, agent: Person, people: dict[str, Person], rows: QuerySet[Ticket]) -> None:
    """Complaints of earlier times, spread over all of them."""
    ended = list(rows.order_by("-closed_at").values_list("pk", flat=True))[len(WAYS) :]
    chosen = world.dice.sample(ended, len(ended) // ONE_IN)
    for number, ticket in enumerate(rows.filter(pk__in=chosen).order_by("closed_at")):
        way = "closed" if number % SOLVED_ONE_IN == 0 else "answered"
        Walk(world, agent, people).go(ticket, way)


class Walk:
    """Takes one complaint along its way; `now` is the instant the next verb runs at."""

    def __init__(self, world: World, agent: Person, people: dict[str, Person]) -> None:
        self.world, self.agent, self.people, self.now = world, agent, people, world.now

    def do(
        self, verb: Callable[..., Any], *args: Any, minutes: int = 40, by: User | None = None, **words: Any
    ) -> Any:
        self.now = min(self.now + timedelta(minutes=minutes), self.world.now)
        with commands.as_of(self.now):
            return commands.run(verb, *args, actor=by or self.agent.user, **words)

    def go(self, ticket: Ticket, way: str) -> None:
        """Register it after the ticket's end, lately unless it is finished, and go on as far as `way`."""
        assert ticket.closed_at is not None
        finished = way in {"closed", "answered"}
        earliest = ticket.closed_at + timedelta(hours=2)
        lately = 20 if way == "received" else 60
        self.now = (
            earliest
            if finished
            else max(earliest, self.world.now - timedelta(hours=self.world.dice.randint(3, lately)))
        )
        content, fault, evidence = self.world.dice.choice(SAID)
        words: dict[str, Any] = {"content": content, "fault": fault, "evidence": evidence}
        channel = self.world.dice.choice(["hotline", "hotline", "email", "web", "visit"])
        apology = "给您带来不便，我们深表歉意。"
        row = self.do(actions.register, ticket=ticket, channel=channel, apology=apology, minutes=1, **words)
        if finished and row.visit_required:
            visit: dict[str, Any] = {"visitor": self.people["supervisor"], "note": "上门致歉并了解情况"}
            self.do(actions.note_visit, row, **visit, by=self.people["supervisor"].user)
        if way == "answered":
            self.do(actions.answer_at_once, row, text="已向客户解释并取得谅解", minutes=1)
        elif way != "received":
            self.onward(row, way)

    def onward(self, row: Complaint, way: str) -> None:
        serious = way == "serious"
        reply: dict[str, Any] = {"channel": "phone", "text": "已告知客户由专人处理，三个工作日内答复"}
        grades: dict[str, Any] = {
            "gravity": "serious" if serious else "general",
            "complexity": "complex" if serious else "simple",
        }
        self.do(actions.grade, row, **grades, reply=reply)
        if way == "graded":
            return
        if serious:
            members = [self.agent, self.people["engineer"]]
            self.do(actions.form_team, row, leader=self.people["supervisor"], members=members)
            return
        self.do(actions.verify, row, founded=True, evidence="查阅维修记录和通话录音，客户所述属实")
        if way == "verified":
            return
        self.solve(row, way)

    def solve(self, row: Complaint, way: str) -> None:
        methods = ["contact", "record_review"]
        self.do(
            actions.investigate,
            row,
            methods=methods,
            root_cause="派工衔接不当",
            responsibility="客服与维修班组",
        )
        due = (self.now + timedelta(days=3)).date()
        self.do(
            actions.set_plan,
            row,
            text="向客户当面致歉，免费上门复检一次",
            department="维修部",
            responsible=self.people["engineer"],
            timetable=[{"step": "上门复检", "due_on": due}],
            agreement={"channel": "phone", "note": "客户同意"},
        )
        if way == "plan_set":
            return
        self.do(actions.carry_out, row, report="复检正常，已当面致歉", by=self.people["engineer"].user)
        self.do(actions.tell_result, row, channel="phone", text="复检正常，再次致歉")
        if way == "closed":
            self.do(actions.note_satisfaction, row, satisfied=True)
            self.do(actions.close, row)

"""Scripted visits: the steps of a whole visit put into the phone's outbox as its pages do, while things go wrong."""

from __future__ import annotations

import base64
import contextlib
import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection
from playwright.sync_api import Error

from customers.models import Customer, ProductLine, Unit
from service_center.kernel import attachments
from service_center.kernel.models import CommandRecord
from staff.models import Person
from tests.browser.phones import Line, Phone
from tests.tickets.conftest import PNG, Story
from tickets.models import Ticket

T = TypeVar("T")

STEPS = (
    "acceptance", "contacts", "contacts", "arrival", "diagnosis", "consent", "hold", "hold-undo", "time-entries",
    "attachments", "report-preview", "signature", "report", "departure",
)  # fmt: skip

# Puts one step into the outbox. The report's hash is the phone's own work, over what the page told and what waits.
TAKE = """async (outbox, {job, noun, id, body, words, png}) => {
  const owner = await outbox.owner();
  const line = (await outbox.list(owner, job.number)).map((op) => ({...op, body: op.content.body}));
  const step = job.machine.find((one) => one.noun === noun);
  let photo, file;
  if (noun === "signature") {
    const state = outbox.project(job, line);
    body = {...body, png, report_hash: await outbox.digest(outbox.compose(job, line, state.draft))};
  }
  if (noun === "report") body = {...words, signature: `op:${line.findLast((op) => op.noun === "signature").id}`};
  if (noun === "attachments") {
    photo = new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))], {type: "image/png"});
    file = {name: "photo.png", type: "image/png", size: photo.size};
  }
  if (step.dated) body = {...body, at: new Date().toISOString()};
  await outbox.add(owner, {
    id, ticket: job.number, noun, title: step.label, method: step.method, guarded: step.guarded, base: job.version,
    path: `/api/v1/tickets/${job.number}/${step.door}/`, after: line.map((op) => op.id), body, shown: [], values: {}, file,
  }, photo);
}"""
LEFT = "async (outbox) => (await outbox.unsent(await outbox.owner())).map(({id, state, ticket, noun}) => ({id, state, ticket, noun}))"
WHY = "async (outbox) => (await outbox.list(await outbox.owner())).filter((op) => op.state === 'refused').map((op) => [op.noun, op.receipt])"
HAS = "async (outbox, id) => (await outbox.records(await outbox.owner())).some((one) => one.id === id)"


def committed(act: Callable[[], T]) -> T:
    """Do it in a connection of its own, so that the server sees it; read so, too, what is not the end of the test yet: a
    transaction left open would hold its first instant for now when the deadlines are counted anew.
    """
    found: list[T] = []

    def work() -> None:
        try:
            found.append(act())
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert found, "see the traceback of the thread"
    return found[0]


def dispatched(number: int) -> list[str]:
    """So many tickets of a customer of the demo company, dispatched to its first engineer."""

    def make() -> list[str]:
        people = {p.user.username: p for p in Person.objects.select_related("user", "branch")}
        wang = Customer.objects.with_phone("+8613800138000").get()
        unit = Unit.objects.get(customer=wang, product_model__line__code="AC")
        story = Story(
            people["agent"], people["engineer"], people["manager"], unit, ProductLine.objects.get(code="AC")
        )
        story.slot += 4 * Ticket.objects.count()
        return [story.dispatched().number for _ in range(number)]

    return committed(make)


@dataclass
class Visit:
    """One visit: what the page of the job told at its beginning, and which steps the phone has called saved."""

    number: str
    job: dict[str, Any]
    saved: list[tuple[str, str]] = field(default_factory=list)

    @property
    def step(self) -> str | None:
        return STEPS[len(self.saved)] if len(self.saved) < len(STEPS) else None

    def asked(self, key: str) -> dict[str, Any]:
        noun = self.step
        assert noun is not None
        began = datetime.now(UTC) - timedelta(minutes=1)
        words = {
            "work_done": f"换电容 {self.number} 😀\n\t\"引号\" \\ \u2028", "tested": True, "demonstrated": True,
            "customer_comment": "好",
        }  # fmt: skip
        bodies: dict[str, dict[str, Any]] = {
            "acceptance": {"accepted": True},
            "contacts": {"channel": "phone", "outcome": "reached", "note": f"{key}"},
            "diagnosis": {"fault_class": "device", "cause": "电容失效", "plan": "更换电容"},
            "consent": {"plan": "更换电容", "amount": "80.5", "method": "verbal", "signed_by": "王芳"},
            "hold": {"reason": "customer", "notice": {"channel": "in_person", "text": "下楼取钥匙"}},
            "time-entries": {"category": "free", "started_at": began.isoformat(), "minutes": 1},
            "attachments": {"kind": "photo"},
            "report-preview": words,
            "signature": {"signed_by": "王芳"},
        }
        return {
            "job": self.job, "noun": noun, "id": key, "body": bodies.get(noun, {}), "words": words,
            "png": base64.b64encode(PNG).decode(),
        }  # fmt: skip


class Day:
    """A day of visits on one phone. Each step may be met by a fault; what the phone called saved must arrive once."""

    FAULTS = ("cut", "deaf", "tab", "browser", "mid-save", "twice", "second tab")

    def __init__(self, phone: Phone, line: Line, seed: int) -> None:
        self.phone, self.line = phone, line
        self.chance = random.Random(seed)
        self.met: dict[str, int] = dict.fromkeys(self.FAULTS, 0)

    def begin(self, number: str) -> Visit:
        """The page of the job is read before the network goes."""
        self.line.turn("open")
        page = self.phone.open(f"/phone/{number}/")
        return Visit(number, json.loads(page.locator("#job-data").text_content() or ""))

    def go(self, visit: Visit) -> None:
        while visit.step is not None:
            key = self.phone.run("(outbox) => outbox.uuid7()")
            fault = self.chance.choice(self.FAULTS) if self.chance.random() < 0.3 else ""
            if fault:
                self.met[fault] += 1
            self._step(visit, key, fault)
            if self.chance.random() < 0.5:
                self.phone.run("(outbox) => { outbox.kick(); }")

    def _step(self, visit: Visit, key: str, fault: str) -> None:
        noun = visit.step
        assert noun is not None
        asked = visit.asked(key)
        if fault in {"cut", "deaf"}:
            self.line.turn(fault)
        if fault == "mid-save":
            self._kill_while_saving(asked)
        else:
            self.phone.run(TAKE, asked)
        if fault == "twice":
            self.phone.run(TAKE, asked)
        if fault in {"tab", "browser"}:
            self.phone.run("(outbox) => { outbox.kick(); }")
            self._again(fault)
        if fault == "second tab":
            self._both_send()
        if fault != "mid-save" or self.phone.run(HAS, key):
            visit.saved.append((noun, key))
        if fault in {"cut", "deaf"} and self.chance.random() < 0.7:
            self.line.turn("open")

    def _kill_while_saving(self, asked: dict[str, Any]) -> None:
        """The browser dies somewhere in the middle: whether it was saved is seen afterwards."""
        with contextlib.suppress(Error):
            self.phone.run(f"(outbox, asked) => {{ ({TAKE})(outbox, asked).catch(() => {{}}); }}", asked)
        self._again("browser")

    def _again(self, what: str) -> None:
        if what == "browser":
            self.phone.kill()
            self.phone.start()
        else:
            self.phone.page.close()
            self.phone.page = self.phone.tab()
        self.line.turn("open")
        self.phone.open()

    def _both_send(self) -> None:
        """Two tabs of the same phone are asked to send at once."""
        first = self.phone.page
        self.phone.page = self.phone.tab()
        self.phone.open()
        self.phone.run("(outbox) => { outbox.kick(); }")
        with contextlib.suppress(Error):
            first.evaluate("async () => { (await import('/static/outbox.js')).kick(); }")
            first.close()

    def end(self, rounds: int = 40) -> None:
        """The network is back: everything leaves the phone."""
        self.line.turn("open")
        self.phone.open()
        for _ in range(rounds):
            self.phone.run("(outbox) => outbox.kick()")
            left = self.phone.run(LEFT)
            if not left:
                return
            self.phone.page.wait_for_timeout(250)
        raise AssertionError(f"still on the phone: {left}, refused: {self.phone.run(WHY)}")


def lost_and_doubled(visits: list[Visit]) -> tuple[list[str], list[str]]:
    """Steps the phone called saved that the server does not have, and those it has more than once."""
    lost, doubled = [], []
    for visit in visits:
        ticket = Ticket.objects.get(number=visit.number)
        for noun, key in visit.saved:
            rows = CommandRecord.objects.filter(key=key).count()
            (lost if rows < 1 else doubled if rows > 1 else []).append(f"{visit.number} {noun}")
        for noun, rows in _rows(ticket, [key for noun, key in visit.saved if noun == "contacts"]).items():
            wanted = sum(1 for taken, _key in visit.saved if taken == noun)
            if rows != wanted:
                (lost if rows < wanted else doubled).append(f"{visit.number} {noun} {rows}/{wanted}")
    return lost, doubled


def _rows(ticket: Ticket, notes: list[str]) -> dict[str, int]:
    """How many rows of each kind the ticket has, whatever the keys say."""
    return {
        "contacts": ticket.contacts.filter(note__in=notes).count(),
        "arrival": ticket.visits.exclude(arrived_at=None).count(),
        "departure": ticket.visits.exclude(departed_at=None).count(),
        "diagnosis": ticket.diagnoses.count(),
        "consent": ticket.consents.count(),
        "hold": ticket.holds.count(),
        "hold-undo": ticket.holds.exclude(ended_at=None).count(),
        "time-entries": ticket.work_times.count(),
        "attachments": attachments.of(ticket).filter(kind="photo").count(),
        "signature": ticket.signatures.count(),
        "report": ticket.reports.count(),
    }

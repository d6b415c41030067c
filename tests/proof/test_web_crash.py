"""Web processes killed with kill -9 during writes, no Redis at all: what was answered is there, once; what was not, once
after the client's retry with the same key; what was refused is not (I1-I3 of the reliability rules)."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from customers.models import Contact, Customer
from service_center.kernel import chores, commands, tokens
from service_center.kernel.models import Clock, CommandRecord, Event
from staff.models import Person
from tests.proof.processes import NOWHERE, Program, environment, free_port, wait_for
from tickets.models import Ticket

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

SECONDS = float(os.environ.get("CRASH_SECONDS", "12"))
CLIENTS = int(os.environ.get("CRASH_CLIENTS", "4"))
MASTER_KILLS = int(os.environ.get("CRASH_MASTER_KILLS", "2"))


@dataclass
class Write:
    """One request as its client remembers it: noted before it is sent, its outcome after."""

    kind: str
    key: str
    path: str
    body: dict[str, Any]
    outcome: str = "unsent"
    tries: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)


class Customers:
    """A client of the REST interface that keeps an idempotency key until it knows how its write ended."""

    def __init__(self, port: int, token: str, customer: int, number: int) -> None:
        self.port, self.customer, self.number = port, customer, number
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.writes: list[Write] = []

    def work(self, stop: threading.Event) -> None:
        """New writes until told to stop, each sent once; what is not known is asked for again meanwhile."""
        dice = random.Random(self.number)
        while not stop.is_set():
            write = self.think(dice)
            self.writes.append(write)
            self.send(write)
            for open_one in [w for w in self.writes if w.outcome == "unknown"][:2]:
                self.send(open_one)

    def settle(self, seconds: float) -> None:
        """Retry by key until every outcome is known."""
        until = time.monotonic() + seconds
        while open_ones := [w for w in self.writes if w.outcome == "unknown"]:
            assert time.monotonic() < until, (
                f"{len(open_ones)} outcomes are still unknown: {open_ones[0].history}"
            )
            for write in open_ones:
                self.send(write)

    def think(self, dice: random.Random) -> Write:
        name = f"crash-{self.number}-{len(self.writes)}"
        kind = dice.choice(["ticket", "ticket", "ticket", "file", "contact", "wrong"])
        if kind == "file":
            body: dict[str, Any] = {"name": name, "phone": f"137{self.number:02}{len(self.writes):06}"}
            return Write(kind, name, "/api/v1/customers/", body)
        if kind == "contact":
            body = {"name": name, "phone": "13900139000"}
            return Write(kind, name, f"/api/v1/customers/{self.customer}/contacts/", body)
        body = {
            "channel": "phone", "customer": {"id": self.customer if kind == "ticket" else 0}, "unit": None,
            "subject": name, "description": "不制冷", "demand": "repair",
        }  # fmt: skip
        return Write(kind, name, "/api/v1/tickets/", body)

    def send(self, write: Write) -> None:
        """Send it, and note what is known afterwards: acknowledged, refused, or nothing."""
        write.tries += 1
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=8)
        try:
            line.request(
                "POST", write.path, json.dumps(write.body), self.headers | {"Idempotency-Key": write.key}
            )
            answer = line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            write.outcome = "unknown"
            write.history.append(type(error).__name__)
            time.sleep(0.05)
            return
        finally:
            line.close()
        replayed = " replayed" if answer.headers.get("Idempotency-Replayed") else ""
        write.history.append(f"{answer.status}{replayed}")
        if answer.status == 201:
            write.outcome, write.answer = "acknowledged", json.loads(text)
        elif answer.status in {409, 429, 503}:
            write.outcome = "unknown"  # busy or still in progress: ask again
        else:
            write.outcome = "refused"
            write.answer = {"status": answer.status, "text": text.decode()[:300]}


@pytest.fixture
def web(person: Callable[..., Person], tmp_path: Path) -> Iterator[tuple[Program, int]]:
    """gunicorn with two processes on a real socket and the test's database; Redis does not exist."""
    port = free_port()
    argv = (
        "gunicorn", "service_center.wsgi", "--bind", f"127.0.0.1:{port}", "--preload", "--worker-class", "gthread",
        "--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning",
    )  # fmt: skip
    program = Program(*argv, log=tmp_path / "web.log", env=environment(REDIS_URL=NOWHERE))
    try:
        wait_for(lambda: is_up(port), 60, "gunicorn")
        yield program, port
    finally:
        program.kill()
        if os.environ.get("CRASH_LOG"):
            print((tmp_path / "web.log").read_text()[-4000:])


def is_up(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/healthz/live")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


@pytest.fixture
def clients(person: Callable[..., Person], web: tuple[Program, int]) -> list[Customers]:
    agent = person("agent", username="agent")
    from customers import actions as crm

    customer = commands.run(crm.open_file, name="王芳", phone="13800138000", actor=agent.user)
    secret = tokens.new_secret()
    commands.run(tokens.issue, agent.user, secret=secret, days=1, read_only=False)
    return [Customers(web[1], secret, customer.pk, number) for number in range(CLIENTS)]


def torment(program: Program, port: int, seconds: float) -> None:
    """Workers die every moment; the master with everything it has now and then."""
    dice = random.Random(20251009)
    until, masters = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.15, 0.7))
        if masters < MASTER_KILLS and time.monotonic() > until - seconds * (
            1 - (masters + 1) / (MASTER_KILLS + 1)
        ):
            masters += 1
            program.kill()
            program.begin()
            wait_for(lambda: is_up(port), 30, "gunicorn after a kill of its master")
            until = max(until, time.monotonic() + seconds / (MASTER_KILLS + 1) * (MASTER_KILLS + 1 - masters))
        else:
            program.kill_child(dice.randrange(8))


@pytest.mark.req("GEN-09", "SEC-01")
def test_web_killed_during_writes_loses_and_doubles_nothing(
    web: tuple[Program, int], clients: list[Customers]
) -> None:
    program, port = web
    stop = threading.Event()
    hands = [threading.Thread(target=client.work, args=(stop,)) for client in clients]
    for hand in hands:
        hand.start()
    try:
        torment(program, port, SECONDS)
    finally:
        stop.set()
        for hand in hands:
            hand.join()
    wait_for(lambda: is_up(port), 30, "gunicorn at the end")
    for client in clients:
        client.settle(30)
    writes = [write for client in clients for write in client.writes]
    report(program, writes)
    assert_as_remembered(writes)


def report(program: Program, writes: list[Write]) -> None:
    unknown = sum(len(w.history) > 1 for w in writes)
    print(
        f"{program.kills} kills, {len(writes)} writes {dict(Counter(w.outcome for w in writes))}, "
        f"{unknown} unknown at first {dict(Counter(h for w in writes for h in w.history))}"
    )
    assert program.kills >= 5
    assert unknown >= 1


def assert_as_remembered(writes: list[Write]) -> None:
    """The database against the clients' memories."""
    by_kind = {kind: [w for w in writes if w.kind == kind] for kind in ("ticket", "file", "contact", "wrong")}
    right = by_kind["ticket"] + by_kind["file"] + by_kind["contact"]
    assert {w.outcome for w in right} == {"acknowledged"}, [w for w in right if w.outcome != "acknowledged"][
        :3
    ]
    assert {w.outcome for w in by_kind["wrong"]} == {"refused"}
    assert {w.answer["status"] for w in by_kind["wrong"]} == {400}

    subjects = Counter(Ticket.objects.values_list("subject", flat=True))
    assert subjects == Counter(w.key for w in by_kind["ticket"])
    assert {w.answer["number"]: w.key for w in by_kind["ticket"]} == dict(
        Ticket.objects.values_list("number", "subject")
    )
    assert Counter(Customer.objects.exclude(name="王芳").values_list("name", flat=True)) == Counter(
        w.key for w in by_kind["file"]
    )
    assert Counter(Contact.objects.values_list("name", flat=True)) == Counter(
        w.key for w in by_kind["contact"]
    )
    assert set(CommandRecord.objects.values_list("key", flat=True)) == {w.key for w in right}

    made = len(by_kind["ticket"])
    assert Event.objects.filter(name="ticket.registered").count() == made
    assert Clock.objects.count() == 4 * made
    differing = chores.differences(at=commands.now(), fix=False)
    assert {name: lines for name, lines in differing.items() if lines} == {}
    connections.close_all()


def test_the_comparison_sees_a_double_and_a_loss(clients: list[Customers]) -> None:
    """Negative control: a client that forgets its key makes two of one wish; a row that vanishes is missed."""
    client = clients[0]
    write = Write("ticket", "crash-0-0", "/api/v1/tickets/", client.think(random.Random(1)).body | {"subject": "crash-0-0", "customer": {"id": client.customer}})  # fmt: skip
    client.send(write)
    assert write.outcome == "acknowledged"
    write.key = "another key"
    client.send(write)
    write.key = "crash-0-0"
    with pytest.raises(AssertionError):
        assert_as_remembered([write, *refused()])
    lost = Write("ticket", "never", "/api/v1/tickets/", {}, outcome="acknowledged", answer={"number": "T-0"})
    with pytest.raises(AssertionError):
        assert_as_remembered([write, lost, *refused()])


def refused() -> list[Write]:
    return [Write("wrong", "w", "", {}, outcome="refused", answer={"status": 400})]

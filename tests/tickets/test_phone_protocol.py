"""Steps of phones over REST, as a poor network delivers them: late, twice, cut off before or after the server's commit, or
with the server dying in the middle. What the phones hold to be done is compared with the rows: nothing lost, nothing doubled.

`--ops 5000` plays the whole proof; the suite plays a part of it.
"""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from service_center.kernel import commands
from service_center.kernel.models import CommandRecord
from tests.tickets.conftest import PNG, Story, hours
from tickets.models import Ticket
from tickets.queries import report as reports

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = (
    "acceptance", "contacts", "appointment", "contacts", "arrival", "diagnosis", "contacts", "consent", "hold", "contacts",
    "hold-undo", "time-entries", "contacts", "report-preview", "signature", "report", "contacts", "departure", "contacts",
)  # fmt: skip
GUARDED = {"appointment", "consent", "hold", "hold-undo", "report-preview"}


class Killed(BaseException):
    """The server's process is gone in the middle of a request."""


@contextmanager
def dies_at(statement: int) -> Iterator[None]:
    """The database sees no statement after this one of the request."""
    left = statement

    def execute(run: Any, sql: str, *more: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0 and not sql.startswith(
            "ROLLBACK"
        ):  # which the database does by itself when a client is gone
            raise Killed
        return run(sql, *more)

    with connection.execute_wrapper(execute):
        yield


@dataclass
class Op:
    """A step on a phone: its id is the key, its marker stands in what it writes."""

    noun: str
    body: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    version: int | None = None  # what the server's answer said, once there was one
    base: int = 0


@dataclass
class Phone:
    """The steps of one ticket, in order. One is done when the server has answered for it."""

    number: str
    base: int
    slot: int
    waiting: list[Op] = field(default_factory=list)
    done: list[Op] = field(default_factory=list)
    signature: int = 0

    def __post_init__(self) -> None:
        self.waiting = [Op(noun, self.body(noun, place)) for place, noun in enumerate(STEPS)]

    def body(self, noun: str, place: int) -> dict[str, Any]:
        marker = f"{self.number}/{place}"
        bodies: dict[str, dict[str, Any]] = {
            "acceptance": {"accepted": True},
            "contacts": {"channel": "phone", "outcome": "reached", "note": marker},
            "appointment": {
                "starts_at": hours(self.slot).isoformat(), "ends_at": hours(self.slot + 1).isoformat(), "place": marker,
            },
            "diagnosis": {"fault_class": "device", "cause": marker, "plan": "换件"},
            "consent": {"plan": marker, "amount": "0", "method": "verbal", "signed_by": "王芳"},
            "hold": {"reason": "customer", "notice": {"channel": "in_person", "text": marker}},
            "time-entries": {"category": "free", "started_at": hours(0).isoformat(), "minutes": 1},
            "report-preview": {"work_done": marker, "tested": True, "demonstrated": True},
        }  # fmt: skip
        return bodies.get(noun, {})

    def expected_version(self, op: Op) -> int:
        """The version the phone knows: its own steps move it on."""
        known = [one.version for one in self.done if one.version is not None]
        return known[-1] if known else self.base


class Network:
    """Carries steps to the real API and loses, repeats and breaks off as the seed says."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client, self.chance = client, random.Random(seed)
        self.carried: list[tuple[Phone, Op]] = []
        self.met = dict.fromkeys(("lost before", "lost after", "killed", "twice", "late"), 0)

    def send(self, phone: Phone) -> None:
        """Try the phone's next step once."""
        op = phone.waiting[0]
        self._complete(phone, op)
        luck = self.chance.random()
        if luck < 0.08:
            self.met["lost before"] += 1
            return
        if luck < 0.16:
            self.met["killed"] += 1
            self._killed(phone, op)
            return
        answer = self._request(phone, op)
        if luck < 0.26:
            self.met["lost after"] += 1
            return
        assert answer.status_code < 300, (phone.number, op.noun, answer.content.decode())
        self._acknowledged(phone, op, answer)
        self._repeat(phone, op)

    def _complete(self, phone: Phone, op: Op) -> None:
        """What the step takes from earlier ones, fixed at its first sending."""
        op.base = phone.expected_version(op)
        if op.noun == "signature" and not op.body:
            row = Ticket.objects.get(number=phone.number)
            draft = next(one.body for one in phone.done if one.noun == "report-preview")
            digest = reports.preview(row, reports.Words(**draft))[1]
            op.body = {"png": _base64(PNG), "signed_by": "王芳", "report_hash": digest}
        if op.noun == "report" and not op.body:
            draft = next(one.body for one in phone.done if one.noun == "report-preview")
            op.body = draft | {"signature": phone.signature}

    def _request(self, phone: Phone, op: Op) -> Any:
        method = "DELETE" if op.noun.endswith("-undo") else "POST"
        door = op.noun.removesuffix("-undo")
        more = {"HTTP_IF_MATCH": f'"{op.base}"'} if op.noun in GUARDED else {}
        self.carried.append((phone, op))
        return self.client.generic(
            method, f"/api/v1/tickets/{phone.number}/{door}/", _json(op.body), content_type="application/json",
            HTTP_IDEMPOTENCY_KEY=op.id, HTTP_DEVICE_TIME=hours(0).isoformat(), **more,
        )  # fmt: skip

    def _killed(self, phone: Phone, op: Op) -> None:
        try:
            with dies_at(self.chance.randrange(3, 40)):
                self._request(phone, op)
        except Killed:
            pass  # nothing was answered: the phone sends it again

    def _acknowledged(self, phone: Phone, op: Op, answer: Any) -> None:
        told = answer.json() if answer.content else {}
        op.version = told["ticket"]["version"] if told else op.base + 1
        if op.noun == "signature":
            phone.signature = told["signature"]["id"]
        phone.done.append(phone.waiting.pop(0))

    def _repeat(self, phone: Phone, op: Op) -> None:
        """Another tab, a proxy or a restored server makes it come again: at once, or long after."""
        if self.chance.random() < 0.15:
            self.met["twice"] += 1
            assert self._request(phone, op).status_code < 300
        if self.chance.random() < 0.1:
            self.met["late"] += 1
            earlier, old = self.chance.choice(self.carried)
            if old not in earlier.waiting:
                assert self._request(earlier, old).status_code < 300


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def play(story: Story, client: Client, ops: int, seed: int) -> tuple[list[Phone], Network]:
    """So many steps of as many visits as they make, mixed across tickets at random, each ticket's in order."""
    phones = []
    for place in range(-(-ops // len(STEPS))):
        row = story.dispatched()
        phones.append(Phone(row.number, row.version, 400_000 + 3 * place))
    network = Network(client, seed)
    left = list(phones)
    while left:
        phone = network.chance.choice(left)
        network.send(phone)
        if not phone.waiting:
            left.remove(phone)
    return phones, network


def differences(phones: list[Phone]) -> tuple[int, int]:
    """(lost, doubled): the rows of each ticket against the steps its phone holds to be done."""
    lost = doubled = 0
    for phone in phones:
        row = Ticket.objects.get(number=phone.number)
        for wanted, there in _counts(phone, row):
            lost += max(0, wanted - there)
            doubled += max(0, there - wanted)
    return lost, doubled


def _counts(phone: Phone, row: Ticket) -> Iterator[tuple[int, int]]:
    notes = list(row.contacts.values_list("note", flat=True))
    for op in phone.done:
        if op.noun == "contacts":
            yield 1, notes.count(op.body["note"])
    markers: dict[str, tuple[Any, str, str]] = {
        "appointment": (row.visits, "place", "place"), "diagnosis": (row.diagnoses, "cause", "cause"),
        "consent": (row.consents, "plan", "plan"), "report": (row.reports, "work_done", "work_done"),
    }  # fmt: skip
    for op in phone.done:
        if op.noun in markers:
            rows, column, key = markers[op.noun]
            yield 1, [getattr(one, column) for one in rows.all()].count(op.body[key])
    yield 1, row.holds.count()
    yield 1, row.holds.exclude(ended_at=None).count()
    yield 1, row.work_times.count()
    yield 1, row.signatures.count()
    yield 1, row.visits.exclude(arrived_at=None).count()
    yield 1, row.visits.exclude(departed_at=None).count()


def test_no_step_is_lost_or_doubled(
    story: Story, web: Callable[..., Client], request: pytest.FixtureRequest
) -> None:
    ops = request.config.getoption("--ops")
    phones, network = play(story, web(story.engineer), ops, seed=11)
    done = [op for phone in phones for op in phone.done]
    print(f"\n{len(done)} steps of {len(phones)} visits, {len(network.carried)} requests: {network.met}")
    assert len(done) >= ops
    assert differences(phones) == (0, 0)
    assert CommandRecord.objects.filter(key__in=[op.id for op in done]).count() == len(done)
    assert {Ticket.objects.get(number=phone.number).status for phone in phones} == {"handled"}


@pytest.mark.refused
def test_without_the_keys_steps_are_doubled(
    story: Story, web: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same network against a server that forgets what it has done."""
    monkeypatch.setattr(commands, "_record_of", lambda key: None)
    monkeypatch.setattr(commands, "_remember", lambda *arguments: None)
    phones = [Phone(row.number, row.version, 400_000) for row in [story.dispatched()]]
    network = Network(web(story.engineer), seed=11)
    while phones[0].waiting and phones[0].waiting[0].noun in {"acceptance", "contacts"}:
        op = phones[0].waiting[0]
        network._acknowledged(phones[0], op, network._request(phones[0], op))
        network._request(phones[0], op)
    assert differences(phones)[1] > 0

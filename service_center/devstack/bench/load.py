"""A working day's mixture on two web processes: the rate they hold, and what they do with three times as much.

70 % reading (lists, tickets, searches, customers), 25 % writing (new tickets and contacts with the customer), 5 % heavy
(every figure of the catalogue, a list of a hundred, the suggestions of engineers).
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import stack, up
from ..places import ROOT
from ..processes import free_port
from ..stack import Backing
from ..supervisor import Supervisor
from ..terminal import Refusal, say
from . import sizes
from .evidence import SEED, Line, at_most
from .http import Ask, Client, Run

P95_MS = 300
TRIAL_S, HELD_S, OVER_S = 12.0, 120.0, 60.0
FIRST_RATE, STEP, MARGIN, CHANCES = 5.0, 1.5, 0.8, 3
NORMAL_WITHIN_S = 15.0
_COUNT = "SELECT count(*) FROM tickets_ticket WHERE number IN ({})"
WORDS = ("不制冷", "异响", "漏水", "空调", "王", "冰箱", "0012")


async def load(supervisor: Supervisor, made: Backing) -> list[Line]:
    """The rate held for two minutes, then three times that, then back."""
    port = free_port()
    made.env["SERVICE_CENTER_PORT"] = str(port)
    made.env["API_RATE"] = "10000000/min"  # one client stands for all desks
    if not await up.start_application(supervisor, made, port):
        raise Refusal("The product did not get healthy, so there is nothing to measure.")
    try:
        reader, writer = [await _token(supervisor, made, name) for name in ("supervisor", "agent")]
        client = Client(port, reader, writer)
        mixture = await Mixture.of(client)
        rate, held = await _held(client, mixture)
        over = await client.run(3 * rate, OVER_S, mixture.choose)
        after = await client.run(rate, 2 * NORMAL_WITHIN_S, mixture.choose)
        return [
            *_about_held(rate, held),
            *_about_overload(rate, over, after),
            _lost(made, [held, over, after]),
        ]
    finally:
        await supervisor.end("web", "beat", "worker")


async def _token(supervisor: Supervisor, made: Backing, username: str) -> str:
    out = made.logs / "token.out"
    out.unlink(missing_ok=True)
    code = await supervisor.run(
        stack.manage("token", username, "--days", "1"), env=made.env, cwd=ROOT, log=out
    )
    if code:
        raise Refusal(f"manage.py token failed; see {out}.")
    return out.read_text().split()[-1]


@dataclass
class Mixture:
    """What is asked, with the same dice every time."""

    numbers: list[str]
    owners: list[tuple[int, int]]
    dice: random.Random

    @classmethod
    async def of(cls, client: Client) -> Mixture:
        """Tickets and machines of the branch whose supervisor reads and whose agent writes."""
        tickets = (await client.once("/api/v1/tickets/?page_size=100&open=true"))["results"]
        units = (await client.once("/api/v1/units/?page_size=100"))["results"]
        owners = [
            (unit["customer"] if isinstance(unit["customer"], int) else unit["customer"]["id"], unit["id"])
            for unit in units
        ]
        return cls([ticket["number"] for ticket in tickets], owners, random.Random(SEED))  # noqa: S311 - repeatable

    def choose(self) -> Ask:
        part = self.dice.random()
        if part < 0.70:
            return Ask("read", self.dice.choice(self._reads()))
        if part < 0.95:
            return self._write()
        return Ask("heavy", self.dice.choice(self._heavy()))

    def _reads(self) -> Sequence[str]:
        number, word = self.dice.choice(self.numbers), self.dice.choice(WORDS)
        return (
            "/api/v1/tickets/",
            f"/api/v1/tickets/{number}/",
            f"/api/v1/tickets/{number}/",
            f"/api/v1/tickets/{number}/timeline/",
            f"/api/v1/tickets/?search={_quoted(word)}",
            "/api/v1/customers/",
            "/api/v1/parts/",
        )

    def _write(self) -> Ask:
        if self.dice.random() < 0.5:
            customer, unit = self.dice.choice(self.owners)
            body: dict[str, Any] = {
                "channel": "phone", "customer": {"id": customer}, "unit": {"id": unit}, "subject": "不制冷",
                "description": "开机后不制冷", "demand": "repair",
            }  # fmt: skip
            return Ask("write", "/api/v1/tickets/", body)
        body = {"channel": "phone", "outcome": "unreachable", "note": "无人接听"}
        return Ask("write", f"/api/v1/tickets/{self.dice.choice(self.numbers)}/contacts/", body)

    def _heavy(self) -> Sequence[str]:
        number = self.dice.choice(self.numbers)
        return ("/api/v1/kpis/", "/api/v1/tickets/?page_size=100", f"/api/v1/tickets/{number}/suggestions/")


def _quoted(word: str) -> str:
    return "".join(f"%{byte:02X}" for byte in word.encode())


async def _held(client: Client, mixture: Mixture) -> tuple[float, Run]:
    """The highest rate found by short trials, a margin below it, held for two minutes; lower when that fails.

    Where even the lowest is too much, what happens at that is the answer.
    """
    rate, good = FIRST_RATE, 0.0
    while await _served(client, mixture, rate):
        good, rate = rate, rate * STEP
    rate = (good or FIRST_RATE) * MARGIN
    for _ in range(3 if good else 1):
        await asyncio.sleep(5)
        held = await client.run(rate, HELD_S, mixture.choose)
        say(f"       held  {_told(rate, held)}")
        if _is_good(held):
            break
        rate *= MARGIN
    return rate, held


async def _served(client: Client, mixture: Mixture, rate: float) -> bool:
    """Whether the rate is served as promised in one of a few short trials: others use the machine, too."""
    for _ in range(CHANCES):
        trial = await client.run(rate, TRIAL_S, mixture.choose)
        say(f"       trial {_told(rate, trial)}")
        if _is_good(trial):
            return True
    return False


def _is_good(run: Run) -> bool:
    return len(run.served) == len(run.answers) and run.p(0.95) < P95_MS


def _told(rate: float, run: Run) -> str:
    others = sorted({answer.status for answer in run.answers} - {200, 201})
    return (
        f"{rate:.1f}/s: {len(run.served)} of {len(run.answers)} served, p50 {run.p(0.5):.0f} p95 {run.p(0.95):.0f} "
        f"p99 {run.p(0.99):.0f} ms, generator {run.own_cpu:.2f} of a processor, other answers {others}"
    )


def _about_held(rate: float, held: Run) -> list[Line]:
    unserved = len(held.answers) - len(held.served)
    return [
        Line(
            f"rate held for {HELD_S:g} s (generator: {held.own_cpu:.2f} of a processor)",
            round(rate, 1),
            "1/s",
        ),
        at_most("p95 at that rate", held.p(0.95), "ms", P95_MS),
        at_most("p99 at that rate", held.p(0.99), "ms", 1000),
        at_most("errors at that rate", unserved, "answers", 0),
    ]


def _about_overload(rate: float, over: Run, after: Run) -> list[Line]:
    shed = over.of(429, 503)
    other = len(over.answers) - len(over.served) - len(shed)
    untold = sum(not answer.retry_after for answer in shed)
    goodput = len(over.served) / over.seconds
    return [
        Line(f"three times that for {OVER_S:g} s: shed with 429 or 503", len(shed), "answers"),
        at_most("three times that: shed without Retry-After", untold, "answers", 0),
        at_most("three times that: neither served nor shed", other, "answers", 0),
        Line("three times that: served", round(goodput, 1), "1/s", round(rate, 1), "the rate held", round(goodput / rate, 2),
             ">= 0.8", goodput >= 0.8 * rate),
        at_most("normal again after", _normal_after(after), "s", NORMAL_WITHIN_S),
    ]  # fmt: skip


def _normal_after(after: Run) -> float:
    """Seconds after the overload from which on everything was served and fast, second by second."""
    last = 0.0
    for answer in after.answers:
        if not 200 <= answer.status < 300 or answer.took_ms > 2 * P95_MS:
            last = max(last, answer.due_s + answer.took_ms / 1000)
    return last


def _lost(made: Backing, runs: Sequence[Run]) -> Line:
    """Acknowledged tickets that are not there exactly once."""
    told = [
        json.loads(a.body)["number"] for run in runs for a in run.of(201) if a.ask.path == "/api/v1/tickets/"
    ]
    if made.cluster is None:
        raise Refusal(
            "What was written is counted in a database of the measurement's own: run without DATABASE_URL."
        )
    database, there = made.env["DATABASE_URL"].split("?")[0].rsplit("/", 1)[1], 0
    for start in range(0, len(told), 500):
        names = ",".join(f"'{number}'" for number in told[start : start + 500])
        there += int(sizes.ask(made.cluster, database, _COUNT.format(names)))
    return at_most(f"of {len(told)} acknowledged tickets lost", len(told) - there, "tickets", 0)

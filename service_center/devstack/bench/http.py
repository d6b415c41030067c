"""An open-loop load generator: requests leave when their time has come, however long the earlier ones take.

A request's latency counts from the instant it was due, so that a server which stands still is charged for all who waited.
"""

from __future__ import annotations

import asyncio
import json
import resource
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

GIVE_UP_S = 30.0


@dataclass(frozen=True)
class Ask:
    """One request; writes carry a body and get a key of their own."""

    kind: str  # read, write, heavy
    path: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: `status` 0 when nothing did; `due_s` seconds after the start of the run."""

    ask: Ask
    status: int
    due_s: float
    took_ms: float
    body: bytes
    retry_after: str


@dataclass
class Run:
    """One stretch of load and what it cost the generator itself."""

    answers: list[Answer]
    seconds: float
    own_cpu: float

    def of(self, *statuses: int) -> list[Answer]:
        return [answer for answer in self.answers if answer.status in statuses]

    @property
    def served(self) -> list[Answer]:
        return [answer for answer in self.answers if 200 <= answer.status < 300]

    def p(self, share: float) -> float:
        """That percentile of the latencies of what was served, in ms."""
        took = sorted(answer.took_ms for answer in self.served)
        return took[min(int(len(took) * share), len(took) - 1)] if took else float("inf")


@dataclass
class Client:
    """Kept connections to one port of this machine."""

    port: int
    token: str
    writer: str
    """The token of those who write, where others read."""
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def run(self, rate: float, seconds: float, choose: Callable[[], Ask]) -> Run:
        """Send `rate` requests a second for so long, evenly spaced, and wait for every answer."""
        began, cpu = time.monotonic(), _cpu()
        tasks = []
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.append(asyncio.create_task(self._timed(choose(), began, due)))
        answers = await asyncio.gather(*tasks)
        took = time.monotonic() - began
        return Run(list(answers), took, (_cpu() - cpu) / took)

    async def once(self, path: str) -> Any:
        """The JSON of one GET."""
        status, body, _ = await self._exchange(Ask("read", path))
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:200]!r}")
        return json.loads(body)

    async def _timed(self, ask: Ask, began: float, due: float) -> Answer:
        try:
            async with asyncio.timeout(GIVE_UP_S):
                status, body, retry_after = await self._exchange(ask)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            status, body, retry_after = 0, b"", ""
        return Answer(ask, status, due - began, (time.monotonic() - due) * 1000, body, retry_after)

    async def _exchange(self, ask: Ask) -> tuple[int, bytes, str]:
        fresh = (
            not self.idle or ask.body is not None
        )  # a write is sent once: on a connection nobody can have closed
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port) if fresh else self.idle.pop()
        try:
            writer.write(self._request(ask))
            status, headers, body = await _response(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            writer.close()
            if fresh:
                raise
            return await self._exchange(ask)  # a kept connection that the server had closed meanwhile
        if headers.get("connection") == "close":
            writer.close()
        else:
            self.idle.append((reader, writer))
        return status, body, headers.get("retry-after", "")

    def _request(self, ask: Ask) -> bytes:
        content = b"" if ask.body is None else json.dumps(ask.body).encode()
        lines = [
            f"{'GET' if ask.body is None else 'POST'} {ask.path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self.token if ask.body is None else self.writer}",
            "Accept: application/json",
        ]
        if ask.body is not None:
            lines += [f"Content-Length: {len(content)}", "Content-Type: application/json"]
            lines += [f"Idempotency-Key: {uuid.uuid4()}", "Connection: close"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


async def _response(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    if headers.get("transfer-encoding") == "chunked":
        return int(head[0].split()[1]), headers, await _chunks(reader)
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers.get("content-length", "0")))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int(await reader.readline(), 16):
        found += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

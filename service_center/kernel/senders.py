"""Threads that send: one per channel, so that a slow provider holds up neither the timers nor the other
channels.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection

from service_center.kernel import outbox
from service_center.kernel.models.messages import Channel

log = logging.getLogger(__name__)

POLL_S = 1.0
BACKOFF_S = 5.0


class Sender:
    """Sends what one channel owes, on an own connection, until stopped; no error ends it."""

    def __init__(self, channel: str, poll: float = POLL_S) -> None:
        self.channel, self.poll = channel, poll
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                sent = outbox.send_due(channel=self.channel)
            except Exception:
                log.exception("sender of %s failed", self.channel)
                connection.close()
                self.stopping.wait(BACKOFF_S)
            else:
                if not sent:
                    self.stopping.wait(self.poll)
        connection.close()

    def stop(self) -> None:
        self.stopping.set()


_running: list[Sender] = []


def start() -> list[Sender]:
    """Run one sender per channel in threads of this process; a second call returns the first ones."""
    if not _running:
        for channel in Channel.values:
            sender = Sender(channel)
            _running.append(sender)
            threading.Thread(target=sender.run, name=f"sender-{channel}", daemon=True).start()
    return _running

"""Sender threads: they find what is owed by themselves and survive errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel import commands, outbox, senders
from service_center.kernel.models import Message

outbox.define("test.thread", "hello %(name)s")


def eventually(check: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_sender_sends_what_is_owed_even_after_an_error(settings: Any) -> None:
    settings.SMS_BACKEND = "nowhere.Nothing"
    outbox.send(
        channel="sms",
        to="+8613800138000",
        template="test.thread",
        context={"name": "x"},
        dedupe="t",
        at=commands.now(),
    )
    sender = senders.Sender("sms", poll=0.05)
    thread = threading.Thread(target=sender.run)
    thread.start()
    try:
        assert eventually(lambda: Message.objects.get().attempts == 1)
        settings.SMS_BACKEND = "service_center.kernel.channels.ConsoleSms"
        Message.objects.update(next_try_at=commands.now(), lease_until=None)
        assert eventually(lambda: Message.objects.get().status == "sent")
    finally:
        sender.stop()
        thread.join(10)
    assert not thread.is_alive()

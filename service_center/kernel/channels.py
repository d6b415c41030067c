"""How messages leave: one adapter per channel. An adapter is given the message and its stable id, and says
what came.

A real SMS provider is a class with the same `deliver`, named by SMS_BACKEND; it passes `message_id` on as
the provider's idempotency field, so that a message sent twice after a crash is shown once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.core import mail
from django.utils.module_loading import import_string

from service_center.kernel.models.messages import Channel

log = logging.getLogger(__name__)


class Rejected(Exception):
    """The provider will never take this message (bad address, blocked): it goes to the dead
    letters at once.
    """


@dataclass(frozen=True)
class Outgoing:
    """A message as an adapter needs it; only here is the recipient in the clear."""

    message_id: str
    recipient: str = field(repr=False)
    recipient_masked: str
    title: str = field(repr=False)
    text: str = field(repr=False)


class Adapter(Protocol):
    def deliver(self, message: Outgoing) -> str:
        """Hand the message over and return the provider's id.

        Raises Rejected when it will never go, anything else when it may go later.
        """


class Email:
    """E-mail by Django's backend; the Message-ID is the stable id, so mail programs show one copy."""

    def deliver(self, message: Outgoing) -> str:
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ") or "localhost"
        message_id = f"<{message.message_id}@{host}>"
        mail.EmailMessage(
            subject=" ".join(message.title.split()),
            body=message.text,
            to=[message.recipient],
            headers={"Message-ID": message_id},
        ).send()
        return message_id


class ConsoleSms:
    """No provider: the log says that a message would have gone, never its text or number."""

    def deliver(self, message: Outgoing) -> str:
        log.info(
            "sms %s to %s (%d characters)", message.message_id, message.recipient_masked, len(message.text)
        )
        return f"console-{message.message_id}"


def adapter(channel: str) -> Adapter:
    """The adapter in charge of the channel."""
    if channel == Channel.EMAIL:
        return Email()
    found: Adapter = import_string(settings.SMS_BACKEND)()
    return found

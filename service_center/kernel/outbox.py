"""Messages to the outside: written with the fact that causes them, sent by senders that may die at any point
(R10).

`send` only writes a row. A sender claims due rows under a lease with a rising token, hands each to its
channel's adapter with a stable id and notes the outcome only while the token is still its own; a sender that
was paused too long finds the row taken and leaves it alone. Failures wait with growing, jittered delay for
about three days, then lie in the dead letters until redriven. A channel whose provider fails five times in a
row rests, without holding up the other channels.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils import translation
from django_stubs_ext import StrOrPromise

from service_center.kernel import channels, phones, privacy
from service_center.kernel.errors import Invalid
from service_center.kernel.models import Circuit, Message
from service_center.kernel.models.messages import Channel, MessageStatus

log = logging.getLogger(__name__)

LEASE_SECONDS = 60
MAX_ATTEMPTS = 20
FIRST_DELAY_S, LONGEST_DELAY_S = 30, 6 * 3600
CIRCUIT_FAILURES = 5
CIRCUIT_REST = timedelta(seconds=60)


@dataclass(frozen=True)
class Template:
    """The words of a message with %(key)s of its context; `title` is the subject of an e-mail."""

    code: str
    text: StrOrPromise
    title: StrOrPromise = ""


TEMPLATES: dict[str, Template] = {}


def define(code: str, text: StrOrPromise, *, title: StrOrPromise = "") -> Template:
    """Declare the words of a kind of message once. Raises ValueError when the code is taken."""
    if code in TEMPLATES:
        raise ValueError(f"message template {code} is declared twice")
    TEMPLATES[code] = Template(code, text, title)
    return TEMPLATES[code]


def send(
    *,
    channel: str,
    to: str,
    template: str,
    context: dict[str, Any],
    dedupe: str,
    at: datetime,
    subject: models.Model | None = None,
    links: Sequence[str] = (),
    language: str = "zh-hans",
) -> Message:
    """Owe somebody a message; `to` is a number in E.164 or an address, `dedupe` makes asking twice harmless.

    Inside a verb's transaction: the message exists if and only if its cause does. Raises Invalid for no
    recipient.
    """
    if not to:
        raise Invalid(field="recipient")
    message = Message(
        channel=channel,
        recipient=to,
        recipient_masked=mask(channel, to),
        template=template,
        language=language,
        links=list(links),
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        dedupe_key=f"{channel}:{dedupe}",
        next_try_at=at,
        created_at=at,
    )
    _word(message, context)
    Message.objects.bulk_create(  # one that is owed already is touched only to learn its key
        [message], update_conflicts=True, unique_fields=["dedupe_key"], update_fields=["dedupe_key"]
    )
    return message


def _word(message: Message, context: dict[str, Any]) -> None:
    """Write the message in its language, once: what the template says later changes nothing."""
    words = TEMPLATES[message.template]
    with translation.override(message.language):
        message.title, message.text = str(words.title) % context, str(words.text) % context


def mask(channel: str, recipient: str) -> str:
    """The recipient as lists and logs show it."""
    return phones.mask(recipient) if channel == Channel.SMS else privacy.mask_email(recipient)


def send_due(limit: int = 50, *, channel: str | None = None) -> int:
    """Send what is due, of one channel or of all; returns how many messages were tried."""
    tried = 0
    for name in [channel] if channel else Channel.values:
        while tried < limit and (message := claim(name)) is not None:
            tried += 1
            settle(message, *_deliver(message))
    return tried


_CLAIM = """
    UPDATE kernel_message SET status = 'leased', attempts = attempts + 1, lease_token = lease_token + 1,
        lease_until = clock_timestamp() + make_interval(secs => %s)
    WHERE id = (
        SELECT id FROM kernel_message
        WHERE channel = %s AND status IN ('queued', 'leased') AND next_try_at <= clock_timestamp()
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
          AND NOT EXISTS (SELECT 1 FROM kernel_circuit WHERE channel = %s AND open_until > clock_timestamp())
        ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def claim(channel: str) -> Message | None:
    """Lease the channel's oldest due message; None when there is none or the channel rests."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE_SECONDS, channel, channel])
        row = cursor.fetchone()
        return Message.objects.get(pk=row[0]) if row else None


def _deliver(message: Message) -> tuple[str, Exception | None]:
    """The provider's id, or why not."""
    outgoing = channels.Outgoing(
        message_id=f"message-{message.pk}",
        recipient=message.recipient,
        recipient_masked=message.recipient_masked,
        title=message.title,
        text=message.text,
    )
    try:
        return channels.adapter(message.channel).deliver(outgoing), None
    except Exception as error:
        return "", error


def settle(message: Message, provider_id: str, error: Exception | None) -> bool:
    """Note the outcome, unless another sender has the message by now; returns whether it was noted."""
    with transaction.atomic():
        now = _now()
        noted = Message.objects.filter(
            pk=message.pk, lease_token=message.lease_token, status=MessageStatus.LEASED
        )
        if error is None:
            _close_circuit(message.channel)
            return bool(
                noted.update(
                    status=MessageStatus.SENT,
                    sent_at=now,
                    provider_id=provider_id[:120],
                    lease_until=None,
                    last_error="",
                )
            )
        refused = isinstance(error, channels.Rejected)
        if not refused:
            _count_failure(message.channel, now)
        dead = refused or message.attempts >= MAX_ATTEMPTS
        log.warning("message %s to %s failed: %s", message.pk, message.recipient_masked, type(error).__name__)
        return bool(
            noted.update(
                status=MessageStatus.DEAD if dead else MessageStatus.QUEUED,
                next_try_at=now + delay(message.attempts),
                lease_until=None,
                last_error=f"{type(error).__name__}"[:300],
            )
        )


def delay(attempts: int) -> timedelta:
    """How long to wait after so many tries: 30 s doubling up to 6 h, give or take a fifth."""
    seconds = min(FIRST_DELAY_S * 2 ** (attempts - 1), LONGEST_DELAY_S)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret


def _count_failure(channel: str, now: datetime) -> None:
    Circuit.objects.bulk_create([Circuit(channel=channel)], ignore_conflicts=True)
    circuit = Circuit.objects.select_for_update().get(pk=channel)
    circuit.failures += 1
    if circuit.failures >= CIRCUIT_FAILURES:
        circuit.open_until = now + CIRCUIT_REST
    circuit.save(update_fields=["failures", "open_until"])


def _close_circuit(channel: str) -> None:
    Circuit.objects.filter(pk=channel, failures__gt=0).update(failures=0, open_until=None)


def redrive() -> int:
    """Give every dead letter a new life; returns how many."""
    return Message.objects.filter(status=MessageStatus.DEAD).update(
        status=MessageStatus.QUEUED, attempts=0, next_try_at=_now(), lease_until=None
    )


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now

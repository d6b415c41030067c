"""How far behind the product is, in seconds: what health, the page of the jobs and an alarm outside look at (R9).

Everything is asked of the database; the workers publish only how late their last work was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from service_center.kernel import dbtime, outbox, subscriptions, sweep
from service_center.kernel.models import Message
from service_center.kernel.models.messages import MessageStatus

LEASE = timedelta(seconds=outbox.LEASE_SECONDS)


def read() -> dict[str, Any]:
    """The oldest rung that is due and has not fired, the oldest job and delivery, the longest held lease, the lateness
    of the last work; and for each subscriber what it is owed: `{pending, dead, oldest_s}`.
    """
    figures: dict[str, Any] = dict(sweep.gauges())
    with transaction.atomic():
        now = dbtime.now()
        figures["oldest_lease_s"] = _lease(now)
        figures["undelivered"] = {
            row["subscriber"]: {
                "pending": row["pending"],
                "dead": row["dead"],
                "oldest_s": max((now - row["oldest"]).total_seconds(), 0.0) if row["oldest"] else 0.0,
            }
            for row in subscriptions.lag()
        }
    return figures


def _lease(now: datetime) -> float:
    """Since when the message longest on its way has been held by a sender; 0 when none is."""
    held = Message.objects.filter(status=MessageStatus.LEASED).aggregate(at=Min("lease_until"))["at"]
    return 0.0 if held is None else max((now - (held - LEASE)).total_seconds(), 0.0)

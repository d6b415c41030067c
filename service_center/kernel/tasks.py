"""The worker's side: it sweeps and sends by itself from its start; a Celery message is only a hint to look
now.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import DatabaseError, connection

from service_center.kernel import housekeeping, senders, sweep

log = logging.getLogger(__name__)


@shared_task(name="service_center.kernel.tasks.kick")
def kick() -> None:
    """One round of the sweep; harmless twice, not missed when lost."""
    sweep.once()


@worker_ready.connect
def begin(**kwargs: Any) -> None:
    """Start the sweeper and the senders of this worker."""
    threading.Thread(target=_wake, name="canary", daemon=True).start()
    sweep.start()
    senders.start()


def _wake() -> None:
    try:
        housekeeping.wake_canary()
    except DatabaseError as error:
        log.warning("canary not woken: %s", type(error).__name__)
    finally:
        connection.close()

"""The worker's side: it sweeps and sends by itself from its start; a Celery message is only a hint to look
now.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery import bootsteps, shared_task
from django.db import DatabaseError, connection

from service_center.kernel import housekeeping, senders, sweep

log = logging.getLogger(__name__)


@shared_task(name="service_center.kernel.tasks.kick")
def kick() -> None:
    """One round of the sweep; harmless twice, not missed when lost."""
    sweep.once()


class Sweeping(bootsteps.StartStopStep):
    """Starts the worker's sweepers and senders once its pool is forked and before it looks for a broker.

    A worker that starts while Redis is away waits for it without end, and sweeps all the while.
    """

    requires = ("celery.worker.components:Pool",)

    def start(self, parent: Any) -> None:
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

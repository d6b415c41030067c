"""`manage.py sweep`: a sweeper as a process of its own, without Celery and without Redis."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from service_center.kernel import sweep


class Command(BaseCommand):
    help = "Fire due clocks, run due jobs, deliver facts and send messages until told to stop."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="until nothing is due, then end")
        parser.add_argument(
            "--poll", type=float, default=sweep.POLL_S, help="seconds between looks, when idle"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            while sweep.once():
                pass
            return
        ended = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: ended.set())
        sweepers = sweep.start(poll=options["poll"])
        ended.wait()
        for sweeper in sweepers:
            sweeper.stop()
        for thread in threading.enumerate():
            if thread.name in {sweeper.name for sweeper in sweepers}:
                thread.join(timeout=10)

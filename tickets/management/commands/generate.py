"""`manage.py generate --tickets N --seed S`: a history of any size for measurements, made in memory, copied in sets."""

from __future__ import annotations

import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from service_center.kernel import dbtime
from service_center.kernel.drafting import rebuild_caches
from tickets.demo.filling import fill
from tickets.demo.scripts import DAYS, LONG_AGO, Scripts

EVERY = 5.0
"""Seconds between two lines of progress."""


class Command(BaseCommand):
    help = (
        "Add generated tickets to the demo company: the rows the verbs would write, without telling anybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tickets", type=int, required=True)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--days", type=int, default=DAYS, help="how far back the first ones came in")
        parser.add_argument("--set", type=int, default=1000, help="tickets in one transaction")
        parser.add_argument(
            "--workers", type=int, default=os.cpu_count() or 1, help="processes at a time, 0: this one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Generated tickets are only for development (DEMO is off).")
        if options["days"] < LONG_AGO.days:
            raise CommandError(f"--days must be at least {LONG_AGO.days}")
        with transaction.atomic():
            now = dbtime.now()
            scripts = Scripts(now=now, seed=options["seed"], days=options["days"])
        if not scripts.units:
            raise CommandError("There is no company yet: run `manage.py demo` first.")
        self.wanted, self.started, self.said = options["tickets"], time.monotonic(), 0.0
        written = scripts.write(self.wanted)
        done = fill(written, now=now, workers=options["workers"], size=options["set"], told=self.progress)
        spent = time.monotonic() - self.started
        self.stdout.write(f"{done} tickets in {spent:.1f} s, {done / spent:.0f}/s")
        rebuild_caches(now)
        self.stdout.write(f"figures counted anew in {time.monotonic() - self.started - spent:.1f} s")

    def progress(self, done: int) -> None:
        """A line every few seconds: how many are there, how fast they come, how long the rest will take."""
        spent = time.monotonic() - self.started
        if spent - self.said < EVERY:
            return
        self.said, rate = spent, done / spent
        left = (self.wanted - done) / rate if rate else 0
        self.stderr.write(f"{done} of {self.wanted} tickets, {rate:.0f}/s, {left:.0f} s to go")

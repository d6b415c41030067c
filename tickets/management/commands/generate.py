"""`manage.py generate --tickets N --seed S`: a history of any size for measurements, made in memory, inserted in sets."""

from __future__ import annotations

import itertools
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from service_center.kernel import dbtime
from tickets.demo.in_bulk import generate
from tickets.demo.scripts import DAYS, Scripts


class Command(BaseCommand):
    help = (
        "Add generated tickets to the demo company: the rows the verbs would write, without telling anybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tickets", type=int, required=True)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--days", type=int, default=DAYS, help="how far back the ended ones reach")
        parser.add_argument("--set", type=int, default=500, help="tickets in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Generated tickets are only for development (DEMO is off).")
        if options["days"] < DAYS:
            raise CommandError(f"--days must be at least {DAYS}")
        with transaction.atomic():
            now = dbtime.now()
            scripts = Scripts(now=now, seed=options["seed"], days=options["days"])
        if not scripts.units:
            raise CommandError("There is no company yet: run `manage.py demo` first.")
        started, written, wanted = time.monotonic(), 0, scripts.write(options["tickets"])
        while some := list(itertools.islice(wanted, options["set"])):
            written += generate(some, now=now)
            self.stdout.write(f"{written} tickets, {written / (time.monotonic() - started):.0f}/s")

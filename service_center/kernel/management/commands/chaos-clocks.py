"""`manage.py chaos-clocks`: real sweepers killed while they hold rows, on a cluster of their own; 0 when nothing was lost."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from service_center.devstack import chaos
from service_center.devstack.terminal import Refusal


class Command(BaseCommand):
    help = (
        "Kill sweepers while clocks come due, flush Redis, move clocks; compare what fired with the events."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clocks", type=int, default=50_000)
        parser.add_argument("--seconds", type=float, default=120, help="from the first due time to the last")
        parser.add_argument("--kills", type=int, default=24, help="of processes that have rows claimed")
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--report", type=Path, default=chaos.REPORT)

    def handle(self, *args: Any, **options: Any) -> None:
        plan = {name: options[name] for name in ("clocks", "seconds", "kills", "seed")}
        try:
            sys.exit(chaos.clocks(plan, options["report"]))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

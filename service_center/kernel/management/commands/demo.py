"""The demo world: a believable company at the current hour, the same for the same seed, made by the verbs themselves."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from service_center.kernel import demo_rulebook
from service_center.kernel.drafting import rebuild_caches
from service_center.kernel.models import Delivery, User

NEWS = timedelta(hours=12)
"""What happened before is no news any more: nobody is told of it when the first worker starts."""
FOUNDATION = ("staff", "customers", "parts")
HISTORY = ("tickets", "complaints", "surveys")
WORDS = "tickets.demo.phrases"
"""Part of the foundation: what the desk says, wanted on the first morning already."""


@dataclass
class World:
    """What the apps' `demo.seed(world)` share: the present instant, the seeded dice, and a place to print to."""

    now: datetime
    seed: int
    say: Any
    customers: int = 2000
    units: int = 3000
    tickets: int = 5000
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - a repeatable world, not a secret


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; does nothing where anybody already works."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--customers", type=int, default=World.customers)
        parser.add_argument("--units", type=int, default=World.units)
        parser.add_argument("--tickets", type=int, default=World.tickets)
        parser.add_argument("--bare", action="store_true", help="people, customers and parts, but no history")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo world is only for development (DEMO is off).")
        if User.objects.exists():
            self.stdout.write("The demo world is already there.")
            return
        sizes = {name: options[name] for name in ("customers", "units", "tickets")}
        world = World(timezone.now(), options["seed"], self.stdout.write, **sizes)
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        call_command("seed_rules", demo=True, verbosity=0)
        for app in FOUNDATION if options["bare"] else FOUNDATION + HISTORY:
            if find_spec(f"{app}.demo"):
                import_module(f"{app}.demo").seed(world)
                self.stdout.write(f"{app}: done")
            if app == FOUNDATION[-1]:
                import_module(WORDS).seed(world)
                demo_rulebook.seed(world)
        Delivery.objects.filter(event__at__lt=world.now - NEWS).delete()
        if not options["bare"]:
            rebuild_caches(world.now)

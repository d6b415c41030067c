"""`manage.py recompute`: rebuild clocks, balances, versions and rollups, and print the differences found."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from service_center.kernel import chores, commands


class Command(BaseCommand):
    help = "Rebuild what is cached and print each difference found; the last line is their number (0)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", help="only these: " + ", ".join(sorted(chores.REGISTRY)))
        parser.add_argument(
            "--check", action="store_true", help="change nothing, exit 1 when anything differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["names"]) - set(chores.REGISTRY)
        if unknown:
            raise CommandError("unknown: " + ", ".join(sorted(unknown)))
        found = chores.differences(at=commands.now(), fix=not options["check"], names=options["names"])
        for name, lines in found.items():
            self.stdout.write(f"{name}: {len(lines)}")
            for line in lines:
                self.stdout.write(f"  {line}")
        total = sum(map(len, found.values()))
        self.stdout.write(str(total))
        if options["check"] and total:
            raise CommandError(f"{total} differences")

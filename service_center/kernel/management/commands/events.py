"""manage.py events: every kind of fact and who listens; `--redrive` gives dead letters another life."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from service_center.kernel import commands, journal, subscriptions


class Command(BaseCommand):
    help = "Print each fact and who listens, with what is pending or dead per listener."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--redrive", action="store_true", help="try every dead letter again")

    def handle(self, *args: Any, redrive: bool, **options: Any) -> None:
        if redrive:
            self.stdout.write(f"{commands.run(_redrive)} dead letters will be tried again")
            return
        with translation.override("en"):
            for name, kind in sorted(journal.TYPES.items()):
                self.stdout.write(f"{name}  {kind.sentence}")
                for listener in subscriptions.listeners(name):
                    self.stdout.write(f"    -> {listener}")
        for row in subscriptions.lag():
            waiting = f"{row['pending']} pending since {row['oldest'] or '-'}, {row['dead']} dead"
            self.stdout.write(f"{row['subscriber']}: {waiting}")


def _redrive(*, actor: None, at: Any) -> int:
    return subscriptions.redrive()

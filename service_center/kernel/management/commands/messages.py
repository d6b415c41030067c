from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from service_center.kernel import translations


class Command(BaseCommand):
    help = "Collect the interface's messages into locale/; --check fails when English is missing, --list shows what."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--list", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"] or options["list"]:
            lacking = translations.outdated()
            for message in lacking:
                self.stdout.write(message)
            if lacking and options["check"]:
                raise CommandError(
                    f"{len(lacking)} messages have no complete English; run: ./dev manage messages"
                )
            return
        self.stdout.write(f"{translations.update()} messages still lack English: {translations.PO}")

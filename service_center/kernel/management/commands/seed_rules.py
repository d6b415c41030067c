"""manage.py seed_rules: bring the shipped rulebook and calendars into the database."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from service_center.kernel import commands, seeding


class Command(BaseCommand):
    help = "Seed documents, clauses, calendars, rules, settings and approval chains; harmless to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo",
            action="store_true",
            default=settings.DEMO,
            help="put placeholder values in force (never in production)",
        )

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        def verb(*, actor: None, at: datetime) -> seeding.Counts:
            return seeding.seed(at=at, demo=demo)

        counts = commands.run(verb)
        self.stdout.write(
            f"rulebook: {counts.created} created, {counts.reworded} reworded,"
            f" {counts.renewed} renewed, {counts.kept} kept as people made them"
        )

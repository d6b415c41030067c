"""`manage.py import_holidays`: copy China's public holidays and make-up days into the calendars that follow them."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from service_center.kernel import calendars, commands, opening_hours
from service_center.kernel.models import Calendar, User


class Command(BaseCommand):
    help = "Import public holidays of these years (default: this and the next); days entered by people stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("years", nargs="*", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        for calendar in calendars.fed_by_holidays():
            count = commands.run(_import, calendar.code, years=options["years"])
            self.stdout.write(f"{calendar.code}: {count}")


def _import(code: str, *, years: list[int], actor: User | None, at: datetime) -> int:
    calendar = Calendar.objects.get(code=code)
    count = calendars.import_holidays(calendar, years or (at.year, at.year + 1))
    opening_hours.republish(calendar, actor=actor, at=at)
    return count

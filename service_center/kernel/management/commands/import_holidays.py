"""`manage.py import_holidays`: bring China's public holidays and make-up days into the calendars that follow them."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from service_center.kernel import calendar_changes, calendars, commands, holiday_years, opening_hours
from service_center.kernel.models import Calendar, User


class Command(BaseCommand):
    help = (
        "Draft the public holidays of these years (default: this and the next) for approval; own days stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("years", nargs="*", type=int)
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="publish without approval: for set-up, before anybody works here",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verb = _publish if options["at_once"] else _draft
        for calendar in calendars.fed_by_holidays():
            count = commands.run(verb, calendar.code, years=options["years"])
            self.stdout.write(f"{calendar.code}: {count}")


def _publish(code: str, *, years: list[int], actor: User | None, at: datetime) -> int:
    calendar = Calendar.objects.get(code=code)
    count = calendars.import_holidays(calendar, years or holiday_years.years_around(at))
    opening_hours.republish(calendar, actor=actor, at=at)
    return count


def _draft(code: str, *, years: list[int], actor: User | None, at: datetime) -> int:
    """One draft with all the years; returns how many days it changes."""
    calendar, changed = Calendar.objects.get(code=code), 0
    for year in years or holiday_years.years_around(at):
        days = holiday_years.imported(holiday_years.base_of(calendar), year)[1]
        if days:
            calendar_changes.import_year(calendar, year=year, actor=actor, at=at)
        changed += len(days)
    return changed

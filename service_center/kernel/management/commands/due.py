"""`manage.py due`: when is it due, and why. One case with its explanation, or a file of cases."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from service_center.kernel import deadlines, due_batch, due_cases, explaining, policies
from service_center.kernel.deadlines import Interval
from service_center.kernel.worktime import Calendar as Hours
from service_center.kernel.worktime import NeverOpen, Span

UNITS = {"s": "second", "m": "minute", "h": "hour", "wd": "working_day", "d": "natural_day"}
TARGET = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|wd|d)", re.ASCII)


class Command(BaseCommand):
    help = (
        "The due time of a target on a calendar, interval by interval: "
        "due --calendar duty --start 2025-10-09T09:00:00+08:00 --target 4h --pause FROM/TO. "
        "--batch FILE reads one JSON case a line (- for standard input) and writes one JSON answer a line."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--calendar", help="code of a calendar")
        parser.add_argument("--start", help="RFC 3339 with zone")
        parser.add_argument("--target", help="90s, 30m, 4h, 3wd (working days), 7d (natural days)")
        parser.add_argument(
            "--pause", action="append", default=[], metavar="FROM/TO", help="TO empty: still paused"
        )
        parser.add_argument("--batch", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"]:
            if due_batch.main(options["batch"], self.stdout.write):
                raise CommandError(f"{options['batch']}: unread")
            return
        missing = [name for name in ("calendar", "start", "target") if not options[name]]
        if missing:
            raise CommandError("missing: " + ", ".join(f"--{name}" for name in missing))
        for line in explain(**{name: options[name] for name in ("calendar", "start", "target", "pause")}):
            self.stdout.write(line)


def explain(*, calendar: str, start: str, target: str, pause: list[str]) -> Iterator[str]:
    """The due time in UTC and local time, then one line for each interval with its reason."""
    try:
        hours, begin = due_batch.lookup(calendar), due_cases.parse_time(start, "start")
        pauses = [(_pause(text), "") for text in pause]
        due, lines = _solve(hours, begin, target, pauses)
    except due_cases.BadCase as error:
        raise CommandError(f"{error.field}: {error.code}") from error
    except (NeverOpen, OverflowError) as error:
        raise CommandError(f"{calendar}: {_('在可计算的范围内没有到期时间')}") from error
    zone = hours.zone
    if due is None:
        yield _("到期时间未定：计时暂停中")
    else:
        yield f"{_('到期')} {due_cases.stamp(due)} = {due.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"
    for line in lines:
        yield "  " + explaining.words(line, zone)


def _solve(
    hours: Hours, start: datetime, target: str, pauses: list[tuple[Span, str]]
) -> tuple[datetime | None, Iterable[Interval]]:
    match = TARGET.fullmatch(target)
    if match is None:
        raise due_cases.BadCase("invalid", "target")
    amount, unit = Decimal(match[1]), UNITS[match[2]]
    spans = [span for span, _reason in pauses]
    if unit in policies.DAY_UNITS:
        count = deadlines.working_days if unit == "working_day" else deadlines.natural_days
        if amount != int(amount):
            raise due_cases.BadCase("invalid", "target")
        days = count(hours, start, int(amount), spans)
        return days.due, days.lines
    due = deadlines.due(hours, start, policies.length(amount, unit), spans)
    last = due or max((span.start for span in spans), default=start) + timedelta(seconds=1)
    return due, deadlines.explain(hours, start, last, pauses)


def _pause(text: str) -> Span:
    begin, _slash, end = text.partition("/")
    start = due_cases.parse_time(begin, "pause")
    finish = due_cases.parse_time(end, "pause") if end else None
    if finish is not None and finish < start:
        raise due_cases.BadCase("reversed", "pause")
    return Span(start, finish)

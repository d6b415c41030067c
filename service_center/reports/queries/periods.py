"""Which days a dashboard covers, with which days it compares them, and how a chart cuts them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from service_center.reports.queries.scope import ONE_DAY, midnight, zone

EARLIEST = date(2000, 1, 1)
LONGEST = 1100
"""Days of the longest range one may ask for: three years and a bit."""
TREND = 14
"""A trend shows at least so many days, also when the period itself is shorter."""
DAYS_AS_DAYS, DAYS_AS_WEEKS = 45, 182


class Choice(TextChoices):
    TODAY = "today", _("今天")
    WEEK = "week", _("本周")
    MONTH = "month", _("本月")
    QUARTER = "quarter", _("本季度")
    YEAR = "year", _("今年")
    LAST30 = "last30", _("最近 30 天")
    OWN = "own", _("自选期间")


class Step(TextChoices):
    DAY = "day", _("按日")
    WEEK = "week", _("按周")
    MONTH = "month", _("按月")


@dataclass(frozen=True)
class Span:
    """A stretch of time: `[since, until)`."""

    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        return self.since.astimezone(zone()).date()

    @property
    def last(self) -> date:
        """The last day that belongs to it, wholly or in part."""
        return (self.until - timedelta.resolution).astimezone(zone()).date()


@dataclass(frozen=True)
class Period:
    """Whole days from `first` to `last`. A period that still runs is compared with the one before up to the same hour."""

    choice: Choice
    first: date
    last: date
    before: Span

    @property
    def span(self) -> Span:
        return Span(midnight(self.first), midnight(self.last + ONE_DAY))

    @property
    def step(self) -> Step:
        days = (self.last - self.first).days + 1
        if days <= DAYS_AS_DAYS:
            return Step.DAY
        return Step.WEEK if days <= DAYS_AS_WEEKS else Step.MONTH

    def points(self) -> list[Span]:
        """The points of a trend, oldest first; the first and the last may be shorter than the step."""
        start = min(self.first, self.last - (TREND - 1) * ONE_DAY)
        points = []
        while start <= self.last:
            following = _next_start(start, self.step)
            points.append(Span(midnight(start), midnight(min(following, self.last + ONE_DAY))))
            start = following
        return points


def chosen(asked: Mapping[str, str], *, now: datetime) -> Period:
    """The period an address asks for: `period=` one of Choice, or `since=` and `until=` as days; else 30 days.

    What makes no sense (no day, the wrong order, the future, too long) counts as not asked for.
    """
    today = now.astimezone(zone()).date()
    first, last = _day(asked.get("since", "")), _day(asked.get("until", ""))
    if first and last and EARLIEST <= first <= last <= today and (last - first).days < LONGEST:
        return own(first, last, now=now)
    choice = asked.get("period", "")
    known = choice in Choice.values and choice != Choice.OWN
    return running(Choice(choice) if known else Choice.LAST30, now=now)


def running(choice: Choice, *, now: datetime) -> Period:
    """The day, week, month, quarter, year or 30 days that today belongs to, up to and with today."""
    today = now.astimezone(zone()).date()
    first = {
        Choice.TODAY: today,
        Choice.WEEK: today - today.weekday() * ONE_DAY,
        Choice.MONTH: today.replace(day=1),
        Choice.QUARTER: today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        Choice.YEAR: today.replace(month=1, day=1),
        Choice.LAST30: today - 29 * ONE_DAY,
    }[choice]
    return Period(choice, first, today, _before(choice, first, today, now))


def month(first: date, *, now: datetime) -> Period:
    """A calendar month, up to and with today where it still runs."""
    last = min(_next_start(first, Step.MONTH) - ONE_DAY, now.astimezone(zone()).date())
    return Period(Choice.MONTH, first, last, _before(Choice.MONTH, first, last, now))


def own(first: date, last: date, *, now: datetime) -> Period:
    """Days of one's own choice, compared with as many days just before."""
    return Period(Choice.OWN, first, last, _before(Choice.OWN, first, last, now))


def _before(choice: Choice, first: date, last: date, now: datetime) -> Span:
    days = (last - first).days + 1
    since = midnight(_back(choice, first, days))
    end = midnight(first)
    local = now.astimezone(zone())
    if last < local.date():
        return Span(since, end)
    same_hour = datetime.combine(_back(choice, last, days), local.time(), zone())
    return Span(since, min(same_hour, end))


def _back(choice: Choice, day: date, days: int) -> date:
    """The same day one period earlier; a month's last day where the earlier month is shorter."""
    months = {Choice.MONTH: 1, Choice.QUARTER: 3, Choice.YEAR: 12}.get(choice)
    if months is None:
        return day - (7 if choice == Choice.WEEK else days) * ONE_DAY
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    start = date(year, month + 1, 1)
    return min(date(year, month + 1, 1) + (day.day - 1) * ONE_DAY, _next_start(start, Step.MONTH) - ONE_DAY)


def _next_start(day: date, step: Step) -> date:
    """When the next point begins: tomorrow, on Monday, on the first."""
    if step == Step.DAY:
        return day + ONE_DAY
    if step == Step.WEEK:
        return day + (7 - day.weekday()) * ONE_DAY
    return (day.replace(day=1) + 32 * ONE_DAY).replace(day=1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""An engineer's own month: what was done, on time or not, and what the ledgers of scores and hours say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Avg, Count

from service_center.reports.queries import compared
from service_center.reports.queries.compared import Compared
from service_center.reports.queries.periods import Period
from service_center.reports.queries.scope import Scope
from staff import queries as people
from staff.models import Appraisal, Person, ScoreEntry
from staff.states import Criterion, TimeCategory

LOAD = ("tickets.open", "tickets.in_hand", "tickets.ended")
ON_TIME = ("sla.arrival", "sla.solution", "service.first_time_fix", "tickets.reopened")
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Score:
    """The mean of a criterion's entries in the month; None without any."""

    criterion: Criterion
    mean: Decimal | None
    count: int


@dataclass(frozen=True)
class Month:
    """What an engineer sees of the own month. `time` is by what it was spent on."""

    period: Period
    load: list[tuple[str, Compared]]
    on_time: list[tuple[str, Compared]]
    scores: list[Score]
    time: list[tuple[TimeCategory, timedelta]]
    appraisal: Appraisal | None


def month(person: Person, period: Period, *, now: datetime) -> Month:
    figures = compared.read(own(person, period), period, now=now)
    return Month(
        period=period,
        load=[(code, figures.compared(code)) for code in LOAD],
        on_time=[(code, figures.compared(code)) for code in ON_TIME],
        scores=_scores(person, period.first),
        time=_time(person, period),
        appraisal=Appraisal.objects.filter(person=person, period=period.first).first(),
    )


def own(person: Person, period: Period) -> Scope:
    """The person's own rows in the period."""
    return Scope(person.user, period.span.since, period.span.until, person_id=person.pk)


def _scores(person: Person, first: date) -> list[Score]:
    """Satisfaction first: it weighs most (KPI-02)."""
    entries = ScoreEntry.objects.counting().in_period(first).filter(person=person).order_by()
    known = {
        criterion: (mean, count)
        for criterion, mean, count in entries.values_list("criterion").annotate(Avg("value"), Count("pk"))
    }
    order = (Criterion.SATISFACTION, *(one for one in Criterion if one != Criterion.SATISFACTION))
    return [
        Score(one, known[one][0].quantize(TENTH, ROUND_HALF_UP), known[one][1])
        if one in known
        else Score(one, None, 0)
        for one in order
    ]


def _time(person: Person, period: Period) -> list[tuple[TimeCategory, timedelta]]:
    spent = people.time_by_category(person, start=period.span.since, end=period.span.until)
    return [(one, timedelta(minutes=spent[one])) for one in TimeCategory if one in spent]

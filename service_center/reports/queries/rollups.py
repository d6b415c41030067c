"""Figures over whole days, read from the sums: one query for all of them, whatever the period and the size.

Where no sums are in force, or the period begins or ends within a day, the rows themselves are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Exists, QuerySet, Sum

from service_center.reports.models import Built, DaySum
from service_center.reports.queries import figures
from service_center.reports.queries.figures import CATALOGUE, Figure, Reading
from service_center.reports.queries.parts import parts
from service_center.reports.queries.scope import ONE_DAY, Scope
from staff.permissions import same_branch, sees_all

Step = Literal["day", "week", "month"]
By = Literal["branch", "line", "engineer"]
Counted = dict[str, tuple[int, Decimal]]
"""Number of rows and amount in all, by part."""


def in_force() -> bool:
    """Whether there are sums for the formulas of this version."""
    return _built().exists()


def readings(scope: Scope, codes: Iterable[str], *, now: datetime) -> dict[str, Reading]:
    """These figures of the scope; all that lie in time cost one query together."""
    found = _grouped(_sums(scope), None) if scope.days is not None else {}
    counted = found.get(None)
    return {
        code: _reading(CATALOGUE[code], counted, now)
        if counted is not None and code in parts().of_figure
        else figures.read(CATALOGUE[code], scope, now=now)
        for code in codes
    }


def by_day(
    scope: Scope, codes: Iterable[str], *, now: datetime, step: Step = "day"
) -> dict[str, list[tuple[date, Reading]]]:
    """These figures for each day, week (from Monday) or month of the scope, named by its first day; one query.

    Raises ValueError for a period that is not of whole days.
    """
    if scope.days is None:
        raise ValueError("only whole days can be told apart")
    steps = list(dict.fromkeys(map(_BEGIN[step], _each_day(*scope.days))))
    counted = _grouped(_sums(scope), "day", begin=_BEGIN[step])
    return {
        code: [(first, _reading(CATALOGUE[code], counted.get(first, {}), now)) for first in steps]
        for code in codes
    }


def split(scope: Scope, codes: Iterable[str], *, by: By, now: datetime) -> dict[str, dict[int, Reading]]:
    """These figures for each branch, product line or engineer that has rows (0: none); one query."""
    if by == "branch":
        counted = _grouped(_sums(scope), "branch_id")
    else:
        counted = _grouped(_sums(scope, facet=by), "member")
    return {
        code: {
            member: _reading(CATALOGUE[code], sums, now)
            for member, sums in counted.items()
            if sums.keys() & {*parts().of_figure[code]}
        }
        for code in codes
    }


def _sums(scope: Scope, facet: str = "") -> QuerySet[DaySum]:
    """The sums the scope is made of; none while they are being built. A person's are those of an engineer."""
    assert scope.days is not None
    first, last = scope.days
    facet = facet or ("" if scope.person_id is None else DaySum.Facet.ENGINEER)
    rows = DaySum.objects.filter(Exists(_built()), facet=facet, day__gte=first, day__lte=last)
    if scope.person_id is not None:
        rows = rows.filter(member=scope.person_id)
    if scope.reach is None:
        return rows
    return rows.filter(branch_id=scope.reach) if _may_see(scope) else rows.none()


def _built() -> QuerySet[Built]:
    return Built.objects.filter(fingerprint=parts().fingerprint)


def _may_see(scope: Scope) -> bool:
    return sees_all(scope.user) or same_branch(scope.user, scope.reach)


def _grouped(
    rows: QuerySet[DaySum], column: str | None, *, begin: Callable[[Any], Any] = lambda value: value
) -> dict[Any, Counted]:
    """The sums by the values of a column (by None without one), and below it by part."""
    names = ["part"] if column is None else [column, "part"]
    found: dict[Any, dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    for *group, part, count, amount in rows.values_list(*names).annotate(Sum("count"), Sum("amount")):
        below = found[begin(group[0]) if group else None]
        known = below.get(part, (0, Decimal(0)))
        below[part] = known[0] + count, known[1] + amount
    return dict(found)


def _reading(kind: Figure, counted: Counted, now: datetime) -> Reading:
    """The figure from the sums of its parts, as `figures.read` has it from the rows."""
    of_rows, of_hits = parts().of_figure[kind.code]
    count, amount = counted.get(of_rows, (0, Decimal(0)))
    if of_hits is not None:
        return figures.share(kind, counted.get(of_hits, (0, Decimal(0)))[0], count, now)
    if kind.unit in {"hours", "score"}:
        return figures.mean(kind, amount / 3600 if kind.unit == "hours" else amount, count, now)
    return Reading(kind, Decimal(count), count, count, now)


def _each_day(first: date, last: date) -> Iterator[date]:
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


_BEGIN: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}

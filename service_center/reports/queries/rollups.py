"""The sums by day, read: what whole days add to every figure, in one query whatever the period and the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, Exists, F, Func, IntegerField, QuerySet, Sum, Value

from service_center.reports.models import Built, DaySum
from service_center.reports.queries.parts import parts
from service_center.reports.queries.scope import Scope, midnight, zone
from staff.models import Person
from staff.permissions import same_branch, sees_all

Slots = dict[int, tuple[int, Decimal]]
"""Number of rows and amount in all, by slot: slot n lies between the edges n-1 and n."""


def in_force() -> bool:
    """Whether there are sums for the formulas of this version."""
    return _built().exists()


def slots(scope: Scope, edges: Sequence[datetime]) -> dict[str, Slots] | None:
    """By part, what the whole days of the scope between the edges add; the days of `cut` are not among them.

    None where no sums are in force, or where there is nothing to add up.
    """
    days = [day_of(edge) for edge in edges]
    rows = _of(scope).filter(day__gte=days[0], day__lt=days[-1]).exclude(day__in=cut(edges))
    bounds = Value(days, output_field=ArrayField(DateField()))
    slot = Func(F("day"), bounds, function="width_bucket", output_field=IntegerField())
    found: dict[str, Slots] = defaultdict(dict)
    grouped = rows.values_list("part", slot).annotate(Sum("count"), Sum("amount"))
    for part, number, count, amount in grouped:
        found[part][number] = count, amount
    return found or None


def cut(edges: Sequence[datetime]) -> list[date]:
    """The days within which an edge lies: they are read from the rows."""
    return sorted({day_of(edge) for edge in edges if edge != midnight(day_of(edge))})


def day_of(instant: datetime) -> date:
    """The company's day an instant belongs to."""
    return instant.astimezone(zone()).date()


def _built() -> QuerySet[Built]:
    return Built.objects.filter(fingerprint=parts().fingerprint)


def _of(scope: Scope) -> QuerySet[DaySum]:
    """The sums of the level that tells apart what the scope asks for; none while they are being built."""
    rows = DaySum.objects.filter(Exists(_built()), level=_level(scope))
    if scope.line_id is not None:
        rows = rows.filter(line_id=scope.line_id)
    if scope.person_id is not None:
        rows = rows.filter(engineer_id=scope.person_id)
    if scope.team_id is not None:
        rows = rows.filter(engineer_id__in=Person.objects.filter(team=scope.team_id).values("pk"))
    if scope.reach is None:
        return rows
    return rows.filter(branch_id=scope.reach) if _may_see(scope) else rows.none()


def _level(scope: Scope) -> str:
    if scope.person_id is not None or scope.team_id is not None:
        return DaySum.Level.ENGINEER
    return DaySum.Level.WHOLE if scope.line_id is None else DaySum.Level.LINE


def _may_see(scope: Scope) -> bool:
    """A reader of one branch asks for another one in vain."""
    return sees_all(scope.user) or same_branch(scope.user, scope.reach)

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from staff.models.organisation import SEES_EVERYBODY
from staff.states import AppraisalStatus, Criterion, Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from service_center.kernel.models import User
    from staff.models.organisation import Person

CENT = Decimal("0.01")


class AppraisalQuerySet(models.QuerySet["Appraisal"]):
    def lock(self, pk: int) -> Appraisal:
        return (
            self.select_for_update(of=("self",)).select_related("person__user", "person__branch").get(pk=pk)
        )

    def visible_to(self, user: User | None) -> Self:
        """One's own; a supervisor's also those of the branch; all to those who oversee everybody."""
        person: Person | None = getattr(user, "person", None)
        if person is None:
            return self.none()
        if person.has_role(*SEES_EVERYBODY):
            return self
        if person.has_role(Role.SUPERVISOR):
            return self.filter(Q(person=person) | Q(person__branch_id=person.branch_id))
        return self.filter(person=person)


class Appraisal(models.Model):
    """A person's month on the four criteria, compiled from the ledger of scores and confirmed by the
    manager (STF-07).

    `period` is the first day of the month. `total` is the weighted mean of the lines that have scores.
    """

    person = models.ForeignKey("staff.Person", models.PROTECT, related_name="appraisals")
    period = models.DateField()
    status = FSMField(
        max_length=10, choices=AppraisalStatus.choices, default=AppraisalStatus.GENERATED, protected=True
    )
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    compiled_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "period"], name="appraisal_once_a_month"),
            models.CheckConstraint(condition=Q(period__day=1), name="appraisal_period_is_a_month"),
            models.CheckConstraint(
                condition=Q(status="generated", confirmed_at=None)
                | Q(status="confirmed", confirmed_at__isnull=False),
                name="appraisal_confirmed_has_date",
            ),
        )
        indexes = (models.Index(fields=["-period", "-id"], name="appraisal_newest"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.period:%Y-%m}"

    @transition(
        field=status,
        source=AppraisalStatus.GENERATED,
        target=AppraisalStatus.GENERATED,
        custom={"noun": "compilation"},
    )
    def recompile(self, *, lines: Iterable[AppraisalLine], at: datetime) -> None:
        """Take the figures of freshly computed lines."""
        self.total, self.compiled_at = weighted_mean(lines), at
        self.version += 1

    @transition(
        field=status,
        source=AppraisalStatus.GENERATED,
        target=AppraisalStatus.CONFIRMED,
        custom={"noun": "confirmation"},
    )
    def confirm(self, *, by: User | None, at: datetime) -> None:
        """Fix the month's figures; later scores no longer change them."""
        self.confirmed_at, self.confirmed_by = at, by
        self.version += 1


class AppraisalLine(models.Model):
    """One criterion of an appraisal: its weight, its figure and the very entries the figure was made of."""

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="lines")
    criterion = models.CharField(max_length=12, choices=Criterion.choices)
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    figure = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    entries = models.ManyToManyField("staff.ScoreEntry", related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["appraisal", "criterion"], name="appraisal_line_once"),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=100), name="appraisal_line_weight"),
        )

    def __str__(self) -> str:
        return f"{self.criterion} {self.figure}"


def mean(values: Iterable[Decimal]) -> Decimal | None:
    """Arithmetic mean to two places, half up; None of nothing."""
    taken = list(values)
    return (sum(taken, Decimal(0)) / len(taken)).quantize(CENT, ROUND_HALF_UP) if taken else None


def weighted_mean(lines: Iterable[AppraisalLine]) -> Decimal | None:
    """The lines' figures by weight; a criterion without scores is left out and its weight shared by the
    others.

    So a month without a survey does not read as zero satisfaction (requirements 5, K23). None when nothing
    was scored.
    """
    scored = [(line.weight, line.figure) for line in lines if line.figure is not None]
    total = sum((weight for weight, _ in scored), Decimal(0))
    if not total:
        return None
    return (sum((weight * figure for weight, figure in scored), Decimal(0)) / total).quantize(
        CENT, ROUND_HALF_UP
    )

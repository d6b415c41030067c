"""The monthly appraisal: compiled from the ledger of scores, confirmed by the manager (STF-06, STF-07,
SUR-06).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal, rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from staff import events, permissions
from staff.actions.ledgers import month_of
from staff.models import Appraisal, AppraisalLine, Person, ScoreEntry
from staff.models.appraisals import CENT, mean
from staff.states import Criterion

if TYPE_CHECKING:
    from service_center.kernel.models import User

SATISFACTION_WEIGHT: Final = "appraisal.staff.weight.satisfaction"


def compile_appraisal(*, person: Person, period: date, actor: User | None, at: datetime) -> Appraisal:
    """Compute a person's month out of the score entries, or compute it anew while it is not confirmed.

    `period` is any day of the month. Satisfaction weighs what the rulebook says, the other three share the
    rest equally. Raises Invalid for a month to come, TransitionNotAllowed once confirmed.
    """
    person = Person.objects.lock(person.pk)
    require(permissions.can_compile, actor, person)
    period = period.replace(day=1)
    if period > month_of(at, zone=person.branch.zone):
        raise Invalid(_("不能考核尚未到来的月份。"), field="period")
    appraisal = Appraisal.objects.filter(person=person, period=period).select_for_update().first()
    if appraisal is None:
        appraisal = Appraisal(person=person, period=period, compiled_at=at, origin_key=commands.origin_key())
    lines, entries = _lines(person, period, at=at)
    appraisal.recompile(lines=lines, at=at)
    appraisal.save()
    _replace_lines(appraisal, lines, entries)
    _record(events.APPRAISAL_COMPILED, appraisal, actor=actor, at=at)
    return appraisal


def confirm_appraisal(appraisal: Appraisal, *, actor: User | None, at: datetime) -> Appraisal:
    """Fix the figures of a month. Raises TransitionNotAllowed when they are fixed already."""
    appraisal = Appraisal.objects.lock(appraisal.pk)
    require(permissions.can_confirm, actor, appraisal)
    appraisal.confirm(by=actor, at=at)
    appraisal.save(update_fields=["status", "confirmed_at", "confirmed_by", "version"])
    _record(events.APPRAISAL_CONFIRMED, appraisal, actor=actor, at=at)
    return appraisal


def weights(*, at: datetime) -> dict[str, Decimal]:
    """The criteria's weights in per cent, which sum up to 100 (contract A, appraisal of staff)."""
    satisfaction = Decimal(rulebook.setting(SATISFACTION_WEIGHT, at=at))
    others = [criterion for criterion in Criterion.values if criterion != Criterion.SATISFACTION]
    share = ((Decimal(100) - satisfaction) / len(others)).quantize(CENT)
    return dict.fromkeys(others, share) | {Criterion.SATISFACTION.value: satisfaction}


def _lines(
    person: Person, period: date, *, at: datetime
) -> tuple[list[AppraisalLine], dict[str, list[ScoreEntry]]]:
    """One line per criterion with the mean of its entries, and the entries by criterion."""
    by_criterion: dict[str, list[ScoreEntry]] = defaultdict(list)
    for entry in ScoreEntry.objects.filter(person=person).in_period(period).counting().order_by("id"):
        by_criterion[entry.criterion].append(entry)
    lines = [
        AppraisalLine(
            criterion=criterion, weight=weight, figure=mean(e.value for e in by_criterion[criterion])
        )
        for criterion, weight in weights(at=at).items()
    ]
    return lines, by_criterion


def _replace_lines(
    appraisal: Appraisal, lines: list[AppraisalLine], entries: dict[str, list[ScoreEntry]]
) -> None:
    appraisal.lines.all().delete()
    for line in lines:
        line.appraisal = appraisal
    AppraisalLine.objects.bulk_create(lines)
    through = AppraisalLine.entries.through
    through.objects.bulk_create(
        through(appraisalline_id=line.pk, scoreentry_id=entry.pk)
        for line in lines
        for entry in entries[line.criterion]
    )


def _record(kind: journal.EventType, appraisal: Appraisal, *, actor: User | None, at: datetime) -> None:
    journal.record(
        kind,
        appraisal,
        actor=actor,
        at=at,
        links=[appraisal.person],
        period=f"{appraisal.period:%Y-%m}",
        total=str(appraisal.total) if appraisal.total is not None else None,
    )

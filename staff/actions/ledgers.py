"""The two neutral ledgers: scores and working time. Entries are added, never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from staff import events, permissions
from staff.models import Person, ScoreEntry, TimeEntry
from staff.states import Criterion, TimeCategory

if TYPE_CHECKING:
    from service_center.kernel.models import User

DAY_MINUTES: Final = 24 * 60


class AlreadyRetracted(DomainError):
    """A score can be taken back once."""

    code = "already_retracted"
    message = _("此评分已撤回，不必再次撤回。")


def score(
    person: Person, *, criterion: str, value: Decimal, note: str, actor: User | None, at: datetime
) -> ScoreEntry:
    """Give a score by hand, from a spot check or a test, with its reason (STF-06, STF-09).

    Raises Invalid outside 0 to 100 or without a note, AlreadyLeft.
    """
    require(permissions.can_score, actor, person)
    person.refuse_if_left()
    if not note.strip():
        raise Invalid(_("请写明评分依据。"), field="note")
    return post_score(person, criterion=criterion, value=value, note=note, actor=actor, at=at)


def post_score(
    person: Person,
    *,
    criterion: str,
    value: Decimal,
    source: models.Model | None = None,
    occurred_at: datetime | None = None,
    note: str = "",
    actor: User | None,
    at: datetime,
) -> ScoreEntry:
    """Enter a score of 0 to 100 that another verb has found (a survey answer, a test), once per source.

    It counts in the branch's local month of `occurred_at` (default `at`). Posting the same source, person and
    criterion again returns the entry of the first time. Raises Invalid(field="value" or "criterion").
    """
    _check_score(criterion, value)
    happened = occurred_at or at
    entry = ScoreEntry(
        person=person,
        criterion=criterion,
        value=value,
        note=note[:200],
        at=happened,
        period=month_of(happened, zone=person.branch.zone),
        posted_by=actor,
    )
    if source is None:
        entry.origin_key = commands.origin_key()
        entry.save(force_insert=True)
        created = True
    else:
        entry, created = _once_per_source(entry, source)
    if created:
        _record_score(entry, actor=actor, at=at)
    return entry


def retract_score(entry: ScoreEntry, *, reason: str, actor: User | None, at: datetime) -> ScoreEntry:
    """Take a wrong score back by a second entry; both stay in the ledger. Raises AlreadyRetracted, Invalid."""
    entry = ScoreEntry.objects.select_for_update(of=("self",)).select_related("person").get(pk=entry.pk)
    require(permissions.can_score, actor, entry.person)
    if not reason.strip():
        raise Invalid(_("请写明撤回原因。"), field="reason")
    if entry.retracts_id is not None or ScoreEntry.objects.filter(retracts=entry).exists():
        raise AlreadyRetracted
    counter = ScoreEntry.objects.create(
        person=entry.person,
        at=at,
        period=entry.period,
        criterion=entry.criterion,
        value=entry.value,
        note=reason[:200],
        posted_by=actor,
        retracts=entry,
        origin_key=commands.origin_key(),
    )
    data: dict[str, Any] = {"score": entry.pk, "reason": reason[:200]}
    journal.record(events.SCORE_RETRACTED, entry.person, actor=actor, at=at, **data)
    return counter


def log_time(
    person: Person,
    *,
    category: str,
    started_at: datetime,
    minutes: int,
    note: str,
    actor: User | None,
    at: datetime,
) -> TimeEntry:
    """Enter one's own working time that belongs to no ticket (RPT-01). Raises Invalid, AlreadyLeft."""
    require(permissions.can_log_time, actor, person)
    person.refuse_if_left()
    return post_time(
        person, category=category, started_at=started_at, minutes=minutes, note=note, actor=actor, at=at
    )


def post_time(
    person: Person,
    *,
    category: str,
    started_at: datetime,
    minutes: int,
    source: models.Model | None = None,
    note: str = "",
    actor: User | None,
    at: datetime,
) -> TimeEntry:
    """Enter working time by category for a row of whatever app. Raises Invalid(field=...) for a bad category,
    more than a day, or work that begins in the future.
    """
    if category not in TimeCategory.values:
        raise Invalid(_("没有这个工时类别。"), field="category")
    if not 1 <= minutes <= DAY_MINUTES:
        raise Invalid(_("工时应为 1 至 1440 分钟。"), field="minutes")
    if started_at > at:
        raise Invalid(_("开始时间不能晚于现在。"), field="started_at")
    entry = TimeEntry.objects.create(
        person=person,
        category=category,
        started_at=started_at,
        minutes=minutes,
        note=note[:200],
        posted_at=at,
        source_type=source._meta.label_lower if source is not None else "",
        source_id=source.pk if source is not None else None,
        origin_key=commands.origin_key() if source is None else None,
    )
    data: dict[str, Any] = {"entry": entry.pk, "category": category, "minutes": minutes}
    journal.record(events.TIME_LOGGED, person, actor=actor, at=at, occurred_at=started_at, **data)
    return entry


def month_of(instant: datetime, *, zone: str) -> date:
    """The first day of the local month an instant falls into."""
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(ZoneInfo(zone)).date().replace(day=1)


def _once_per_source(entry: ScoreEntry, source: models.Model) -> tuple[ScoreEntry, bool]:
    """The entry saved, or the one that this source gave this person on this criterion before."""
    values = {name: getattr(entry, name) for name in ("value", "note", "at", "period", "posted_by")}
    return ScoreEntry.objects.get_or_create(
        person=entry.person,
        criterion=entry.criterion,
        source_type=source._meta.label_lower,
        source_id=source.pk,
        retracts=None,
        defaults=values,
    )


def _check_score(criterion: str, value: Decimal) -> None:
    if criterion not in Criterion.values:
        raise Invalid(_("没有这个考核项目。"), field="criterion")
    if not Decimal(0) <= value <= Decimal(100):
        raise Invalid(_("评分应在 0 至 100 之间。"), field="value")


def _record_score(entry: ScoreEntry, *, actor: User | None, at: datetime) -> None:
    data: dict[str, Any] = {"score": entry.pk, "criterion": entry.criterion, "value": str(entry.value)}
    journal.record(events.SCORED, entry.person, actor=actor, at=at, occurred_at=entry.at, **data)

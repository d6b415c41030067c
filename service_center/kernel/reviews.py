"""The documents behind the rules are looked at again regularly: the next date, a reminder, and what came of it (GEN-07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from service_center.kernel import errors, journal, notifications, rulebook, rulemaking
from service_center.kernel import rulebook_events as events
from service_center.kernel.access import require
from service_center.kernel.models import Document, Review

if TYPE_CHECKING:
    from service_center.kernel.models import User

INTERVAL, NOTICE = "standard.review_interval", "standard.review_notice"
DUE = notifications.define("review.due", _("《%(name)s》应于 %(due)s 前复审，请核对其规则是否仍然合适。"))


class AlreadyReviewed(errors.DomainError):
    code = "already_reviewed"
    message = _("这次复审已经完成，请看下一次。")


def plan_missing(*, at: datetime) -> int:
    """Give every document without a planned review one, an interval from now; returns how many.

    None while nobody has set the interval, which the doctor names.
    """
    try:
        due = _today(at) + _interval(at)
    except rulebook.NoSetting:
        return 0
    documents = Document.objects.exclude(reviews__done_at=None, reviews__isnull=False)
    rows = [Review(document=document, due_on=due) for document in documents]
    return len(Review.objects.bulk_create(rows, ignore_conflicts=True))


def _today(at: datetime) -> date:
    return timezone.localtime(at).date()


def _interval(at: datetime) -> timedelta:
    length: timedelta = rulebook.setting(INTERVAL, at)
    return length


def complete(
    review: Review, *, note: str, next_on: date | None = None, actor: User | None, at: datetime
) -> Review:
    """Note that the document was reviewed and what came of it; the next review is planned, by default an interval on.

    Raises Forbidden, AlreadyReviewed, Invalid (no note; a next date that is past or further than the interval).
    """
    review = Review.objects.select_for_update(of=("self",)).select_related("document").get(pk=review.pk)
    require(rulemaking.can_change, actor)
    if review.done_at is not None:
        raise AlreadyReviewed
    if not note.strip():
        raise errors.Invalid(_("请写明复审的结论。"), field="note")
    latest = _today(at) + _interval(at)
    due = next_on or latest
    if not _today(at) < due <= latest:
        raise errors.Invalid(
            _("下次复审须在今天之后，且不晚于 %(latest)s。") % {"latest": latest.isoformat()}, field="next_on"
        )
    review.done_at, review.done_by, review.note = at, actor, note
    review.save(update_fields=["done_at", "done_by", "note"])
    Review.objects.create(document=review.document, due_on=due)
    journal.record(
        events.REVIEWED, review.document, actor=actor, at=at, code=review.document.code, due=due.isoformat()
    )
    return review


def remind(*, at: datetime) -> int:
    """Tell who keeps the rulebook of every review that comes up or is late, once in each notice period; returns how many."""
    notice: timedelta = rulebook.setting(NOTICE, at)
    today = _today(at)
    due = Review.objects.planned().filter(due_on__lte=today + notice).select_related("document")
    rows = [row for row in due if row.reminded_on is None or row.reminded_on <= today - notice]
    _tell(rows, today, at)
    Review.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
    return len(rows)


def _tell(rows: Sequence[Review], today: date, at: datetime) -> None:
    keepers = list(rulemaking.keepers()) if rows else []
    for row in rows:
        for user in keepers:
            notifications.notify(
                user,
                template=DUE,
                at=at,
                params={"name": row.document.name_zh, "due": row.due_on.isoformat()},
                url="/rulebook/reviews/",
                subject=row.document,
                dedupe=f"review:{row.pk}:{today}",
            )

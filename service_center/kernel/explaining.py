"""What a clock shows and how it explains itself: the REST shape, the intervals, and both in words."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal
from math import ceil, floor
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_center.kernel import calendars, clock_history, firing, folding, pausing, policies
from service_center.kernel.deadlines import Interval
from service_center.kernel.languages import amount
from service_center.kernel.models import Clock, Rule

REASONS = {
    "open": gettext_lazy("开放时段"),
    "closed": gettext_lazy("营业时间之外"),
    "rest_day": gettext_lazy("休息日"),
    "exception": gettext_lazy("节假日休息"),
    "paused": gettext_lazy("计时暂停"),
    "start_day": gettext_lazy("起始日不计"),
    "working_day": gettext_lazy("工作日"),
    "natural_day": gettext_lazy("自然日"),
    "moved_on": gettext_lazy("末日为休息日，顺延"),
    "promised": gettext_lazy("按承诺时间"),
}


def as_dict(clock: Clock, now: datetime) -> dict[str, Any]:
    """The clock as the REST interface shows it; seconds are whole, consumed rounded down and remaining up.

    Reads rule, clause, document and calendar: take the clock from `for_subject(s)`.
    """
    consumed, left = _moved(clock, now)
    return {
        "id": clock.pk,
        "kind": clock.kind,
        "rule": clock.rule.code,
        "clause": clause_of(clock.rule),
        "state": clock.state,
        "cycle": clock.cycle,
        "target": _number(clock.target),
        "unit": policies.INSTANT if clock.promised_at else clock.rule.unit,
        "calendar": clock.rule.calendar.code,
        "started_at": firing.stamp(clock.started_at),
        "due_at": clock.due_at and firing.stamp(clock.due_at),
        "consumed_seconds": floor(consumed),
        "remaining_seconds": max(ceil(left), 0),
        "breached_at": clock.breached_at and firing.stamp(clock.breached_at),
    }


def clause_of(rule: Rule) -> dict[str, str] | None:
    """The clause a rule stands on, as the REST interface shows it."""
    clause = rule.clause
    if clause is None:
        return None
    title = clause.title_en if calendars.language() == "en" else clause.title_zh
    return {"document": clause.document.code, "article": clause.article, "title": title}


def remaining(left: Decimal, counted_to: datetime | None, version: int | None, now: datetime) -> int:
    """Whole seconds left, rounded up, of a clock that had `left` when it was counted to; for lists, which read values."""
    return max(ceil(left - _since(counted_to, version, now)), 0)


def explain(clock: Clock, now: datetime) -> list[Interval]:
    """Why the clock is due when it is: every counted and every skipped interval, with its reason; one query."""
    events = clock_history.of([clock])[clock.pk]
    facts = clock_history.facts(events, language=calendars.language())
    return folding.fold(facts, now).cycle.explain(now)


def why(clock: Clock, now: datetime) -> str:
    """The explanation in one line, without a query: target, calendar, time used, due, pause."""
    consumed, _left = _moved(clock, now)
    english = calendars.language() == "en"
    calendar = clock.rule.calendar.name_en if english else clock.rule.calendar.name_zh
    if clock.promised_at is not None:
        return _("按承诺应于 %(due)s 前完成。") % {"due": f"{localtime(clock.promised_at):%Y-%m-%d %H:%M}"}
    parts = {
        "target": amount(clock.target or 0, clock.rule.unit),
        "calendar": calendar,
        "used": clock_words(consumed),
    }
    line = _("目标 %(target)s（%(calendar)s），已用 %(used)s") % parts
    if clock.paused_at is not None:
        return line + _("，暂停中：%(reason)s") % {"reason": pausing.label(clock.pause_reason)}
    return line


def words(interval: Interval, zone: tzinfo) -> str:
    """One interval as a sentence: local times, whether it counts, how long, and why."""
    start, end = interval.start.astimezone(zone), interval.end.astimezone(zone)
    reason = str(REASONS[interval.reason])
    detail = pausing.label(interval.detail) if interval.reason == "paused" else interval.detail
    same_day = start.date() == end.date()
    return _("%(start)s → %(end)s %(verdict)s %(length)s（%(why)s）") % {
        "start": f"{start:%Y-%m-%d %H:%M:%S}",
        "end": f"{end:%H:%M:%S}" if same_day else f"{end:%Y-%m-%d %H:%M:%S}",
        "verdict": _("计入") if interval.counted else _("跳过"),
        "length": clock_words(interval.seconds),
        "why": _("%(reason)s，%(detail)s") % {"reason": reason, "detail": detail} if detail else reason,
    }


def clock_words(seconds: float | Decimal) -> str:
    """A length as hours, minutes and seconds: 4:00:00, 123:05:09."""
    whole = floor(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _moved(clock: Clock, now: datetime) -> tuple[Decimal, Decimal]:
    """Consumed and remaining seconds at `now`: the cached figures moved on by the open time since."""
    moved = _since(clock.counted_to, clock.calendar_version_id, now)
    return clock.consumed_seconds + moved, clock.left_seconds - moved


def _since(counted_to: datetime | None, version: int | None, now: datetime) -> Decimal:
    """The seconds a clock has gone on since; none while it stands still."""
    if counted_to is None or version is None:
        return Decimal(0)
    return Decimal(str(calendars.load(version).between(counted_to, now).total_seconds()))


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)

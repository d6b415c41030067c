"""The dashboard as a letter: the figures of a whole day, week or month in plain words, and the address of the page.

A letter names nobody: figures only, no customer and no colleague.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.template.defaultfilters import date as date_filter
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.models import ProductLine
from service_center.kernel import languages
from service_center.reports.models import Subscription
from service_center.reports.queries import compared, periods, words
from service_center.reports.queries.compared import Compared, Figures
from service_center.reports.queries.dashboard import KEY, MORE, NOW
from service_center.reports.queries.periods import Period
from service_center.reports.queries.scope import ONE_DAY, Scope, midnight, zone
from service_center.reports.states import Rhythm
from staff.models import Branch, Team

SALT = "reports.subscription"


@dataclass(frozen=True)
class Letter:
    """A letter as it goes out."""

    period: Period
    language: str
    title: str
    text: str


def letter(subscription: Subscription, *, at: datetime) -> Letter:
    """The figures of the period just over, in the subscriber's language, within what the subscriber may see."""
    first, last = covered(subscription.rhythm, at=at)
    period = periods.own(first, last, now=at)
    scope = Scope(
        subscription.person.user,
        period.span.since,
        period.span.until,
        branch_id=subscription.branch_id,
        line_id=subscription.line_id,
        team_id=subscription.team_id,
    )
    figures = compared.read(scope, period, now=at)
    with translation.override(subscription.language):
        title = f"{_('售后服务仪表盘')} · {Rhythm(subscription.rhythm).label} · {words.days(period.span)}"
        return Letter(period, subscription.language, title, "\n".join(_lines(subscription, period, figures)))


def covered(rhythm: str, *, at: datetime) -> tuple[date, date]:
    """The first and last day of the whole day, week or month that was over last."""
    today = at.astimezone(zone()).date()
    if rhythm == Rhythm.DAILY:
        return today - ONE_DAY, today - ONE_DAY
    if rhythm == Rhythm.WEEKLY:
        monday = today - today.weekday() * ONE_DAY
        return monday - 7 * ONE_DAY, monday - ONE_DAY
    last = today.replace(day=1) - ONE_DAY
    return last.replace(day=1), last


def following(rhythm: str, send_at: time, *, after: datetime) -> datetime:
    """When the next letter is due: at the hour of every day, of Mondays, of the first of the month."""
    day = after.astimezone(zone()).date()
    while True:
        begins = {Rhythm.DAILY: True, Rhythm.WEEKLY: day.weekday() == 0, Rhythm.MONTHLY: day.day == 1}
        due = midnight(day) + timedelta(hours=send_at.hour, minutes=send_at.minute)
        if begins[Rhythm(rhythm)] and due > after:
            return due
        day += ONE_DAY


def address(subscription: Subscription, period: Period) -> str:
    """The page with the letter's period and filters."""
    asked = {
        "since": period.first.isoformat(),
        "until": period.last.isoformat(),
        **{name: row.code for name, row in narrowed(subscription)},
    }
    return f"{settings.PUBLIC_URL}/dashboard/?{urlencode(asked)}"


def narrowed(subscription: Subscription) -> list[tuple[str, Branch | ProductLine | Team]]:
    """What the subscription is limited to: the name of the filter and its row."""
    rows = (("branch", subscription.branch), ("line", subscription.line), ("team", subscription.team))
    return [(name, row) for name, row in rows if row is not None]


def token(subscription: Subscription) -> str:
    """What the address to unsubscribe ends in: needs no log-in, names nobody, cannot be guessed."""
    return signing.dumps(subscription.pk, salt=SALT)


def subscription_of(token: str) -> int | None:
    """The subscription an address to unsubscribe is for; None when it is no such address."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return pk if isinstance(pk, int) else None


# -- its words -------------------------------------------------------------------------------------------------------


def _lines(subscription: Subscription, period: Period, figures: Figures) -> Iterator[str]:
    yield f"{words.days(period.span)}  {_('与 %(days)s 相比') % {'days': words.days(period.before)}}"
    for _name, row in narrowed(subscription):
        yield languages.pick(row)
    yield ""
    yield f"{_('现在')} ({date_filter(timezone.localtime(figures.now), 'Y-m-d H:i')})"
    yield from _table([figures.compared(code) for code in NOW])
    yield ""
    yield _("本期")
    yield from _table([figures.compared(code) for code in (*KEY, *MORE)])
    yield ""
    yield f"{_('打开仪表盘')}: {address(subscription, period)}"
    yield f"{_('退订')}: {settings.PUBLIC_URL}/unsubscribe/{token(subscription)}/"


def _table(shown: list[Compared]) -> Iterator[str]:
    """One line for each figure, in columns where the letters are of one width."""
    cells = [_cells(one) for one in shown]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        padded = [text + " " * (wide - _width(text)) for text, wide in zip(line, widths, strict=True)]
        yield "  ".join(padded).rstrip()


def _cells(one: Compared) -> list[str]:
    small = _("样本少（%(n)s）") % {"n": one.reading.denominator} if one.small else ""
    moved = languages.noted(one.change.text, one.change.before) if one.change else ""
    verdict = "" if one.met is None else _("达标") if one.met else _("未达标")
    target = languages.noted(verdict, one.target_text) if verdict else one.target_text
    return [str(one.reading.figure.name), f"{one.text} {small}".strip(), moved, target]


def _width(text: str) -> int:
    """Columns the text takes where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

"""Figures in words: the same on the page, in the file, in the print and in the mail."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from service_center.kernel import languages
from service_center.reports.queries.figures import Figure
from service_center.reports.queries.periods import Span, Step

TENTH = Decimal("0.1")


def number(value: Decimal | int) -> str:
    """With the thousands apart, one decimal where there is one: 12,345 and 95.3."""
    rounded = Decimal(value).quantize(TENTH, ROUND_HALF_UP)
    places = 0 if rounded == rounded.to_integral_value() else 1
    return str(number_format(rounded, places, force_grouping=True))


def value(kind: Figure, amount: Decimal | None) -> str:
    """The figure with its unit; words where there is nothing to measure, for nothing is not nought."""
    if amount is None:
        return _("暂无数据")
    return in_unit(kind.unit, number(amount))


def in_unit(unit: str, text: str) -> str:
    if unit == "percent":
        return f"{text}%"
    if unit == "hours":
        return pgettext("hours", "%(n)s 小时") % {"n": text}
    if unit == "score":
        return pgettext("score", "%(n)s 分") % {"n": text}
    return text


def difference(kind: Figure, amount: Decimal) -> str:
    """How far two values of the figure are apart, without a sign."""
    if kind.unit == "percent":
        return pgettext("difference", "%(n)s 个百分点") % {"n": number(abs(amount))}
    return in_unit(kind.unit, number(abs(amount)))


def day(moment: date, *, with_year: bool = False) -> str:
    """03-07 or 7 Mar; with the year where it matters."""
    if languages.english():
        return date_format(moment, "j M Y" if with_year else "j M")
    return moment.strftime("%Y-%m-%d" if with_year else "%m-%d")


def days(span: Span) -> str:
    """The days of a period, one or from - to."""
    if span.first == span.last:
        return day(span.first, with_year=True)
    return f"{day(span.first, with_year=True)} – {day(span.last, with_year=True)}"


def point(span: Span, step: Step) -> str:
    """A point of a trend as its axis names it."""
    if step == Step.MONTH:
        return date_format(span.first, "M Y") if languages.english() else span.first.strftime("%Y-%m")
    if step == Step.WEEK and span.first != span.last:
        return f"{day(span.first)} – {day(span.last)}"
    return day(span.first)

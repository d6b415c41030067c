"""The most pressing open deadline of each row, as a column, and the order by what is due first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, Min, Model, OuterRef, Q, QuerySet, Value, When
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_center.kernel import commands, explaining
from service_center.kernel.languages import english
from service_center.kernel.models import Clock, User
from service_center.kernel.templatetags.kernel import span
from service_center.kernel.web.lists import cells
from service_center.kernel.web.lists.declaration import Column, Order, Row, Rows
from service_center.kernel.web.lists.filters import Asked
from service_center.kernel.web.lists.keyset import Known, Stretch

EXTRA = "clock"
State = Clock.State


_READ = {
    "state": "state",
    "due_at": "due_at",
    "warned_at": "warned_at",
    "left": "left_seconds",
    "counted_to": "counted_to",
    "version": "calendar_version_id",
    "document": "rule__clause__document__code",
    "article": "rule__clause__article",
    "title_zh": "rule__clause__title_zh",
    "title_en": "rule__clause__title_en",
}


def load(model: type[Model]) -> Callable[[list[Row], User], None]:
    """Puts the most pressing open clock of each row under `clock`, in one query: broken ones first, then what is due
    first.
    """
    broken_first = Case(When(state=State.BREACHED, then=Value(0)), default=Value(1))

    def add(rows: list[Row], user: User) -> None:
        clocks = Clock.objects.open().filter(
            subject_type=model._meta.label_lower, subject_id__in=[row["pk"] for row in rows]
        )
        soonest = clocks.order_by("subject_id", broken_first, F("due_at").asc(nulls_last=True), "id")
        read = soonest.distinct("subject_id").values("subject_id", *_READ.values())
        found = {clock["subject_id"]: {name: clock[path] for name, path in _READ.items()} for clock in read}
        now = commands.now()
        for row in rows:
            row[EXTRA] = found.get(row["pk"])
            if row[EXTRA] is not None:
                row[EXTRA]["left"] = _left(row[EXTRA], now)

    return add


def _left(clock: dict[str, Any], now: datetime) -> int:
    """Seconds left on a clock that counts."""
    if clock["state"] != State.RUNNING:
        return 0
    return explaining.remaining(clock["left"], clock["counted_to"], clock["version"], now)


def column(**more: Any) -> Column:
    """How the row's most pressing deadline stands."""
    return Column(
        "deadline",
        gettext_lazy("时限"),
        lambda row: _words(row[EXTRA]) if row[EXTRA] is not None else "",
        ("pk",),
        _cell,
        extra=EXTRA,
        css="text-nowrap",
        **{"order": "due"} | more,
    )


def due_column(**more: Any) -> Column:
    """When the most pressing deadline is due."""

    def value(row: Row) -> datetime | None:
        return row[EXTRA]["due_at"] if row[EXTRA] is not None else None

    choices: dict[str, Any] = {"order": "due", "shown": False} | more
    return Column(
        "due_at",
        pgettext_lazy("deadline", "到期时间"),
        value,
        ("pk",),
        lambda row: cells.moment(value(row)),
        extra=EXTRA,
        css="text-nowrap",
        **choices,
    )


def _words(clock: dict[str, Any]) -> str:
    if clock["state"] == State.BREACHED:
        return _("超时")
    return _("暂停") if clock["state"] == State.PAUSED else span(clock["left"])


def _cell(row: Row) -> str:
    clock = row[EXTRA]
    if clock is None:
        return cells.NONE
    if clock["state"] == State.BREACHED:
        return _badge("red", "alarm", clock, solid=True)
    if clock["state"] == State.PAUSED:
        return cells.badge("secondary", _words(clock), symbol="player-pause")
    return _badge("orange" if clock["warned_at"] is not None else "blue", "clock", clock)


def _badge(colour: str, symbol: str, clock: dict[str, Any], *, solid: bool = False) -> SafeString:
    title = ""
    if clock["document"]:
        name = (clock["title_en"] if english() else clock["title_zh"]) or clock["title_zh"]
        title = f"{clock['document']} {clock['article']} {name}"
    return cells.badge(colour, _words(clock), symbol=symbol, title=title, solid=solid)


@dataclass(frozen=True)
class ByDeadline(Order):
    """What is due first, by the clocks' own index; rows for which nothing is due follow, the newest first.

    `going_on` names a filter and those of its values with which a row can have a deadline at all.
    """

    subject: str = ""
    going_on: tuple[str, tuple[str, ...]] = ("", ())

    def many(self, rows: Rows, asked: Asked, *, falling: bool) -> list[Stretch]:
        clocks = self._due()
        first = _first_of_each(clocks).filter(subject_id__in=rows.order_by().values("pk"))
        others = rows.exclude(Exists(clocks.filter(subject_id=OuterRef("pk"))))
        timed = Stretch(first.values("due_at", "subject_id", pk=F("subject_id")), ("due_at", "subject_id"))
        if self._ended(asked):
            timed = Stretch(clocks.none().values("due_at", "subject_id"), timed.ordering)
        return [timed, Stretch(others.values("pk", "id"), ("-id",))]

    def few(self, model: type[Model], rows: list[Row], *, falling: bool) -> list[Known]:
        clocks = self._due().filter(subject_id__in=[row["pk"] for row in rows])
        due = dict(clocks.values_list("subject_id").annotate(first=Min("due_at")))
        timed = [
            {"pk": row["pk"], "subject_id": row["pk"], "due_at": due[row["pk"]]}
            for row in rows
            if row["pk"] in due
        ]
        untimed = [{"pk": row["pk"], "id": row["pk"]} for row in rows if row["pk"] not in due]
        return [Known(Clock, timed, ("due_at", "subject_id")), Known(model, untimed, ("-id",))]

    def _due(self) -> QuerySet[Clock]:
        return Clock.objects.open().filter(subject_type=self.subject, due_at__isnull=False)

    def _ended(self, asked: Asked) -> bool:
        param, values = self.going_on
        return bool(asked.get(param)) and not any(found.match in values for found in asked[param])


def order(model: type[Model], *, going_on: tuple[str, tuple[str, ...]] = ("", ())) -> Order:
    """The order by what is due first."""
    return ByDeadline(
        "due",
        gettext_lazy("最急的在前"),
        one_way=True,
        subject=model._meta.label_lower,
        going_on=going_on,
    )


def _first_of_each(due: QuerySet[Clock]) -> QuerySet[Clock]:
    """Of each row's clocks the one due first."""
    mine = due.filter(subject_id=OuterRef("subject_id"))
    earlier = mine.filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), id__lt=OuterRef("id"))
    )
    return due.exclude(Exists(earlier))

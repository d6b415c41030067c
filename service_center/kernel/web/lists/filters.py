"""Filters of lists: what an address may ask, how it narrows the rows, and what its chip says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from service_center.kernel.languages import english, labelled

if TYPE_CHECKING:
    from service_center.kernel.models import User


@dataclass(frozen=True)
class Found:
    """One value asked for and understood: as the address has it, in words, and as the rows are compared with it."""

    value: str
    label: StrOrPromise
    match: Any


Asked = dict[str, list[Found]]
Options = Sequence[tuple[str, StrOrPromise]]


@dataclass(frozen=True)
class Chip:
    """One condition as people read it, and the parameter and value that take it away again."""

    text: str
    param: str
    value: str


@dataclass(frozen=True)
class Filter:
    """A condition people may add. `param` is its name in the address; several values mean any of them."""

    param: str
    label: StrOrPromise

    @property
    def params(self) -> tuple[str, ...]:
        return (self.param,)

    @property
    def only_order(self) -> str:
        """The key of the one order an index serves together with this condition; empty: any."""
        return ""

    def is_asked(self, asked: Asked) -> bool:
        """Whether an address asks for this condition."""
        return any(param in asked for param in self.params)

    def read(self, values: list[str], user: User) -> list[Found]:
        """Those of a parameter's values that mean something; the rest is left out with a notice."""
        raise NotImplementedError

    def apply(self, rows: Any, asked: Asked) -> Any:
        """The rows that meet the condition."""
        raise NotImplementedError

    def chips(self, asked: Asked) -> list[Chip]:
        """The condition in words, one chip for each thing that can be taken away."""
        return [
            Chip(labelled(self.label, found.label), param, found.value)
            for param in self.params
            for found in asked.get(param, ())
        ]

    def field(self, asked: Asked, user: User) -> dict[str, Any]:
        """What the panel draws: kind, options, what is chosen."""
        raise NotImplementedError


@dataclass(frozen=True)
class Choice(Filter):
    """One or several of fixed values of a field."""

    choices: Iterable[tuple[Any, StrOrPromise]] = ()
    path: str = ""

    def read(self, values: list[str], user: User) -> list[Found]:
        words = {str(code): (code, label) for code, label in self.choices}
        return [Found(value, words[value][1], words[value][0]) for value in values if value in words]

    def apply(self, rows: Any, asked: Asked) -> Any:
        return _any_of(rows, self.path or self.param, asked[self.param])

    def field(self, asked: Asked, user: User) -> dict[str, Any]:
        chosen = {found.value for found in asked.get(self.param, ())}
        options = [(str(code), label, str(code) in chosen) for code, label in self.choices]
        return {"kind": "many", "param": self.param, "label": self.label, "options": options}


@dataclass(frozen=True)
class Lookup(Filter):
    """Values that are rows: branches, people, product lines.

    `find` gives (code, name, key) of rows the user may choose, of all or of those with the codes given; the key is
    compared with the field at `path`, so that an index on it serves.
    """

    path: str
    find: Callable[[User, list[str] | None], Iterable[tuple[str, str, Any]]]

    def read(self, values: list[str], user: User) -> list[Found]:
        return [Found(str(code), name, key) for code, name, key in self.find(user, values)]

    def apply(self, rows: Any, asked: Asked) -> Any:
        return _any_of(rows, self.path, asked[self.param])

    def field(self, asked: Asked, user: User) -> dict[str, Any]:
        chosen = {found.value for found in asked.get(self.param, ())}
        options = [(str(code), name, str(code) in chosen) for code, name, _key in self.find(user, None)]
        return {"kind": "one", "param": self.param, "label": self.label, "options": options}


@dataclass(frozen=True)
class Flag(Filter):
    """Yes, or not asked."""

    narrow: Callable[[Any], Any]

    def read(self, values: list[str], user: User) -> list[Found]:
        return [Found("1", self.label, True)] if "1" in values else []

    def apply(self, rows: Any, asked: Asked) -> Any:
        return self.narrow(rows)

    def chips(self, asked: Asked) -> list[Chip]:
        return [Chip(str(self.label), self.param, "1")]

    def field(self, asked: Asked, user: User) -> dict[str, Any]:
        return {"kind": "flag", "param": self.param, "label": self.label, "chosen": self.param in asked}


@dataclass(frozen=True)
class Days(Filter):
    """From one day to another, both included, as days of the reader's zone; either end may be open.

    `whole` for a field that holds a day itself. `order` is the list's order by that field: a range of days is read in it,
    in any other the rows might all stand at the far end.
    """

    path: str
    whole: bool = False
    order: str = ""

    @property
    def params(self) -> tuple[str, ...]:
        return (f"{self.param}_from", f"{self.param}_to")

    @property
    def only_order(self) -> str:
        return self.order

    def read(self, values: list[str], user: User) -> list[Found]:
        day = _day(values[-1])
        return [Found(values[-1], _told(day), day)] if day is not None else []

    def apply(self, rows: Any, asked: Asked) -> Any:
        first, last = (asked[name][0].match if name in asked else None for name in self.params)
        if first is not None:
            rows = rows.filter(**{f"{self.path}__gte": first if self.whole else _midnight(first)})
        if last is not None:
            after = last + timedelta(days=1)
            rows = rows.filter(**{f"{self.path}__lt": after if self.whole else _midnight(after)})
        return rows

    def chips(self, asked: Asked) -> list[Chip]:
        words = dict(zip(self.params, (_("%(day)s 起"), _("%(day)s 止")), strict=True))
        return [
            Chip(
                labelled(self.label, words[name] % {"day": asked[name][0].label}), name, asked[name][0].value
            )
            for name in self.params
            if name in asked
        ]

    def field(self, asked: Asked, user: User) -> dict[str, Any]:
        first, last = (asked[name][0].value if name in asked else "" for name in self.params)
        return {"kind": "days", "params": self.params, "label": self.label, "first": first, "last": last}


def _any_of(rows: Any, path: str, found: list[Found]) -> Any:
    matches = [one.match for one in found]
    return rows.filter(**({path: matches[0]} if len(matches) == 1 else {f"{path}__in": matches}))


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and 2000 <= day.year < 2100 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _told(day: date) -> str:
    return date_format(day, "j M Y") if english() else day.isoformat()

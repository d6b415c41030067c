"""Pages by keyset: the work grows with the page, never with the table, and nothing is counted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler
from django.http import Http404, HttpRequest

AFTER = "after"
_BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Page:
    """Rows of one page and the addresses of its neighbours (relative, None at an end)."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Stretch:
    """Rows in one order: names of fields, `-` for the highest first, together unique and never null."""

    rows: QuerySet[Any, Any]
    ordering: tuple[str, ...]

    def fetch(self, values: Sequence[Any] | None, *, backward: bool, limit: int) -> list[Any]:
        """The next rows beyond these values of the ordering's fields, or from the beginning (the end: backward)."""
        ordering = [_turned(name) for name in self.ordering] if backward else list(self.ordering)
        rows = self.rows.order_by(*ordering)
        return list((rows if values is None else rows.filter(_beyond(ordering, values, rows.model)))[:limit])

    def place_of(self, row: Any) -> list[Any]:
        """Where the row stands, as a mark can carry it."""
        return [_plain(_value(row, name.removeprefix("-"))) for name in self.ordering]

    def read(self, values: Any) -> list[Any]:
        """The values of a mark. Raises Http404 for what no row can have."""
        return _read(self.rows.model, self.ordering, values)


@dataclass(frozen=True)
class Known:
    """Rows that are here already, as dictionaries, put in order without the database."""

    model: type[Model]
    rows: list[dict[str, Any]]
    ordering: tuple[str, ...]

    def fetch(self, values: Sequence[Any] | None, *, backward: bool, limit: int) -> list[Any]:
        falling = self.ordering[0].startswith("-") != backward
        found = sorted(self.rows, key=self._place, reverse=falling)
        if values is None:
            return found[:limit]
        here = tuple(values)
        return [r for r in found if (self._place(r) < here if falling else self._place(r) > here)][:limit]

    def _place(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name.removeprefix("-")] for name in self.ordering)

    def place_of(self, row: dict[str, Any]) -> list[Any]:
        return [_plain(value) for value in self._place(row)]

    def read(self, values: Any) -> list[Any]:
        return _read(self.model, self.ordering, values)


Stretches = Sequence[Stretch | Known]


@dataclass(frozen=True)
class Cut:
    """One page of several stretches, with the marks its neighbours begin at."""

    rows: list[Any]
    next: str | None
    previous: str | None


def page(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    ordering: tuple[str, ...] = ("-id",),
    size: int = 50,
) -> Page:
    """The page of `queryset` the request asks for by `?after=`, `size` rows long. Raises Http404 for none of ours."""
    found = cut([Stretch(queryset, ordering)], request.GET.get(AFTER), size)
    return Page(found.rows, address(request, found.next), address(request, found.previous))


def address(request: HttpRequest, mark: str | None) -> str | None:
    """The request's own address with another mark."""
    if mark is None:
        return None
    query = request.GET.copy()
    query[AFTER] = mark
    return f"?{query.urlencode()}"


def cut(stretches: Stretches, mark: str | None, size: int, *, exactly: bool = False) -> Cut:
    """One page of the stretches, one after the other, beyond the mark. Raises Http404 for a mark that is none.

    Where nothing is left on that side any more, the first page comes instead of an empty one, unless `exactly` that
    side is wanted.
    """
    if mark is None:
        return _cut(stretches, 0, None, size, backward=False)
    number, backward, values = _opened(mark)
    if not 0 <= number < len(stretches):
        raise Http404
    found = _cut(stretches, number, stretches[number].read(values), size, backward=backward)
    lost = not found.rows or (backward and found.previous is None)
    return _cut(stretches, 0, None, size, backward=False) if lost and not exactly else found


def _cut(stretches: Stretches, number: int, values: list[Any] | None, size: int, *, backward: bool) -> Cut:
    found: list[tuple[int, Any]] = []
    turns = range(number, -1, -1) if backward else range(number, len(stretches))
    for turn in turns:
        beyond = values if turn == number else None
        rows = stretches[turn].fetch(beyond, backward=backward, limit=size + 1 - len(found))
        found += [(turn, row) for row in rows]
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    if not found:
        return Cut([], None, None)
    first, last = (
        _closed(stretches, *found[0], backward=True),
        _closed(stretches, *found[-1], backward=False),
    )
    return Cut(
        [row for _, row in found],
        last if backward or more else None,
        first if (more if backward else values is not None or number > 0) else None,
    )


def _closed(stretches: Stretches, number: int, row: Any, *, backward: bool) -> str:
    text = json.dumps([number, int(backward), stretches[number].place_of(row)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _opened(mark: str) -> tuple[int, bool, Any]:
    try:
        number, backward, values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        return int(number), bool(backward), values
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise Http404 from error


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


class _RowsBeyond(Func):
    """`(a, b) < (x, y)`: one comparison, which an index on (a, b) answers."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, operator: str = "<", **extra: Any) -> None:
        super().__init__(*expressions, **extra)
        self.operator = operator

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # neither function nor template
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        half = len(parts) // 2
        names, values = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        return f"({names}) {self.operator} ({values})", [value for _, given in parts for value in given]


def _beyond(ordering: Sequence[str], values: Sequence[Any], model: type[Model]) -> Any:
    """What comes after these values in this order."""
    names = [name.removeprefix("-") for name in ordering]
    falling = [name.startswith("-") for name in ordering]
    if len(set(falling)) == 1:
        typed = [Value(v, output_field=_field(model, n)) for n, v in zip(names, values, strict=True)]
        return _RowsBeyond(*map(F, names), *typed, operator="<" if falling[0] else ">")
    reached, beyond = Q(), Q(pk__in=[])
    for name, value, down in zip(names, values, falling, strict=True):
        beyond |= reached & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        reached &= Q(**{name: value})
    return beyond


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for step in name.split("__"):
        row = getattr(row, step)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read(model: type[Model], ordering: Sequence[str], values: Any) -> list[Any]:
    if not isinstance(values, list) or len(values) != len(ordering):
        raise Http404
    fields = [_field(model, name.removeprefix("-")) for name in ordering]
    return [_typed(field, value) for field, value in zip(fields, values, strict=True)]


def _field(model: type[Model], path: str) -> Field[Any, Any]:
    """The field at the end of a path such as `branch__code`."""
    *steps, last = path.split("__")
    for step in steps:
        related = model._meta.get_field(step).related_model
        assert isinstance(related, type), path
        model = related
    field = model._meta.pk if last == "pk" else _by_column(model, last)
    assert field is not None, path
    return field


def _by_column(model: type[Model], name: str) -> Any:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        found = next(f for f in model._meta.concrete_fields if f.attname == name)
    return getattr(found, "target_field", found) if found.is_relation else found


def _typed(field: Field[Any, Any], value: Any) -> Any:
    """The value as the field has it. Raises Http404 when it can be none of the field's."""
    try:
        typed = field.to_python(value)
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        raise Http404 from error
    odd = (
        typed is None
        or (isinstance(typed, str) and "\0" in typed)
        or (isinstance(typed, int) and abs(typed) > _BIGGEST)
        or (isinstance(typed, datetime) and typed.tzinfo is None)
    )
    if odd:
        raise Http404
    return typed

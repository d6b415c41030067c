"""The rows of a list as dictionaries of what its columns read, page after page, with the batches columns need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service_center.kernel import exports
from service_center.kernel.models import User
from service_center.kernel.web.lists import keyset
from service_center.kernel.web.lists.asking import Ask
from service_center.kernel.web.lists.declaration import Column, Declared, Row

_BATCH = 1000


def rows_of(ask: Ask) -> Any:
    """What the list holds for this question: of what the reader may see, what meets the conditions."""
    return ask.narrow(ask.declared.rows(ask.user))


def counted(rows: Any, at_most: int) -> int:
    """How many rows there are, counted no further than one beyond `at_most`."""
    return rows.order_by()[: at_most + 1].count()


def page(ask: Ask, rows: Any, columns: Sequence[Column], *, mark: str | None, size: int) -> keyset.Cut:
    """One page of rows, with the batches its columns need."""
    return _loaded(ask, _cut(ask, rows, columns, mark, size), columns)


@dataclass(frozen=True)
class Whole:
    """All rows of a list in its order, fetched page after page while they are read; counted up to one too many."""

    ask: Ask
    columns: Sequence[Column]

    def __len__(self) -> int:
        return counted(rows_of(self.ask), exports.MAX_ROWS)

    def __iter__(self) -> Iterator[Row]:
        mark: str | None = None
        while True:
            cut = _cut(self.ask, rows_of(self.ask), self.columns, mark, _BATCH, exactly=True)
            yield from _loaded(self.ask, cut, self.columns).rows
            mark = cut.next
            if mark is None:
                return


def _loaded(ask: Ask, cut: keyset.Cut, columns: Sequence[Column]) -> keyset.Cut:
    _load(ask.declared, columns, cut.rows, ask.user)
    return cut


def _load(declared: Declared, columns: Sequence[Column], rows: list[Row], user: User) -> None:
    for name in dict.fromkeys(column.extra for column in columns if column.extra):
        if rows:
            declared.extras[name](rows, user)


def _cut(
    ask: Ask, rows: Any, columns: Sequence[Column], mark: str | None, size: int, *, exactly: bool = False
) -> keyset.Cut:
    """Rows beyond the mark. An order that other rows tell (`Order.stretches`) names ours by `subject_id`."""
    wanted = dict.fromkeys(["pk", ask.declared.key, *(name for column in columns for name in column.reads)])
    stretches = ask.order.of(rows, falling=ask.falling)
    if ask.order.stretches is None:
        fields = wanted | dict.fromkeys(ask.order.fields)
        direct = [keyset.Stretch(one.rows.values(*fields), one.ordering) for one in stretches]
        return keyset.cut(direct, mark, size, exactly=exactly)
    cut = keyset.cut(stretches, mark, size, exactly=exactly)
    ids = [row["subject_id"] for row in cut.rows]
    known = {row["pk"]: row for row in rows.filter(pk__in=ids).values(*wanted)}
    return keyset.Cut([known[pk] for pk in ids if pk in known], cut.next, cut.previous)

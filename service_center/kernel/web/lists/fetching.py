"""The rows of a list as dictionaries of what its columns read, page after page, with the batches columns need.

Which rows come is decided on keys alone. Few rows (up to what is counted) are put in order here: no plan can then walk an
index past a million that do not match. Many are dense, and an index gives their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service_center.kernel import exports
from service_center.kernel.web.lists import keyset
from service_center.kernel.web.lists.asking import Ask
from service_center.kernel.web.lists.declaration import Column, Row

COUNTED = 1000
_BATCH = 1000


@dataclass(frozen=True)
class Found:
    """The rows of a question in its order, and how many they are: right up to COUNTED, else one more."""

    stretches: keyset.Stretches
    total: int


def find(ask: Ask) -> Found:
    """What the list holds for this question: of what the reader may see, what meets the conditions."""
    rows, order = _rows_of(ask), ask.order
    names = order.names(falling=ask.falling) if ask.ranged else ()
    fields = ("pk", *order.fields)
    keys = list(rows.order_by(*names).values_list(*fields)[: COUNTED + 1])
    if len(keys) <= COUNTED:
        known = [dict(zip(fields, key, strict=True)) for key in keys]
        return Found(order.few(ask.declared.model, known, falling=ask.falling), len(keys))
    return Found(order.many(rows, ask.filters, falling=ask.falling), len(keys))


def page(ask: Ask, found: Found, columns: Sequence[Column], *, mark: str | None, size: int) -> keyset.Cut:
    """One page of rows, with the batches its columns need. Raises Http404 for a mark that is none."""
    return _filled(ask, keyset.cut(found.stretches, mark, size), columns)


@dataclass(frozen=True)
class Whole:
    """All rows of a list in its order, fetched page after page while they are read; counted up to one too many."""

    ask: Ask
    columns: Sequence[Column]

    def __len__(self) -> int:
        return _rows_of(self.ask).order_by()[: exports.MAX_ROWS + 1].count()

    def __iter__(self) -> Iterator[Row]:
        mark: str | None = None
        stretches = self.ask.order.many(_rows_of(self.ask), self.ask.filters, falling=self.ask.falling)
        while True:
            cut = keyset.cut(stretches, mark, _BATCH, exactly=True)
            yield from _filled(self.ask, cut, self.columns).rows
            mark = cut.next
            if mark is None:
                return


def _rows_of(ask: Ask) -> Any:
    return ask.narrow(ask.declared.rows(ask.user))


def _filled(ask: Ask, cut: keyset.Cut, columns: Sequence[Column]) -> keyset.Cut:
    """The page's keys turned into its rows; one that is gone meanwhile is left out."""
    declared, keys = ask.declared, [row["pk"] for row in cut.rows]
    fields = dict.fromkeys(["pk", declared.key, *(name for column in columns for name in column.reads)])
    known = {row["pk"]: row for row in declared.model._default_manager.filter(pk__in=keys).values(*fields)}
    rows = [known[key] for key in keys if key in known]
    for name in dict.fromkeys(column.extra for column in columns if column.extra):
        if rows:
            declared.extras[name](rows, ask.user)
    return keyset.Cut(rows, cut.next, cut.previous)

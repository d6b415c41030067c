"""What a list is: its columns, filters, tabs and orders, said once for the page, the file and the saved view.

Rows are dictionaries of the fields that the shown columns name, never model trees: a page is one query, one loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from service_center.kernel.exports import Value
from service_center.kernel.web.lists.keyset import Known, Stretch

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from service_center.kernel.web.lists.actions import Action
    from service_center.kernel.web.lists.filters import Asked, Filter

Row = dict[str, Any]
Rows = QuerySet[Any, Any]
NOTHING = _("这里还没有内容")
NOTHING_LIKE_IT = _("没有符合条件的内容")
ASK_LESS = _("减少一个条件，或换一个分类。")
SEARCH = _("在列表中查找")


@dataclass(frozen=True)
class Column:
    """One column of page and file. `value` is what a file holds, `cell` what a page shows (text, or safe HTML).

    `reads` names the fields of the model both need, `extra` the batch they come in (`Declared.extras`). `order` is the
    key of the ordering its heading sorts by. `fixed` columns cannot be put away; `minor` ones give way first on a
    narrow screen.
    """

    key: str
    label: StrOrPromise
    value: Callable[[Row], Value]
    reads: tuple[str, ...] = ()
    cell: Callable[[Row], str] | None = None
    extra: str = ""
    order: str = ""
    css: str = ""
    shown: bool = True
    fixed: bool = False
    minor: bool = False


@dataclass(frozen=True)
class Order:
    """A way to sort: fields of the model, together unique, never null, all rising; an index must serve them.

    `falling` is the direction a first click takes; with `one_way` there is no other. With `gaps` the first field may be
    null after all: rows without it follow, the newest first.
    """

    key: str
    label: StrOrPromise
    fields: tuple[str, ...] = ("id",)
    falling: bool = False
    one_way: bool = False
    gaps: bool = False

    def names(self, *, falling: bool) -> tuple[str, ...]:
        return tuple(f"-{name}" if falling else name for name in self.fields)

    def many(self, rows: Rows, asked: Asked, *, falling: bool) -> list[Stretch]:
        """Any number of rows in this order, each as a dictionary with its `pk` and the order's fields."""
        if not self.gaps:
            return [Stretch(rows.values("pk", *self.fields), self.names(falling=falling))]
        missing = {f"{self.fields[0]}__isnull": True}
        there = rows.exclude(**missing).values("pk", *self.fields)
        return [
            Stretch(there, self.names(falling=falling)),
            Stretch(rows.filter(**missing).values("pk", "id"), ("-id",)),
        ]

    def few(self, model: type[Model], rows: list[Row], *, falling: bool) -> list[Known]:
        """Rows that are known already, with their `pk` and the order's fields, in this order."""
        if not self.gaps:
            return [Known(model, rows, self.names(falling=falling))]
        there = [row for row in rows if row[self.fields[0]] is not None]
        missing = [{"pk": row["pk"], "id": row["pk"]} for row in rows if row[self.fields[0]] is None]
        return [Known(model, there, self.names(falling=falling)), Known(model, missing, ("-id",))]


@dataclass(frozen=True)
class Tab:
    """A view everybody has, above the list. `shown` False: only an address leads to it.

    `only` names a filter and the values the tab is limited to: asked for others, it is empty without a query. `order` is
    the order it begins with, where that is not the list's.
    """

    key: str
    label: StrOrPromise
    apply: Callable[[Any, User], Any] = lambda rows, _user: rows
    only: tuple[str, tuple[str, ...]] | None = None
    order: str = ""
    shown: bool = True

    def narrow(self, rows: Any, user: User, asked: Asked) -> Any:
        """The rows of the tab, as far as they are asked for."""
        rows = self.apply(rows, user)
        if self.only is None:
            return rows
        param, values = self.only
        wanted = {str(found.match) for found in asked.get(param, ())}
        left = [value for value in values if not wanted or str(value) in wanted]
        return rows.filter(**{f"{param}__in": left}) if left else rows.none()


@dataclass(frozen=True)
class Empty:
    """What an empty list says: what is missing, and what to do about it."""

    title: StrOrPromise = NOTHING
    hint: StrOrPromise = ""
    title_filtered: StrOrPromise = NOTHING_LIKE_IT
    hint_filtered: StrOrPromise = ASK_LESS


@dataclass(frozen=True)
class Declared:
    """One list of the product.

    `key` is the first of `reads`: what names a row in its address and on its checkbox. `base` narrows or replaces what
    the list starts from, which is always `model.objects.visible_to(user)`. `search` gives the rows that hold the words.
    `extras` load what a column needs beyond its row, for a whole page at once. `split` is a row's page with `%s` for its
    key, where it can be opened beside the list.
    """

    name: str
    url_name: str
    title: StrOrPromise
    model: type[Model]
    columns: tuple[Column, ...]
    orders: tuple[Order, ...]
    order: str
    key: str = "id"
    filters: tuple[Filter, ...] = ()
    tabs: tuple[Tab, ...] = ()
    tab_param: str = "corner"
    search: Callable[[Any, str, User], Any] | None = None
    search_label: StrOrPromise = SEARCH
    base: Callable[[Any, User], Any] | None = None
    extras: Mapping[str, Callable[[list[Row], User], None]] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    empty: Empty = Empty()
    template: str = "kernel/list.html"
    export: bool = True
    poll: int = 20
    split: str = ""
    size: int = 50

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    @property
    def searchable(self) -> bool:
        return self.search is not None

    def rows(self, user: User) -> Rows:
        """What the reader may see of the list at all."""
        rows = self.model._default_manager.visible_to(user)  # type: ignore[attr-defined]  # every list's model has it
        return self.base(rows, user) if self.base is not None else rows

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)

    def usual_columns(self) -> list[Column]:
        """The columns a list shows to those who chose none."""
        return [column for column in self.columns if column.shown or column.fixed]

    def chosen_columns(self, keys: Sequence[str]) -> list[Column]:
        """The named columns and the fixed ones, in the list's own order; the usual ones when no name is known."""
        known = {column.key for column in self.columns} & set(keys)
        if not known:
            return self.usual_columns()
        return [column for column in self.columns if column.fixed or column.key in known]

    def ordering(self, text: str) -> tuple[Order, bool] | None:
        """The order an address asks for, and whether it falls; None for none of the list's."""
        found = next((order for order in self.orders if order.key == text.removeprefix("-")), None)
        falling = text.startswith("-")
        if found is None or (found.one_way and falling != found.falling):
            return None
        return found, falling


_declared: dict[str, Declared] = {}


def declare(declared: Declared) -> Declared:
    """Make a list known by its name. Raises ValueError for a name given twice or a default order it has not."""
    if declared.name in _declared:
        raise ValueError(f"list {declared.name} is declared twice")
    for order in (declared.order, *(tab.order for tab in declared.tabs if tab.order)):
        if declared.ordering(order) is None:
            raise ValueError(f"list {declared.name} has no order {order}")
    _declared[declared.name] = declared
    return declared


def named(name: str) -> Declared | None:
    """The list of this name."""
    return _declared.get(name)


def every() -> list[Declared]:
    """All lists, in the order they were declared."""
    return list(_declared.values())

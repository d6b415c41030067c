"""What an address asks of a list: tab, filters, order, words, page, saved view; and addresses that ask otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpRequest
from django.http.request import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from service_center.kernel.languages import listed
from service_center.kernel.listing import Shape
from service_center.kernel.models import ListChoice, SavedView, User
from service_center.kernel.web.lists.declaration import Column, Declared, Order, Tab
from service_center.kernel.web.lists.filters import Asked, Chip, Filter, Found
from service_center.kernel.web.lists.keyset import AFTER

OWN = {"q", "order", "view", "columns", "format", "panel", "open", AFTER}
LONGEST = 80
AT_MOST = 40


@dataclass(frozen=True)
class Ask:
    """One question to a list, understood: what it does not know stands in `notices`."""

    declared: Declared
    user: User
    tab: Tab | None
    order: Order
    falling: bool
    words: str = ""
    filters: Asked = field(default_factory=dict)
    columns_asked: tuple[str, ...] = ()
    views: tuple[SavedView, ...] = ()
    view: SavedView | None = None
    choice: ListChoice | None = None
    after: str | None = None
    notices: tuple[str, ...] = ()

    @property
    def ordering(self) -> str:
        return f"-{self.order.key}" if self.falling else self.order.key

    def columns(self) -> list[Column]:
        """The columns to show: those asked for, the view's, those the person chose, or the usual ones."""
        of_view = self.view.columns if self.view is not None else ()
        of_person = self.choice.columns if self.choice is not None else ()
        return self.declared.chosen_columns(self.columns_asked or of_view or of_person)

    def narrow(self, rows: Any) -> Any:
        """The rows of the tab that meet every condition and hold the words."""
        if self.tab is not None:
            rows = self.tab.narrow(rows, self.user, self.filters)
        for condition in self.declared.filters:
            if condition.is_asked(self.filters) and not self._is_in_tab(condition):
                rows = condition.apply(rows, self.filters)
        if self.words and self.declared.search is not None:
            rows = self.declared.search(rows, self.words, self.user)
        return rows

    def _is_in_tab(self, condition: Filter) -> bool:
        """Whether the tab has narrowed the rows by this condition already."""
        return self.tab is not None and self.tab.only is not None and self.tab.only[0] == condition.param

    @property
    def ranged(self) -> bool:
        """Whether a range is asked for, whose rows stand together in its own order only."""
        return any(one.only_order and one.is_asked(self.filters) for one in self.declared.filters)

    def orders(self) -> list[Order]:
        """The orders an index serves together with what is asked."""
        return _offered(self.declared, self.filters)

    def chips(self) -> list[tuple[Chip, str]]:
        """Each condition with the address that does without it."""
        found = [
            chip
            for condition in self.declared.filters
            if condition.is_asked(self.filters)
            for chip in condition.chips(self.filters)
        ]
        return [(chip, self.without(chip)) for chip in found]

    def without(self, chip: Chip) -> str:
        """The address with one condition less."""
        left = [found for found in self.filters.get(chip.param, ()) if found.value != chip.value]
        return self.address(filters=self.filters | {chip.param: left})

    def address(self, **changes: Any) -> str:
        """The list's own address with something else asked; what changes begins at the first page.

        The order always stands in it: an address with an order says all itself, whatever view it began with.
        """
        asked = replace(self, **changes)
        pairs: list[tuple[str, str]] = []
        if asked.tab is not None:
            pairs.append((self.declared.tab_param, asked.tab.key))
        pairs += [(param, value) for param, values in asked.values().items() for value in values]
        if asked.words:
            pairs.append(("q", asked.words))
        pairs.append(("order", asked.ordering))
        if asked.columns_asked:
            pairs.append(("columns", ",".join(asked.columns_asked)))
        if asked.view is not None:
            pairs.append(("view", str(asked.view.pk)))
        return f"?{urlencode(pairs)}"

    def values(self) -> dict[str, list[str]]:
        """The conditions as an address has them."""
        return {param: [one.value for one in found] for param, found in self.filters.items() if found}

    def shape(self) -> Shape:
        """What a saved view keeps of this."""
        return Shape(
            tab=self.tab.key if self.tab is not None else "",
            filters=self.values(),
            ordering=self.ordering,
            columns=[column.key for column in self.columns()],
        )

    @property
    def narrowed(self) -> bool:
        """Whether something beyond the tab is asked."""
        return bool(self.words or any(self.filters.values()))

    @property
    def departed(self) -> bool:
        """Whether the list stands otherwise than the view it began with says."""
        if self.view is None:
            return False
        same = (self.view.tab, _plain(self.view.filters), self.view.ordering) == (
            self.tab.key if self.tab is not None else "",
            _plain(self.values()),
            self.ordering,
        )
        return bool(self.words or self.columns_asked) or not same


def read(request: HttpRequest, declared: Declared) -> Ask:
    """Understand the request's address. Raises Http404 for a view that is none of the reader's."""
    user = request.user
    assert isinstance(user, User), "lists are behind the log-in"
    choice = ListChoice.objects.filter(user=user, list_name=declared.name).first()
    views = tuple(SavedView.objects.visible_to(user).of_list(declared.name))
    query = request.GET
    view = _view(query, views, choice)
    asked = _of_view(view, declared) if view is not None and "order" not in query else query
    return replace(_understood(asked, query, declared, user), views=views, view=view, choice=choice)


def _view(query: QueryDict, views: tuple[SavedView, ...], choice: ListChoice | None) -> SavedView | None:
    """The view the address names, or the one the person begins with when it names nothing at all."""
    if "view" in query:
        found = next((view for view in views if str(view.pk) == query["view"]), None)
        if found is None:
            raise Http404
        return found
    if choice is not None and not set(query) - {"open", "format", "panel"}:
        return next((view for view in views if view.pk == choice.default_view_id), None)
    return None


def _of_view(view: SavedView, declared: Declared) -> QueryDict:
    """The address that asks what the view keeps."""
    query = QueryDict(mutable=True)
    if view.tab:
        query[declared.tab_param] = view.tab
    for param, values in view.filters.items():
        query.setlist(param, [str(value) for value in values])
    query["order"] = view.ordering or declared.order
    return query


def _understood(asked: QueryDict, query: QueryDict, declared: Declared, user: User) -> Ask:
    notices: list[str] = []
    known = OWN | {declared.tab_param} | {p for condition in declared.filters for p in condition.params}
    if unknown := sorted({name for name in (*asked, *query) if name not in known}):
        notices.append(_("这个列表没有条件 %(names)s，已忽略。") % {"names": _quoted(unknown)})
    tab = _tab(asked, declared, notices)
    filters = _filters(asked, declared, user, notices)
    order, falling = _order(asked, declared, (tab and tab.order) or declared.order, filters, notices)
    return Ask(
        declared=declared,
        user=user,
        tab=tab,
        order=order,
        falling=falling,
        words=_words(query, declared),
        filters=filters,
        columns_asked=_columns(query, declared, notices),
        after=query.get(AFTER) or None,
        notices=tuple(notices),
    )


def _words(query: QueryDict, declared: Declared) -> str:
    text = query.get("q", "").replace("\0", "").strip()
    return text[:LONGEST] if declared.search is not None else ""


def _tab(asked: QueryDict, declared: Declared, notices: list[str]) -> Tab | None:
    if not declared.tabs:
        return None
    key = asked.get(declared.tab_param, "")
    found = next((tab for tab in declared.tabs if tab.key == key), None)
    if key and found is None:
        notices.append(_("这个列表没有分类 %(names)s，已忽略。") % {"names": _quoted([key])})
    return found or declared.tabs[0]


def _order(
    asked: QueryDict, declared: Declared, begins: str, filters: Asked, notices: list[str]
) -> tuple[Order, bool]:
    usual = declared.ordering(begins)
    assert usual is not None, "checked when the list was declared"
    text = asked.get("order", "")
    found = declared.ordering(text) if text else usual
    if found is None:
        notices.append(_("这个列表不能按 %(names)s 排序，已按默认顺序。") % {"names": _quoted([text])})
    order, falling = found or usual
    offered = _offered(declared, filters)
    return (order, falling) if order in offered else (offered[0], offered[0].falling)


def _offered(declared: Declared, filters: Asked) -> list[Order]:
    only = {condition.only_order for condition in declared.filters if condition.is_asked(filters)} - {""}
    return [order for order in declared.orders if not only or order.key in only]


def _columns(query: QueryDict, declared: Declared, notices: list[str]) -> tuple[str, ...]:
    asked = [key for key in query.get("columns", "").split(",") if key]
    known = tuple(key for key in asked if declared.column(key) is not None)
    if odd := [key for key in asked if key not in known]:
        notices.append(_("这个列表没有 %(names)s 这一列，已忽略。") % {"names": _quoted(odd)})
    return known


def _filters(asked: QueryDict, declared: Declared, user: User, notices: list[str]) -> Asked:
    kept: dict[str, list[Found]] = {}
    odd: list[str] = []
    for condition in declared.filters:
        for param in condition.params:
            values = list(dict.fromkeys(value for value in asked.getlist(param) if value))[:AT_MOST]
            clean = [value for value in values if "\0" not in value and len(value) <= LONGEST]
            found = condition.read(clean, user) if clean else []
            odd += [value for value in values if value not in {one.value for one in found}]
            if found:
                kept[param] = found
    if odd:
        notices.append(_("没有 %(names)s 这样的条件，已忽略。") % {"names": _quoted(odd)})
    return kept


def _quoted(names: list[str]) -> str:
    return listed(f"“{name[:40]}”" for name in names[:5])


def _plain(filters: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: sorted(values) for name, values in filters.items() if values}

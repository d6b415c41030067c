"""The list as a page, as news for a page that is open, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString

from service_center.kernel import exports, listing
from service_center.kernel.web import downloads
from service_center.kernel.web.lists import actions, asking, drawing, fetching, keyset
from service_center.kernel.web.lists.asking import Ask
from service_center.kernel.web.lists.declaration import Column, Declared, Order, Row, Tab

PART = "kernel/list.html#list"
FRESH = "X-List-Fresh"


@dataclass(frozen=True)
class Heading:
    """A column's heading: where a click leads, and how the list is sorted by it (aria-sort; empty: it cannot be)."""

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True)
class Shown:
    """One page of rows, drawn. `fresh` names exactly what is shown; `total` is right up to what is counted."""

    rows: list[Row]
    html: SafeString
    fresh: str
    total: int
    next: str | None
    previous: str | None

    @property
    def more(self) -> bool:
        """Whether there are more rows than are counted."""
        return self.total > fetching.COUNTED


def respond(
    request: HttpRequest, declared: Declared, *, status: int = 200, **context: Any
) -> HttpResponseBase:
    """Answer a list's address: the page, its panel of filters, the rows anew for a page that is open, or a file.

    `context` goes to the template beside what every list has. Raises Http404 for a page or view that is none.
    """
    ask = asking.read(request, declared)
    if "format" in request.GET and declared.export:
        return _file(request, ask)
    if request.GET.get("panel") == "filters":
        fields = [one.field(ask.filters, ask.user) for one in declared.filters]
        fields = [one for one in fields if one["kind"] != "one" or len(one["options"]) > 1]
        return render(request, "kernel/list_filters.html", {"list": declared, "ask": ask, "fields": fields})
    shown = draw(ask)
    known = request.headers.get(FRESH)
    if known is not None and known == shown.fresh:
        return _part(HttpResponse(status=204))
    if known is not None or _wants_part(request):
        return _part(render(request, PART, _context(ask, shown) | context))
    answer = render(request, declared.template, _context(ask, shown) | context, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _wants_part(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def _part(response: HttpResponse) -> HttpResponse:
    """No browser may show a part where a page belongs, when somebody goes back."""
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["HX-Request", FRESH])
    return response


def draw(ask: Ask) -> Shown:
    """One page of rows, drawn."""
    declared, columns = ask.declared, ask.columns()
    found = fetching.find(ask)
    cut = fetching.page(ask, found, columns, mark=ask.after, size=declared.size)
    selectable = bool(actions.offered(declared, ask.user))
    html = drawing.drawn(declared, columns, cut.rows, selectable=selectable)
    digest = blake2b(f"{found.total}\n{html}".encode(), digest_size=12).hexdigest()
    return Shown(cut.rows, html, digest, found.total, _page(ask, cut.next), _page(ask, cut.previous))


def _page(ask: Ask, mark: str | None) -> str | None:
    return f"{ask.address()}&{keyset.AFTER}={mark}" if mark is not None else None


def _context(ask: Ask, shown: Shown) -> dict[str, Any]:
    declared, columns = ask.declared, ask.columns()
    chosen = {column.key for column in columns}
    return {
        "list": declared,
        "ask": ask,
        "page": shown,
        "headings": [_heading(ask, column) for column in columns],
        "orders": list(_orders(ask)),
        "chips": ask.chips(),
        "tabs": list(_tabs(ask)),
        "views": [(view, f"?view={view.pk}", view == ask.view) for view in ask.views],
        "columns": [(column, column.key in chosen) for column in declared.columns],
        "actions": actions.offered(declared, ask.user),
        "may_export": declared.export and exports.can_export(ask.user),
        "may_keep_view": ask.view is not None and listing.can_keep(ask.user, ask.view),
        "begins_here": ask.choice is not None
        and ask.view is not None
        and ask.choice.default_view_id == ask.view.pk,
        "split": bool(declared.split) and ask.choice is not None and ask.choice.split,
        "plain_url": ask.address(filters={}, words=""),
        "here": ask.address(),
        "wordless_url": ask.address(words=""),
        "counted": f"{fetching.COUNTED:,}",
    }


def _heading(ask: Ask, column: Column) -> Heading:
    order = next((one for one in ask.orders() if one.key == column.order), None)
    if order is None:
        return Heading(column, "", "")
    if order is not ask.order:
        return Heading(column, ask.address(order=order, falling=order.falling), "none")
    url = ask.address(falling=ask.falling if order.one_way else not ask.falling)
    return Heading(column, url, "descending" if ask.falling else "ascending")


def _orders(ask: Ask) -> Iterator[tuple[Order, str, bool]]:
    """Every order with its address, for screens where headings have no room; the current one turns round."""
    for order in ask.orders():
        here = order is ask.order
        falling = not ask.falling if here and not order.one_way else order.falling
        yield order, ask.address(order=order, falling=falling), here


def _tab_url(ask: Ask, tab: Tab) -> str:
    """A tab begins anew: without conditions, in its own order; a list with one order for all tabs keeps the one asked."""
    plain: dict[str, Any] = {"tab": tab, "view": None, "filters": {}, "words": "", "columns_asked": ()}
    if any(one.order for one in ask.declared.tabs):
        begins = ask.declared.ordering(tab.order or ask.declared.order)
        assert begins is not None, "checked when the list was declared"
        plain |= {"order": begins[0], "falling": begins[1]}
    return ask.address(**plain)


def _tabs(ask: Ask) -> Iterator[tuple[Tab, str, bool]]:
    """The tabs with their addresses; one that is hidden is there while one stands on it."""
    for tab in ask.declared.tabs:
        here = tab is ask.tab and ask.view is None
        if tab.shown or here:
            yield tab, _tab_url(ask, tab), here


def _file(request: HttpRequest, ask: Ask) -> HttpResponseBase:
    """What is shown, as a file: the same rows in the same order, the same columns."""
    columns = ask.columns()
    headed = [exports.Column(column.label, column.value) for column in columns]
    table = exports.Table(ask.declared.name, headed, fetching.Whole(ask, columns))
    return downloads.export(request, table, filters=_said(ask))


def _said(ask: Ask) -> dict[str, str]:
    """The conditions as the journal keeps them: what differs from the list as it is declared, without words."""
    declared = ask.declared
    said = {param: ",".join(values) for param, values in ask.values().items()}
    if ask.tab is not None and ask.tab is not declared.tabs[0]:
        said[declared.tab_param] = ask.tab.key
    if ask.ordering != declared.order:
        said["order"] = ask.ordering
    return said

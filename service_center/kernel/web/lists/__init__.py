"""Lists the same everywhere: declared once, shown as a page, kept as a view, left as a file.

`Declared` says what a list is, `declare` makes it known, `respond` answers its address. `page` is for the few tables
that are no lists of work: rows by keyset, nothing more.
"""

from service_center.kernel.web.lists import cells
from service_center.kernel.web.lists.actions import Action, ActionForm
from service_center.kernel.web.lists.declaration import (
    Column,
    Declared,
    Empty,
    Order,
    Row,
    Tab,
    declare,
    every,
    named,
)
from service_center.kernel.web.lists.filters import Choice, Days, Flag, Lookup
from service_center.kernel.web.lists.keyset import Page, Stretch, page
from service_center.kernel.web.lists.showing import respond

__all__ = [
    "Action",
    "ActionForm",
    "Choice",
    "Column",
    "Days",
    "Declared",
    "Empty",
    "Flag",
    "Lookup",
    "Order",
    "Page",
    "Row",
    "Stretch",
    "Tab",
    "cells",
    "declare",
    "every",
    "named",
    "page",
    "respond",
]

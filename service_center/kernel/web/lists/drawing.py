"""Rows as HTML in one loop: what is the same for every row is made once, every text is escaped once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from service_center.kernel import exports
from service_center.kernel.web.lists.cells import NONE
from service_center.kernel.web.lists.declaration import Column, Declared, Row

Cell = Callable[[Row], object]


def drawn(
    declared: Declared, columns: Sequence[Column], rows: Sequence[Row], *, selectable: bool
) -> SafeString:
    """The table's body: a row is named by its key, its first column is its title on a narrow screen."""
    lead, lead_css = _cell(columns[0]), _classes(columns[0])
    others = [(*_openings(column), _cell(column)) for column in columns[1:]]
    lines: list[str] = []
    for row in rows:
        key = escape(str(row[declared.key]))
        check = _CHECK.format(key) if selectable else ""
        title = _html(lead(row)) or NONE
        lines.append(f'<tr id="row-{key}" data-key="{key}">{check}')
        lines.append(f'<td id="lead-{key}" class="list-lead {lead_css}">{title}</td>')
        for opening, blank, cell in others:
            text = _html(cell(row))
            lines.append(f"{opening}{text}</td>" if text and text != NONE else blank)
        lines.append("</tr>\n")
    return mark_safe("".join(lines))  # noqa: S308 - every part of it is escaped above


_CHECK = (
    '<td class="list-check"><input class="form-check-input" type="checkbox" name="row" value="{0}"'
    ' aria-labelledby="lead-{0}"></td>'
)


def _classes(column: Column) -> str:
    return f"{column.css} list-minor" if column.minor else column.css


def _openings(column: Column) -> tuple[str, str]:
    """How a cell of the column begins, and the whole of an empty one."""
    css, label = _classes(column), escape(str(column.label))
    return (
        f'<td class="{css}" data-label="{label}">',
        f'<td class="{css} blank" data-label="{label}">{NONE}</td>',
    )


def _html(cell: object) -> str:
    return cell if isinstance(cell, SafeString) else escape(str(cell))


def _cell(column: Column) -> Cell:
    return column.cell or _texted(column.value)


def _texted(value: Callable[[Row], exports.Value]) -> Cell:
    """The cell of a column that says nothing else: its value as text."""

    def cell(row: Row) -> object:
        found = value(row)
        return NONE if found is None or found == "" else found

    return cell

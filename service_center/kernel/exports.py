"""Lists that leave as CSV or XLSX: with a right of its own, a fact in the journal, and no cell that
computes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import IllegalCharacterError

from service_center.kernel import journal
from service_center.kernel.access import has_role, require
from service_center.kernel.errors import DomainError

if TYPE_CHECKING:
    from service_center.kernel.models import User

EXPORTED = journal.define("data.exported", gettext_lazy("导出了“%(list)s”共 %(count)s 行"))
ROLES = ("supervisor", "manager", "analyst", "quality", "director", "admin")
MAX_ROWS = 50_000
CELL_LIMIT = 32_767
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
_BOM = "\ufeff"
Value = str | int | float | Decimal | bool | datetime | date | None


class TooManyRows(DomainError):
    code, status = "too_many_rows", 422
    message = gettext_lazy("一次最多导出 50000 行，请先缩小筛选范围。")


@dataclass(frozen=True)
class Column:
    """A heading and how to get its value from a row."""

    heading: StrOrPromise
    value: Callable[[Any], Value]


class Rows(Protocol):
    """Rows to write, one after the other, and how many they are."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


@dataclass(frozen=True)
class Table:
    """A list to export: a stable name (also of the file), its columns, its rows as the user may see them."""

    name: str
    columns: Sequence[Column]
    rows: Rows | models.QuerySet[Any]


def can_export(user: User) -> bool:
    return has_role(user, *ROLES)


def note(table: Table, *, filters: dict[str, Any], actor: User | None, at: datetime) -> int:
    """Note who exports which list how far, before it leaves (SEC-09); returns the number of rows.

    `filters` are kept without free text, which could name a customer. Raises Forbidden, TooManyRows.
    """
    require(can_export, actor)
    rows = table.rows
    count = rows[: MAX_ROWS + 1].count() if isinstance(rows, models.QuerySet) else len(rows)
    if count > MAX_ROWS:
        raise TooManyRows
    kept = {
        name: value for name, value in filters.items() if name not in {"search", "q", "phone", "phone_last4"}
    }
    if actor is not None:
        journal.record(EXPORTED, actor, actor=actor, at=at, list=table.name, count=count, filters=kept)
    return count


def as_csv(table: Table) -> Iterator[str]:
    """The table as CSV (RFC 4180, UTF-8 with a byte order mark, so that Excel reads Chinese),
    line by line.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    yield _BOM
    for line in _lines(table):
        writer.writerow([_plain(value) for value in line])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def as_xlsx(table: Table) -> bytes:
    """The table as a workbook; every text cell is of string type, numbers stay numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=table.name[:31])
    for line in _lines(table):
        sheet.append([_cell(sheet, value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(table: Table) -> Iterator[list[Value]]:
    yield [str(column.heading) for column in table.columns]
    rows = table.rows.iterator(chunk_size=2000) if isinstance(table.rows, models.QuerySet) else table.rows
    for row in rows:
        yield [column.value(row) for column in table.columns]


def harmless(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS) else text


def _plain(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
            if timezone.is_aware(value)
            else str(value)
        )
    if isinstance(value, int | float | Decimal | date):
        return str(value)
    return harmless(value)


def _cell(sheet: Any, value: Value) -> Any:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    content = value if is_number else _plain(value)[:CELL_LIMIT]
    try:
        cell = WriteOnlyCell(sheet, value=content)  # type: ignore[arg-type]  # a Decimal is a number
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, value="".join(c for c in str(content) if c.isprintable() or c in "\t\n"))
    if not is_number:
        cell.data_type = "s"
    return cell

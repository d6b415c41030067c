"""Tables that come in as XLSX or CSV: rows with their line numbers, and what is wrong with each line, beside
it.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from service_center.kernel.errors import DomainError, Invalid
from service_center.kernel.languages import listed
from service_center.kernel.uploads import TooLarge, UnsupportedMediaType, Upload, accept

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_CELL = 10_000


class NoTable(Invalid):
    code = "no_table"
    message = gettext_lazy("读不出表格：请上传 XLSX 或 CSV 文件，第一行是列名。")


class MissingColumns(Invalid):
    code = "missing_columns"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(_("缺少列：%(names)s。请使用模板。") % {"names": listed(names)}, field="file")


class TooManyRows(Invalid):
    code = "too_many_rows"
    message = gettext_lazy("一次最多导入 20000 行，请拆分文件。")


@dataclass(frozen=True)
class Column:
    """A column by its code; `heading` is the word in the first row, `parse` turns the text or refuses it.

    `parse` raises DomainError or ValueError.
    """

    code: str
    heading: StrOrPromise
    required: bool = False
    parse: Callable[[str], Any] = str
    also: tuple[str, ...] = ()
    limit: int = MAX_CELL


@dataclass(frozen=True)
class Row:
    """A good line: its number in the file and its values by column code."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class LineError:
    """What is wrong where, in words."""

    line: int
    column: str
    message: str


@dataclass
class Sheet:
    rows: list[Row] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)


def read(file: Upload, *, columns: Sequence[Column]) -> Sheet:
    """Every line of the file, good ones as rows, bad ones as errors; empty lines are left out.

    Raises NoTable, MissingColumns, TooManyRows, TooLarge (field `file`). Writes nothing.
    """
    lines = _lines(file)
    places = _places(next(lines, (1, []))[1], columns)
    sheet, count = Sheet(), 0
    for number, cells in lines:
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise TooManyRows(field="file")
        values, errors = _values(number, cells, places)
        sheet.errors += errors
        if not errors:
            sheet.rows.append(Row(number, values))
    return sheet


def _places(heading: Sequence[str], columns: Sequence[Column]) -> list[tuple[Column, int | None]]:
    """Where each column stands, by its heading in either language or its code."""
    known = {name.strip().lower(): place for place, name in reversed(list(enumerate(heading)))}
    places = []
    for column in columns:
        names = (str(column.heading), column.code, *column.also)
        found = next((known[name.lower()] for name in names if name.lower() in known), None)
        places.append((column, found))
    missing = [str(column.heading) for column, place in places if place is None and column.required]
    if not known or len(missing) == len(columns):
        raise NoTable(field="file")
    if missing:
        raise MissingColumns(missing)
    return places


def _values(
    number: int, cells: Sequence[str], places: Sequence[tuple[Column, int | None]]
) -> tuple[dict[str, Any], list[LineError]]:
    values: dict[str, Any] = {}
    errors: list[LineError] = []
    for column, place in places:
        text = cells[place].strip() if place is not None and place < len(cells) else ""
        problem = _problem(text, column)
        if problem is None and text:
            try:
                values[column.code] = column.parse(text)
            except DomainError as refusal:
                problem = str(refusal)
            except (ValueError, ArithmeticError):
                problem = _("“%(text)s”的格式不对。") % {"text": text[:40]}
        elif problem is None:
            values[column.code] = None
        if problem is not None:
            errors.append(LineError(number, str(column.heading), problem))
    return values, errors


def _problem(text: str, column: Column) -> str | None:
    if not text:
        return _("必填。") if column.required else None
    if "\0" in text:
        return _("不能包含空字符。")
    if len(text) > column.limit:
        return _("太长：最多 %(limit)s 个字符。") % {"limit": column.limit}
    return None


def _lines(file: Upload) -> Iterator[tuple[int, list[str]]]:
    name = (file.name or "").lower()
    if name.endswith(".xlsx"):
        return _xlsx_lines(file)
    if name.endswith((".csv", ".txt")):
        return _csv_lines(file)
    raise NoTable(field="file")


def _xlsx_lines(file: Upload) -> Iterator[tuple[int, list[str]]]:
    try:
        content = accept(file).content
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_text(cell) for cell in cells]
    except (UnsupportedMediaType, InvalidFileException, zipfile.BadZipFile, KeyError, IndexError) as error:
        raise NoTable(field="file") from error
    except (ValueError, TypeError, SyntaxError, AttributeError, EOFError) as error:
        raise NoTable(field="file") from error


def _text(cell: Any) -> str:
    """A cell as one would type it: whole numbers without a point, days and instants in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _csv_lines(file: Upload) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge(field="file")
    text = decode(content)
    start = text[:4096].split("\n", 1)[0]
    delimiter = max((",", ";", "\t", "，"), key=start.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise NoTable(field="file") from error


def decode(content: bytes) -> str:
    """The text of a file from any office program here: UTF-8, UTF-16 with its mark, else GB18030.

    Raises NoTable for what is no text.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, (encoding,))
    start = content[:1000]
    if b"\0" in start:  # without its mark, UTF-16 shows by the zero halves of its commas and digits
        big = start[::2].count(0) > start[1::2].count(0)
        return _decoded(content, ("utf-16-be" if big else "utf-16-le",))
    return _decoded(content, ("utf-8", "gb18030"))


def _decoded(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(c < " " and c not in "\t\r\n\x0b\x0c" for c in text[:2000]):
            return text
    raise NoTable(field="file")

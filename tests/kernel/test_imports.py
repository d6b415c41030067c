"""Tables that come in: from any office program, with a word beside each wrong line, and nothing written."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from service_center.kernel import imports, phones, uploads
from service_center.kernel.errors import Invalid

COLUMNS = (
    imports.Column("name", "姓名", required=True, also=("Name",)),
    imports.Column("phone", "电话", parse=phones.normalise),
    imports.Column("price", "价格", parse=Decimal),
)
TEXT = "姓名,电话,价格\r\n王芳,13800138000,12.50\r\n"


def read(content: bytes | str, name: str = "a.csv") -> imports.Sheet:
    data = content.encode() if isinstance(content, str) else content
    return imports.read(SimpleUploadedFile(name, data), columns=COLUMNS)


def workbook(*lines: tuple[object, ...]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return out.getvalue()


GOOD = {"name": "王芳", "phone": "+8613800138000", "price": Decimal("12.50")}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_read_csv_in_any_encoding(encoding: str) -> None:
    sheet = read(TEXT.encode(encoding))
    assert sheet.rows == [imports.Row(2, GOOD)]
    assert sheet.errors == []


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_read_csv_with_other_delimiters(delimiter: str) -> None:
    assert read(TEXT.replace(",", delimiter)).rows == [imports.Row(2, GOOD)]


def test_read_xlsx_with_numbers_and_days_as_typed() -> None:
    sheet = read(
        workbook(("Name", "电话", "价格"), ("王芳", 13800138000, 12.5), (None, None, None)), "a.xlsx"
    )
    assert sheet.rows == [imports.Row(2, GOOD | {"price": Decimal("12.5")})]
    day = imports.Column("name", "姓名")
    read_day = imports.read(
        SimpleUploadedFile("a.xlsx", workbook(("姓名",), (date(2026, 3, 2),))), columns=[day]
    )
    assert read_day.rows[0].values == {"name": "2026-03-02"}


def test_read_never_computes_a_formula() -> None:
    sheet = read(workbook(("姓名", "电话"), ("=1+1", None), ("王芳", None)), "a.xlsx")
    assert [row.values["name"] for row in sheet.rows] == ["王芳"]


def test_read_says_what_is_wrong_in_which_line_and_keeps_the_good_ones() -> None:
    sheet = read("姓名,电话,价格\n,13800138000,1\n王芳,12345,abc\n\n李,,\n张,13900139000\n")
    assert [(error.line, error.column) for error in sheet.errors] == [(2, "姓名"), (3, "电话"), (3, "价格")]
    assert "0571" in sheet.errors[1].message
    assert [(row.line, row.values["name"]) for row in sheet.rows] == [(5, "李"), (6, "张")]


@pytest.mark.parametrize("name", ["王\0芳", "x" * 10_001])
def test_read_refuses_nul_and_endless_cells_beside_the_line(name: str) -> None:
    sheet = read(f"姓名\n李\n{'y' * 3000}\n{name}\n")
    assert [error.line for error in sheet.errors] == [4]


def test_read_keeps_emoji_and_direction_marks() -> None:
    assert [row.values["name"] for row in read("姓名\n👩‍👧\n\u202eabc\n=1+1\n").rows] == [
        "👩‍👧",
        "\u202eabc",
        "=1+1",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.4"),
        ("a.xls", b"\xd0\xcf\x11\xe0"),
        ("a.csv", b""),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("a.csv", "甲,乙\n1,2\n".encode()),
        ("a.xlsx", TEXT.encode()),
        ("a.xlsx", b"PK\x03\x04broken"),
        ("a.xlsx", b""),
        ("a", TEXT.encode()),
    ],
)
def test_read_of_a_wrong_file_is_refused_in_words(name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read(content, name)
    assert refusal.value.code in {"no_table", "missing_columns"}
    assert refusal.value.field == "file"


def test_read_names_missing_columns() -> None:
    with pytest.raises(imports.MissingColumns) as refusal:
        read("电话\n13800138000\n")
    assert "姓名" in str(refusal.value)


def test_read_of_too_much_is_refused() -> None:
    with pytest.raises(imports.TooManyRows):
        read("姓名\n" + "王\n" * (imports.MAX_ROWS + 1))
    with pytest.raises(uploads.TooLarge):
        read(b"x" * (imports.MAX_BYTES + 1))

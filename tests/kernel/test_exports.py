"""Lists that leave: only for those who may, noted in the journal, without a cell that computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import RequestFactory
from openpyxl import load_workbook

from service_center.kernel import errors, exports
from service_center.kernel.models import Event
from service_center.kernel.web import downloads
from staff.models import Person

PAYLOADS = [
    "=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", "  =1+1", "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.test","x")',
]  # fmt: skip
HARMLESS = ["王芳", "T-2026-000001", "a=b", "👋", "\u202eabc", 'say "hi", please', "two\nlines", ""]


def table(rows: list[Any], name: str = "tickets") -> exports.Table:
    return exports.Table(
        name, [exports.Column("编号", lambda r: r), exports.Column("数", lambda r: Decimal("-5.50"))], rows
    )


def csv_cells(rows: list[Any]) -> list[list[str]]:
    text = "".join(exports.as_csv(table(rows)))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))[1:]


def xlsx_cells(rows: list[Any]) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(exports.as_xlsx(table(rows)))).worksheets[0]
    return list(sheet.iter_rows())[1:]


@pytest.mark.req("SEC-09")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula(payload: str) -> None:
    assert csv_cells([payload])[0][0] == f"'{payload}"
    [row] = xlsx_cells([payload])
    assert row[0].data_type == "s"
    assert str(row[0].value).startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert csv_cells([text])[0][0] == text
    assert (xlsx_cells([text])[0][0].value or "") == text


def test_numbers_stay_numbers() -> None:
    assert csv_cells(["x"])[0][1] == "-5.50"
    [row] = xlsx_cells(["x"])
    assert (row[1].data_type, row[1].value) == ("n", -5.5)


def test_control_characters_and_endless_text_break_nothing() -> None:
    [row] = xlsx_cells(["a\x07b"])
    assert row[0].value == "ab"
    assert len(xlsx_cells(["x" * 100_000])[0][0].value) == exports.CELL_LIMIT


def test_values_of_every_kind() -> None:
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert [cells[0] for cells in csv_cells([None, True, 7, at])] == ["", "是", "7", "2026-03-02 09:00:00"]


@pytest.mark.django_db
@pytest.mark.req("SEC-09")
def test_export_is_noted_with_count_and_filters_but_without_searched_text(
    person: Callable[..., Person],
) -> None:
    manager = person("manager")
    request = RequestFactory().get("/tickets/?format=xlsx")
    request.user = manager.user
    response = downloads.export(request, table(["a", "b"]), filters={"status": "closed", "search": "王芳"})
    assert response["Content-Disposition"].startswith('attachment; filename="tickets-')
    fact = Event.objects.get(name="data.exported")
    assert fact.data == {"list": "tickets", "count": 2, "filters": {"status": "closed"}}
    assert fact.actor_id == manager.user.pk


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "engineer", "storekeeper", "trainer"])
def test_export_refused_without_the_right_leaves_no_trace(person: Callable[..., Person], role: str) -> None:
    request = RequestFactory().get("/tickets/")
    request.user = person(role).user
    with pytest.raises(errors.Forbidden):
        downloads.export(request, table(["a"]), filters={})
    assert not Event.objects.filter(name="data.exported").exists()


@pytest.mark.django_db
def test_export_of_too_much_is_refused(person: Callable[..., Person]) -> None:
    with pytest.raises(exports.TooManyRows):
        exports.note(
            table(["x"] * (exports.MAX_ROWS + 1)),
            filters={},
            actor=person("admin").user,
            at=datetime.now(UTC),
        )


@pytest.mark.django_db
def test_csv_of_a_queryset_streams(person: Callable[..., Person]) -> None:
    person("agent", name="=王")
    people = exports.Table(
        "people", [exports.Column("姓名", lambda p: p.name)], Person.objects.order_by("pk")
    )
    request = RequestFactory().get("/people/")
    request.user = person("director", name="李").user
    response = downloads.export(request, people, filters={})
    assert b"".join(response).decode() == "\ufeff姓名\r\n'=王\r\n李\r\n"  # type: ignore[arg-type]  # it streams

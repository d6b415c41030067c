"""The director's first page: the branches side by side, each value equal to its own and opening its rows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from service_center.kernel import commands
from service_center.reports.actions import sums
from service_center.reports.queries import branches, compared, figures, periods, rollups
from service_center.reports.queries.branches import COMPARED
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.periods import Choice
from service_center.reports.queries.scope import Scope
from staff.models import Branch, Person
from tests.reports.test_dashboard import rows_behind

pytestmark = pytest.mark.django_db


def differences(busy: SimpleNamespace, **narrowed: Any) -> dict[Any, Any]:
    """Where a branch's column says something else than the figure read for the branch alone."""
    now = commands.now()
    period = periods.running(Choice.MONTH, now=now)
    scope = Scope(busy.manager.user, period.span.since, period.span.until, **narrowed)
    pks = list(Branch.objects.values_list("pk", flat=True))
    found = branches.by_branch(scope, period, pks, now=now)
    wrong = {}
    for pk in pks:
        alone = Scope(
            busy.manager.user, period.span.since, period.span.until, **(narrowed | {"branch_id": pk})
        )
        for code in COMPARED:
            expected = figures.read(CATALOGUE[code], alone, now=now)
            if found[pk][code] != expected:
                wrong[pk, code] = (found[pk][code], expected)
    return wrong


@pytest.mark.req("KPI-08")
def test_columns_equal_each_branch_by_itself_with_and_without_sums(busy: SimpleNamespace) -> None:
    line = busy.engineer.assigned_tickets.exclude(product_line=None).first().product_line
    sums.distrust()
    assert not rollups.in_force()
    assert differences(busy) == {}
    assert differences(busy, line_id=line.pk) == {}
    sums.rebuild(at=commands.now())
    assert rollups.in_force()
    assert differences(busy) == {}
    assert differences(busy, line_id=line.pk) == {}


def test_the_companys_column_is_the_dashboards_value_and_cells_open_their_rows(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    browser = web(busy.manager)
    context = browser.get("/company/").context
    assert context["asked"].period.choice == Choice.YEAR
    assert [one.code for one in context["branches"]] == ["HZ", "SH"]
    board = browser.get("/dashboard/?period=year").context["board"]
    shown = {str(t.shown.reading.figure.name): t.shown.text for t in [*board.key_tiles, *board.more_tiles]}
    opened = 0
    for code, row in zip(COMPARED, context["rows"], strict=True):
        assert (row.name, row.cells[0].text) == (str(CATALOGUE[code].name), shown[row.name])
        if CATALOGUE[code].unit == "count":
            own = [Decimal(cell.text) for cell in row.cells[1:]]
            assert sum(own) == Decimal(row.cells[0].text)
            for cell in row.cells[1:]:
                if cell.url:
                    assert (cell.url, rows_behind(browser, cell.url)) == (cell.url, int(cell.text))
                    opened += 1
    assert opened >= 3


@pytest.mark.parametrize(
    "query", ["", "?period=month", "?since=2026-01-01&until=2026-01-31&line=XX&branch=HZ"]
)
def test_the_company_page_costs_at_most_twelve_queries(
    busy: SimpleNamespace, web: Callable[..., Client], query_count: Callable[..., int], query: str
) -> None:
    sums.rebuild(at=commands.now())
    browser = web(busy.manager)
    browser.get(f"/company/{query}")
    assert query_count(lambda: browser.get(f"/company/{query}")) <= 12


def test_the_directors_work_begins_with_the_company(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    director = Person.objects.get(user__username="director")
    assert web(director).get("/").headers["Location"] == "/company/"
    assert web(busy.manager).get("/").headers["Location"] == "/dashboard/"
    assert web(director).get("/company/").status_code == 200


def test_comparing_branches_is_refused_to_those_who_see_one(
    busy: SimpleNamespace, web: Callable[..., Client], client: Client
) -> None:
    for who in (busy.supervisor, busy.engineer, Person.objects.get(user__username="agent")):
        assert web(who).get("/company/").status_code == 403
    assert client.get("/company/").status_code == 302


def test_a_count_that_grew_tenfold_is_told_by_its_difference() -> None:
    kind = CATALOGUE["tickets.reported"]
    many = compared.change(kind, Decimal(600), Decimal(1))
    some = compared.change(kind, Decimal(9), Decimal(1))
    assert many is not None
    assert some is not None
    assert (many.text, some.text) == ("上升 599", "上升 800%")

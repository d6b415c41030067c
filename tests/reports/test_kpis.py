"""The doors of the figures: whom they are closed to, what they refuse, what they cost, and what nothing looks like."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from service_center.kernel import commands
from staff.models import Person
from tests.reports.conftest import settle, window
from tests.reports.test_figures import figures
from tests.tickets.conftest import Story, hours

pytestmark = pytest.mark.django_db


@pytest.mark.req("KPI-01")
def test_an_empty_company_has_no_value_rather_than_nought_or_a_hundred(
    manager: Person, api: Callable[..., Any]
) -> None:
    for one in figures(api(manager), window()).values():
        expected = "0.00" if one["unit"] == "count" else None
        assert (one["code"], one["value"], one["denominator"]) == (one["code"], expected, 0)
        assert Decimal(one["numerator"]) == 0


def test_first_time_fix_counts_visits_that_took_place_and_the_same_fault(
    story: Story, api: Callable[..., Any]
) -> None:
    def fixed() -> tuple[str, int]:
        one = api(story.manager).get(f"kpis/service.first_time_fix/?{window()}").json()
        return one["numerator"], one["denominator"]

    with commands.as_of(hours(-5)):
        story.closed()
    assert fixed() == ("1.00", 1)
    other = story.in_handling()
    assert fixed() == ("0.00", 1), "a visit whose fault is not known yet counts against the first"
    url = f"tickets/{other.number}/diagnosis/"
    body = {"fault_class": "software", "fault_code": "S1", "cause": "固件", "plan": "升级"}
    assert api(story.engineer).post(url, body).status_code == 201
    assert fixed() == ("1.00", 1), "another class of fault does not"


# -- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.req("KPI-01", "KPI-02", "KPI-03", "KPI-04")
@pytest.mark.parametrize("path", ["kpis/", "kpis/sla.response/", "kpis/sla.response/rows/"])
def test_figures_are_refused_to_those_who_do_not_lead(
    path: str, person: Callable[..., Person], api: Callable[..., Any]
) -> None:
    for role in ("agent", "engineer", "storekeeper", "accountant", "expert"):
        refused = api(person(role)).get(path)
        assert (role, refused.status_code, refused.json()["code"]) == (role, 403, "forbidden")
    assert api(None).get(path).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T08:00:00", "since"),
        ("until=2026-02-30T08:00:00Z", "until"),
        ("since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", "until"),
        ("branch=XX", "branch"),
        ("person=nobody", "person"),
    ],
)
def test_unknown_and_malformed_filters_are_refused(
    query: str, field: str, manager: Person, api: Callable[..., Any]
) -> None:
    for path in ("kpis/", "kpis/sla.response/", "kpis/sla.response/rows/"):
        refused = api(manager).get(f"{path}?{query}")
        assert (path, refused.status_code) == (path, 400)
        assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_unknown_figures_and_parts_are_refused(manager: Person, api: Callable[..., Any]) -> None:
    assert api(manager).get("kpis/sla.luck/").status_code == 404
    assert api(manager).get("kpis/sla.luck/rows/").status_code == 404
    refused = api(manager).get("kpis/sla.response/rows/?part=half")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "part")
    assert api(manager).get("kpis/sla.response/?part=hits").status_code == 400
    assert api(manager).post("kpis/").status_code == 405
    assert api(manager).get("kpis/?branch=%00").status_code == 400


# -- what it costs --------------------------------------------------------------------------------------------------


def test_figures_and_their_rows_cost_the_same_for_one_and_for_three(
    story: Story, api: Callable[..., Any], query_count: Callable[[Callable[[], Any]], int]
) -> None:
    door = api(story.manager)
    paths = [
        f"kpis/?{window()}",
        f"kpis/sla.response/rows/?{window()}",
        f"kpis/service.efficiency/rows/?{window()}",
        f"kpis/followup.coverage/rows/?{window()}",
        f"kpis/tickets.reported/rows/?{window()}",
    ]
    story.closed()
    settle()
    door.get(paths[0])
    one = [query_count(lambda path=path: door.get(path)) for path in paths]
    for _ in range(2):
        story.closed()
    settle()
    assert [query_count(lambda path=path: door.get(path)) for path in paths] == one

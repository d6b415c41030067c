"""The manager's first screen: every number opens its rows, the two appraisals add up, others stay outside."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from service_center.kernel import commands
from service_center.kernel.models import Event
from service_center.reports.queries.appraisals import FOLLOW_UP, PROCESS, Appraisal, appraise
from service_center.reports.queries.dashboard import FIRST
from service_center.reports.queries.scope import last_days
from staff.models import Person
from surveys.models import FollowUp
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def links(text: str) -> list[str]:
    """The addresses behind the numbers of the page."""
    found = [unescape(link) for link in re.findall(r'href="([^"]+)"', text)]
    return sorted({link for link in found if link.startswith(("/reports/", "/tickets/?"))})


def appraisal(busy: SimpleNamespace, kind: str, parts: dict[str, str], days: int = 30) -> Appraisal:
    now = commands.now()
    return appraise(kind, parts, last_days(busy.manager.user, now=now, days=days), now=now)


@pytest.mark.req("KPI-01", "KPI-04", "DSP-13")
def test_every_number_of_the_dashboard_opens_its_rows(busy: SimpleNamespace, web: Callable[..., Any]) -> None:
    browser = web(busy.manager)
    page = browser.get("/dashboard/?days=30&branch=HZ").content.decode()
    opened = links(page)
    for code in (*PROCESS.values(), *FOLLOW_UP.values(), "clocks.broken", "stock.below_reorder"):
        assert f"/reports/{code}/?days=30&branch=HZ" in opened
    for link in opened:
        assert browser.get(link).status_code == 200, link
    states = browser.get("/dashboard/?branch=HZ").context["states"]
    counted = dict(zip(states["series"][0]["urls"], states["series"][0]["values"], strict=True))
    assert sum(counted.values()) == Ticket.objects.open().filter(branch__code="HZ").count() > 0
    for url, number in counted.items():
        assert len(browser.get(url).context["page"].rows) == number
    for engineer in browser.get("/dashboard/").context["load"]:
        name = engineer.user.username
        mine = browser.get(f"/tickets/?engineer={name}").context["page"].rows
        begun = browser.get(f"/tickets/?corner=in_hand&engineer={name}").context["page"].rows
        assert (name, len(mine), len(begun)) == (name, engineer.open_tickets, engineer.in_hand)


def test_the_polled_block_is_the_figures_alone(busy: SimpleNamespace, web: Callable[..., Any]) -> None:
    part = web(busy.manager).get("/dashboard/?days=7", headers={"HX-Request": "true"}).content.decode()
    assert f"/reports/{FIRST[0]}/" in part
    assert "<html" not in part
    assert re.search(r'hx-trigger="every 10s"', part)


@pytest.mark.req("KPI-02", "KPI-03")
def test_appraisals_are_the_weighted_sum_of_their_marks(
    busy: SimpleNamespace, api: Callable[..., Any], web: Callable[..., Any]
) -> None:
    door = api(busy.manager)
    for kind, parts in (("process", PROCESS), ("followup", FOLLOW_UP)):
        found = appraisal(busy, kind, parts)
        weights = {
            name: Decimal(str(door.get(f"settings/appraisal.{kind}.weight.{name}/").json()["value"]))
            for name in parts
        }
        assert weights["satisfaction"] >= 40
        assert sum(weights.values()) == 100
        marks = {name: mark_of(door.get(f"kpis/{code}/").json()) for name, code in parts.items()}
        known = {name: mark for name, mark in marks.items() if mark is not None}
        total = sum(weights[name] * mark for name, mark in known.items())
        assert found.score is not None
        assert abs(found.score - total / sum(weights[name] for name in known)) < Decimal("0.02")
        assert str(found.score) in web(busy.manager).get("/dashboard/").content.decode()


def mark_of(figure: dict[str, Any]) -> Decimal | None:
    """On 0-100, more being better, as K25 and K26 want it."""
    if figure["value"] is None:
        return None
    value = Decimal(figure["value"])
    if figure["code"] == "followup.score":
        return (value - 1) * 100 / 9
    return max(Decimal(0), 100 - value) if figure["code"] == "complaints.rate" else value


@pytest.mark.req("KPI-02", "KPI-03")
def test_a_weight_moves_the_appraisal_and_less_than_40_is_refused(
    busy: SimpleNamespace, api: Callable[..., Any]
) -> None:
    door = api(busy.manager)
    for kind, parts in (("process", PROCESS), ("followup", FOLLOW_UP)):
        path = f"settings/appraisal.{kind}.weight.satisfaction/"
        version = door.get(path).json()["version"]
        assert door.patch(path, {"value": 39}, version=version).status_code == 400
        assert api(busy.engineer).patch(path, {"value": 60}, version=version).status_code == 403
        assert appraisal(busy, kind, parts).parts[0].weight == 40
        assert door.patch(path, {"value": 60}, version=version).status_code == 200
        weights = [part.weight for part in appraisal(busy, kind, parts).parts]
        assert (weights[0], sum(weights)) == (60, 100)


def test_a_part_without_data_drops_out_of_the_appraisal(
    busy: SimpleNamespace, api: Callable[..., Any]
) -> None:
    """A follow-up appraisal without a request for a call: the other three keep their proportion."""
    FollowUp.objects.update(requested_at=None)
    found = appraisal(busy, "followup", FOLLOW_UP)
    missing = [part.reading.figure.code for part in found.parts if part.mark is None]
    assert "followup.response" in missing
    known = [part for part in found.parts if part.mark is not None]
    assert sum(part.weight for part in known) < 100
    total = sum(part.weight * part.mark for part in known if part.mark is not None)
    assert found.score == (total / sum(part.weight for part in known)).quantize(Decimal("0.01"))
    FollowUp.objects.update(status="cancelled", completed_at=None, score=None)
    nothing = appraisal(busy, "followup", FOLLOW_UP)
    assert (nothing.score, [part.mark for part in nothing.parts]) == (None, [None] * 4)


@pytest.mark.req("KPI-01", "KPI-04")
@pytest.mark.parametrize(
    "path", ["/dashboard/", "/reports/sla.response/", "/reports/sla.response/?format=csv"]
)
def test_pages_of_figures_are_refused_to_those_who_do_not_lead(
    path: str, person: Callable[..., Person], web: Callable[..., Any], client: Any
) -> None:
    for role in ("agent", "engineer", "storekeeper"):
        assert web(person(role)).get(path).status_code == 403
    assert client.get(path).status_code == 302
    assert not Event.objects.filter(name="data.exported").exists()


def test_unknown_figures_periods_and_branches_break_nothing(
    busy: SimpleNamespace, web: Callable[..., Any]
) -> None:
    browser = web(busy.manager)
    assert browser.get("/reports/sla.luck/").status_code == 404
    odd = browser.get("/dashboard/?days=9999999999999&branch=XX")
    assert (odd.status_code, odd.context["days"]) == (200, 30)


def test_rows_leave_as_a_file_and_the_journal_knows(busy: SimpleNamespace, web: Callable[..., Any]) -> None:
    ticket = Ticket.objects.filter(branch__code="HZ").latest("pk")
    Ticket.objects.filter(pk=ticket.pk).update(subject='=HYPERLINK("http://x")')
    browser = web(busy.manager)
    assert "format=xlsx" in browser.get("/reports/tickets.open/").content.decode()
    file = browser.get("/reports/tickets.open/?format=xlsx&branch=HZ")
    rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(min_row=2))
    assert len(rows) == Ticket.objects.open().filter(branch__code="HZ").count()
    first = rows[0]
    assert (first[0].value, first[1].data_type) == (ticket.number, "s")
    assert first[1].value.startswith("'=HYPERLINK")
    fact = Event.objects.filter(name="data.exported").latest("pk")
    assert (fact.actor, fact.data["list"], fact.data["filters"]) == (
        busy.manager.user,
        "tickets.open",
        {"branch": "HZ"},
    )

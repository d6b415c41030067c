"""The manager's first screen: every mark opens its rows, changes and targets are told in words, others stay outside."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from service_center.kernel import commands
from service_center.kernel.models import Event
from service_center.reports.queries import compared, dashboard, figures, periods
from service_center.reports.queries.addresses import Addresses
from service_center.reports.queries.charts import Chart
from service_center.reports.queries.figures import CATALOGUE
from staff.models import Person, Team
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def page(browser: Client, query: str = "") -> Any:
    answer = browser.get(f"/dashboard/{query}")
    assert answer.status_code == 200
    return answer


def rows_behind(browser: Client, url: str) -> int:
    """How many rows an address opens, page after page; the page says the same number."""
    answer = browser.get(url)
    assert answer.status_code == 200, url
    total = answer.context["total"]
    count = len(answer.context["page"].rows)
    while after := answer.context["page"].next:
        answer = browser.get(url.partition("?")[0] + after)
        count += len(answer.context["page"].rows)
    assert total == count
    return count


def some_marks(chart: Chart) -> list[tuple[str, int]]:
    """The largest and the latest mark of each series: address and number of rows."""
    found = []
    for one in chart.series:
        marks = [mark for mark in one.marks if mark.rows]
        if marks:
            found += [max(marks, key=lambda mark: mark.rows), marks[-1]]
    return sorted({(mark.url, mark.rows) for mark in found})


# -- from a number to its rows ----------------------------------------------------------------------------------------


@pytest.mark.req("KPI-01", "KPI-04", "KPI-08", "DSP-13")
@pytest.mark.parametrize("query", ["?branch=HZ", "?period=week"])
def test_every_figure_opens_as_many_rows_as_it_counts(
    busy: SimpleNamespace, web: Callable[..., Client], query: str
) -> None:
    browser = web(busy.manager)
    board = page(browser, query).context["board"]
    tiles = [*board.tiles, *board.more_tiles]
    assert {tile.code for tile in tiles} == set(CATALOGUE) - {"tickets.in_hand", "faults.found"}
    for tile in tiles:
        reading = tile.shown.reading
        assert (tile.code, rows_behind(browser, tile.url)) == (tile.code, reading.denominator)
        if reading.figure.unit == "percent":
            joint = "&" if "?" in tile.url else "?"
            hits = rows_behind(browser, f"{tile.url}{joint}part=hits")
            assert (tile.code, hits) == (tile.code, reading.numerator)
            if tile.code != "complaints.rate":
                misses = rows_behind(browser, f"{tile.url}{joint}part=misses")
                assert (tile.code, misses) == (tile.code, reading.denominator - reading.numerator)


@pytest.mark.req("KPI-01", "KPI-10", "KPI-12")
def test_marks_of_every_chart_open_as_many_rows_as_they_stand_for(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    browser = web(busy.manager)
    charts = page(browser, "?branch=HZ").context["board"].charts
    assert [chart.code for chart in charts] == [
        "flow", "attainment", "states", "ages", "quality", "scores", "complaints", "load", "faults", "stock",
    ]  # fmt: skip
    for chart in charts:
        marks = some_marks(chart)
        assert marks, f"the world leaves {chart.code} empty"
        for url, rows in marks:
            assert (chart.code, url, rows_behind(browser, url)) == (chart.code, url, rows)


def test_pieces_of_a_cut_add_up_to_their_figure(busy: SimpleNamespace, web: Callable[..., Client]) -> None:
    board = page(web(busy.manager)).context["board"]
    by_code = {chart.code: chart for chart in board.charts}
    open_now = board.now_tiles[0].shown.reading.denominator
    assert open_now == Ticket.objects.open().count()
    for code in ("states", "ages", "load"):
        assert sum(mark.rows for mark in by_code[code].series[0].marks) == open_now
    answered = next(tile for tile in board.key_tiles if tile.code == "satisfaction.score")
    assert sum(mark.rows for mark in by_code["scores"].series[0].marks) == answered.shown.reading.denominator
    pareto = by_code["faults"].series[1].marks
    assert pareto[-1].value == 100
    assert [mark.rows for mark in pareto] == sorted(mark.rows for mark in pareto)


def test_the_table_beside_a_chart_tells_and_links_every_mark(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    answer = page(web(busy.manager))
    text = answer.content.decode()
    links = {unescape(link) for link in re.findall(r'href="([^"]+)"', text)}
    for chart in answer.context["board"].charts:
        drawn = chart.drawn
        assert len(chart.lines) == len(drawn["labels"])
        for number, one in enumerate(drawn["series"]):
            told = [marks[number] for _label, marks in chart.lines]
            assert [mark.text for mark in told] == one["texts"]
            assert [mark.url for mark in told] == one["urls"]
            assert {url for url in one["urls"] if url} <= links
            for mark, value in zip(told, one["values"], strict=True):
                assert (mark.rows > 0 or value in (None, 0)) and bool(mark.url) == (mark.rows > 0)


def test_unknown_figures_cuts_periods_and_filters_break_nothing(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    browser = web(busy.manager)
    assert browser.get("/reports/sla.luck/").status_code == 404
    assert browser.get("/reports/sla.response/?cut=status&key=verified").status_code == 404
    assert rows_behind(browser, "/reports/tickets.open/?cut=status&key=nonsense") == 0
    assert rows_behind(browser, "/reports/tickets.open/?cut=status") == 0
    odd = page(browser, "?period=9999999999999&branch=XX&team=%F0%9F%98%80&line=%27")
    assert odd.context["asked"].period.choice == periods.Choice.LAST30
    assert odd.context["asked"].parameters == {"period": "last30"}


# -- what it says -----------------------------------------------------------------------------------------------------


def figure(code: str, here: Decimal | None, before: Decimal | None) -> tuple[str, bool | None, str]:
    moved = compared.change(CATALOGUE[code], here, before)
    assert moved is not None
    return moved.direction, moved.better, moved.text


def test_a_change_is_told_by_direction_words_and_whether_it_is_good() -> None:
    assert figure("sla.response", Decimal(95), Decimal("91.5")) == ("up", True, "上升 3.5 个百分点")
    assert figure("sla.response", Decimal(90), Decimal("91.5")) == ("down", False, "下降 1.5 个百分点")
    assert figure("complaints.rate", Decimal(3), Decimal(2)) == ("up", False, "上升 1 个百分点")
    assert figure("tickets.reported", Decimal(150), Decimal(100)) == ("up", None, "上升 50%")
    assert figure("tickets.reported", Decimal(5), Decimal(0)) == ("up", None, "上升 5")
    assert figure("service.response_hours", Decimal("1.2"), Decimal("3.6")) == ("down", True, "下降 2.4 小时")
    assert figure("satisfaction.score", Decimal("80.04"), Decimal(80)) == ("same", None, "持平")
    assert compared.change(CATALOGUE["sla.response"], Decimal(1), None) is None
    assert compared.change(CATALOGUE["sla.response"], None, Decimal(1)) is None


@pytest.mark.req("KPI-01", "KPI-12")
def test_each_figure_is_set_beside_the_period_before_and_its_target(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    answer = page(web(busy.manager), "?period=week")
    board, text = answer.context["board"], answer.content.decode()
    scope, period = answer.context["asked"].scope, answer.context["asked"].period
    told = 0
    for tile in board.key_tiles:
        kind = CATALOGUE[tile.code]
        before = figures.read(kind, scope.within(period.before.since, period.before.until), now=board.as_of)
        expected = compared.change(kind, tile.shown.reading.value, before.value)
        assert tile.shown.change == expected
        assert tile.shown.target is not None
        assert tile.shown.target.clause.startswith("SC 8 ")
        assert tile.shown.target_text in text
        told += tile.shown.met is not None
    assert told
    assert ("达标" in text) and ("目标" in text)
    assert board.now_tiles[0].shown.change.before.startswith("期初 ")


def test_a_target_is_met_from_its_value_on_and_follows_the_setting(
    busy: SimpleNamespace, api: Callable[..., Any], web: Callable[..., Client], person: Callable[..., Any]
) -> None:
    def met() -> Any:
        tiles = {tile.code: tile.shown for tile in page(web(busy.manager)).context["board"].key_tiles}
        return tiles["sla.response"].reading.value, tiles["sla.response"].met

    path = "settings/dashboard.target.sla.response/"
    door, director = api(busy.manager), person("director")
    value, _ = met()
    for target, expected in ((value, True), (value + Decimal("0.01"), False)):
        version = door.get(path).json()["version"]
        assert door.patch(path, {"value": str(target)}, version=version).status_code == 202
        assert api(director).post(f"{path}approval/").status_code == 201
        assert met() == (value, expected)
    assert api(busy.engineer).patch(path, {"value": "1"}, version=version).status_code == 403


def test_figures_that_rest_on_few_rows_are_marked(busy: SimpleNamespace, web: Callable[..., Client]) -> None:
    answer = page(web(busy.manager))
    small = [
        tile
        for tile in [*answer.context["board"].key_tiles, *answer.context["board"].more_tiles]
        if tile.shown.small
    ]
    assert small
    assert all(0 < tile.shown.reading.denominator < 10 for tile in small)
    assert answer.content.decode().count("样本少（") == len(small)


def test_figures_are_told_in_the_readers_language(busy: SimpleNamespace, web: Callable[..., Client]) -> None:
    browser = web(busy.manager)
    chinese = page(browser).content.decode()
    busy.manager.user.language = "en"
    busy.manager.user.save(update_fields=["language"])
    browser.post("/language/", {"language": "en", "next": "/"})
    english = page(browser).content.decode()
    assert "响应达成率" in chinese
    assert "响应达成率" not in english
    assert "Response on time" in english


# -- filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("KPI-08")
def test_filters_narrow_every_number_and_stay_in_its_address(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    team = Team.objects.filter(branch__code="HZ").order_by("pk").first()
    assert team is not None
    busy.engineer.team = team
    busy.engineer.save(update_fields=["team"])
    line = busy.engineer.assigned_tickets.exclude(product_line=None).first().product_line
    browser = web(busy.manager)
    answer = page(browser, f"?period=month&team={team.code}&line={line.code}")
    board = answer.context["board"]
    mine = Ticket.objects.open().filter(assignee__team=team, product_line=line).count()
    assert board.now_tiles[0].shown.reading.denominator == mine > 0
    for tile in [*board.tiles, *board.more_tiles]:
        assert f"team={team.code}" in tile.url and f"line={line.code}" in tile.url
    assert [menu.chosen for menu in answer.context["asked"].menus] == [
        "", f"产品线：{line.name_zh}", f"班组：{team.name_zh}",
    ]  # fmt: skip
    cleared = answer.context["asked"].menus[1].clear
    assert cleared == f"?team={team.code}&period=month"


def test_a_supervisor_reads_and_chooses_within_the_own_branch(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    browser = web(busy.supervisor)
    answer = page(browser, "?branch=SH")
    assert [one.name for one in answer.context["asked"].filters] == ["line", "team"]
    codes = {option.code for option in answer.context["asked"].filters[1].options}
    assert codes == set(Team.objects.filter(branch__code="HZ").values_list("code", flat=True))
    mine = Ticket.objects.open().filter(branch__code="HZ").count()
    assert answer.context["board"].now_tiles[0].shown.reading.denominator == mine
    assert mine < Ticket.objects.open().count()


# -- files ------------------------------------------------------------------------------------------------------------


def test_figures_leave_as_a_file_that_says_what_the_page_says(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    browser = web(busy.manager)
    board = page(browser, "?period=month&branch=HZ").context["board"]
    file = browser.get("/dashboard/?period=month&branch=HZ&format=xlsx")
    lines = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(min_row=2, values_only=True))
    shown = {line[0]: line[2] for line in lines}
    tiles = [*board.tiles, *board.more_tiles]
    assert shown == {str(tile.shown.reading.figure.name): tile.shown.text for tile in tiles}
    text = b"".join(browser.get("/dashboard/?format=csv").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("指标,数值,显示为,分子,分母")
    facts = Event.objects.filter(name="data.exported").order_by("pk")
    assert [(fact.data["list"], fact.data["filters"]) for fact in facts][-2:] == [
        ("dashboard", {"branch": "HZ", "period": "month"}),
        ("dashboard", {"period": "last30"}),
    ]


def test_rows_leave_as_a_file_and_the_journal_knows(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
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
        busy.manager.user, "tickets.open", {"branch": "HZ"},
    )  # fmt: skip


# -- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.req("KPI-01", "KPI-04", "KPI-08", "KPI-10", "KPI-12")
@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/",
        "/dashboard/live/",
        "/dashboard/?format=csv",
        "/reports/sla.response/",
        "/reports/sla.response/?format=csv",
    ],
)
def test_pages_of_figures_are_refused_to_those_who_do_not_lead(
    path: str, person: Callable[..., Person], web: Callable[..., Client], client: Client
) -> None:
    for role in ("agent", "engineer", "storekeeper"):
        assert web(person(role, username=f"plain-{role}")).get(path).status_code == 403
    assert client.get(path).status_code == 302
    assert not Event.objects.filter(name="data.exported").exists()


def test_the_pure_parts_know_their_addresses() -> None:
    period = periods.own(*[periods._day(day) for day in ("2026-03-01", "2026-03-02")], now=commands.now())  # type: ignore[arg-type]
    addresses = Addresses({"branch": "HZ"}, period.span)
    assert addresses.rows("tickets.open") == "/reports/tickets.open/?branch=HZ"
    assert addresses.rows("sla.response", part="hits") == (
        "/reports/sla.response/?branch=HZ&since=2026-03-01&until=2026-03-02&part=hits"
    )
    assert dashboard.LATE_SHOWN > 0

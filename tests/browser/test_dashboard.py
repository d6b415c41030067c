"""The manager's pages in a real browser: marks opened by mouse and by keyboard, kept up to date, still, printable."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import register
from tests.browser.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HISTORY = True

PAGES = (
    "/dashboard/",
    "/dashboard/?period=year",
    "/company/",
    "/reports/sla.solution/",
    "/dashboard/subscriptions/",
)
# What moved after it was painted, as the browser itself measures it (0: nothing).
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 500);
})"""


def canvas(page: Page, code: str) -> Locator:
    place = page.locator(f"#canvas-{code}")
    expect(place).to_have_attribute("data-drawn", "yes")
    place.scroll_into_view_if_needed()
    return place


def rows_told(page: Page) -> int:
    found = re.search(r"\d+", page.locator("#rows-title").inner_text().rpartition("共")[2])
    assert found is not None
    return int(found.group())


@pytest.mark.req("KPI-01", "KPI-10")
def test_the_keyboard_moves_from_mark_to_mark_and_opens_the_rows(someone: Callable[..., Page]) -> None:
    manager = someone("manager")
    manager.goto("/dashboard/")
    chart = canvas(manager, "ages")
    chart.focus()
    tip = chart.locator(".chart-tip")
    for _ in range(6):
        manager.keyboard.press("ArrowRight")
        label, line = tip.inner_text().split("\n")
        number = int(line.split()[-1])
        if number:
            break
    assert number
    with manager.expect_navigation():
        manager.keyboard.press("Enter")
    assert "/reports/tickets.open/?" in manager.url
    assert label in manager.locator("#rows-title").inner_text()
    assert rows_told(manager) == number


def test_the_mouse_opens_the_rows_of_the_bar_under_it(someone: Callable[..., Page]) -> None:
    manager = someone("manager")
    manager.goto("/dashboard/")
    chart = canvas(manager, "states")
    box = chart.bounding_box()
    assert box is not None
    tip = chart.locator(".chart-tip")
    for step in range(3, 30):
        manager.mouse.move(box["x"] + box["width"] * 0.35, box["y"] + box["height"] * step / 32)
        if tip.is_visible() and not tip.inner_text().endswith(" 0"):
            break
    label, line = tip.inner_text().split("\n")
    with manager.expect_navigation():
        manager.mouse.down()
        manager.mouse.up()
    assert label in manager.locator("#rows-title").inner_text()
    assert rows_told(manager) == int(line.split()[-1])


def test_the_table_beside_a_chart_opens_the_same_rows(someone: Callable[..., Page]) -> None:
    manager = someone("manager")
    manager.goto("/dashboard/")
    twin = manager.locator("#chart-flow")
    twin.locator("summary").click()
    cell = twin.locator("tbody a").first
    number = int(cell.inner_text())
    with manager.expect_navigation():
        cell.click()
    assert rows_told(manager) == number


def test_the_page_renews_what_changed_and_nothing_else(site: str, someone: Callable[..., Page]) -> None:
    manager, agent = someone("manager"), someone("agent")
    manager.goto("/dashboard/")
    canvas(manager, "ages")
    tile = manager.locator("#tile-tickets-open .dash-value")
    before = int(tile.inner_text())
    manager.evaluate(
        "document.querySelector('#tile-sla-arrival').mark = document.querySelector('#canvas-ages').mark = 1"
    )
    register(agent, site)
    expect(tile).to_have_text(str(before + 1), timeout=25_000)
    kept = manager.evaluate(
        "[document.querySelector('#tile-sla-arrival').mark, document.querySelector('#canvas-ages').mark]"
    )
    assert kept == [1, 1], "what had not changed was drawn anew"
    drawn = manager.evaluate("document.querySelector('#canvas-ages').figures.series[0].values")
    assert sum(drawn) == before + 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "narrow"])
def test_pages_of_figures_are_open_to_everybody(
    someone: Callable[..., Page], theme: str, phone: bool
) -> None:
    manager = someone("manager", phone=phone, color_scheme=theme)
    found = {}
    for path in PAGES:
        manager.goto(path)
        for summary in manager.locator(".chart-data summary").all()[:1]:
            summary.click()
        if wrong := faults(manager):
            found[path] = wrong
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_engineers_month_is_open_to_everybody(someone: Callable[..., Page], theme: str) -> None:
    engineer = someone("engineer", phone=True, color_scheme=theme)
    for path in ("/my-month/", "/my-month/tickets.ended/"):
        engineer.goto(path)
        assert faults(engineer) == []


def test_nothing_moves_while_the_charts_are_drawn(someone: Callable[..., Page]) -> None:
    manager = someone("manager")
    for path in ("/dashboard/", "/company/", "/reports/sla.solution/"):
        manager.goto(path)
        manager.wait_for_load_state("networkidle")
        assert manager.evaluate(SHIFTS) < 0.02, path


def test_the_print_leaves_the_controls_out_and_stays_on_the_sheet(someone: Callable[..., Page]) -> None:
    manager = someone("manager")
    manager.goto("/dashboard/")
    canvas(manager, "flow")
    manager.emulate_media(media="print")
    for control in (
        ".dash-asked",
        ".topbar",
        ".navbar-vertical",
        ".chart-data summary >> nth=0",
        ".dash-how >> nth=0",
    ):
        expect(manager.locator(control).first).to_be_hidden()
    expect(manager.locator(".dash-printed")).to_be_visible()
    expect(manager.locator("#canvas-flow canvas")).to_be_visible()
    wide = manager.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0

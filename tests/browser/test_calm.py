"""Pages that stand still: nothing jumps while one comes in, and the dark theme is dark from the first paint on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.browser.test_access import where

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HISTORY = True

AT_MOST = 0.1
AGENT = ("/desk/", "/tickets/", "ticket", "ticket?step", "/customers/1/", "complaint", "follow-up")
MANAGER = ("/dashboard/", "/board/", "/parts/", "/people/", "/reports/sla.solution/", "/approvals/")
ENGINEER = ("/phone/", "phone-job", "/phone/outbox/", "/notifications/")

# Everything that moves without anybody having touched the page, from its beginning on.
WATCH = """
  window.jumps = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      if (!each.hadRecentInput) window.jumps.push([each.value, each.sources.map((one) => one.node?.nodeName + '.' + one.node?.className)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
# Two frames later everything laid out is painted, and a jump is told.
PAINTED = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)
# The brightest part of the page's ground, 0 to 255, whatever notation the style sheet uses.
GROUND = """() => {
  const brush = document.createElement("canvas").getContext("2d");
  brush.fillStyle = getComputedStyle(document.body).backgroundColor;
  brush.fillRect(0, 0, 1, 1);
  return Math.max(...brush.getImageData(0, 0, 1, 1).data.slice(0, 3));
}"""
# Something high put above everything else.
PUSH = """() => {
  const high = document.createElement("div");
  high.style.height = "500px";
  document.body.prepend(high);
}"""


def jumps(page: Page) -> tuple[float, list[list[object]]]:
    """How far the page has jumped since it was opened, all told, and what moved."""
    page.wait_for_load_state("networkidle")
    page.evaluate(PAINTED)
    seen = page.evaluate("window.jumps")
    return sum(value for value, _moved in seen), seen


def restless(page: Page, names: tuple[str, ...]) -> dict[str, list[list[object]]]:
    """Of these screens those that jump too far. Every answer takes its time, so that what comes late is seen to come."""
    page.add_init_script(WATCH)
    tools = page.context.new_cdp_session(page)
    line = {"offline": False, "latency": 40, "downloadThroughput": 4_000_000, "uploadThroughput": 1_000_000}
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", line)
    found = {}
    for name in names:
        page.goto(where(name))
        distance, seen = jumps(page)
        if distance >= AT_MOST:
            found[name] = seen
    return found


@pytest.mark.req("GEN-20")
@pytest.mark.parametrize(("who", "names"), [("agent", AGENT), ("manager", MANAGER)])
def test_the_desk_stands_still(someone: Callable[..., Page], who: str, names: tuple[str, ...]) -> None:
    assert restless(someone(who), names) == {}


@pytest.mark.parametrize(("who", "names"), [("agent", AGENT), ("manager", MANAGER[:3])])
def test_the_desk_stands_still_on_a_narrow_screen(
    someone: Callable[..., Page], who: str, names: tuple[str, ...]
) -> None:
    assert restless(someone(who, phone=True), names) == {}


def test_the_phone_stands_still(someone: Callable[..., Page]) -> None:
    assert restless(someone("engineer", phone=True), ENGINEER) == {}


@pytest.mark.refused
def test_a_jump_would_be_seen(someone: Callable[..., Page]) -> None:
    """Negative control."""
    agent = someone("agent")
    agent.add_init_script(WATCH)
    agent.goto("/tickets/")
    assert jumps(agent)[0] < AT_MOST
    agent.evaluate(PUSH)
    assert jumps(agent)[0] > AT_MOST


# -- the theme ----------------------------------------------------------------------------------------------------------


def nothing(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")


def is_dark(page: Page) -> bool:
    return bool(page.evaluate(GROUND) < 90)


@pytest.mark.parametrize(
    ("who", "script", "path"),
    [("agent", "desk.js", "/tickets/"), ("engineer", "phone.js", "/phone/"), ("", "desk.js", "/login/")],
)
def test_a_dark_device_sees_no_light_page_first(
    someone: Callable[..., Page], who: str, script: str, path: str
) -> None:
    """Dark before any behaviour of the page has begun: here none ever does."""
    page = someone(who, phone=script == "phone.js", color_scheme="dark")
    page.route(f"**/{script}", nothing)
    page.goto(path)
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert is_dark(page)


@pytest.mark.refused
def test_without_its_first_script_the_page_would_be_light(someone: Callable[..., Page]) -> None:
    """Negative control."""
    page = someone("agent", color_scheme="dark")
    page.route("**/desk.js", nothing)
    page.route("**/theme.js", nothing)
    page.goto("/tickets/")
    assert not is_dark(page)


def test_who_chose_the_dark_gets_it_from_the_server(someone: Callable[..., Page]) -> None:
    page = someone("agent2", color_scheme="light")
    page.locator("header details summary").click()
    with page.expect_navigation():
        page.click("button[name=theme]")
    page.route("**/*.js", nothing)
    page.goto("/tickets/")
    assert page.get_attribute("meta[name=color-scheme]", "content") == "dark"
    assert is_dark(page)

"""Lists in a real browser: several rows at once, news without losing one's place, a ticket beside the queue."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import register, send
from tests.browser.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HISTORY = True

Someone = Callable[..., Page]


def queue(page: Page, query: str = "") -> list[str]:
    """Open the queue; returns the numbers it shows."""
    page.goto(f"/tickets/?{query}")
    return numbers(page)


def numbers(page: Page) -> list[str]:
    return page.locator("#list-rows .list-lead a").all_inner_texts()


def ask_for_news(page: Page) -> None:
    """What happens by itself every twenty seconds, and when somebody comes back to the page."""
    with page.expect_response(lambda answer: "x-list-fresh" in answer.request.headers):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def selected(page: Page) -> list[str]:
    return page.locator("#list-rows tr.row-selected .list-lead a").all_inner_texts()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_rows_are_selected_by_key_by_range_and_all_at_once(site: str, someone: Someone) -> None:
    agent = someone("agent")
    shown = queue(agent, "corner=all")
    agent.keyboard.press("j")
    agent.keyboard.press("j")
    assert focused(agent) == shown[1]
    agent.keyboard.press("x")
    assert selected(agent) == [shown[1]]
    boxes = agent.locator("#list-rows .list-check input")
    boxes.nth(4).click(modifiers=["Shift"])
    assert selected(agent) == shown[1:5]
    expect(agent.locator("[data-list-bar]")).to_contain_text("已选 4 条")
    agent.check("[data-list-all]")
    assert selected(agent) == shown
    agent.click("[data-list-none]")
    assert selected(agent) == []
    expect(agent.locator("[data-list-bar]")).to_be_hidden()


@pytest.mark.req("TKT-21")
def test_several_are_handed_over_and_the_refused_stay_selected(site: str, someone: Someone) -> None:
    agent = someone("agent")
    mine = [register(agent, site), register(agent, site)]
    queue(agent, "corner=all")
    closed = agent.locator("#list-rows tr", has_text="已关闭").first
    ended = closed.get_attribute("data-key")
    for key in [*mine, ended]:
        agent.check(f'#list-rows input[value="{key}"]')
    agent.get_by_role("link", name="移交负责人").click()
    dialog = agent.locator("#list-dialog")
    expect(dialog).to_contain_text("对选中的 3 条执行")
    dialog.locator("button.btn-primary").dblclick()
    expect(dialog).to_contain_text("必填")
    dialog.locator("select").select_option(index=1)
    dialog.locator("button.btn-primary").dblclick()
    expect(dialog.locator("[data-list-result]")).to_have_text("2 条已完成。 1 条未执行，原因如下。")
    expect(dialog.locator(".list-refused")).to_contain_text(str(ended))
    dialog.get_by_role("button", name="知道了").click()
    assert selected(agent) == [ended]


def test_news_come_without_losing_selection_focus_or_place(site: str, someone: Someone) -> None:
    agent, other = someone("agent"), someone("agent")
    shown = queue(agent, "corner=all")
    agent.set_viewport_size({"width": 1440, "height": 420})
    row = agent.locator("#list-rows tr").nth(12)
    row.locator("input").check()
    row.locator(".list-lead a").focus()
    ask_for_news(agent)
    before = row.bounding_box()
    new = register(other, site)
    ask_for_news(agent)
    expect(agent.locator(f'#list-rows tr[data-key="{new}"]')).to_have_count(1)
    assert numbers(agent)[:2] == [new, shown[0]]
    assert (selected(agent), focused(agent)) == ([shown[12]], shown[12])
    after = agent.locator(f'#list-rows tr[data-key="{shown[12]}"]').bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) <= 1, "what one looks at stays where it is"
    expect(agent.locator("#list-news")).to_have_text("列表有更新")


def test_a_selected_row_that_leaves_the_list_stays_and_says_so(site: str, someone: Someone) -> None:
    agent, other = someone("agent"), someone("agent")
    number = register(agent, site)
    queue(agent, "status=registered")
    agent.check(f'#list-rows input[value="{number}"]')
    other.goto(f"/tickets/{number}/?step=verification")
    other.fill("#step form [name=note]", "已核实")
    with other.expect_navigation():
        send(other.locator("#step form"))
    ask_for_news(agent)
    row = agent.locator(f'#list-rows tr[data-key="{number}"]')
    expect(row).to_have_class(re.compile("row-gone"))
    assert selected(agent) == [number]
    agent.uncheck(f'#list-rows input[value="{number}"]')
    agent.locator("#list-q").focus()
    agent.evaluate("document.getElementById('list').dataset.fresh = ''")
    ask_for_news(agent)
    expect(row).to_have_count(0)


def test_a_list_nobody_is_signed_in_for_asks_no_more(site: str, someone: Someone) -> None:
    agent = someone("agent")
    shown = queue(agent)
    agent.context.clear_cookies()
    ask_for_news(agent)
    assert numbers(agent) == shown


def test_a_ticket_opens_beside_the_queue_and_the_address_names_both(site: str, someone: Someone) -> None:
    agent = someone("agent")
    first = register(agent, site)
    shown = queue(agent, "status=registered")
    agent.locator("[data-list-split]").click()
    aside = agent.locator("#aside")
    expect(aside.locator(".page-pretitle")).to_contain_text(shown[0])
    expect(agent).to_have_url(re.compile(rf"status=registered.*open={shown[0]}"))
    agent.keyboard.press("j")
    expect(aside.locator(".page-pretitle")).to_contain_text(shown[1])
    expect(agent).to_have_url(re.compile(rf"open={shown[1]}"))
    assert focused(agent) == shown[1]
    agent.reload()
    expect(aside.locator(".page-pretitle")).to_contain_text(shown[1])
    agent.locator(f'#list-rows tr[data-key="{first}"] .list-lead a').click()
    expect(aside.locator(".page-pretitle")).to_contain_text(first)
    agent.go_back()
    agent.go_forward()
    aside.get_by_role("link", name="核实问题").first.click()
    aside.locator("#step form [name=note]").fill("已核实")
    send(aside.locator("#step form"))
    expect(aside.locator("h1")).to_contain_text("已核实")
    expect(agent).to_have_url(re.compile(r"/tickets/\?.*open="))
    agent.locator("[data-list-close]").click()
    expect(aside).to_be_hidden()
    expect(agent).not_to_have_url(re.compile("open="))
    agent.locator("[data-list-split]").click()
    agent.locator("#list-rows .list-lead a").first.click()
    expect(agent).to_have_url(re.compile(r"/tickets/T-"))


def test_on_a_narrow_screen_the_ticket_is_a_page(site: str, someone: Someone) -> None:
    agent = someone("agent")
    [number, *_] = queue(agent)
    agent.set_viewport_size({"width": 820, "height": 900})
    agent.goto(f"/tickets/?open={number}")
    expect(agent).to_have_url(re.compile(rf"/tickets/{number}/$"))


def test_conditions_columns_and_views_without_leaving_the_list(site: str, someone: Someone) -> None:
    agent = someone("agent")
    queue(agent)
    agent.locator("#list-q").fill("王芳")
    agent.keyboard.press("Enter")
    expect(agent.locator(".list-chips .chip")).to_have_count(1)
    assert agent.evaluate("document.activeElement.id") == "list-q"
    agent.locator(".list-panel > summary").click()
    agent.locator(".list-filters").get_by_label("已登记", exact=True).check()
    agent.locator(".list-filters .btn-primary").click()
    expect(agent.locator(".list-chips .chip")).to_have_text(["王芳", "状态：已登记"])
    agent.get_by_label("移除条件 王芳").click()
    expect(agent.locator(".list-chips .chip")).to_have_text(["状态：已登记"])
    agent.locator("#sort-reported_at").click()
    expect(agent.locator("th[aria-sort=descending]")).to_have_text("报修时间")
    assert agent.evaluate("document.activeElement.id") == "sort-reported_at"
    agent.locator(".list-columns > summary").click()
    agent.locator(".list-columns").get_by_label("渠道").check()
    agent.locator(".list-columns .btn-primary").click()
    expect(agent.locator("thead")).to_contain_text("渠道")
    agent.locator(".list-views > summary").click()
    agent.get_by_role("link", name="把现在的样子保存为视图").click()
    agent.locator("#list-dialog input[name=name]").fill("新登记的")
    with agent.expect_navigation():
        agent.locator("#list-dialog .btn-primary").click()
    expect(agent.locator(".list-views > summary")).to_contain_text("新登记的")
    expect(agent.locator(".list-chips .chip")).to_have_text(["状态：已登记"])
    agent.get_by_label("移除条件 状态：已登记").click()
    expect(agent.locator(".list-chips")).to_have_count(0)
    agent.go_back()
    expect(agent.locator(".list-chips .chip")).to_have_text(["状态：已登记"])
    agent.locator(".list-views > summary").click()
    agent.get_by_role("link", name="删除此视图").click()
    expect(agent.locator("#list-dialog")).to_contain_text("确定删除视图“新登记的”吗")
    with agent.expect_navigation():
        agent.locator("#list-dialog .btn-danger").click()
    agent.locator(".list-views > summary").click()
    expect(agent.locator(".list-views")).to_contain_text("还没有保存的视图")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_of_a_list_is_open_to_everybody(site: str, someone: Someone, theme: str) -> None:
    agent = someone("agent", color_scheme=theme)
    queue(agent, "corner=all&status=closed&colour=red")
    agent.evaluate("theme => (document.documentElement.dataset.bsTheme = theme)", theme)
    agent.locator(".list-panel > summary").click()
    agent.locator(".list-filters").wait_for()
    assert faults(agent) == []
    agent.locator(".list-columns > summary").click()
    assert faults(agent) == []
    agent.keyboard.press("Escape")
    agent.check("[data-list-all]")
    agent.get_by_role("link", name="移交负责人").click()
    agent.locator("#list-dialog select").wait_for()
    assert faults(agent) == []
    agent.keyboard.press("Escape")
    agent.goto(f"/tickets/?corner=all&open={numbers(agent)[0]}")
    agent.evaluate("theme => (document.documentElement.dataset.bsTheme = theme)", theme)
    agent.locator("#aside h1").wait_for()
    assert faults(agent) == []
    agent.goto("/tickets/?q=nothing-like-this")
    assert faults(agent) == []


@pytest.mark.parametrize("width", [360, 430, 768, 1440])
def test_no_list_is_wider_than_the_screen(site: str, someone: Someone, width: int) -> None:
    manager = someone("manager")
    manager.set_viewport_size({"width": width, "height": 800})
    for path in (
        "/tickets/?corner=all&status=closed", "/complaints/?corner=all", "/follow-ups/", "/rectifications/", "/customers/",
        "/units/", "/products/", "/parts/", "/purchase-proposals/", "/purchase-orders/", "/people/", "/appraisals/",
        "/approvals/?box=all",
    ):  # fmt: skip
        manager.goto(path)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert (path, manager.evaluate(wide)) == (path, False)
        manager.locator(".list-views > summary").click()
        assert (path, "views", manager.evaluate(wide)) == (path, "views", False)

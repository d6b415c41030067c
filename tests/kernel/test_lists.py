"""Lists the same everywhere: views under a name, columns of one's own, and addresses that ask too much."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from openpyxl import load_workbook

from service_center.kernel import commands, listing
from service_center.kernel.models import Event, ListChoice, SavedView, User
from service_center.kernel.web import lists
from staff.models import Branch, Person, Team

pytestmark = pytest.mark.django_db

Web = Callable[[Any], Client]
Make = Callable[..., Person]


# -- declarations ----------------------------------------------------------------------------------------------------


def test_every_list_is_declared_whole() -> None:
    assert get_resolver().url_patterns  # lists are declared beside their pages
    names = [declared.name for declared in lists.every()]
    assert "tickets" in names
    for declared in lists.every():
        keys = [column.key for column in declared.columns]
        assert len(keys) == len(set(keys)), declared.name
        assert declared.columns[0].fixed, "the first column leads to the row"
        orders = {order.key for order in declared.orders}
        assert {column.order for column in declared.columns} - {""} <= orders
        assert {column.extra for column in declared.columns} - {""} <= set(declared.extras)
        params = [param for condition in declared.filters for param in condition.params]
        assert len(params) == len(set(params)), declared.name
        assert {condition.only_order for condition in declared.filters} - {""} <= orders


def test_a_list_declared_twice_or_without_its_order_is_an_error() -> None:
    known = lists.every()[0]
    with pytest.raises(ValueError, match="twice"):
        lists.declare(known)
    with pytest.raises(ValueError, match="no order"):
        lists.declare(lists.Declared("odd", "home", "x", User, (), (), order="size"))


# -- views -----------------------------------------------------------------------------------------------------------

CLOSED = "corner=all&status=closed&order=reported&columns=number,status"


def keep(browser: Client, query: str = CLOSED, *, key: str = "key-1", **said: str) -> Any:
    body = {"name": "已结束", "audience": "private", "command_key": key} | said
    return browser.post(f"/lists/tickets/views/new/?{query}", body)


def test_a_view_keeps_tab_filters_order_and_columns(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    answer = keep(browser, CLOSED + "&q=王芳")
    view = SavedView.objects.get()
    assert answer["Location"] == f"/tickets/?view={view.pk}"
    assert (view.tab, view.filters, view.ordering, view.columns) == (
        "all",
        {"status": ["closed"]},
        "reported",
        ["number", "status"],
    ), "words are not kept: they could name a customer"
    shown = browser.get(answer["Location"]).context
    ask = shown["ask"]
    assert (ask.tab.key, ask.values(), ask.ordering, ask.words) == (
        "all",
        {"status": ["closed"]},
        "reported",
        "",
    )
    assert [column.key for column in ask.columns()] == ["number", "status"]
    assert not ask.departed
    fact = Event.objects.get(name="list_view.saved")
    assert fact.data == {"list": "tickets", "audience": "private"}


def test_a_view_left_by_a_click_says_so_and_takes_the_change_when_asked(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    keep(browser)
    view = SavedView.objects.get()
    without = browser.get(f"/tickets/?view={view.pk}").context["ask"].chips()[0][1]
    moved = browser.get(f"/tickets/{without}").context["ask"]
    assert (moved.values(), moved.view, moved.departed) == ({}, view, True)
    browser.post(f"/lists/tickets/views/{view.pk}/shape/{without}", {"command_key": "k2"})
    view.refresh_from_db()
    assert (view.filters, view.version) == ({}, 1)


def test_a_view_to_begin_with(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    keep(browser, first="on")
    view = SavedView.objects.get()
    assert browser.get("/tickets/").context["ask"].view == view
    assert browser.get("/tickets/?corner=open").context["ask"].view is None, "an address says what it wants"
    assert browser.post("/lists/tickets/start/", {})["Location"] == "/tickets/"
    assert browser.get("/tickets/").context["ask"].view is None
    browser.post("/lists/tickets/start/", {"view": view.pk})
    browser.post(f"/lists/tickets/views/{view.pk}/deletion/", {"command_key": "k3"})
    assert browser.get("/tickets/").status_code == 200, "what it began with is gone"


def test_a_shared_view_is_found_by_those_it_is_shared_with(
    person: Make, web: Web, hz: Branch, sh: Branch
) -> None:
    supervisor, agent, stranger = person("supervisor"), person("agent"), person("agent", branch=sh)
    keep(web(supervisor), audience="branch")
    view = SavedView.objects.get()
    assert (view.audience, view.group_id) == ("branch", hz.pk)
    assert [one for one, *_ in web(agent).get("/tickets/").context["views"]] == [view]
    assert web(agent).get(f"/tickets/?view={view.pk}").status_code == 200
    assert web(stranger).get("/tickets/").context["views"] == []
    assert web(stranger).get(f"/tickets/?view={view.pk}").status_code == 404


def test_a_view_for_the_team(person: Make, web: Web, hz: Branch) -> None:
    agent, colleague = person("agent"), person("agent")
    other = person("agent")
    other.team = Team.objects.create(code="HZ-2", branch=hz, name_zh="二组", name_en="Team 2")
    other.save()
    keep(web(agent), audience="team")
    view = SavedView.objects.get()
    assert [web(one).get(f"/tickets/?view={view.pk}").status_code for one in (colleague, other)] == [200, 404]


def test_another_persons_view_is_not_there_for_strangers(person: Make, web: Web) -> None:
    keep(web(person("agent")))
    view = SavedView.objects.get()
    stranger = web(person("supervisor"))
    for path in ("", "shape/", "deletion/"):
        assert stranger.post(f"/lists/tickets/views/{view.pk}/{path}", {"name": "x"}).status_code == 404
    for number in (view.pk, 999999, "x", "9" * 30, ""):
        assert stranger.get(f"/tickets/?view={number}").status_code == 404
    assert stranger.post("/lists/tickets/start/", {"view": view.pk}).status_code == 404
    assert stranger.post("/lists/tickets/start/", {"view": "9" * 30}).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.version) == ("已结束", 0)


@pytest.mark.refused
def test_sharing_with_the_branch_is_refused_to_an_agent(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    assert keep(browser, audience="branch").status_code == 422
    assert "本网点" not in browser.get("/lists/tickets/views/new/").content.decode()
    keep(web(person("supervisor")), audience="branch", key="key-2")
    view = SavedView.objects.get()
    assert browser.get(f"/lists/tickets/views/{view.pk}/").status_code == 403
    assert browser.post(f"/lists/tickets/views/{view.pk}/deletion/", {}).status_code == 403
    assert SavedView.objects.count() == 1


def test_a_view_is_renamed_and_the_loser_of_two_tabs_is_told(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    keep(browser)
    view = SavedView.objects.get()
    path = f"/lists/tickets/views/{view.pk}/"
    first = browser.post(path, {"name": "旧的", "audience": "private", "version": 0, "command_key": "a"})
    second = browser.post(path, {"name": "新的", "audience": "private", "version": 0, "command_key": "b"})
    assert (first.status_code, second.status_code) == (302, 412)
    view.refresh_from_db()
    assert view.name == "旧的"
    assert 'name="version" value="1"' in second.content.decode()


def test_names_are_taken_once_and_never_empty(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    keep(browser)
    assert keep(browser, key="key-2").status_code == 409
    for name in ("", "   ", "x" * 61, "a\0b"):
        assert keep(browser, key=f"key-{name[:3]!r}", name=name).status_code == 422
    assert keep(browser, key="key-9", audience="world").status_code == 422
    assert SavedView.objects.count() == 1


def test_a_double_click_keeps_one_view(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    assert keep(browser)["Location"] == keep(browser)["Location"]
    assert SavedView.objects.count() == 1
    assert Event.objects.filter(name="list_view.saved").count() == 1


def test_deleting_a_view_asks_first(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    keep(browser)
    path = f"/lists/tickets/views/{SavedView.objects.get().pk}/deletion/"
    asked = browser.get(path)
    assert "确定删除视图" in asked.content.decode()
    assert SavedView.objects.count() == 1
    key = re.search(r'name="command_key" value="([^"]+)"', asked.content.decode())
    assert key is not None
    for _ in range(2):
        assert browser.post(path, {"command_key": key[1]})["Location"] == "/tickets/"
    assert not SavedView.objects.exists()
    assert Event.objects.filter(name="list_view.deleted").count() == 1


def test_too_many_views_are_refused(person: Make, web: Web) -> None:
    agent = person("agent")
    SavedView.objects.bulk_create(
        SavedView(list_name="tickets", name=str(number), owner=agent.user)
        for number in range(listing.AT_MOST)
    )
    assert keep(web(agent)).status_code == 422
    assert SavedView.objects.count() == listing.AT_MOST


def test_a_view_of_a_list_that_is_none(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    for path in ("views/new/", "columns/", "split/", "start/", "actions/handover/"):
        assert browser.post(f"/lists/nothing/{path}", {}).status_code == 404
    assert browser.get("/lists/tickets/actions/explode/").status_code == 404


def test_a_kept_filter_that_the_list_lost_is_told_not_fatal(person: Make, web: Web) -> None:
    agent = person("agent")
    view = SavedView.objects.create(
        list_name="tickets",
        name="alt",
        owner=agent.user,
        tab="gone",
        filters={"colour": ["red"], "status": ["flying", "closed"]},
        ordering="size",
        columns=["gone"],
    )
    page = web(agent).get(f"/tickets/?view={view.pk}")
    assert page.status_code == 200
    assert len(page.context["ask"].notices) == 4
    assert page.context["ask"].values() == {"status": ["closed"]}


# -- columns, and what an address may ask ----------------------------------------------------------------------------


def test_columns_are_kept_for_one_person_and_one_list(person: Make, web: Web) -> None:
    mine, other = web(person("agent")), web(person("agent"))
    answer = mine.post(
        "/lists/tickets/columns/?corner=all&order=-number", {"column": ["status", "channel", "odd"]}
    )
    assert answer["Location"] == "/tickets/?corner=all&order=-number"
    keys = [column.key for column in mine.get("/tickets/").context["ask"].columns()]
    assert keys == ["number", "status", "channel"], "the list's own order, with what leads to the row"
    usual = [column.key for column in other.get("/tickets/").context["ask"].columns()]
    assert "customer" in usual
    assert "channel" not in usual
    mine.post("/lists/tickets/columns/", {"column": ["status"], "reset": "1"})
    assert [column.key for column in mine.get("/tickets/").context["ask"].columns()] == usual
    assert ListChoice.objects.count() == 1


def test_columns_chosen_on_a_view_change_the_look_not_the_view(person: Make, web: Web) -> None:
    browser = web(person("agent"))
    keep(browser)
    view = SavedView.objects.get()
    answer = browser.post(f"/lists/tickets/columns/?view={view.pk}", {"column": ["tier"]})
    ask = browser.get(answer["Location"]).context["ask"]
    assert [column.key for column in ask.columns()] == ["number", "tier"]
    assert (ask.view, ask.departed) == (view, True)
    assert not ListChoice.objects.exists()
    view.refresh_from_db()
    assert view.columns == ["number", "status"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "colour"),
        ("status=flying", "flying"),
        ("corner=nowhere", "nowhere"),
        ("order=customer", "customer"),
        ("order=-due", "-due"),
        ("columns=number,shoe_size", "shoe_size"),
        ("reported_from=yesterday", "yesterday"),
        ("reported_from=0001-01-01", "0001-01-01"),
        ("engineer=nobody", "nobody"),
        ("branch=%F0%9F%98%80", "😀"),
        ("tier=" + "x" * 200, "x" * 40),
    ],
)
def test_what_a_list_does_not_know_is_left_out_and_said(
    person: Make, web: Web, query: str, said: str
) -> None:
    page = web(person("agent")).get(f"/tickets/?{query}")
    assert page.status_code == 200
    [notice] = page.context["ask"].notices
    assert said in notice
    assert notice in page.content.decode()


def test_empty_conditions_ask_nothing(person: Make, web: Web) -> None:
    page = web(person("agent")).get("/tickets/?corner=all&status=&reported_from=&order=due&q=&after=")
    assert (page.status_code, page.context["ask"].notices, page.context["ask"].values()) == (200, (), {})


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.req("DIG-05")
def test_the_file_is_the_page(person: Make, web: Web, hz: Branch) -> None:
    """People: the list every role with the right to export sees rows of without any other room's help."""
    manager = person("manager")
    for number in range(3):
        person("engineer", name=f"工程师{number}")
    browser = web(manager)
    for query in ("", "?role=engineer", "?columns=name,role&order=-name"):
        page = browser.get(f"/people/{query}")
        glue = "&" if query else "?"
        sheet = load_workbook(io.BytesIO(browser.get(f"/people/{query}{glue}format=xlsx").content)).active
        assert sheet is not None
        head, *body = [[cell.value for cell in row] for row in sheet.iter_rows()]
        columns = page.context["ask"].columns()
        assert head == [str(column.label) for column in columns]
        assert [row[0] for row in body] == [columns[0].value(row) for row in page.context["page"].rows]


def test_a_choice_belongs_to_a_person(person: Make) -> None:
    with pytest.raises(AssertionError):
        commands.run(listing.choose_columns, list_name="tickets", columns=["number"])

"""The queue: what it shows to whom, in which order, and what it costs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from customers.models import Customer
from service_center.kernel import sweep
from service_center.kernel.models import Clock, ListChoice
from service_center.kernel.web.lists import asking
from staff.models import Branch, Person
from tests.tickets.conftest import Story, hours
from tickets.models import Ticket
from tickets.web.tables import QUEUE

pytestmark = pytest.mark.django_db

Web = Callable[[Any], Client]
Make = Callable[..., Person]


def numbers(browser: Client, query: str = "") -> list[str]:
    return [row["number"] for row in browser.get(f"/tickets/?{query}").context["page"].rows]


def crowd(ticket: Ticket, many: int) -> None:
    """Further tickets like this one, each an hour older than the one before; without clocks."""
    fields = {
        field.attname: getattr(ticket, field.attname)
        for field in Ticket._meta.concrete_fields
        if field.attname not in {"id", "number", "origin_key", "reported_at"}
    }
    Ticket.objects.bulk_create(
        Ticket(
            number=f"X-{number:05}", reported_at=ticket.reported_at - timedelta(hours=number + 1), **fields
        )
        for number in range(many)
    )


# -- what is shown ---------------------------------------------------------------------------------------------------


@pytest.mark.req("DSP-13")
def test_tabs_filters_and_words(story: Story, web: Web, supervisor: Person) -> None:
    browser = web(story.agent)
    old = story.registered(reported_at=hours(-50), subject="压缩机噪音大").number
    job = story.dispatched(story.classified(story.verified(), tier="urgent", is_critical=True)).number
    done = story.answered().number
    sweep.subscriptions.sweep()
    day = (datetime.now(UTC) - timedelta(hours=50)).astimezone().date().isoformat()
    for query, wanted in {
        "": [job, old],
        "corner=mine": [job, old],
        "corner=all": [done, job, old],
        "corner=undispatched": [],
        "corner=in_hand": [],
        "status=registered": [old],
        "status=registered&status=dispatched": [job, old],
        "status=answered": [],
        "corner=all&status=answered": [done],
        "corner=undispatched&status=registered": [],
        "tier=urgent": [job],
        "critical=1": [job],
        "channel=phone": [job, old],
        "channel=email": [],
        "engineer=engineer": [job],
        "owner=agent": [job, old],
        "owner=supervisor": [],
        "line=AC": [job],
        f"reported_to={day}": [old],
        f"corner=all&reported_from={day}": [done, job, old],
        "q=噪音": [old],
        "q=不存在": [],
        "order=number": [old, job],
        "corner=all&order=reported": [old, job, done],
    }.items():
        assert (query, numbers(browser, query)) == (query, wanted)


@pytest.mark.req("DSP-13")
def test_everybody_sees_their_own_part_and_no_more(story: Story, person: Make, web: Web, sh: Branch) -> None:
    job, other = story.dispatched().number, story.registered().number
    for who, wanted in (
        (story.agent, [other, job]),
        (story.manager, [other, job]),
        (person("quality"), [other, job]),
        (story.engineer, [job]),
        (person("agent", branch=sh), []),
        (person("engineer"), []),
        (person("storekeeper"), []),
        (person("accountant"), []),
    ):
        assert (who.role, numbers(web(who), "corner=all")) == (who.role, wanted)
        assert web(who).get("/tickets/?format=csv&corner=all").status_code in {200, 403}


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    for path in ("/tickets/", "/lists/tickets/views/new/", "/lists/tickets/actions/handover/"):
        assert client.get(path).status_code == 302
    assert client.post("/lists/tickets/columns/").status_code == 302


def test_a_filter_of_people_names_those_one_may_see(story: Story, person: Make, web: Web, sh: Branch) -> None:
    person("engineer", branch=sh, username="far")
    person("engineer", username="near")
    panel = web(story.agent).get("/tickets/?panel=filters").content.decode()
    assert 'value="engineer"' in panel
    assert 'value="far"' not in panel
    assert web(story.agent).get("/tickets/?engineer=far").context["ask"].notices
    assert not web(story.manager).get("/tickets/?engineer=far").context["ask"].notices


def test_chips_take_one_condition_away_at_a_time(story: Story, web: Web) -> None:
    browser = web(story.agent)
    story.registered()
    asked = browser.get("/tickets/?corner=all&status=registered&status=closed&tier=ordinary&q=x").context[
        "ask"
    ]
    chips = {chip.text: url for chip, url in asked.chips()}
    assert list(chips) == ["状态：已登记", "状态：已关闭", "紧急程度：普通"]
    fewer = browser.get(f"/tickets/{chips['状态：已关闭']}").context["ask"]
    assert (fewer.values(), fewer.words, fewer.tab.key) == (
        {"status": ["registered"], "tier": ["ordinary"]},
        "x",
        "all",
    )
    assert fewer.address() == browser.get(f"/tickets/{fewer.address()}").context["ask"].address()


def test_headings_say_and_turn_the_order(story: Story, web: Web) -> None:
    story.registered()
    page = web(story.agent).get("/tickets/?corner=all&order=-reported").content.decode()
    sorts = re.findall(r'aria-sort="(\w+)"[^>]*><a id="sort-(\w+)" href="([^"]+)"', page)
    assert [(how, key) for how, key, _url in sorts] == [
        ("none", "number"),
        ("none", "deadline"),
        ("descending", "reported_at"),
    ]
    assert "order=reported" in sorts[2][2]
    assert "order=due" in sorts[1][2]
    ranged = web(story.agent).get("/tickets/?corner=all&reported_from=2020-01-01").content.decode()
    assert re.findall(r'aria-sort="(\w+)"', ranged) == ["descending"], (
        "a range of days is read in its own order"
    )


@pytest.mark.spoils
def test_what_is_due_first_comes_first(story: Story, web: Web) -> None:
    calm, urgent, ended = story.registered(), story.classified(tier="urgent"), story.answered()
    held = story.on_hold()
    Clock.objects.filter(subject_id=held.pk).update(due_at=None)
    Clock.objects.filter(subject_id=calm.pk).update(due_at=hours(90))
    Clock.objects.filter(subject_id=urgent.pk).update(due_at=hours(1))
    browser = web(story.agent)
    wanted = [row.number for row in (urgent, calm, held, ended)]
    assert numbers(browser, "corner=all&order=due") == wanted
    crowd(ended, 1001)
    many = numbers(browser, "corner=all&order=due")
    assert many[:2] == wanted[:2], "the clocks' own index tells the same"
    assert numbers(browser, "corner=all&order=due&status=answered")[0] == "X-01000"


@pytest.mark.spoils
@pytest.mark.parametrize("many", [120, 1100])
@pytest.mark.parametrize("order", ["-number", "number", "-reported", "reported", "due"])
def test_pages_hold_every_ticket_once_and_lead_back(story: Story, web: Web, order: str, many: int) -> None:
    story.registered()
    crowd(story.registered(), many)
    browser = web(story.agent)
    seen: list[str] = []
    pages = []
    url: str | None = f"?corner=all&order={order}"
    while url is not None:
        page = browser.get(f"/tickets/{url}").context["page"]
        pages.append(page)
        seen += [row["number"] for row in page.rows]
        url = page.next
    assert len(seen) == len(set(seen)) == many + 2
    back = browser.get(f"/tickets/{pages[1].previous}").context["page"]
    assert back.rows == pages[0].rows
    assert pages[0].previous is None


@pytest.mark.spoils
def test_the_total_is_right_or_says_more(story: Story, web: Web) -> None:
    ticket = story.registered()
    browser = web(story.agent)
    crowd(ticket, 999)
    assert "共 1000 条" in browser.get("/tickets/").content.decode()
    Ticket.objects.filter(number="X-00001").update(number="X-1")
    crowd(Ticket.objects.get(number="X-1"), 0)
    story.registered()
    page = browser.get("/tickets/").content.decode()
    assert "超过 1,000 条" in page
    assert "共 " not in re.findall(r'id="list-total">([^<]*)<', page)[0]


def test_an_empty_queue_says_what_to_do(story: Story, web: Web) -> None:
    browser = web(story.agent)
    empty = browser.get("/tickets/").content.decode()
    assert "这里没有工单" in empty
    assert "登记一张新工单" in empty
    filtered = browser.get("/tickets/?tier=urgent").content.decode()
    assert "没有符合条件的工单" in filtered
    assert "清除全部条件" in filtered


def test_what_people_typed_is_shown_as_text(story: Story, web: Web) -> None:
    story.registered(subject='<img src=x onerror="alert(1)">')
    Customer.objects.update(name="<b>王芳</b>")
    page = web(story.agent).get('/tickets/?q="><script>x').content.decode()
    assert "<script>x" not in page
    page = web(story.agent).get("/tickets/").content.decode()
    assert "<img" not in page
    assert "<b>王芳" not in page
    assert "&lt;b&gt;王芳&lt;/b&gt;" in page


# -- what it costs ---------------------------------------------------------------------------------------------------

EVERY_FILTER = "status=registered&status=dispatched&tier=ordinary&channel=phone&branch=HZ&owner=agent&engineer=engineer&line=AC"


@pytest.mark.spoils
@pytest.mark.parametrize(
    "query", ["", "corner=all&order=due", "corner=late", "corner=all&order=reported&q=不制冷"]
)
def test_a_page_costs_the_same_for_one_and_for_three(
    story: Story, web: Web, query_count: Callable[[Callable[[], Any]], int], query: str
) -> None:
    browser = web(story.agent)
    story.dispatched()
    sweep.subscriptions.sweep()
    Clock.objects.update(state=Clock.State.BREACHED)
    browser.get(f"/tickets/?{query}")
    one = query_count(lambda: browser.get(f"/tickets/?{query}"))
    story.dispatched()
    story.registered()
    sweep.subscriptions.sweep()
    Clock.objects.update(state=Clock.State.BREACHED)
    three = query_count(lambda: browser.get(f"/tickets/?{query}"))
    assert one == three <= 12
    columns = ",".join(column.key for column in QUEUE.columns)
    assert query_count(lambda: browser.get(f"/tickets/?{query}&columns={columns}")) <= 12


PLANS = [
    *(f"corner=all&order={order}" for order in ("-number", "number", "-reported", "reported", "due")),
    *(f"corner={tab}&order={order}" for tab in ("open", "mine", "undispatched") for order in ("-number", "due")),
    *(
        f"corner=all&order={order}&{condition}"
        for order in ("-number", "-reported", "due")
        for condition in ("status=registered", "tier=urgent", "channel=email", "branch=HZ", "owner=agent",
                          "engineer=engineer", "line=AC", "critical=1")
    ),
    "corner=all&reported_from=2026-01-01&reported_to=2026-01-02",
    "corner=open&reported_from=2026-01-01",
    "corner=late&order=-number",
    "corner=at_risk&order=-number",
]  # fmt: skip


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(below for part in plan.get("Plans", ()) for below in nodes(part))]


@pytest.mark.parametrize("who", ["agent", "manager"])
def test_every_order_and_filter_is_served_by_an_index(story: Story, who: str) -> None:
    """However many tickets there are: where sorting and reading the whole table cost too much, no plan does either."""
    story.registered()
    with connection.cursor() as cursor:
        for cost in ("seqscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{cost} = off")
    for query in PLANS:
        request = RequestFactory().get(f"/tickets/?{query}")
        request.user = {"agent": story.agent, "manager": story.manager}[who].user
        ask = asking.read(request, QUEUE)
        assert ask.notices == ()
        rows = QUEUE.rows(ask.user)
        for stretch in ask.order.many(ask.narrow(rows), ask.filters, falling=ask.falling):
            assert (query, costly(stretch.rows.order_by(*stretch.ordering)[:51])) == (query, [])


def test_the_search_for_costly_plans_finds_one(story: Story) -> None:
    story.registered()
    with connection.cursor() as cursor:
        for cost in ("seqscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{cost} = off")
    assert "Sort" in costly(Ticket.objects.order_by("subject")[:51])
    assert costly(Ticket.objects.filter(demand="repair")[:51]) == ["Seq Scan"]


def costly(rows: Any) -> list[str]:
    """The steps of the plan that grow with the table: sorts, and reading all tickets."""
    found = nodes(json.loads(rows.explain(format="JSON"))[0]["Plan"])
    reads = [n for n in found if n["Node Type"] == "Seq Scan" and n["Relation Name"] == "tickets_ticket"]
    return [node["Node Type"] for node in found if "Sort" in node["Node Type"] or node in reads]


# -- a page that is open ---------------------------------------------------------------------------------------------


@pytest.mark.spoils
def test_an_open_page_hears_only_of_changes(story: Story, web: Web) -> None:
    browser = web(story.agent)
    ticket = story.registered()
    Clock.objects.update(state=Clock.State.BREACHED)
    fresh = browser.get("/tickets/").context["page"].fresh
    same = browser.get("/tickets/", headers={"X-List-Fresh": fresh, "HX-Request": "true"})
    assert (same.status_code, same.content) == (204, b"")
    assert same["Cache-Control"] == "private, no-store"
    story.verified(ticket)
    Clock.objects.update(state=Clock.State.BREACHED)
    news = browser.get("/tickets/", headers={"X-List-Fresh": fresh, "HX-Request": "true"})
    page = news.content.decode()
    assert news.status_code == 200
    assert "已核实" in page
    assert "<html" not in page
    assert f'data-key="{ticket.number}"' in page


def test_parts_are_never_taken_for_pages(web: Web, story: Story) -> None:
    browser = web(story.agent)
    part = browser.get("/tickets/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    back = browser.get("/tickets/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in back.content.decode()


def test_a_ticket_beside_the_list_is_remembered(story: Story, web: Web) -> None:
    browser = web(story.agent)
    ticket = story.registered()
    assert 'data-list-frame="/tickets/%s/"' in browser.get("/tickets/").content.decode()
    assert browser.post("/lists/tickets/split/", {"split": "1"}).status_code == 204
    page = browser.get(f"/tickets/?open={ticket.number}")
    assert " data-split>" in page.content.decode()
    assert page.context["ask"].notices == ()
    browser.post("/lists/tickets/split/", {"split": "0"})
    assert ListChoice.objects.get().split is False

"""Something done to several tickets of the queue at once: each row by itself, and told for each what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from service_center.kernel.models import Approval, Event
from staff.models import Branch, Person
from tests.tickets.conftest import Story
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

Web = Callable[[Any], Client]
Make = Callable[..., Person]


def act(browser: Client, action: str, rows: list[str], **said: Any) -> Any:
    body = {"row": rows, "command_key": "bulk-1"} | said
    return browser.post(f"/lists/tickets/actions/{action}/", body)


def told(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return json.loads(answer["HX-Trigger"])["list:acted"]


@pytest.mark.req("TKT-21")
def test_hand_several_over_and_hear_which_were_refused(story: Story, web: Web, supervisor: Person) -> None:
    first, second, ended = story.registered().number, story.dispatched().number, story.answered().number
    answer = act(web(story.agent), "handover", [first, second, ended], owner=supervisor.pk)
    assert told(answer) == {"done": [first, second], "refused": [ended]}
    page = answer.content.decode()
    assert "2 条已完成" in page
    assert "1 条未执行" in page
    assert "当前状态下不能执行此步骤" in page
    assert set(Ticket.objects.filter(owner=supervisor).values_list("number", flat=True)) == {first, second}
    assert Event.objects.filter(name="ticket.handed_over").count() == 2


def test_a_double_click_does_no_row_twice(story: Story, web: Web, supervisor: Person) -> None:
    rows = [story.registered().number, story.registered().number]
    browser = web(story.agent)
    assert told(act(browser, "handover", rows, owner=supervisor.pk)) == {"done": rows, "refused": []}
    assert told(act(browser, "handover", rows, owner=supervisor.pk)) == {"done": rows, "refused": []}
    assert Event.objects.filter(name="ticket.handed_over").count() == 2
    again = told(act(browser, "handover", rows, owner=supervisor.pk, command_key="bulk-2"))
    assert again == {"done": [], "refused": rows}, (
        "another click is another wish: they are handed over already"
    )


def test_the_refused_rows_may_be_sent_again_from_the_same_dialog(
    story: Story, web: Web, supervisor: Person
) -> None:
    good, bad = story.registered(), story.answered()
    browser = web(story.agent)
    told(act(browser, "handover", [good.number, bad.number], owner=supervisor.pk))
    assert told(act(browser, "handover", [bad.number], owner=supervisor.pk))["refused"] == [bad.number]
    assert Event.objects.filter(name="ticket.handed_over").count() == 1


@pytest.mark.refused
def test_rows_of_others_are_refused_one_by_one(story: Story, person: Make, web: Web, sh: Branch) -> None:
    ticket = story.registered()
    far = person("agent", branch=sh)
    answer = act(web(far), "handover", [ticket.number, "T-0", "x\0y"], owner=far.pk)
    assert told(answer) == {"done": [], "refused": [ticket.number, "T-0"]}
    assert "没有找到，或您无权查看" in answer.content.decode()
    colleague = person("agent")
    mine = act(web(colleague), "handover", [ticket.number], owner=colleague.pk, command_key="b2")
    assert told(mine)["refused"] == [ticket.number], "only the owner and the supervisor hand over"
    assert not Event.objects.filter(name="ticket.handed_over").exists()


@pytest.mark.refused
def test_actions_are_offered_to_those_who_may(story: Story, person: Make, web: Web) -> None:
    ticket = story.dispatched()
    for who in (story.engineer, person("quality"), person("storekeeper")):
        page = web(who).get("/tickets/").content.decode()
        assert "data-list-action" not in page
        assert 'name="row"' not in page
        assert act(web(who), "handover", [ticket.number], owner=story.agent.pk).status_code == 404
    assert act(web(story.manager), "cancellation", [ticket.number], reason="x").status_code == 404


def test_nothing_chosen_or_too_much_is_told_in_the_dialog(story: Story, web: Web, supervisor: Person) -> None:
    browser = web(story.agent)
    assert "请先在列表中选择" in act(browser, "handover", [], owner=supervisor.pk).content.decode()
    many = act(browser, "handover", [f"T-{n}" for n in range(101)], owner=supervisor.pk)
    assert (many.status_code, "100" in many.content.decode()) == (422, True)
    nobody = act(browser, "handover", [story.registered().number])
    assert nobody.status_code == 422
    assert Event.objects.filter(name="ticket.handed_over").count() == 0


def test_ask_for_several_cancellations(story: Story, web: Web) -> None:
    rows = [story.verified().number, story.verified().number]
    answer = act(web(story.agent), "cancellation", rows, reason="客户要求取消")
    assert told(answer) == {"done": rows, "refused": []}
    assert Approval.objects.filter(status="pending").count() == 2
    assert set(Ticket.objects.values_list("status", flat=True)) == {"verified"}


def test_close_those_whose_result_was_told(story: Story, web: Web) -> None:
    ready, waiting = story.result_told().number, story.registered().number
    assert told(act(web(story.agent), "closure", [ready, waiting])) == {"done": [ready], "refused": [waiting]}
    assert Ticket.objects.get(number=ready).status == "closed"


def test_one_engineer_cannot_be_in_two_places(story: Story, web: Web) -> None:
    rows = [story.classified().number, story.classified().number]
    soon = (datetime.now(UTC) + timedelta(days=2)).astimezone().strftime("%Y-%m-%dT%H:00")
    answer = act(web(story.agent), "assignment", rows, engineer=story.engineer.pk, expected_at=soon)
    assert told(answer) == {"done": rows[:1], "refused": rows[1:]}
    assert "该时段" in answer.content.decode() or "占用" in answer.content.decode()

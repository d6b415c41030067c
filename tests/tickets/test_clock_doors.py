"""A ticket's clocks seen from outside: why each is due when it is, what a wait stops, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_center.kernel import clocks, commands, errors
from service_center.kernel.models import Clock
from staff.models import Branch, Person
from tests.tickets.conftest import Story, hours
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def clock_of(ticket: Ticket, kind: str) -> Clock:
    return Clock.objects.get(subject_type="tickets.ticket", subject_id=ticket.pk, kind=kind)


@pytest.mark.req("SLA-01", "SLA-02", "SLA-22", "KPI-12")
def test_explanation_over_rest_names_clause_versions_intervals_and_holders(
    story: Story, api: Callable[..., Any]
) -> None:
    with commands.as_of(hours(-6)):
        ticket = story.classified()
    with commands.as_of(hours(-5)):
        story.in_handling(story.dispatched(ticket))
    with commands.as_of(hours(-2)):
        story.on_hold(ticket, reason="part")
    pk = clock_of(ticket, "solution").pk
    told = api(story.agent).get(f"clocks/{pk}/explanation/").json()
    first, last = told["versions"][0], told["versions"][-1]
    assert (first["began"], first["clause"]["document"], first["target"]) == ("开始计时", "003", "8 小时")
    assert (last["began"], last["clause"]["article"], last["state"]) == ("改用新的时限", "13", "paused")
    assert (last["calendar"], last["calendar_version"], last["due_at"]) == ("duty", 1, None)
    assert last["intervals"][-1]["text"] == "等待配件 · 等：仓库或供应商"
    assert [h["part"] for h in told["holders"]] == ["owner", "assignee"]
    assert [step["state"] for step in told["ladder"]][-1] == "waiting"
    assert told["clock"]["remaining_seconds"] == last["remaining_seconds"] > 0


@pytest.mark.req("SLA-22", "KPI-12")
def test_explanation_is_not_there_for_strangers_and_unknown_clocks(
    story: Story, api: Callable[..., Any], web: Callable[..., Any], sh: Branch, person: Callable[..., Person]
) -> None:
    ticket = story.registered()
    pk = clock_of(ticket, "response").pk
    far = person("agent", branch=sh)
    assert api(far).get(f"clocks/{pk}/explanation/").status_code == 404
    assert web(far).get(f"/clocks/{pk}/").status_code == 404
    assert api(story.agent).get("clocks/999999999/explanation/").status_code == 404
    assert api(story.agent).post(f"clocks/{pk}/explanation/", {}).status_code == 405


@pytest.mark.req("SLA-22", "KPI-12")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_why_page_draws_the_bar_and_the_table(story: Story, web: Callable[..., Any], language: str) -> None:
    ticket = story.on_hold(reason="part")
    for kind in ("solution", "outer_solution", "part_cycle"):
        pk = clock_of(ticket, kind).pk
        answer = web(story.agent).get(f"/clocks/{pk}/", headers={"accept-language": language})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert '<svg class="timebar-svg"' in page and "why-table" in page
        assert "style=" not in page.split("<main", 1)[1]
    assert web(story.agent).get(f"/tickets/{ticket.number}/clocks/{pk}/").status_code == 200
    assert web(story.agent).get(f"/tickets/{ticket.number}/clocks/999999/").status_code == 404


@pytest.mark.req("SLA-13", "SLA-04")
def test_a_wait_stops_contract_clocks_and_no_other(story: Story, api: Callable[..., Any]) -> None:
    """The 24 hours of a critical problem, the part's own cycle and the word given go on."""
    ticket = story.in_handling(
        story.dispatched(story.classified(story.verified(promised_at=hours(50)), is_critical=True))
    )
    notice = {"channel": "phone", "text": "缺件"}
    answer = api(story.engineer).post(f"tickets/{ticket.number}/hold/", {"reason": "part", "notice": notice})
    assert answer.status_code == 201
    rows = api(story.agent).get(f"tickets/{ticket.number}/clocks/").json()["results"]
    states = {row["kind"]: row["state"] for row in rows}
    assert (states["solution"], states["outer_solution"]) == ("paused", "paused")
    assert (states["promise"], states["part_cycle"]) == ("running", "running")


@pytest.mark.req("SLA-13", "SLA-14")
def test_a_wait_without_reason_and_the_end_of_none_are_refused(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.in_handling()
    url, client = f"tickets/{ticket.number}/hold/", api(story.engineer)
    notice = {"channel": "phone", "text": "缺件"}
    for body in (
        {"notice": notice},
        {"notice": notice, "reason": ""},
        {"notice": notice, "reason": "weather"},
    ):
        refused = client.post(url, body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "reason")
    runs = client.delete(url)
    assert (runs.status_code, runs.json()["code"]) == (409, "transition_not_allowed")


@pytest.mark.req("SLA-08", "SLA-09")
def test_steps_in_the_future_or_out_of_order_are_refused_beside_their_field(
    story: Story, api: Callable[..., Any]
) -> None:
    ticket = story.dispatched()
    client = api(story.engineer)
    future, early = hours(3).isoformat(), hours(-100).isoformat()
    for noun, body in (
        ("arrival", {"at": future}),
        ("arrival", {"at": early}),
        ("contacts", {"at": future, "channel": "phone", "outcome": "reached", "note": ""}),
        ("contacts", {"at": early, "channel": "phone", "outcome": "reached", "note": ""}),
    ):
        refused = client.post(f"tickets/{ticket.number}/{noun}/", body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "at"), (noun, body)
    client.post(f"tickets/{ticket.number}/arrival/", {})
    refused = client.post(f"tickets/{ticket.number}/departure/", {"at": early})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "at")


def test_the_kernel_refuses_what_no_door_should_let_through(story: Story) -> None:
    ticket = story.registered()
    now = commands.now()
    for field, refused in (
        ("reason", lambda: clocks.pause(ticket, reason="", at=now)),
        ("reason", lambda: clocks.pause(ticket, reason="weather", at=now)),
        ("kinds", lambda: clocks.resume(ticket, kinds=["solution"], at=now)),
        (
            "occurred_at",
            lambda: clocks.stop(ticket, "response", at=now, occurred_at=now + timedelta(hours=1)),
        ),
        (
            "started_at",
            lambda: clocks.start(
                ticket,
                "again",
                rule=clock_of(ticket, "response").rule,
                at=now,
                started_at=now + timedelta(hours=1),
            ),
        ),
    ):
        with pytest.raises(errors.Invalid) as refusal:
            refused()
        assert refusal.value.field == field
    assert {clock.state for clock in clocks.for_subject(ticket)} == {"running"}


@pytest.mark.req("SLA-01", "SLA-06", "SLA-07")
def test_only_a_contact_the_customer_notices_is_the_first_response(
    story: Story, api: Callable[..., Any]
) -> None:
    """Neither the receipt the system sends, nor an attempt, nor what the system notes by itself."""
    ticket = story.registered()
    api(story.agent).post(
        f"tickets/{ticket.number}/contacts/",
        {"channel": "phone", "outcome": "unreachable", "note": "无人接听"},
    )
    from tickets.actions import contacts

    commands.run(contacts.note, ticket, channel="sms", outcome="reached", actor=None)
    assert {clock_of(ticket, kind).state for kind in ("response", "outer_response")} == {"running"}
    api(story.agent).post(
        f"tickets/{ticket.number}/contacts/", {"channel": "phone", "outcome": "reached", "note": ""}
    )
    assert {clock_of(ticket, kind).state for kind in ("response", "outer_response")} == {"met"}


@pytest.mark.req("SLA-13", "SLA-14")
def test_the_form_of_a_wait_says_whom_we_wait_for_and_which_clocks_stop(
    story: Story, web: Callable[..., Any]
) -> None:
    ticket = story.in_handling()
    page = web(story.engineer).get(f"/tickets/{ticket.number}/?step=hold").content.decode()
    assert "仓库或供应商" in page and "照常计时" in page


@pytest.mark.req("SLA-22", "GEN-10")
def test_each_kind_of_clock_has_a_matched_rule_or_a_reason_for_none(
    story: Story, api: Callable[..., Any], web: Callable[..., Any]
) -> None:
    ticket = story.classified(mode="phone")
    rows = {
        row["kind"]: row
        for row in api(story.agent).get(f"tickets/{ticket.number}/applicability/").json()["results"]
    }
    assert rows["response"]["rule"] == "ticket.response"
    assert rows["response"]["conditions"] == {"tier": "general"}
    assert rows["response"]["clause"]["document"] == "003"
    assert (rows["arrival"]["rule"], rows["arrival"]["reason"]) == (None, "服务方式不是上门")
    assert rows["critical"]["reason"] == "不是安全、质量或功能关键问题"
    page = web(story.agent).get(f"/tickets/{ticket.number}/").content.decode()
    assert "适用记录" in page and "服务方式不是上门" in page


@pytest.mark.req("SLA-22", "GEN-10")
def test_applicability_is_not_there_for_a_stranger(
    story: Story, api: Callable[..., Any], sh: Branch, person: Callable[..., Person]
) -> None:
    ticket = story.registered()
    assert api(person("agent", branch=sh)).get(f"tickets/{ticket.number}/applicability/").status_code == 404
    assert datetime.now(UTC) > ticket.registered_at


@pytest.mark.req("SLA-15", "SLA-16")
def test_while_goods_are_at_the_factory_the_customer_hears_at_intervals(
    story: Story, api: Callable[..., Any]
) -> None:
    with commands.as_of(hours(-2)):
        ticket = story.on_hold(reason="factory")
    rows = api(story.agent).get(f"tickets/{ticket.number}/clocks/").json()["results"]
    shown = {row["kind"]: (row["state"], row["cycle"], row["target"]) for row in rows}
    assert (shown["factory_cycle"], shown["factory_inquiry"]) == (("running", 1, 15), ("running", 1, 3))
    body = {"channel": "phone", "outcome": "reached", "note": "厂家答复下周返回"}
    api(story.agent).post(f"tickets/{ticket.number}/contacts/", body)
    inquiry = clock_of(ticket, "factory_inquiry")
    assert (inquiry.state, inquiry.cycle) == ("running", 2)
    api(story.engineer).delete(f"tickets/{ticket.number}/hold/")
    assert clock_of(ticket, "factory_inquiry").state == clock_of(ticket, "factory_cycle").state == "met"


@pytest.mark.req("SLA-15", "SLA-16")
def test_goods_go_to_the_factory_without_telling_the_customer_is_refused(
    story: Story, api: Callable[..., Any]
) -> None:
    ticket = story.in_handling()
    refused = api(story.engineer).post(f"tickets/{ticket.number}/hold/", {"reason": "factory"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "notice")
    assert not Clock.objects.filter(kind="factory_inquiry").exists()

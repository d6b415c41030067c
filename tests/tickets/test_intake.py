"""Registering a request: what it needs, what it starts, what is refused beside which field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from customers.models import Customer, ProductModel, Unit
from service_center.kernel import commands
from service_center.kernel.models import Clock, Event, Message
from tests.tickets.conftest import Story, hours
from tickets.actions import intake
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(model: ProductModel) -> dict[str, Any]:
    return {
        "channel": "phone",
        "customer": {
            "name": "李雷",
            "phone": "139 0013 9000",
            "address": {
                "province": "浙江",
                "city": "杭州",
                "district": "西湖区",
                "zone": "suburb",
                "detail": "龙井路 9 号",
            },
            "contact": {"name": "韩梅", "phone": "0571-88001234"},
        },
        "unit": {
            "product_model": model.code,
            "serial": "AB-77",
            "purchased_on": "2026-01-05",
            "proof": "invoice",
        },
        "symptom": "滴水",
        "subject": "室内机滴水",
        "description": "开机一小时后滴水",
        "demand": "repair",
    }


@pytest.mark.req("TKT-01", "TKT-04", "TKT-05", "TKT-08", "TKT-17", "TKT-18")
def test_register_opens_file_unit_owner_and_clocks(
    body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    answer = api(agent).post("tickets/", body)
    assert answer.status_code == 201, answer.content
    ticket = answer.json()
    assert answer["Location"] == f"/api/v1/tickets/{ticket['number']}/"
    assert answer["ETag"] == f'"{ticket["version"]}"'
    assert (ticket["status"], ticket["owner"], ticket["tier"]) == ("registered", "agent", "ordinary")
    assert (ticket["customer"]["name"], ticket["customer"]["phone"]) == ("李雷", "139****9000")
    assert (ticket["contact"]["name"], ticket["unit"]["serial"]) == ("韩梅", "AB-77")
    assert ticket["unit"]["warranty_until"] is not None
    assert sorted(clock["kind"] for clock in ticket["clocks"]) == [
        "outer_response",
        "outer_solution",
        "response",
        "solution",
    ]
    assert {clock["state"] for clock in ticket["clocks"]} == {"running"}
    assert all(clock["clause"]["article"] for clock in ticket["clocks"])
    assert Ticket.objects.get().zone == "suburb"
    assert Message.objects.get().template == "ticket.received"


@pytest.mark.req("TKT-01")
@pytest.mark.parametrize("channel", ["phone", "email", "web", "portal", "wechat", "app", "counter", "api"])
def test_register_from_every_channel(channel: str, story: Story, api: Callable[..., Any]) -> None:
    ticket = story.registered(channel=channel)
    assert api(story.agent).get(f"tickets/{ticket.number}/").json()["channel"] == channel
    assert api(story.agent).post("tickets/", {"channel": "fax"}).status_code == 400


@pytest.mark.req("TKT-10", "TKT-12")
def test_promised_time_is_a_clock(body: dict[str, Any], agent: Any, api: Callable[..., Any]) -> None:
    promised = hours(5).replace(microsecond=0)
    ticket = api(agent).post("tickets/", body | {"promised_at": promised.isoformat()}).json()
    promise = next(clock for clock in ticket["clocks"] if clock["kind"] == "promise")
    assert datetime.fromisoformat(promise["due_at"]) == promised
    assert promise["unit"] == "instant"
    early = api(agent).post("tickets/", body | {"promised_at": hours(-1).isoformat()})
    assert early.json()["errors"][0]["field"] == "promised_at"


@pytest.mark.req("SLA-06", "SLA-07")
def test_clocks_count_from_the_report(body: dict[str, Any], agent: Any, api: Callable[..., Any]) -> None:
    """A request told five hours ago has used five hours: its four-hour response is late, its public 24 h are not."""
    told = hours(-5)
    ticket = api(agent).post("tickets/", body | {"reported_at": told.isoformat()}).json()
    by_kind = {clock["kind"]: clock for clock in ticket["clocks"]}
    assert by_kind["response"]["state"] == "breached"
    assert by_kind["outer_response"]["state"] == "running"
    assert (by_kind["outer_response"]["target"], by_kind["outer_response"]["unit"]) == (24, "hour")
    assert (by_kind["outer_solution"]["target"], by_kind["outer_solution"]["unit"]) == (3, "working_day")
    event = Event.objects.get(name="ticket.registered")
    assert abs((event.occurred_at - told).total_seconds()) < 1


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"reported_at": "2026-01-01T09:00:00"}, "reported_at", "zone"),
        ({"reported_at": hours(-24 * 31).isoformat()}, "reported_at", "invalid"),
        ({"reported_at": hours(1).isoformat()}, "reported_at", "invalid"),
        ({"subject": "x" * 121}, "subject", "max_length"),
        ({"subject": "a\x00b"}, "subject", "null_characters_not_allowed"),
        ({"description": "长" * 10_001}, "description", "max_length"),
        ({"demand": "magic"}, "demand", "invalid_choice"),
        ({"number": "T-2026-000001"}, "number", "unknown"),
        ({"status": "closed"}, "status", "unknown"),
    ],
)
@pytest.mark.req("TKT-04", "TKT-05")
def test_register_refuses_bad_fields(
    changes: dict[str, Any], field: str, code: str, body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    answer = api(agent).post("tickets/", body | changes)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {(field, code)}
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("12345", "phone_invalid"),
        ("138001380000", "phone_invalid"),
        ("0571-88001234 转 8", "phone_extension"),
    ],
)
def test_register_refuses_bad_phones(
    phone: str, code: str, body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    body["customer"]["phone"] = phone
    answer = api(agent).post("tickets/", body).json()
    assert (answer["errors"][0]["field"], answer["errors"][0]["code"]) == ("customer.phone", code)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("phone", ["0571-88001234", "+44 20 7946 0958", "００８６13900139000"])
def test_register_takes_landlines_and_foreign_numbers(
    phone: str, body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    body["customer"]["phone"] = phone
    assert api(agent).post("tickets/", body).status_code == 201


@pytest.mark.parametrize("missing", ["name", "phone", "address"])
@pytest.mark.req("TKT-04")
def test_register_needs_name_phone_and_address(
    missing: str, body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    del body["customer"][missing]
    errors = api(agent).post("tickets/", body).json()["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [(f"customer.{missing}", "required")]


def test_register_refuses_serial_of_another_model_and_leaves_nothing(
    body: dict[str, Any], model: ProductModel, agent: Any, api: Callable[..., Any]
) -> None:
    ProductModel.objects.create(
        code="WM-1", name_zh="洗衣机", name_en="Washer", line=model.line, serial_prefix="WM"
    )
    body["unit"]["serial"] = "WM-0001"
    error = api(agent).post("tickets/", body).json()["errors"][0]
    assert (error["field"], error["code"]) == ("unit.serial", "serial_of_other_model")
    assert not (Customer.objects.exists() or Unit.objects.exists() or Ticket.objects.exists())
    assert not (Clock.objects.exists() or Message.objects.exists())


def test_register_keeps_text_byte_for_byte(body: dict[str, Any], agent: Any, api: Callable[..., Any]) -> None:
    text = "  🔧 עברית ‮x‬ " + "长" * 9_900 + "\n"
    number = api(agent).post("tickets/", body | {"description": text}).json()["number"]
    assert api(agent).get(f"tickets/{number}/").json()["description"] == text


def test_register_twice_with_one_key_is_one_ticket(
    body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    door = api(agent)
    first = door.post("tickets/", body, key="call-1")
    again = door.post("tickets/", body, key="call-1")
    assert (first.json()["number"], again["Idempotency-Replayed"]) == (again.json()["number"], "true")
    assert (again.status_code, again["Location"]) == (201, first["Location"])
    assert (Ticket.objects.count(), Customer.objects.count()) == (1, 1)


def test_known_caller_and_unit_are_found_again(
    body: dict[str, Any], agent: Any, api: Callable[..., Any]
) -> None:
    door = api(agent)
    first, second = door.post("tickets/", body).json(), door.post("tickets/", body).json()
    assert (first["customer"]["id"], first["unit"]["id"]) == (second["customer"]["id"], second["unit"]["id"])


@pytest.mark.parametrize("role", ["engineer", "storekeeper", "accountant", "analyst", "expert"])
def test_register_is_for_the_desk(
    role: str, body: dict[str, Any], person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    answer = api(person(role)).post("tickets/", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_anothers_customer_is_refused(
    story: Story, sh: Any, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    body = {
        "channel": "phone", "customer": {"id": story.unit.customer_id}, "unit": None, "subject": "x",
        "description": "x", "demand": "consult",
    }  # fmt: skip
    error = api(person("agent", branch=sh)).post("tickets/", body).json()["errors"][0]
    assert error["field"] == "customer.id"


@pytest.mark.req("TKT-05", "TKT-26")
def test_edit_needs_the_version_and_tells_a_stale_one(story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.registered(), api(story.agent)
    url = f"tickets/{ticket.number}/"
    without = desk("PATCH", url, {"subject": "新标题"})
    assert (without.status_code, without.json()["code"]) == (428, "precondition_required")
    done = desk.patch(
        url, {"subject": "新标题", "promised_at": hours(9).isoformat()}, version=f'"{ticket.version}"'
    )
    assert (done.status_code, done.json()["subject"]) == (200, "新标题")
    assert done["ETag"] == f'"{ticket.version + 1}"'
    stale = desk.patch(url, {"subject": "别的"}, version=ticket.version)
    assert (stale.status_code, stale.json()["current"]) == (412, ticket.version + 1)
    assert desk.patch(url, {"owner": "agent"}, version=ticket.version + 1).status_code == 400
    assert Ticket.objects.get().subject == "新标题"


def test_edit_is_for_the_desk_and_for_open_tickets(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.in_handling()
    refused = api(story.engineer).patch(f"tickets/{ticket.number}/", {"subject": "x"}, version=ticket.version)
    assert refused.status_code == 403
    ended = story.answered()
    late = api(story.agent).patch(f"tickets/{ended.number}/", {"subject": "x"}, version=ended.version)
    assert (late.status_code, late.json()["code"]) == (409, "transition_not_allowed")


def test_portal_request_goes_to_the_least_busy_agent(story: Story, person: Callable[..., Any]) -> None:
    story.registered()
    idle = person("agent")
    ticket = commands.run(
        intake.register, actor=None, channel="portal", customer={"id": story.unit.customer_id}, subject="x",
        description="x", demand="repair",
    )  # fmt: skip
    assert (ticket.owner, ticket.registered_by) == (idle, None)

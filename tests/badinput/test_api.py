"""Bad input over REST: a problem document with its stable code and field, in the reader's language, nothing half done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from customers import actions as crm
from customers.models import Customer, ProductModel, Unit
from parts.models import Reservation
from service_center.kernel import commands
from staff.models import Branch
from tests.badinput.conftest import Story, is_chinese, nothing_written, problem
from tests.tickets.conftest import hours
from tickets.models import PartLine, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(model: ProductModel) -> dict[str, Any]:
    return {
        "channel": "phone",
        "customer": {
            "name": "李雷",
            "phone": "13900139000",
            "address": {"city": "杭州", "zone": "suburb", "detail": "龙井路 9 号"},
            "contact": {"name": "韩梅", "phone": "0571-88001234"},
        },
        "unit": {"product_model": model.code, "serial": "AB-77", "proof": "invoice"},
        "subject": "室内机滴水",
        "description": "开机一小时后滴水",
        "demand": "repair",
    }


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with one place changed, named as the problem document names it."""
    first, _, rest = path.partition(".")
    return body | {first: changed(body[first], rest, value) if rest else value}


@pytest.mark.req("TKT-04")
@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("0571-88001234", "0571****1234"),
        ("(010) 6255 1234", "010****1234"),
        ("+86 571 8800 1234", "0571****1234"),
        ("008613800138001", "138****8001"),
        ("+1 650-253-0000", "+1****0000"),
        ("+852 2123 4567", "+852****4567"),
    ],
)
def test_telephones_of_every_kind_come_back_masked(
    typed: str, masked: str, body: dict[str, Any], agent: Any, api: Any
) -> None:
    answer = api(agent).post("tickets/", changed(body, "customer.phone", typed))
    assert (answer.status_code, answer.json()["customer"]["phone"]) == (201, masked)


@pytest.mark.refused
@pytest.mark.req("TKT-04", "TKT-05", "TKT-12")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("customer.phone", "12345", "phone_invalid"),
        ("customer.phone", "+999 123456", "phone_invalid"),
        ("customer.phone", "88001234", "phone_invalid"),
        ("customer.phone", "0571-88001234-805", "phone_invalid"),
        ("customer.phone", "0571-88001234转805", "phone_extension"),
        ("customer.phone", "1" * 41, "max_length"),
        ("customer.phone", "1380013\x008000", "null_characters_not_allowed"),
        ("customer.phone", ["13800138000"], "invalid"),
        ("customer.contact.phone", "12", "phone_invalid"),
        ("customer.name", "  ", "blank"),
        ("customer.address.zone", "moon", "invalid_choice"),
        ("customer.id", 0, "min_value"),
        ("unit.serial", "", "blank"),
        ("unit.serial", "x" * 61, "max_length"),
        ("unit.purchased_on", "2999-01-01", "invalid"),
        ("unit.purchased_on", "yesterday", "invalid"),
        ("unit.product_model", "NONE", "invalid"),
        ("unit.colour", "red", "unknown"),
        ("reported_at", "2026-01-01T09:00:00", "zone"),
        ("reported_at", "2026-13-01T09:00:00Z", "invalid"),
        ("reported_at", hours(-24 * 31).isoformat(), "invalid"),
        ("reported_at", hours(1).isoformat(), "invalid"),
        ("reported_at", "0001-01-01T00:00:00+14:00", "invalid"),
        ("reported_at", 1700000000, "invalid"),
        ("promised_at", hours(-1).isoformat(), "invalid"),
        ("promised_at", "9999-12-31T23:59:59-12:00", "invalid"),
        ("subject", "x" * 121, "max_length"),
        ("description", "长" * 10_001, "max_length"),
        ("description", "\ud800", None),
        ("demand", "magic", "invalid_choice"),
        ("channel", None, "null"),
        ("status", "closed", "unknown"),
    ],
)
def test_bad_field_is_a_problem_with_its_code(
    field: str, value: Any, code: str | None, body: dict[str, Any], agent: Any, api: Any
) -> None:
    with nothing_written():
        answer = api(agent).post("tickets/", changed(body, field, value))
    assert problem(answer)[:2] in {(400, "invalid"), (400, code), (400, "malformed")}
    if code is not None:
        assert (field, code) in {(e["field"], e["code"]) for e in answer.json()["errors"]}


@pytest.mark.refused
@pytest.mark.req("TKT-05")
def test_serial_of_another_model_or_customer_is_refused(
    body: dict[str, Any], unit: Unit, line: Any, agent: Any, api: Any
) -> None:
    ProductModel.objects.create(
        code="RF-1", name_zh="冰箱", name_en="Fridge", line=line, category="terminal", serial_prefix="RF26"
    )
    desk = api(agent)
    with nothing_written():
        other = desk.post("tickets/", changed(body, "unit.serial", "RF26-000123"))
        taken = desk.post("tickets/", changed(body, "unit.serial", unit.serial))
        foreign = desk.post(
            "tickets/", body | {"customer": {"id": unit.customer_id}, "unit": {"id": 999_999}}
        )
    assert problem(other) == (400, "serial_of_other_model", "unit.serial")
    assert problem(taken) == (400, "serial_taken", "unit.serial")
    assert problem(foreign) == (400, "invalid", "unit.id")


def test_texts_follow_the_reader_and_codes_do_not(body: dict[str, Any], agent: Any, api: Any) -> None:
    bad = changed(body, "customer.phone", "12")
    zh = api(agent).post("tickets/", bad, **{"Accept-Language": "zh-hans"}).json()
    en = api(agent).post("tickets/", bad, **{"Accept-Language": "en"}).json()
    assert zh["code"] == en["code"] == "phone_invalid"
    assert is_chinese(zh["errors"][0]["message"])
    assert not is_chinese(en["errors"][0]["message"])


@pytest.mark.refused
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"subject": NaN}', 400),
        (b"", 400),
    ],
    ids=["open", "list", "null", "text", "no unicode", "deep", "nan", "empty"],
)
def test_broken_json_is_a_problem(sent: bytes, status: int, agent: Any, api: Any) -> None:
    browser: Client = api(agent).client
    with nothing_written():
        answer = browser.generic(
            "POST", "/api/v1/tickets/", sent, content_type="application/json", HTTP_IDEMPOTENCY_KEY="x"
        )
    assert problem(answer)[0] == status


@pytest.mark.refused
def test_another_media_type_is_415(agent: Any, api: Any) -> None:
    with nothing_written():
        answer = api(agent).client.post(
            "/api/v1/tickets/", {"subject": "x"}, HTTP_IDEMPOTENCY_KEY="x", HTTP_ACCEPT="application/json"
        )
    assert problem(answer)[:2] == (415, "unsupported_media_type")


@pytest.mark.refused
@pytest.mark.req("PRT-07", "RPR-20")
def test_part_not_in_stock_waits_and_is_not_issued(story: Story, part: Any, person: Any, api: Any) -> None:
    ticket, field, store = story.diagnosed(), api(story.engineer), api(person("storekeeper"))
    path = f"tickets/{ticket.number}/part-lines/"
    with nothing_written():
        assert problem(field.post(path, {"part": "NONE", "quantity": 1})) == (400, "invalid", "part")
        assert problem(field.post(path, {"part": part.code, "quantity": 0})) == (400, "invalid", "quantity")
        assert problem(field.post(path, {"part": part.code, "quantity": 10**9}))[2] == "quantity"
        untracked = field.post(path, {"part": part.code, "quantity": 1, "serials": ["S-1"]})
        assert problem(untracked)[2] == "serials"
    short = field.post(path, {"part": part.code, "quantity": 6})
    assert short.json()["part_lines"]["status"] == "short"
    with nothing_written():
        refused = store.post(f"reservations/{Reservation.objects.get().pk}/issue/")
    assert problem(refused)[:2] == (409, "out_of_stock")
    assert PartLine.objects.get().status == "short"


@pytest.mark.refused
@pytest.mark.req("DSP-02", "APT-01")
def test_two_jobs_in_one_slot(story: Story, api: Any) -> None:
    first, second = story.classified(), story.classified()
    when = hours(60).isoformat()
    body = {"engineer": "engineer", "expected_at": when}
    assert api(story.agent).post(f"tickets/{first.number}/assignment/", body).status_code == 201
    with nothing_written():
        clash = api(story.agent).post(f"tickets/{second.number}/assignment/", body)
        assert problem(clash) == (409, "double_booked", "expected_at")
    assert Ticket.objects.get(pk=second.pk).status == "classified"
    other = body | {"expected_at": hours(90).isoformat()}
    assert api(story.agent).post(f"tickets/{second.number}/assignment/", other).status_code == 201
    slot = {"starts_at": when, "ends_at": hours(61).isoformat(), "place": "客户处"}
    with nothing_written():
        visit = api(story.engineer).post(f"tickets/{second.number}/appointment/", slot)
        assert problem(visit) == (409, "double_booked", "starts_at")


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_anothers_things_are_not_there(
    story: Story, part: Any, person: Any, sh: Branch, customer: Customer, unit: Unit, api: Any
) -> None:
    number = story.in_handling().number
    strangers = [person("agent", branch=sh), person("engineer"), person("engineer", branch=sh)]
    with nothing_written():
        for who in strangers:
            door = api(who)
            for path in (
                f"tickets/{number}/",
                f"tickets/{number}/timeline/",
                f"tickets/{number}/clocks/",
                f"tickets/{number}/attachments/",
                f"tickets/{number}/suggestions/",
                f"customers/{customer.pk}/",
                f"customers/{customer.pk}/timeline/",
                f"units/{unit.pk}/",
            ):
                assert (path, problem(door.get(path))[:2]) == (path, (404, "not_found"))
            patched = door.patch(f"tickets/{number}/", {"subject": "x"}, version=0)
            assert problem(patched)[:2] == (404, "not_found")
            assert door.get("tickets/").json()["results"] == []
        assert problem(api(None).get(f"tickets/{number}/"))[:2] == (401, "unauthenticated")


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_missing_right_is_403(story: Story, person: Any, body: dict[str, Any], api: Any) -> None:
    number = story.in_handling().number
    keeper = api(person("storekeeper"))
    with nothing_written():
        assert problem(api(story.engineer).post("tickets/", body))[:2] == (403, "forbidden")
        assert problem(keeper.post("tickets/", body))[:2] == (403, "forbidden")
        renamed = api(story.engineer).patch(f"tickets/{number}/", {"subject": "x"}, version=0)
        assert problem(renamed)[:2] == (403, "forbidden")
        given = api(story.engineer).post(f"tickets/{number}/handover/", {"owner": "agent"})
        assert problem(given)[:2] == (403, "forbidden")


@pytest.mark.refused
def test_twice_is_once_and_a_key_is_for_one_request(body: dict[str, Any], agent: Any, api: Any) -> None:
    door = api(agent)
    first = door.post("tickets/", body, key="k")
    again = door.post("tickets/", body, key="k")
    assert (again.status_code, again["Location"], again["Idempotency-Replayed"]) == (
        201,
        first["Location"],
        "true",
    )
    assert again.json()["number"] == first.json()["number"]
    assert (Ticket.objects.count(), Customer.objects.count(), Unit.objects.count()) == (1, 1, 1)
    with nothing_written():
        other = door.post("tickets/", body | {"subject": "另一件"}, key="k")
        assert problem(other)[:2] == (422, "idempotency_key_reused")
        noun = door.post(f"tickets/{first.json()['number']}/verification/", {"confirmed": True}, key="k")
        assert problem(noun)[:2] == (422, "idempotency_key_reused")
        without = door.post("tickets/", body, key=None)
        assert problem(without)[:2] == (400, "idempotency_key_required")


@pytest.mark.refused
@pytest.mark.parametrize("key", ["x" * 201, " ", "钥匙", "a\tb"])
def test_odd_keys_are_refused_or_kept_but_never_an_error(
    key: str, body: dict[str, Any], agent: Any, api: Any
) -> None:
    answer = api(agent).post("tickets/", body, key=key)
    assert answer.status_code < 500


@pytest.mark.refused
def test_a_refused_write_frees_its_key(body: dict[str, Any], agent: Any, api: Any) -> None:
    door = api(agent)
    assert door.post("tickets/", changed(body, "customer.phone", "12"), key="k").status_code == 400
    assert door.post("tickets/", body, key="k").status_code == 201


@pytest.mark.refused
def test_stale_edit_names_the_version_that_stands(story: Story, api: Any) -> None:
    ticket, door = story.registered(), api(story.agent)
    path = f"tickets/{ticket.number}/"
    version = door.get(path).json()["version"]
    done = door.patch(path, {"subject": "先改的"}, version=version)
    assert done.status_code == 200
    with nothing_written():
        stale = door.patch(path, {"subject": "后改的"}, version=version)
        assert problem(stale)[:2] == (412, "stale")
        assert stale.json()["current"] == done.json()["version"]
        unconditional = door("PATCH", path, {"subject": "x"})
        assert problem(unconditional)[:2] == (428, "precondition_required")
        assert problem(door.patch(path, {"subject": "x"}, version="banana"))[0] in {400, 412}
        assert problem(door.patch(path, {"status": "closed"}, version=1))[:2] == (400, "invalid")
    assert Ticket.objects.get().subject == "先改的"


@pytest.mark.refused
@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "page_size=1000",
        "page_size=x",
        "ordering=password",
        "cursor=nonsense",
        "status=magic",
        "search=%00",
        "reported_after=yesterday",
    ],
)
def test_bad_queries_are_problems(query: str, agent: Any, api: Any) -> None:
    answer = api(agent).get(f"tickets/?{query}")
    if answer.status_code != 200:
        assert problem(answer)[:2] in {(400, "invalid"), (400, "malformed")}
    else:
        assert query in {"page_size=1000", "page_size=x"}


@pytest.mark.refused
def test_odd_addresses_are_not_found(agent: Any, api: Any) -> None:
    for path in (
        "tickets/T-2026-999999/",
        "tickets/%00/",
        "tickets/..%2f..%2fetc/",
        "customers/99999999999999999999/",
        "customers/9223372036854775808/",
        "parts/%F0%9F%98%80/",
        "units/0/",
    ):
        assert (path, problem(api(agent).get(path))[:2]) == (path, (404, "not_found"))


@pytest.mark.refused
def test_a_customer_of_another_branch_is_not_named(
    body: dict[str, Any], person: Any, sh: Branch, agent: Any, api: Any
) -> None:
    there = person("agent", branch=sh)
    foreign = commands.run(crm.open_file, name="李四", phone="13700137000", actor=there.user)
    with nothing_written():
        answer = api(agent).post("tickets/", body | {"customer": {"id": foreign.pk}})
    assert problem(answer) == (400, "invalid", "customer.id")
    assert "李四" not in answer.content.decode()

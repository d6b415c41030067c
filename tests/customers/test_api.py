"""The doors to files, units and products of the REST interface."""

from __future__ import annotations

from typing import Any

import pytest

from customers import actions
from customers.models import Customer, Unit
from service_center.kernel.models import Event
from staff.models import Branch

pytestmark = pytest.mark.django_db
ADDRESS = {
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "zone": "suburb",
    "detail": "文三路 100 号 5-301",
}
WANG = {"name": "王芳", "phone": "138-0013-8000", "address": ADDRESS, "email": "wang@example.com"}


@pytest.mark.req("CRM-02", "SEC-06")
def test_open_file_answers_masked(person: Any, api: Any) -> None:
    agent = api(person("agent"))

    made = agent.post(
        "customers/", {**WANG, "contact": {"name": "李雷", "phone": "0571-88001234", "relation": "丈夫"}}
    )
    body = made.json()

    assert (made.status_code, made["Location"]) == (201, f"/api/v1/customers/{body['id']}/")
    assert (body["phone"], body["email"], body["branch"], body["level"]) == (
        "138****8000", "w***@example.com", "HZ", "ordinary",
    )  # fmt: skip
    assert body["address"] == {**ADDRESS, "detail": "文三路 ****"}
    assert body["contacts"][0]["phone"] == "0571****1234"
    assert agent.get(made["Location"]).json() == body
    assert "13800138000" not in made.content.decode()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"phone": "12345"}, "phone", "phone_invalid"),
        ({"phone": "+1 555"}, "phone", "phone_invalid"),
        ({"name": ""}, "name", "blank"),
        ({"name": "a\x00b"}, "name", "null_characters_not_allowed"),
        ({"email": "x"}, "email", "invalid"),
        ({"address": {"zone": "moon"}}, "address.zone", "invalid_choice"),
        ({"address": {"street": "x"}}, "address.street", "unknown"),
        ({"level": "vip"}, "level", "unknown"),
        ({"contact": {"name": "李雷", "phone": "1"}}, "contact.phone", "phone_invalid"),
    ],
)
def test_open_file_refuses_with_field_and_code(
    change: dict[str, Any], field: str, code: str, person: Any, api: Any
) -> None:
    answer = api(person("agent")).post("customers/", {**WANG, **change})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
    assert not Customer.objects.exists()


@pytest.mark.req("CRM-02")
def test_open_file_refused_without_key_or_right(person: Any, api: Any) -> None:
    keyless = api(person("agent")).post("customers/", WANG, key=None)
    refused = api(person("engineer")).post("customers/", WANG)

    assert (keyless.status_code, keyless.json()["code"]) == (400, "idempotency_key_required")
    assert (refused.status_code, Customer.objects.exists()) == (403, False)


@pytest.mark.req("TKT-01", "SEC-01")
def test_look_up_refused_across_branches_and_to_strangers(
    person: Any, api: Any, file_of: Any, sh: Branch
) -> None:
    """A file one may not see is neither found nor opened by its id."""
    customer = file_of()

    for who in (person("agent", branch=sh), person("engineer"), person("storekeeper"), person("accountant")):
        client = api(who)
        for query in ("phone=13800138000", "phone_last4=8000", "search=王芳"):
            assert client.get(f"customers/?{query}").json()["results"] == []
        assert client.get(f"customers/{customer.pk}/").status_code == 404
    assert api(None).get("customers/").status_code == 401


@pytest.mark.req("SEC-01", "SEC-06")
def test_reveal_refused_without_reason_or_right(person: Any, api: Any, file_of: Any) -> None:
    customer = file_of()
    address = f"customers/{customer.pk}/reveal/"

    mute = api(person("agent")).post(address, {"field": "phone", "reason": " "})
    idle = [
        api(person(role)).post(address, {"field": "phone", "reason": "看看"})
        for role in ("analyst", "director")
    ]

    assert (mute.status_code, [answer.status_code for answer in idle]) == (400, [403, 403])
    assert not Event.objects.filter(name="personal_data.revealed").exists()


def test_a_name_is_kept_byte_exact(person: Any, api: Any) -> None:
    name = "王芳👩‍🔧 \u202bمرحبا\u202c"

    assert api(person("agent")).post("customers/", {**WANG, "name": name}).json()["name"] == name


@pytest.mark.req("TKT-01")
def test_list_finds_by_number_last_digits_and_name(person: Any, api: Any, file_of: Any, sh: Branch) -> None:
    wang, _zhao = file_of(), file_of("赵敏", "13911112222")
    far = file_of("王芳", "13800138000", branch=sh)
    agent, boss = api(person("agent")), api(person("manager"))

    def found(client: Any, query: str) -> list[int]:
        return [row["id"] for row in client.get(f"customers/?{query}").json()["results"]]

    for query in (
        "phone=13800138000",
        "phone=%2B8613800138000",
        "phone_last4=8000",
        "search=王芳",
        "search=芳",
    ):
        assert (query, found(agent, query)) == (query, [wang.pk])
        assert found(boss, query) == [far.pk, wang.pk]
    assert found(boss, "search=王芳&branch=HZ") == [wang.pk]
    for query in ("phone=12", "phone_last4=80", "colour=red", "search=%00"):
        assert agent.get(f"customers/?{query}").status_code == 400


def test_list_costs_the_same_for_one_and_three(person: Any, api: Any, file_of: Any, query_count: Any) -> None:
    agent = api(person("agent"))
    file_of(contact={"name": "李雷", "phone": "13700137000"})
    agent.get("customers/")  # the first request opens the session
    one = query_count(lambda: agent.get("customers/"))
    for phone in ("13911112222", "13911113333"):
        file_of("赵敏", phone, contact={"name": "李雷", "phone": phone})

    assert query_count(lambda: agent.get("customers/")) == one


def test_edit_file_under_if_match(person: Any, api: Any, file_of: Any, sh: Branch) -> None:
    customer = file_of(address=ADDRESS)
    agent = api(person("agent", username="chen"))

    done = agent.patch(
        f"customers/{customer.pk}/",
        {"address": {"detail": "文二路 1 号"}, "dedicated_agent": "chen"},
        version=0,
    )
    stale = agent.patch(f"customers/{customer.pk}/", {"name": "x"}, version=0)
    level = agent.patch(f"customers/{customer.pk}/", {"level": "vip"}, version=1)
    strange = api(person("agent", branch=sh)).patch(f"customers/{customer.pk}/", {"name": "x"}, version=1)
    viewer = api(person("analyst")).patch(f"customers/{customer.pk}/", {"name": "x"}, version=1)

    assert (done.status_code, done.json()["dedicated_agent"], done.json()["address"]["city"]) == (
        200,
        "chen",
        "杭州市",
    )
    assert [a.status_code for a in (stale, level, strange, viewer)] == [412, 403, 404, 403]


@pytest.mark.req("SEC-01", "SEC-06")
def test_reveal_shows_the_number_and_notes_who_and_why(person: Any, api: Any, file_of: Any) -> None:
    customer, agent = file_of(address=ADDRESS), person("agent")
    address = f"customers/{customer.pk}/reveal/"

    shown = api(agent).post(address, {"field": "phone", "reason": "客户要求回电"}, key="r")
    again = api(agent).post(address, {"field": "phone", "reason": "客户要求回电"}, key="r")
    street = api(agent).post(address, {"field": "address", "reason": "上门"})
    mute = api(agent).post(address, {"field": "phone", "reason": " "})
    refused = api(person("analyst")).post(address, {"field": "phone", "reason": "看看"})

    assert (shown.status_code, shown.json()["reveal"]) == (201, {"field": "phone", "value": "+8613800138000"})
    assert (again.json()["reveal"], again["Idempotency-Replayed"]) == (shown.json()["reveal"], "true")
    assert (street.json()["reveal"]["value"], mute.status_code, refused.status_code) == (
        ADDRESS["detail"],
        400,
        403,
    )
    facts = Event.objects.filter(name="personal_data.revealed", actor=agent.user)
    assert [fact.data["field"] for fact in facts.order_by("id")] == ["phone", "address_detail"]


def test_contacts_and_timeline(person: Any, api: Any, file_of: Any) -> None:
    customer, agent = file_of(), api(person("agent", username="chen"))

    made = agent.post(f"customers/{customer.pk}/contacts/", {"name": "李雷", "phone": "13700137000"})
    items = agent.get(f"customers/{customer.pk}/timeline/").json()["results"]

    assert (made.status_code, made.json()["contact"]["phone"], made.json()["customer"]["version"]) == (
        201, "137****7000", 1,
    )  # fmt: skip
    assert [(item["name"], item["actor"]) for item in items] == [
        ("customer.contact_added", "chen"), ("customer.opened", None),
    ]  # fmt: skip
    assert items[0]["links"] == [{"kind": "customers.customer", "id": customer.pk}]
    assert set(items[0]) == {"name", "at", "occurred_at", "actor", "text", "links"}


def test_timeline_costs_the_same_for_one_and_three(
    person: Any, api: Any, run: Any, file_of: Any, query_count: Any
) -> None:
    customer, agent = file_of(), api(person("agent"))
    agent.get(f"customers/{customer.pk}/timeline/")  # the first request opens the session
    one = query_count(lambda: agent.get(f"customers/{customer.pk}/timeline/"))
    for phone in ("13911112222", "13911113333"):
        run(actions.add_contact, customer, name="x", phone=phone)

    assert query_count(lambda: agent.get(f"customers/{customer.pk}/timeline/")) == one


@pytest.mark.req("WTY-06", "WTY-07", "WTY-08", "WTY-09", "CRM-14")
def test_units_are_registered_with_their_warranty(person: Any, api: Any, file_of: Any, model: Any) -> None:
    customer, agent = file_of(), api(person("agent"))
    model(months=72)
    body = {
        "customer": customer.pk,
        "product_model": "KFR-35GW",
        "serial": "ac35-0001",
        "purchased_on": "2025-05-01",
        "proof": "invoice",
    }

    made = agent.post("units/", body)
    unit = made.json()

    assert (made.status_code, unit["serial"], unit["warranty"]) == (
        201, "AC35-0001",
        {"decision": "in_warranty", "reason": "within_term", "until": "2031-05-01", "clause": "002-5 1.1.1.3"},
    )  # fmt: skip
    for query in (
        "serial=AC35-0001",
        "serial=ac35-0001",
        "serial_end=0001",
        f"customer={customer.pk}",
        "product_model=KFR-35GW",
    ):
        assert [row["id"] for row in agent.get(f"units/?{query}").json()["results"]] == [unit["id"]]
    out = agent.patch(f"units/{unit['id']}/", {"proof": "none"}, version=0)
    assert (out.json()["warranty"]["decision"], out.json()["warranty"]["reason"]) == (
        "out_of_warranty",
        "no_proof",
    )
    assert [i["name"] for i in agent.get(f"units/{unit['id']}/timeline/").json()["results"]] == [
        "unit.edited",
        "unit.registered",
    ]


@pytest.mark.req("WTY-08", "CRM-14")
def test_units_refuse_foreign_serials_customers_and_branches(
    person: Any, api: Any, file_of: Any, model: Any, sh: Branch
) -> None:
    mine, far = file_of(), file_of("赵敏", "13911112222", branch=sh)
    model(), model("BCD-260", prefix="RF26", line="RF")
    agent = api(person("agent"))
    body = {"customer": mine.pk, "product_model": "KFR-35GW", "serial": "RF26-1"}

    foreign = agent.post("units/", body)
    unseen = agent.post("units/", {**body, "customer": far.pk, "serial": "AC35-1"})
    unknown = agent.post("units/", {**body, "product_model": "XXX"})
    future = agent.post("units/", {**body, "serial": "AC35-1", "purchased_on": "2999-01-01"})

    errors = [answer.json()["errors"][0] for answer in (foreign, unseen, unknown, future)]
    assert [error["field"] for error in errors] == ["serial", "customer", "product_model", "purchased_on"]
    assert (errors[0]["code"], Unit.objects.exists()) == ("serial_of_other_model", False)


def test_transfer_moves_a_unit(person: Any, api: Any, run: Any, file_of: Any, model: Any) -> None:
    old, new = file_of(), file_of("赵敏", "13911112222")
    unit = run(actions.register_unit, customer=old, product_model=model(), serial="AC35-1")

    refused = api(person("analyst")).post(f"units/{unit.pk}/transfer/", {"to": new.pk})
    done = api(person("agent")).post(f"units/{unit.pk}/transfer/", {"to": new.pk})

    assert (refused.status_code, done.status_code, done.json()["unit"]["customer"]) == (403, 201, new.pk)


def test_unit_list_costs_the_same_for_one_and_three(
    person: Any, api: Any, run: Any, file_of: Any, model: Any, query_count: Any
) -> None:
    agent, customer = api(person("agent")), file_of()
    run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-1")
    agent.get("units/")  # the first request opens the session
    one = query_count(lambda: agent.get("units/"))
    for serial in ("AC35-2", "AC35-3"):
        run(actions.register_unit, customer=customer, product_model=model(), serial=serial)

    assert query_count(lambda: agent.get("units/")) == one


def test_engineers_see_files_of_their_work_only(
    person: Any, api: Any, run: Any, file_of: Any, model: Any
) -> None:
    customer, engineer = file_of(), person("engineer")
    unit = run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-1")
    client = api(engineer)

    before = [client.get(path).status_code for path in (f"customers/{customer.pk}/", f"units/{unit.pk}/")]
    run(actions.grant_access, engineer, customer, unit=unit)
    after = [client.get(path).status_code for path in (f"customers/{customer.pk}/", f"units/{unit.pk}/")]

    assert (before, after) == ([404, 404], [200, 200])
    assert api(person("storekeeper")).get(f"customers/{customer.pk}/").status_code == 404


@pytest.mark.req("WTY-01")
def test_products_and_their_terms(person: Any, api: Any, model: Any) -> None:
    model()
    boss, agent = api(person("manager")), api(person("agent"))

    line = boss.post("product-lines/", {"code": "RF", "name_zh": "冰箱", "name_en": "Refrigerator"})
    made = boss.post(
        "products/",
        {
            "code": "BCD-260",
            "line": "RF",
            "name_zh": "双门冰箱",
            "name_en": "Two-door",
            "warranty_months": 36,
        },
    )
    term = boss.post("products/BCD-260/warranty-terms/", {"months": 48, "sold_from": "2026-01-01"})
    early = boss.post("products/BCD-260/warranty-terms/", {"months": 48, "sold_from": "2025-01-01"})
    edited = boss.patch("products/BCD-260/", {"is_active": False}, version=0)

    assert [a.status_code for a in (line, made, term, early, edited)] == [201, 201, 201, 400, 200]
    assert (early.json()["errors"][0]["field"], made["Location"]) == (
        "sold_from",
        "/api/v1/products/BCD-260/",
    )
    assert (
        agent.post("products/", {"code": "X", "line": "RF", "name_zh": "x", "name_en": "x"}).status_code
        == 403
    )
    assert [row["code"] for row in agent.get("products/?line=RF").json()["results"]] == ["BCD-260"]
    assert agent.get("products/BCD-260/", **{"Accept-Language": "en"}).json()["name"] == "Two-door"
    assert len(agent.get("products/BCD-260/warranty-terms/").json()["results"]) == 1


@pytest.mark.req("WTY-01")
def test_terms_refused_to_agents_and_backwards(person: Any, api: Any, model: Any) -> None:
    model()
    body = {"months": 48, "sold_from": "2026-01-01"}

    weak = api(person("agent")).post("products/KFR-35GW/warranty-terms/", body)
    absurd = api(person("manager")).post("products/KFR-35GW/warranty-terms/", {**body, "months": 0})

    assert (weak.status_code, absurd.status_code) == (403, 400)


@pytest.mark.req("WTY-06", "WTY-07", "WTY-08", "WTY-09")
def test_units_without_proof_or_term_are_out_of_warranty(
    person: Any, api: Any, file_of: Any, model: Any
) -> None:
    """The refused side of the decision, each with its reason and article."""
    customer, agent = file_of(), api(person("agent"))
    model(months=12)
    given = {"customer": customer.pk, "product_model": "KFR-35GW"}

    found = {
        reason: agent.post("units/", {**given, "serial": f"AC35-{reason}", **extra}).json()["warranty"]
        for reason, extra in {
            "no_proof": {"purchased_on": "2026-06-01"},
            "term_over": {"purchased_on": "2020-06-01", "proof": "invoice"},
            "no_date": {"proof": "invoice"},
        }.items()
    }

    assert {reason: answer["reason"] for reason, answer in found.items()} == {
        reason: reason for reason in found
    }
    assert {answer["decision"] for answer in found.values()} == {"out_of_warranty"}


def test_product_list_costs_the_same_for_one_and_three(
    person: Any, api: Any, model: Any, query_count: Any
) -> None:
    agent = api(person("agent"))
    model()
    agent.get("products/")  # the first request opens the session
    one = query_count(lambda: agent.get("products/"))
    model("A-1"), model("A-2")

    assert query_count(lambda: agent.get("products/")) == one

"""What all REST doors have in common: keys, problems, filters, versions, the schema."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.django_db
@pytest.mark.req("SEC-06")
def test_a_stranger_is_refused_with_a_problem(api: Any) -> None:
    answer = api(None).get("me/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert answer["WWW-Authenticate"]


@pytest.mark.django_db
def test_a_write_without_a_key_is_refused(api: Any, person: Any) -> None:
    answer = api(person("agent")).post("tickets/", {}, key=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


@pytest.mark.django_db
def test_unknown_fields_and_filters_are_refused(api: Any, person: Any) -> None:
    agent = api(person("agent"))
    answer = agent.post("tickets/", {"colour": "red"})
    assert answer.status_code == 400
    assert {"field": "colour", "code": "unknown"}.items() <= answer.json()["errors"][0].items()
    assert agent.get("tickets/?colour=red").status_code == 400
    assert agent.get("tickets/?page_size=101").status_code == 400


@pytest.mark.django_db
def test_malformed_json_is_a_problem_not_an_error(api: Any, person: Any) -> None:
    client = api(person("agent")).client
    answer = client.post("/api/v1/tickets/", b"{", content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.django_db
def test_texts_follow_the_reader_codes_do_not(api: Any, person: Any) -> None:
    agent = api(person("agent"))
    chinese = agent.post("tickets/", {}, key=None, **{"Accept-Language": "zh-hans"}).json()
    english = agent.post("tickets/", {}, key=None, **{"Accept-Language": "en"}).json()
    assert chinese["code"] == english["code"]
    assert chinese["detail"] != english["detail"]


@pytest.mark.django_db
def test_unknown_pages_below_the_api_are_problems_too(api: Any, person: Any) -> None:
    answer = api(person("agent")).get("nothing-here/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.django_db
def test_the_schema_names_every_operation_once(client: Any) -> None:
    schema = client.get("/api/v1/schema/?format=json").json()
    names = [op["operationId"] for path in schema["paths"].values() for op in path.values()]
    assert len(names) == len(set(names))
    assert len(names) > 60
    assert {"create_ticket", "create_ticket_assignment", "undo_ticket_hold", "list_kpis"} <= set(names)


@pytest.mark.django_db
def test_every_write_in_the_schema_asks_for_a_key(client: Any) -> None:
    schema = client.get("/api/v1/schema/?format=json").json()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if method in {"post", "patch", "delete", "put"}:
                headers = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}
                assert "Idempotency-Key" in headers, (method, path)

"""A body that names a row its sender may not see is told what it would be told of one that does not exist (contract C)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from customers.models import Customer, Unit
from parts.models import Location
from tests.proof.test_matrix import Matrix

pytestmark = [pytest.mark.django_db, pytest.mark.refused, pytest.mark.req("SEC-01")]

NAMED = {
    "create_ticket": [("agent2", "customer.id"), ("agent", "unit.id")],
    "create_unit": [("agent2", "customer")],
    "create_complaint": [("agent2", "customer"), ("agent2", "ticket"), ("agent", "unit"), ("agent", "owner")],
    "create_unit_transfer": [("agent", "to")],
    "edit_customer": [("agent", "dedicated_agent")],
    "create_appraisal": [("supervisor", "person")],
    "create_stock_movement": [("storekeeper", "location")],
    "create_part_quarantine": [("storekeeper", "location")],
    "create_part_carried_stock": [("storekeeper", "person")],
    "create_ticket_handover": [("agent", "owner")],
    "create_complaint_handover": [("supervisor", "owner")],
    "create_complaint_team": [("supervisor", "leader"), ("supervisor", "members.0")],
    "create_complaint_plan": [("supervisor", "responsible")],
    "create_complaint_visit": [("supervisor", "visitor")],
    "create_follow_up_handover": [("supervisor", "owner")],
    "create_rectification_analysis": [("supervisor", "owner")],
}
"""Operation -> who sends it naming, in which field, a row of the other branch."""


def hidden(matrix: Matrix, actor: str, field: str) -> tuple[Any, Any]:
    """A row of the other branch by its name, and a name that nobody has."""
    there = "HZ" if actor.endswith("2") else "SH"
    match field.split(".")[0]:
        case "customer" | "to":
            return Customer.objects.filter(branch__code=there).latest("pk").pk, 2**40
        case "unit":
            return Unit.objects.filter(customer__branch__code=there).latest("pk").pk, 2**40
        case "ticket":
            return matrix.world.paths["tickets"], "T-2000-000001"
        case "location":
            return Location.objects.get(branch__code=there, kind="store").code, "NOWHERE"
        case "engineer":
            return "engineer3", "nobody"
        case _:
            return ("agent" if there == "HZ" else "agent2"), "nobody"


def answer(matrix: Matrix, name: str, actor: str, body: dict[str, Any]) -> Any:
    operation = next(one for one in matrix.operations() if one.name == name)
    client, point = matrix._client(actor), transaction.savepoint()
    try:
        return client.generic(
            operation.method, matrix.url(operation), json.dumps(body, default=str), content_type="application/json",
            headers={"idempotency-key": "hidden", "if-match": '"0"'} if operation.method == "PATCH" else {"idempotency-key": "hidden"},
        )  # fmt: skip
    finally:
        transaction.savepoint_rollback(point)


def named(body: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The body with another name in the field; `a.b` lies inside, `a.0` is the first of a list."""
    outer, _, inner = field.partition(".")
    if not inner:
        return body | {outer: value}
    return body | {outer: [value] if inner == "0" else {inner: value}}


def told(matrix: Matrix, name: str, actor: str, field: str, value: Any) -> tuple[int, Any]:
    """Status and problems, without the name that was sent."""
    operation = next(one for one in matrix.operations() if one.name == name)
    found = answer(matrix, name, actor, named(matrix.bodies(operation.about), field, value))
    return found.status_code, json.loads(found.content.decode().replace(str(value), "…")).get("errors")


def test_a_hidden_row_and_none_are_told_alike() -> None:
    matrix, wrong = Matrix(), []
    for name, senders in NAMED.items():
        for actor, field in senders:
            there, nowhere = hidden(matrix, actor, field)
            of_hidden, of_none = (told(matrix, name, actor, field, value) for value in (there, nowhere))
            beside = [problem["field"] for problem in of_none[1] or ()]
            if of_none[0] != 400 or not any(field.split(".")[0] in one for one in beside):
                wrong.append(f"{name} as {actor}: {field} of nobody: {of_none}")
            elif of_hidden != of_none:
                wrong.append(f"{name} as {actor}: {field} {there}: {of_hidden}, but of nobody {of_none}")
    assert not wrong, "\n".join(wrong)

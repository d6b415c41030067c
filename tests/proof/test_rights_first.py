"""Who has no right to an operation is told so whatever is sent: a body's faults are for those who may (contract C)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction

from customers.api.views import Customers
from tests.proof.policy import ACTORS, ALL, POLICY, VIEW
from tests.proof.test_matrix import Matrix, Operation

pytestmark = pytest.mark.django_db
GARBAGE = ("{}", '{"nobody_knows_this": "\\u0000"}', "[[", "")


BY_BODY = {"create_text_template": {"supervisor"}}
"""Roles whose right depends on what is sent: a supervisor words for the own branch, not for the company."""


def role(username: str) -> str:
    return username.rstrip("0123456789")


def without_right(operation: Operation) -> list[str]:
    """One of each role of which nobody may."""
    named = POLICY[operation.name]
    if named in {ALL, VIEW}:
        return []
    may = {role(name) for name in named.split()} | BY_BODY.get(operation.name, set())
    return [name for name in ACTORS if name == role(name) and role(name) not in may]


def answers(matrix: Matrix, operation: Operation, actor: str) -> set[int]:
    """The statuses of every kind of garbage; nothing stays written."""
    client, found = matrix._client(actor), set()
    headers: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "garbage"}
    if operation.method == "PATCH":
        headers["HTTP_IF_MATCH"] = '"0"'
    for body in GARBAGE:
        point = transaction.savepoint()
        answer = client.generic(
            operation.method, matrix.url(operation), body, content_type="application/json", **headers
        )
        found.add(answer.status_code)
        transaction.savepoint_rollback(point)
    return found


def wrong_answers(matrix: Matrix, operations: Iterable[Operation]) -> list[str]:
    """One line for each role without the right that was told something else than that."""
    return [
        f"{operation.name} as {actor}: {sorted(told)}"
        for operation in operations
        for actor in without_right(operation)
        if not (told := answers(matrix, operation, actor)) <= {403, 404}
    ]


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_without_the_right_a_body_is_not_even_read() -> None:
    matrix = Matrix()
    writes = [operation for operation in matrix.operations() if operation.method != "GET"]
    wrong = wrong_answers(matrix, writes)
    assert not wrong, "\n".join(wrong)


def test_a_door_that_reads_first_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    matrix = Matrix()
    door = [operation for operation in matrix.operations() if operation.name == "create_customer"]
    assert wrong_answers(matrix, door) == []
    monkeypatch.setattr(Customers, "may", None)
    assert {line.split(":")[0] for line in wrong_answers(matrix, door)} == {
        f"create_customer as {who}" for who in ("engineer", "storekeeper", "accountant", "quality")
    }

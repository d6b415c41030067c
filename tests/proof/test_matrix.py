"""Every operation of the OpenAPI document against everybody: who may, who is forbidden, for whom nothing is there (SEC-01).

The policy is tests/proof/policy.py; an operation without a row fails, and so does a row without an operation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from service_center.kernel.models import User
from tests.proof import world as worlds
from tests.proof.bodies import Bodies
from tests.proof.policy import ACTORS, ALL, BELOW, NAMED_IN_BODY, POLICY, VIEW, VIEWERS
from tests.tickets.conftest import PNG
from tickets.actions import triage
from tickets.models.ticket_queryset import TicketQuerySet

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
DONE = {200, 201, 202, 204, 400, 409, 412, 422}
"""The door was open: it was done, or refused for what it is and not for who asked."""


@dataclass
class Operation:
    name: str
    method: str
    path: str
    about: dict[str, Any] = field(repr=False)

    @property
    def head(self) -> str:
        """The resource the path begins with."""
        return self.path.removeprefix(ROOT).split("/")[1]

    @property
    def is_list(self) -> bool:
        return "{" not in self.path

    def viewers(self) -> set[str] | None:
        """Who sees the object the path names; None when everybody does."""
        for start, names in BELOW.items():
            if self.path.removeprefix(ROOT).startswith(start) and "retraction" not in self.path:
                return set(names.split())
        return set(VIEWERS[self.head].split()) if self.head in VIEWERS and not self.is_list else None

    def allowed(self, actor: str) -> bool:
        row = POLICY[self.name]
        if row == VIEW:
            viewers = self.viewers()
            return viewers is None or actor in viewers
        return row == ALL or actor in row.split()

    def expected(self, actor: str) -> set[int]:
        if self.allowed(actor):
            return {200} if self.method == "GET" else DONE
        viewers = self.viewers()
        if viewers is None or actor in viewers:
            return {400, 403} if self.name in NAMED_IN_BODY else {403}
        return {404}


class Matrix:
    """Sends every operation as anybody; what a request changes is undone after it."""

    def __init__(self) -> None:
        self.world = worlds.build()
        self.document = Client().get(f"{ROOT}/schema/?format=json").json()
        self.bodies = Bodies(self.document, self.world.values, worlds.special(self.world.values))
        self.clients: dict[str, Client] = {}

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.document["paths"].items():
            for method, about in methods.items():
                yield Operation(about["operationId"], method.upper(), path, about)

    def url(self, operation: Operation) -> str:
        path, heads = operation.path, [operation.head]
        heads += [word for word in path.split("/") if word in {"bookings", "licences", "scores"}]
        for name, head in zip(re.findall(r"{\w+}", path), heads, strict=False):
            path = path.replace(name, self.world.paths[head], 1)
        return path

    def send(self, operation: Operation, actor: str | None) -> Any:
        client = self._client(actor)
        point = transaction.savepoint()
        try:
            return self._send(operation, client)
        finally:
            transaction.savepoint_rollback(point)

    def _client(self, actor: str | None) -> Client:
        if actor is None:
            return Client(raise_request_exception=False)
        if actor not in self.clients:
            self.clients[actor] = Client(raise_request_exception=False)
            user = User.objects.get(username=actor)
            self.clients[actor].force_login(user, backend="service_center.kernel.access.Backend")
        return self.clients[actor]

    def _send(self, operation: Operation, client: Client) -> Any:
        url = self.url(operation)
        if operation.method == "GET":
            paged = operation.name.startswith("list_") and operation.head in SEEN_BY
            return client.get(url + ("?page_size=100" if paged else ""))
        headers = {"HTTP_IDEMPOTENCY_KEY": "matrix"}
        if operation.method == "PATCH":
            headers["HTTP_IF_MATCH"] = '"0"'
        if "multipart/form-data" in operation.about.get("requestBody", {}).get("content", {}):
            file = SimpleUploadedFile("photo.png", PNG, content_type="image/png")
            return client.post(url, {"file": file, "kind": "photo"}, **headers)  # type: ignore[arg-type]
        body = json.dumps(self.bodies(operation.about), default=str)
        return client.generic(operation.method, url, body, content_type="application/json", **headers)  # type: ignore[arg-type]


SEEN_BY = {"tickets": "number", "complaints": "number", "customers": "id", "units": "id", "follow-ups": "id"}
"""Lists that must show the world's object to those who see it and to nobody else, and what names it there."""


@pytest.fixture
def matrix(db: None) -> Matrix:
    return Matrix()


def wrong_answers(matrix: Matrix, operations: list[Operation], actors: list[str]) -> list[str]:
    """One line for each answer that is not what the policy says."""
    found = []
    for operation in operations:
        named = [] if POLICY[operation.name] in {ALL, VIEW} else POLICY[operation.name].split()
        for actor in dict.fromkeys([*actors, *named]):
            answer = matrix.send(operation, actor)
            if answer.status_code not in operation.expected(actor):
                told = f"{operation.name} as {actor}: {answer.status_code}, not {sorted(operation.expected(actor))}"
                found.append(f"{told} {answer.content.decode()[:200]}")
            elif operation.is_list and operation.method == "GET" and operation.head in SEEN_BY:
                found += leaks(matrix, operation, actor, answer.json()["results"])
    return found


def leaks(matrix: Matrix, operation: Operation, actor: str, rows: list[dict[str, Any]]) -> list[str]:
    shown = matrix.world.paths[operation.head] in {str(row[SEEN_BY[operation.head]]) for row in rows}
    sees = actor in VIEWERS[operation.head].split()
    return [] if shown == sees else [f"{operation.name} as {actor}: shows the object: {shown}, may: {sees}"]


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_every_operation_answers_everybody_as_the_policy_says(matrix: Matrix) -> None:
    wrong = wrong_answers(matrix, list(matrix.operations()), ACTORS)
    assert not wrong, "\n".join(wrong)
    assert {matrix.send(operation, None).status_code for operation in matrix.operations()} == {401}


def test_urls_document_and_policy_name_the_same_operations(db: None) -> None:
    """A new route is in the document, and a new operation has a row, or this is red."""
    document = Client().get(f"{ROOT}/schema/?format=json").json()
    named = {about["operationId"] for methods in document["paths"].values() for about in methods.values()}
    assert named == set(POLICY)
    routed = {re.sub(r"<(?:\w+:)?\w+>", "{}", route) for route in routes(get_resolver().url_patterns)}
    told = {re.sub(r"{\w+}", "{}", path) for path in document["paths"]}
    assert {route for route in routed if route.startswith(f"{ROOT}/")} - told == {
        f"{ROOT}/schema/",
        f"{ROOT}/docs/",
    }


def routes(patterns: list[Any], start: str = "/") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, start + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and not str(pattern.pattern).startswith("^"):
            yield start + str(pattern.pattern)


def test_the_matrix_sees_a_door_that_forgot_who_asks(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: everybody's tickets for everybody, and a verb that asks nobody for the right."""
    reading = [
        o for o in matrix.operations() if o.name in {"get_ticket", "list_ticket", "list_ticket_timeline"}
    ]
    triage_door = [o for o in matrix.operations() if o.name == "create_ticket_triage"]
    assert wrong_answers(matrix, [*reading, *triage_door], ACTORS) == []
    with monkeypatch.context() as patch:
        patch.setattr(TicketQuerySet, "visible_to", lambda self, user: self)
        wrong = {line.split(":")[0] for line in wrong_answers(matrix, reading, ACTORS)}
        assert wrong >= {
            "get_ticket as agent2",
            "list_ticket as engineer2",
            "list_ticket_timeline as storekeeper",
        }
    with monkeypatch.context() as patch:
        patch.setattr(triage, "require", lambda *_: None)
        wrong = {line.split(":")[0] for line in wrong_answers(matrix, triage_door, ACTORS)}
        assert wrong == {
            f"create_ticket_triage as {who}" for who in ("supervisor", "manager", "engineer", "quality")
        }

"""The product from outside: a REST client that knows only the OpenAPI document, in the demo company."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from service_center.kernel import sweep
from service_center.kernel.models import User

_serial = itertools.count(1)


class Story:
    """Calls operations by their operationId: path, body and answer are what the document says, or the test fails.

    Every body is validated against the operation's request schema before it is sent (a name the document does not
    know fails here), every answer against the response schema of its status.
    """

    def __init__(self, document: dict[str, Any], user: User) -> None:
        self.document = document
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self.client = Client()
        self.client.force_login(user, backend="service_center.kernel.access.Backend")

    def __call__(
        self,
        name: str,
        *where: Any,
        status: int = 0,
        query: str = "",
        version: int | None = None,
        key: str = "",
        **body: Any,
    ) -> Any:
        method, path, operation = self.operations[name]
        values = iter(where)
        url = re.sub(r"{\w+}", lambda _: str(next(values)), path) + (f"?{query}" if query else "")
        headers = {"HTTP_IDEMPOTENCY_KEY": key or f"story-{next(_serial)}"} if method != "GET" else {}
        if version is not None:
            headers["HTTP_IF_MATCH"] = f'"{version}"'
        if method in {"POST", "PATCH"}:
            self._check_request(operation, body)
        answer = self.client.generic(
            method,
            url,
            json.dumps(body) if method != "GET" else b"",
            content_type="application/json",
            **headers,
        )
        wanted = status or {"GET": 200, "POST": 201, "PATCH": 200, "DELETE": 204}[method]
        assert answer.status_code == wanted, (name, answer.status_code, answer.content.decode()[:600])
        if answer.status_code == 204:
            return None
        found = answer.json()
        if answer.status_code < 300:
            self._check_answer(name, operation, answer.status_code, found)
        return found

    def _check_request(self, operation: dict[str, Any], body: dict[str, Any]) -> None:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {"type": "object", "maxProperties": 0})
        unknown = set(body) - set(self._resolve(schema).get("properties", {}))
        assert not unknown, (operation["operationId"], unknown)

    def _check_answer(self, name: str, operation: dict[str, Any], status: int, found: Any) -> None:
        content = operation["responses"][str(status)].get("content", {}).get("application/json")
        assert content is not None, (name, status)
        jsonschema.validate(found, content["schema"] | {"components": self.document["components"]})

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return schema


@pytest.fixture(scope="module")
def morning(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo company on its first morning (people, customers, machines, parts), made once for the module.

    It stands in an outer transaction that is rolled back at the end; each test works in its own inside it.
    """
    with django_db_blocker.unblock():
        world = transaction.atomic()
        world._from_testcase = True  # commands.run may be durable inside, as inside a test case
        world.__enter__()
        call_command("demo", bare=True, stdout=io.StringIO())
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        world.__exit__(None, None, None)


@pytest.fixture
def company(morning: None, db: None) -> None:
    """The demo company, as it is when this test begins."""


@pytest.fixture
def document(company: None, client: Client) -> dict[str, Any]:
    """The OpenAPI document as the server publishes it."""
    return client.get("/api/v1/schema/?format=json").json()


@pytest.fixture
def doors(document: dict[str, Any]) -> Callable[[str], Story]:
    """`doors("agent")`: that person at the REST interface."""
    return lambda username: Story(document, User.objects.get(username=username))


@pytest.fixture
def settle() -> Callable[[], None]:
    """Let everything that was promised happen: deliveries, clocks, jobs, messages."""

    def run() -> None:
        while sweep.once():
            pass

    return run

"""The product from outside: a client that has read the OpenAPI document and nothing else, in the demo company.

The story speaks of operations by their id and of facts by the words that the document gives its fields as titles.
Paths, names of fields and where a word stands in a body come from the document.
"""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from service_center.kernel import sweep
from service_center.kernel.models import User
from tests.worlds import SMALL

_serial = itertools.count(1)
Schema = dict[str, Any]


class Document:
    """The OpenAPI document: its operations by id, and the names behind its words."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.components = document["components"]
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

    def plain(self, schema: Schema) -> Schema:
        """The schema itself: what it refers to, and of `something or nothing` the something."""
        while "$ref" in schema or "oneOf" in schema or "allOf" in schema:
            if "$ref" in schema:
                schema = self.components["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
            else:
                choices = schema.get("oneOf") or schema["allOf"]
                schema = next(one for one in choices if one.get("type") != "null")
        return schema

    def named(self, schema: Schema, word: str) -> tuple[str, Schema]:
        """The property that the document calls so."""
        properties = self.plain(schema).get("properties", {})
        found = [(name, inner) for name, inner in properties.items() if inner.get("title") == word]
        assert len(found) == 1, (word, sorted(inner.get("title", "") for inner in properties.values()))
        return found[0]

    def body(self, schema: Schema, told: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        """What was told, by the names of the schema; what else it requires comes from what is known anyway."""
        schema = self.plain(schema)
        words = {schema["properties"][name]["title"] for name in schema.get("required", ())}
        silent = words - told.keys() - known.keys()
        assert not silent, f"the story says nothing of {sorted(silent)}"
        facts = {word: known[word] for word in sorted(words - told.keys())} | dict(told)
        body = {}
        for word, value in facts.items():
            name, inner = self.named(schema, word)
            body[name] = self._value(inner, value() if callable(value) else value, known)
        return body

    def _value(self, schema: Schema, value: Any, known: Mapping[str, Any]) -> Any:
        schema = self.plain(schema)
        if isinstance(value, Mapping) and "properties" in schema:
            return self.body(schema, value, known)
        if isinstance(value, list):
            return [self._value(schema["items"], one, known) for one in value]
        return value

    def told(self, schema: Schema, value: Any) -> Any:
        """An answer that can be asked by the document's words."""
        schema = self.plain(schema)
        if isinstance(value, dict) and "properties" in schema:
            return Told(self, schema, value)
        if isinstance(value, list):
            return [self.told(schema["items"], one) for one in value]
        return value


@dataclass(frozen=True)
class Told:
    """An object of an answer; `told["编号"]` is the property that the document calls so."""

    document: Document
    schema: Schema
    plain: dict[str, Any]

    def __getitem__(self, word: str) -> Any:
        name, schema = self.document.named(self.schema, word)
        return self.document.told(schema, self.plain[name])


class Story:
    """One person's doors. Every answer is validated against the schema of its status."""

    def __init__(self, document: Document, user: User, known: Mapping[str, Any]) -> None:
        self.document, self.known = document, known
        self.client = Client()
        self.client.force_login(user, backend="service_center.kernel.access.Backend")

    def __call__(
        self,
        name: str,
        *where: Any,
        told: Mapping[str, Any] | None = None,
        asking: Mapping[str, Any] | None = None,
        expect: int = 0,
        based_on: int | None = None,
        once: str = "",
    ) -> Any:
        """Do the operation on what `where` names, with the facts `told`; the answer, asked by words."""
        method, path, operation = self.document.operations[name]
        values = iter(where)
        url = re.sub(r"{\w+}", lambda _: str(next(values)), path) + self._query(operation, asking or {})
        headers = {} if method == "GET" else {"HTTP_IDEMPOTENCY_KEY": once or f"story-{next(_serial)}"}
        if based_on is not None:
            headers["HTTP_IF_MATCH"] = f'"{based_on}"'
        body = json.dumps(self.body(name, told or {})) if method in {"POST", "PATCH"} else ""
        answer = self.client.generic(method, url, body, content_type="application/json", **headers)
        wanted = expect or {"GET": 200, "POST": 201, "PATCH": 200, "DELETE": 204}[method]
        assert answer.status_code == wanted, (name, answer.status_code, answer.content.decode()[:600])
        return self._told(operation, answer)

    def body(self, name: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """The operation's body from the facts told; an edit says no more than what it changes."""
        operation = self.document.operations[name][2]
        content = operation.get("requestBody", {}).get("content", {})
        schema = content["application/json"]["schema"] if content else {"type": "object", "properties": {}}
        return self.document.body(schema, told, self.known)

    def beside(self, name: str, *words: str) -> str:
        """Where a problem document says that something stands: the names behind the words, from outside inwards."""
        schema = self.document.operations[name][2]["requestBody"]["content"]["application/json"]["schema"]
        names = []
        for word in words:
            field, schema = self.document.named(schema, word)
            names.append(field)
        return ".".join(names)

    @staticmethod
    def _query(operation: dict[str, Any], asking: Mapping[str, Any]) -> str:
        names = {
            one["schema"]["title"]: one["name"] for one in operation["parameters"] if one["in"] == "query"
        }
        return f"?{urlencode({names[word]: value for word, value in asking.items()})}" if asking else ""

    def _told(self, operation: dict[str, Any], answer: Any) -> Any:
        if answer.status_code == 204:
            return None
        content = operation["responses"][str(answer.status_code)]["content"]
        schema = content[answer["Content-Type"].partition(";")[0]]["schema"]
        found = json.loads(answer.content)
        jsonschema.validate(found, schema | {"components": self.document.components})
        return self.document.told(schema, found)


@pytest.fixture(scope="module")
def morning(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo company on its first morning (people, customers, machines, parts), made once for the module.

    It stands in an outer transaction that is rolled back at the end; each test works in its own inside it.
    """
    with django_db_blocker.unblock():
        world = transaction.atomic()
        world._from_testcase = True  # commands.run may be durable inside, as inside a test case
        world.__enter__()
        call_command("demo", bare=True, stdout=io.StringIO(), **SMALL)
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        world.__exit__(None, None, None)


@pytest.fixture
def company(morning: None, db: None) -> None:
    """The demo company, as it is when this test begins."""


@pytest.fixture
def document(db: None, client: Client) -> dict[str, Any]:
    """The OpenAPI document as the server publishes it to a reader of Chinese."""
    return client.get("/api/v1/schema/?format=json", headers={"accept-language": "zh-hans"}).json()


@pytest.fixture
def doors(company: None, document: dict[str, Any], request: pytest.FixtureRequest) -> Callable[[str], Story]:
    """`doors("agent")`: that person at the interface, knowing what the story's `KNOWN` says."""
    return lambda username: Story(
        Document(document), User.objects.get(username=username), request.module.KNOWN
    )


@pytest.fixture
def settle() -> Callable[[], None]:
    """Let everything that was promised happen: deliveries, clocks, jobs, messages."""

    def run() -> None:
        while sweep.once():
            pass

    return run

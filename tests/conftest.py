"""Fixtures of the whole suite: a migrated database with its rules, people of every role, an API client that keys its writes."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import settings

from service_center.kernel.models import User
from staff.models import Branch, Person, Team

settings.register_profile("repeatable", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("repeatable")  # new cases are sought by people, a build repeats itself

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\S*")
pytest_plugins = ["tests.requirements_report", "tests.recomputed"]
_serial = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("screens")
    group.addoption(
        "--write-screens", action="store_true", help="write docs/screens/*.png, the pictures of the README"
    )
    offline = parser.getgroup("offline")
    offline.addoption(
        "--visits", type=int, default=4, help="scripted visits on a phone that is cut off and killed"
    )
    offline.addoption("--visits-seed", type=int, default=1, help="which faults they meet")
    offline.addoption(
        "--ops", type=int, default=300, help="steps of phones sent with faults at protocol level"
    )


def _flush_despite_triggers() -> None:
    """Test databases are emptied between transactional tests; the journal's triggers would refuse."""
    operations = type(connection.ops)
    plain = operations.execute_sql_flush

    def flush(self: Any, statements: list[str]) -> Any:
        return plain(
            self,
            [
                "SET session_replication_role = 'replica'",
                *statements,
                "SET session_replication_role = 'origin'",
            ],
        )

    operations.execute_sql_flush = flush  # type: ignore[method-assign]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names of cases that every worker agrees on: neither the clock's microseconds nor ten thousand characters."""
    if isinstance(val, str) and _INSTANT.fullmatch(val):
        return f"{argname}-instant"
    return f"{argname}-long" if isinstance(val, str | bytes) and len(val) > 80 else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Migrated, with the rulebook, calendars and settings in force, and the figures' sums kept from the first row on."""
    _flush_despite_triggers()
    with django_db_blocker.unblock():
        call_command("seed_rules", verbosity=0)
        call_command("recompute", "figures", stdout=io.StringIO())


@pytest.fixture(autouse=True)
def _rules_after_flush(request: pytest.FixtureRequest) -> None:
    """Transactional tests leave an empty database behind; give it its rules back."""
    marker = request.node.get_closest_marker("django_db")
    transactional = bool(marker and (marker.kwargs.get("transaction") or (marker.args and marker.args[0])))
    if transactional or "transactional_db" in request.fixturenames or "live_server" in request.fixturenames:
        request.getfixturevalue("transactional_db")
        call_command("seed_rules", verbosity=0)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser that `./dev test` brings."""
    return browser_type_launch_args | {"executable_path": os.environ["CHROMIUM_PATH"]}


@pytest.fixture
def hz(db: None) -> Branch:
    return Branch.objects.get_or_create(code="HZ", defaults={"name_zh": "杭州", "name_en": "Hangzhou"})[0]


@pytest.fixture
def sh(db: None) -> Branch:
    return Branch.objects.get_or_create(code="SH", defaults={"name_zh": "上海", "name_en": "Shanghai"})[0]


@pytest.fixture
def person(hz: Branch) -> Callable[..., Person]:
    """Make somebody: `person("agent")`, `person("engineer", branch=sh, username="liu")`."""

    def make(
        role: str, *, branch: Branch | None = None, username: str | None = None, **fields: Any
    ) -> Person:
        home = branch or hz
        user = User.objects.create_user(username or f"{role}{next(_serial)}", "demo-password")
        team = Team.objects.get_or_create(
            code=f"{home.code}-1", defaults={"branch": home, "name_zh": "一组", "name_en": "Team 1"}
        )[0]
        return Person.objects.create(
            user=user,
            name=fields.pop("name", f"{role}-{user.pk}"),
            branch=home,
            team=team,
            role=role,
            **fields,
        )

    return make


class Api:
    """A signed-in REST client: JSON in and out, a fresh Idempotency-Key for each write unless one is given."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user, backend="service_center.kernel.access.Backend")

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = "", **headers: str
    ) -> Any:
        sent = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
        if key == "" and method not in {"GET", "HEAD"}:
            key = f"test-{next(_serial)}"
        if key:
            sent["HTTP_IDEMPOTENCY_KEY"] = key
        url = path if path.startswith("/") else f"/api/v1/{path}"
        data = b"" if body is None else json.dumps(body)
        return self.client.generic(method, url, data, content_type="application/json", **sent)

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        return self("POST", path, body if body is not None else {}, key=key, **headers)

    def patch(self, path: str, body: Any, *, version: int | str, key: str | None = "") -> Any:
        return self("PATCH", path, body, key=key, **{"If-Match": str(version)})

    def delete(self, path: str, body: Any = None, *, key: str | None = "") -> Any:
        return self("DELETE", path, body, key=key)


@pytest.fixture
def api(db: None) -> Callable[[Any], Api]:
    """`api(person)` or `api(user)` or `api(None)` for a stranger."""

    def make(who: Any) -> Api:
        return Api(getattr(who, "user", who))

    return make


@pytest.fixture
def web(db: None) -> Callable[[Any], Client]:
    """A browser-like test client signed in as the person."""

    def make(who: Any) -> Client:
        client = Client()
        client.force_login(getattr(who, "user", who), backend="service_center.kernel.access.Backend")
        return client

    return make


@pytest.fixture
def query_count(db: None) -> Callable[[Callable[[], Any]], int]:
    """`count = query_count(call)`: how many queries the call makes, for comparing one row with three."""
    from django.test.utils import CaptureQueriesContext

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count

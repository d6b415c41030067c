"""The product in a real browser: Chromium against a live server with the demo company."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from service_center.kernel import sweep
from service_center.kernel.models import User
from tests.worlds import SMALL

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


@contextmanager
def _world(django_db_blocker: Any, *, bare: bool) -> Iterator[str]:
    """The demo company committed for a whole module, since a server in another thread must see it.

    The tests of the module share it: none may lean on what another left behind. Afterwards the database is as the
    session began it: empty but for the rules.
    """
    with django_db_blocker.unblock():
        assert "test_" in connection.settings_dict["NAME"], "this would empty a database in use"
        call_command("flush", interactive=False, verbosity=0)
        call_command("demo", bare=bare, stdout=io.StringIO(), **SMALL)
        User.objects.update(toured_at=timezone.now())
        server = LiveServer("localhost")
        try:
            yield server.url
        finally:
            server.stop()
            _end_other_sessions()
            call_command("flush", interactive=False, verbosity=0)
            call_command("seed_rules", verbosity=0)


def _end_other_sessions() -> None:
    """A thread of the server lives on while the browser keeps its connection; its database session must not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(scope="session")
def _hung_up(browser: Browser, django_db_blocker: Any) -> Iterator[None]:
    """Beside Playwright's event loop Django keeps a connection of its own, which nobody else would close."""
    yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(scope="module")
def site(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, _hung_up: None
) -> Iterator[str]:
    """The address of the running product. A module with `HISTORY = True` finds months of work in it, others a first
    morning: people, customers, machines and parts.
    """
    with _world(django_db_blocker, bare=not getattr(request.module, "HISTORY", False)) as url:
        yield url


@pytest.fixture
def someone(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`someone("agent")`: a signed-in page of their own; `someone("engineer", phone=True)` on a phone.

    When the test ends, no page may have seen a script error or a breach of the content security policy.
    """
    complaints: list[str] = []
    contexts = []

    def sign_in(username: str = "", *, phone: bool = False, language: str = "zh-CN", **more: Any) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            locale=language,
            base_url=site,
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if username:
            page.goto("/login/")
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", f"demo-{username.rstrip('0123456789')}")
            page.click("main button.btn-primary")
            page.wait_for_url(lambda url: "/login" not in url)
            speak(page, language)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


def speak(page: Page, language: str) -> None:
    """Change the language by the switch in the account menu, unless the person reads it already."""
    page.goto("/account/")
    if (page.get_attribute("html", "lang") or "")[:2] != language[:2]:
        page.locator("header details summary").click()
        with page.expect_navigation():
            page.click("button[name=language]")


@pytest.fixture
def behind(db: None) -> Callable[[Callable[[], Any]], Any]:
    """`behind(work)`: what `work()` gives, done behind the pages in a connection of its own, so that they see it."""

    def run(work: Callable[[], Any]) -> Any:
        with ThreadPoolExecutor(1) as worker:
            return worker.submit(closing, work).result()

    def closing(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connection.close()

    return run


def sweep_all() -> None:
    while sweep.once():
        pass


@pytest.fixture
def settle(behind: Callable[[Callable[[], Any]], Any]) -> Callable[[], None]:
    """Let deliveries, clocks and messages that are due happen, as a worker would."""
    return lambda: behind(sweep_all)

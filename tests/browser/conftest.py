"""The story in a real browser: Chromium against the live server with the demo company."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from service_center.kernel import sweep

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": os.environ["CHROMIUM_PATH"], "args": ["--no-sandbox"]}


@pytest.fixture
def company(transactional_db: None) -> None:
    """The demo company on its first morning."""
    call_command("demo", bare=True, stdout=io.StringIO())


@pytest.fixture
def someone(live_server: Any, company: None, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`someone("agent")`: a signed-in page of their own; `someone("engineer", phone=True)` on a phone.

    When the test ends, no page may have seen a script error or a breach of the content security policy.
    """
    complaints: list[str] = []
    contexts = []

    def sign_in(username: str, *, phone: bool = False, language: str = "zh-CN") -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP, has_touch=phone, is_mobile=phone, locale=language
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15000)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", f"demo-{username.rstrip('0123456789')}")
        page.click("main button.btn-primary")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def settle() -> Callable[[], None]:
    """Let deliveries, clocks and messages that are due happen."""

    def run() -> None:
        while sweep.once():
            pass

    return run

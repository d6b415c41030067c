"""How heavy a first visit is: bytes on the line, from a server whose files are collected and sent as in production."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Page

from tests.browser import test_access
from tests.browser.test_access import where

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HISTORY = True

DESK_LIMIT, PHONE_LIMIT = 250_000, 120_000
DESK = {
    "/desk/": "agent",
    "/tickets/": "agent",
    "ticket": "agent",
    "/board/": "supervisor",
    "/dashboard/": "manager",
}
PHONE = ("/phone/", "phone-job")
FRONTEND = Path(__file__).parents[2] / "frontend"
CLASSES = (
    "() => [...new Set([...document.querySelectorAll('[class]')].flatMap((each) => [...each.classList]))]"
)


@pytest.fixture(scope="module")
def packed(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a second server of the same company: its own files collected, hashed and compressed as production's
    settings say. (What the documentation of the interface brings along is left out: no page loads it.)
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY", "only to read the settings")
        production = import_module("service_center.settings.prod")
    deployed = {
        "STORAGES": production.STORAGES,
        "MIDDLEWARE": production.MIDDLEWARE,
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.FileSystemFinder"],
        "WHITENOISE_USE_FINDERS": False,
    }
    with override_settings(**deployed):
        call_command(
            "collectstatic", interactive=False, verbosity=0, ignore_patterns=["*.map", "*.br", "*.gz"]
        )
        server = ThreadedWSGIServer(("localhost", 0), QuietWSGIRequestHandler)
        server.set_app(WSGIHandler())
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        server.server_close()


def loaded(page: Page, address: str) -> dict[str, int]:
    """What a page loads when nothing is kept yet, without fonts: path -> bytes on the line, headers counted."""
    tools = page.context.new_cdp_session(page)
    paths: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def note(told: dict[str, Any]) -> None:
        if told["type"] != "Font":
            paths[told["requestId"]] = urlsplit(told["request"]["url"]).path

    def weigh(told: dict[str, Any]) -> None:
        if path := paths.get(told["requestId"]):
            sizes[path] = sizes.get(path, 0) + int(told["encodedDataLength"])

    tools.on("Network.requestWillBeSent", note)
    tools.on("Network.loadingFinished", weigh)
    tools.send("Network.enable")
    tools.send("Network.clearBrowserCache")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    tools.detach()
    return sizes


def weight(sizes: dict[str, int], own: str) -> int:
    """Bytes of a page; the jobs that a phone then keeps for later, one by one, are pages of their own."""
    return sum(size for path, size in sizes.items() if path == own or not path.startswith("/phone/T-"))


@pytest.mark.req("GEN-20")
@pytest.mark.parametrize("name", DESK)
def test_a_first_visit_of_the_desk_is_light(someone: Callable[..., Page], packed: str, name: str) -> None:
    own = where(name)
    sizes = loaded(someone(DESK[name]), packed + own)
    print(f"\n{name}: {weight(sizes, own)} bytes")
    assert {"desk", "theme"} <= {path.removeprefix("/static/").split(".")[0] for path in sizes}
    assert weight(sizes, own) <= DESK_LIMIT, sizes


@pytest.mark.req("GEN-20")
@pytest.mark.parametrize("name", PHONE)
def test_a_first_visit_of_the_phone_is_light(someone: Callable[..., Page], packed: str, name: str) -> None:
    own = where(name)
    sizes = loaded(someone("engineer", phone=True, service_workers="block"), packed + own)
    print(f"\n{name}: {weight(sizes, own)} bytes")
    assert {"phone", "theme"} <= {path.removeprefix("/static/").split(".")[0] for path in sizes}
    assert weight(sizes, own) <= PHONE_LIMIT, sizes


def test_everything_that_is_text_travels_compressed(someone: Callable[..., Page], packed: str) -> None:
    manager = someone("manager")
    found: dict[str, str] = {}
    manager.on(
        "response",
        lambda answer: found.update({answer.url: answer.headers.get("content-encoding", "")}),
    )
    manager.goto(f"{packed}/dashboard/")
    manager.wait_for_load_state("networkidle")
    texts = {
        url: how for url, how in found.items() if urlsplit(url).path.endswith((".js", ".css", "icons.svg"))
    }
    assert len(texts) >= 5
    assert set(texts.values()) == {"br"}
    assert found[f"{packed}/dashboard/"] == "gzip"


@pytest.mark.refused
def test_without_compression_a_page_would_weigh_too_much(someone: Callable[..., Page], packed: str) -> None:
    """Negative control: the same page for a browser that takes nothing compressed."""
    manager = someone("manager", extra_http_headers={"Accept-Encoding": "identity"})
    assert weight(loaded(manager, f"{packed}/dashboard/"), "/dashboard/") > 3 * DESK_LIMIT


# -- nothing needed was left out ------------------------------------------------------------------------------------------


def classes(sheet: str) -> set[str]:
    """Every class that the selectors of a style sheet name."""
    return {name.replace("\\", "") for name in re.findall(r"\.((?:\\.|[A-Za-z_-])(?:\\.|[\w-])*)", sheet)}


def left_out(sheet: str, used: set[str]) -> set[str]:
    """Classes of pages that Tabler has rules for and the built style sheet has none."""
    tabler = FRONTEND / "node_modules" / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
    return (used & classes(tabler.read_text())) - classes((FRONTEND / "dist" / sheet).read_text())


@pytest.mark.parametrize(
    ("who", "names", "sheet"),
    [
        ("agent", test_access.DESK, "desk.css"),
        ("manager", test_access.MANAGEMENT, "desk.css"),
        ("engineer", PHONE, "phone.css"),
    ],
)
def test_no_rule_that_a_page_needs_was_left_out(
    someone: Callable[..., Page], who: str, names: tuple[str, ...], sheet: str
) -> None:
    page = someone(who, phone=sheet == "phone.css")
    found = {}
    for name in names:
        page.goto(where(name))
        used = set(page.evaluate(CLASSES))
        assert len(used) > 10
        if lost := left_out(sheet, used):
            found[name] = lost
    assert found == {}


@pytest.mark.refused
def test_a_rule_left_out_would_be_told() -> None:
    """Negative control: a part of Tabler that no page uses."""
    assert left_out("desk.css", {"carousel-item", "card", "no-class-of-tabler"}) == {"carousel-item"}

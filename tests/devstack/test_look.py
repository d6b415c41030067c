"""The built front end by itself: content security policy, contrast, glyphs for Chinese, small behaviours."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

DIST = Path(__file__).resolve().parents[2] / "frontend" / "dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'"
)
COLOURS = (
    "primary success warning danger info blue azure green teal yellow orange red pink purple indigo secondary"
)
PAGE = """<!doctype html><html lang="zh-hans" data-bs-theme="{theme}">
<head><meta charset="utf-8"><title>样式</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/{kind}.css"><script type="module" src="/{kind}.js"></script></head>
<body><main><h1>工单</h1>
<p class="text-secondary">次要文字</p><p class="text-muted">说明</p><a href="/x">链接</a>
<div class="card"><div class="card-body"><div class="subheader">小标题</div>
<span class="form-hint">提示</span><label>电话 <input class="form-control" placeholder="手机号"></label>
</div></div>
{samples}
<div data-signature><canvas></canvas><input type="hidden" name="png">
<button type="button" class="btn" data-clear>清除</button></div>
<table class="table"><tbody>
<tr><td><a href="/1">T-1</a></td></tr><tr><td><a href="/2">T-2</a></td></tr>
</tbody></table>
<dialog id="shortcuts"><kbd data-keys="j" data-does="row-next"></kbd><kbd data-keys="k" data-does="row-previous"></kbd></dialog>
<div id="toasts" aria-live="polite" data-text-offline="没有网络"></div></main></body></html>"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/page/"):
            self._page()
        else:
            super().do_GET()

    def _page(self) -> None:
        kind, theme = self.path.split("/")[2:4]
        samples = "".join(
            f'<span class="badge bg-{c}-lt">{c}</span> <button type="button" class="btn btn-{c}">{c}</button>'
            f'<span class="text-{c}">{c}</span> '
            for c in COLOURS.split()
        )
        body = PAGE.format(kind=kind, theme=theme, samples=samples).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    handler = partial(_Handler, directory=str(DIST))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["desk", "phone"])
def test_page_is_readable_and_keeps_the_policy(
    page: Page, site: str, complaints: list[str], kind: str, theme: str
) -> None:
    page.goto(f"{site}/page/{kind}/{theme}")
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    violations = [
        f"{one['id']}: {node['html']} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]
    assert violations == []
    assert complaints == []


@pytest.mark.browser
def test_signature_is_kept_as_a_picture(page: Page, site: str) -> None:
    page.goto(f"{site}/page/phone/light")
    pad = page.locator("[data-signature] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 80, steps=5)
    page.mouse.up()
    assert page.locator("[name=png]").input_value().startswith("data:image/png;base64,")
    page.locator("[data-clear]").click()
    assert page.locator("[name=png]").input_value() == ""


@pytest.mark.browser
def test_rows_are_walked_with_j_and_k(page: Page, site: str) -> None:
    page.goto(f"{site}/page/desk/light")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "T-2"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "T-1"


@pytest.mark.browser
def test_browser_has_glyphs_for_chinese(browser: Browser) -> None:
    page = browser.new_page()
    widths = "t => { const c = document.createElement('canvas').getContext('2d'); c.font = '40px sans-serif';\
        const draw = s => { c.clearRect(0, 0, 60, 60); c.fillText(s, 0, 45); \
        return c.getImageData(0, 0, 60, 60).data.join(); }; return new Set([...t].map(draw)).size }"
    page.goto("about:blank")
    assert page.evaluate(widths, "售后服务") == 4
    page.close()

"""A phone as the pocket knows it: a browser with a profile of its own that can be killed, behind a line that can be cut."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Playwright

SIZE = {"width": 360, "height": 740}


class Line:
    """A TCP line to the product. `state`: "open"; "cut" (nobody answers the door); "deaf" (what is said gets through, no
    word comes back, then the line breaks: the case in which a phone cannot know whether it was heard).
    """

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self.there = (parts.hostname or "localhost", parts.port or 80)
        self.state = "open"
        self.breaks = 0
        self._calls: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._door.getsockname()[1]}"

    def turn(self, state: str) -> None:
        """Change the state; calls under way are broken unless the line opens."""
        self.state = state
        if state != "open":
            self.breaks += 1
            self.hang_up()

    def hang_up(self) -> None:
        for call in list(self._calls):
            with contextlib.suppress(OSError):
                call.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.turn("cut")
        self._door.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                call, _address = self._door.accept()
                if self.state == "cut":
                    call.close()
                else:
                    threading.Thread(target=self._connect, args=[call], daemon=True).start()

    def _connect(self, call: socket.socket) -> None:
        with contextlib.suppress(OSError), call, socket.create_connection(self.there) as server:
            self._calls |= {call, server}
            back = threading.Thread(target=self._pump, args=[server, call, True], daemon=True)
            back.start()
            self._pump(call, server, False)
            back.join()
            self._calls -= {call, server}

    def _pump(self, source: socket.socket, target: socket.socket, is_reply: bool) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                if is_reply and self.state == "deaf":
                    break  # heard and done there, unheard here
                target.sendall(said)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Phone:
    """Chromium with a profile on the disk. `kill` is kill -9 of all its processes; `start` again finds what was kept."""

    def __init__(self, playwright: Playwright, home: Path, url: str, username: str) -> None:
        self.playwright, self.home, self.url, self.username = playwright, home, url, username
        self.kills = 0
        self.start()

    def start(self) -> None:
        told = self.home / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                os.environ["CHROMIUM_PATH"], "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                f"--user-data-dir={self.home}", "--remote-debugging-port=0", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + 20
        while not told.exists() or "\n" not in told.read_text():
            assert time.monotonic() < until, "the browser did not start"
            time.sleep(0.02)
        port = told.read_text().split()[0]
        self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context: BrowserContext = self.browser.contexts[0]
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]  # a plain dictionary
        page.set_default_timeout(20_000)
        return page

    def kill(self) -> None:
        self.kills += 1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with contextlib.suppress(Error):
            self.browser.close()

    def open(self, path: str = "/phone/outbox/") -> Page:
        """Go to a page; who is signed out (a killed browser forgets its cookies) signs in first."""
        self.page.goto(f"{self.url}{path}")
        if "/login/" in self.page.url:
            self.page.fill("input[name=username]", self.username)
            self.page.fill("input[name=password]", f"demo-{self.username.rstrip('0123456789')}")
            self.page.click("main button.btn-primary")
            self.page.wait_for_url(lambda url: "/login" not in url)
            self.page.goto(f"{self.url}{path}")
        self.page.wait_for_selector("body[data-unsent]", state="attached")
        self.run("() => {}")  # the module is there before the line is cut
        return self.page

    def run(self, script: str, argument: Any = None) -> Any:
        """Call a function of the outbox's module: `run("(outbox, number) => ...", number)`."""
        return self.page.evaluate(f"async (a) => ({script})(await import('/static/outbox.js'), a)", argument)

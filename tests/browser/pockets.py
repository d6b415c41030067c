"""What a test does with the pages of an engineer's phone: steps filled in and saved, with or without a network."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.acting import fill
from tests.browser.phones import SIZE, Line


class Pocket:
    """A signed-in phone behind a line of its own."""

    def __init__(self, browser: Browser, line: Line, **more: Any) -> None:
        self.line = line
        given: dict[str, Any] = {"viewport": SIZE, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
        self.context: BrowserContext = browser.new_context(**given | more, base_url=line.url)
        self.faults: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def sign_in(self, username: str = "engineer", path: str = "/phone/") -> None:
        self.page.goto(f"/login/?next={path}")
        self.type_in(username)
        self.ready()

    def type_in(self, username: str = "engineer") -> None:
        """Fill in the log-in page that is open."""
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", f"demo-{username.rstrip('0123456789')}")
        self.page.click("main button.btn-primary")
        self.page.wait_for_url(lambda url: "/login" not in url)
        self.page.wait_for_selector("body[data-unsent]", state="attached")

    def ready(self) -> None:
        """Today's jobs are kept."""
        self.page.wait_for_selector("body[data-ready]", state="attached")

    def open(self, path: str) -> Page:
        self.page.goto(path)
        self.page.wait_for_selector("body[data-unsent]", state="attached")
        if self.line.state == "open":
            self.run("() => {}")  # the module is there before the line is cut
        return self.page

    def job(self, number: str, step: str = "") -> Page:
        page = self.open(f"/phone/{number}/" + (f"?step={step}" if step else ""))
        page.wait_for_function(
            "() => !document.querySelector('#step form') || document.querySelector('#step form').dataset.op"
        )
        return page

    def fill(self, noun: str, **fields: str) -> None:
        """Open the step as a thumb does, and fill it in."""
        form = self.page.locator("#step form")
        if not form.count() or form.get_attribute("data-step") != noun:
            self.page.locator(f"#steps [data-noun={noun}]").click()
        form = self.page.locator(f"#step form[data-step={noun}][data-op]")
        expect(form).to_have_count(1)
        for name, value in fields.items():
            fill(form.locator(f"[name={name}]").first, value)

    def save(self, noun: str, **fields: str) -> None:
        """Take a step; the page goes on at once."""
        self.fill(noun, **fields)
        form = self.page.locator("#step form")
        op = form.get_attribute("data-op")
        form.locator(".phone-submit button").click()
        expect(self.page.locator(f"form[data-op='{op}']")).to_have_count(0)

    def sign(self) -> None:
        self.fill("signature")
        self.draw()
        self.save("signature")

    def draw(self) -> None:
        canvas = self.page.locator("[data-signature] canvas")
        canvas.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        pad = canvas.bounding_box()
        assert pad is not None
        self.page.mouse.move(pad["x"] + 30, pad["y"] + 40)
        self.page.mouse.down()
        self.page.mouse.move(pad["x"] + 150, pad["y"] + 80, steps=8)
        self.page.mouse.up()

    def unsent(self, number: int) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-unsent", str(number))

    def online(self) -> None:
        """The network is back; the phone hears of it."""
        self.line.turn("open")
        self.page.evaluate("() => dispatchEvent(new Event('online'))")

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(f"async (a) => ({script})(await import('/static/outbox.js'), a)", argument)

"""The phone's pages as an app: they work out by themselves what the server would say (which step is next, what the
customer signs), they are light, made for gloves, installable, and renewed without touching what is not sent.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import brotli
import pytest
from playwright.sync_api import Browser, Response, expect

from customers.models import Customer, ProductLine, Unit
from parts.models import Part
from service_center.kernel import commands
from service_center.kernel.models import User
from staff.models import Person
from tests.browser.phones import Line
from tests.browser.pockets import Pocket
from tests.browser.visits import committed, dispatched
from tests.tickets.conftest import PNG, Story
from tickets.actions import contacts, dispatch, holds, part_lines, repair, reporting, visits
from tickets.models import Ticket
from tickets.queries import report as reports
from tickets.states import PartLineStatus
from tickets.web import nouns, phone_app, phone_page, phone_steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

NAUGHTY = (
    "", " ", "引号\" 反斜线\\ 斜线/", "\n\r\t\b\f", "\u0001\u001f\u007f", "\u2028\u2029", "😀👩‍👩‍👧‍👦", "שלום عربي",
    "é e\u0301", "\ufeff﹏", "<b>&amp;</b>", "0", "null", "１２", "𠮷野家",
)  # fmt: skip

AGREE = """async (outbox, {job, steps}) => {
  const seen = [];
  for (const {ops} of steps) {
    const state = outbox.project(job, ops);
    const content = outbox.compose(job, ops, state.draft);
    const hash = await outbox.digest(content);
    const signed = Boolean(state.signature) && state.signature.hash === hash;
    const offered = outbox.offered(job, state, signed);
    seen.push({
      status: state.status, on_site: state.on_site, offered: offered.map(({noun}) => noun),
      primary: outbox.primary(offered, state, signed)?.noun ?? null, content, hash,
    });
  }
  return seen;
}"""


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Pocket]:
    line = Line(site)
    made = Pocket(browser, line)
    made.page.goto("/login/")
    yield made
    made.context.close()
    line.close()


def test_the_phone_writes_json_as_the_server_does(phone: Pocket) -> None:
    chance = random.Random(7)

    def some(depth: int) -> Any:
        kind = chance.randrange(7 if depth else 5)
        if kind == 5:
            return [some(depth - 1) for _ in range(chance.randrange(4))]
        if kind == 6:
            return {chance.choice("abcXYZ_") + str(chance.randrange(9)): some(depth - 1) for _ in range(5)}
        return chance.choice([chance.choice(NAUGHTY), chance.randrange(10**9), True, None, "x" * 300])

    contents = [{"text": text} for text in NAUGHTY] + [{"all": some(4)} for _ in range(300)]
    wanted = [reports.digest(content) for content in contents]
    assert phone.run("(o, all) => Promise.all(all.map(o.digest))", contents) == wanted


@pytest.mark.req("RPR-18")
def test_the_phone_foresees_every_state_and_every_report(phone: Pocket) -> None:
    """A whole visit twice: by the verbs on the server, and run ahead on the phone from the page before the first step."""
    before, asked, after = committed(_visit)
    seen = phone.run(
        AGREE, {"job": before, "steps": [{"ops": asked[:place]} for place in range(len(asked) + 1)]}
    )
    for place, (foreseen, real) in enumerate(zip(seen, after, strict=True)):
        assert foreseen == real, asked[:place][-1:]


def test_a_phone_that_foresees_wrongly_is_noticed(phone: Pocket) -> None:
    before, asked, after = committed(_visit)
    wrong = before | {"machine": [one | {"moves": []} for one in before["machine"]]}
    seen = phone.run(AGREE, {"job": wrong, "steps": [{"ops": asked}]})
    assert seen[0]["status"] != after[-1]["status"]
    wrong = before | {"record": before["record"] | {"minutes": 1}}
    seen = phone.run(AGREE, {"job": wrong, "steps": [{"ops": asked}]})
    assert seen[0]["hash"] != after[-1]["hash"]


def _visit() -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Data of the page before, the steps as the phone would hold them, and after each what the server says."""
    people = {p.user.username: p for p in Person.objects.select_related("user", "branch")}
    engineer = people["engineer"].user
    wang = Customer.objects.with_phone("+8613800138000").get()
    unit = Unit.objects.get(customer=wang, product_model__line__code="AC")
    line = ProductLine.objects.get(code="AC")
    story = Story(people["agent"], people["engineer"], people["manager"], unit, line)
    story.slot += 4 * Ticket.objects.count()
    row = story.dispatched(service_category="paid")
    before = json.loads(json.dumps(phone_page.job(row, engineer)))
    asked: list[dict[str, Any]] = []
    after = [_said(row, engineer)]
    for number, (noun, verb, body, kwargs) in enumerate(_steps(row), 1):
        arguments = kwargs() if callable(kwargs) else kwargs
        done = commands.run(verb, Ticket.objects.get(pk=row.pk), actor=engineer, **arguments)
        told = body(done) if callable(body) else body
        asked.append({"id": f"{number}", "noun": noun, "state": "waiting", "body": told})
        after.append(_said(row, engineer))
    return before, asked, after


def _steps(row: Ticket) -> Iterator[tuple[str, Callable[..., Any], Any, Any]]:
    """Noun, verb, what the phone has of it (from the result, where that is needed), the verb's arguments."""
    reached = {"channel": "phone", "outcome": "reached"}
    finding = {"fault_class": "device", "cause": NAUGHTY[2] + NAUGHTY[6], "plan": "换\n主板"}
    agreed = {"plan": "换", "amount": "99.5", "method": "verbal", "signed_by": "王芳"}
    again = agreed | {"amount": "120"}
    part = Part.objects.get(code="P-1001")
    words = {"work_done": "已换", "tested": True, "demonstrated": True, "customer_comment": NAUGHTY[8]}
    waiting = {"reason": "customer", "notice": {"channel": "phone", "text": "等"}}
    yield "acceptance", dispatch.respond, {"accepted": True}, {"accepted": True}
    yield "contacts", contacts.note, reached, reached
    yield "arrival", visits.arrive, {}, {}
    yield "diagnosis", repair.diagnose, finding, finding
    yield "consent", repair.consent, agreed, agreed | {"amount": Decimal("99.50")}
    yield "hold", holds.hold, waiting, waiting
    yield "hold-undo", holds.resume, {}, {}
    yield "consent", repair.consent, again, again | {"amount": Decimal(120)}
    yield "part-lines", part_lines.add, {"part": "P-1001", "quantity": 1}, {"part": part, "quantity": 1}
    custody = {"part_line": "op:9", "disposition": "custody"}
    yield (
        "faulty-parts",
        part_lines.dispose,
        custody,
        lambda: custody | {"part_line": row.part_lines.get().pk},
    )
    entry = {"category": "paid", "started_at": row.registered_at, "minutes": 1}
    yield "time-entries", repair.enter_time, {"minutes": 1}, entry
    yield "report-preview", reporting.draft, words, words
    yield "signature", reporting.sign, lambda done: {"report_hash": done.report_hash}, lambda: _signed(row)
    report = words | {"signature": "op:13"}
    yield "report", reporting.report, report, lambda: words | {"signature": row.signatures.get().pk}
    yield "departure", visits.depart, {}, {}


def _signed(row: Ticket) -> dict[str, Any]:
    fresh = Ticket.objects.get(pk=row.pk)
    _content, digest = reports.preview(fresh, reports.Words.of(fresh.report_draft))
    return {"png": PNG, "signed_by": "王芳", "report_hash": digest}


def _said(row: Ticket, engineer: User) -> dict[str, Any]:
    """The server's own view: state, steps offered on the phone, the next of them, the report and its hash."""
    row = Ticket.objects.with_work_left().get(pk=row.pk)
    steps = [step for step in nouns.offered(row, engineer) if step.noun in phone_steps.WAYS]
    content, digest = reports.preview(row, reports.Words.of(getattr(row, "report_draft", None)))
    first = nouns.primary(steps, row)
    assert not row.part_lines.filter(status=PartLineStatus.SHORT).exists()
    return {
        "status": str(row.status), "on_site": row.on_site, "offered": [step.noun for step in steps],
        "primary": first.noun if first else None, "content": json.loads(json.dumps(content)), "hash": digest,
    }  # fmt: skip


# -- the app ----------------------------------------------------------------------------------------------------------

LIMIT = 120_000
SMALL = """() => {
  const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary, label.btn';
  const inside = (e) => e.closest('label.btn, label.form-check') ?? e;
  return [...document.querySelectorAll(`.phone-bar :is(${pressed}), main :is(${pressed}), dialog :is(${pressed})`)]
    .filter((e) => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) && !e.matches('.visually-hidden'))
    .map((e) => [inside(e), inside(e).getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 47.9 || box.width < 47.9))
    .map(([e, box]) => `${e.outerHTML.slice(0, 90)} ${box.width} x ${box.height}`);
}"""


@pytest.fixture
def light() -> Callable[[str, bytes], int]:
    """How many bytes of an answer travel: pages as they come, files as production serves them (Brotli beside them)."""
    return lambda kind, body: len(body) if kind in {"image/png", "image/jpeg"} else len(brotli.compress(body))


def test_a_first_visit_is_light(browser: Browser, site: str, light: Callable[[str, bytes], int]) -> None:
    """Everything that the first page of a phone loads when nothing is kept yet, without fonts; the jobs themselves, which it
    then keeps for later one by one, are pages of their own.
    """
    (number,) = dispatched(1)
    line = Line(site)
    phone = Pocket(browser, line, service_workers="block")
    phone.page.goto("/login/?next=/account/")
    phone.page.fill("input[name=username]", "engineer")
    phone.page.fill("input[name=password]", "demo-engineer")
    phone.page.click("main button.btn-primary")
    phone.page.wait_for_url("**/account/**")
    for path in ("/phone/", f"/phone/{number}/"):
        tools = phone.context.new_cdp_session(phone.page)
        tools.send("Network.clearBrowserCache")
        loaded: dict[str, int] = {}

        def take(answer: Response, loaded: dict[str, int] = loaded) -> None:
            if answer.status == 200:
                compressed = answer.headers.get("content-encoding") == "gzip"
                body = answer.body()
                kind = answer.headers.get("content-type", "").split(";")[0]
                loaded[answer.url] = len(gzip.compress(body)) if compressed else light(kind, body)

        phone.page.on("response", take)
        phone.page.goto(path)
        phone.page.wait_for_load_state("networkidle")
        phone.page.remove_listener("response", take)
        own = {url: size for url, size in loaded.items() if "/phone/T-" not in url or url.endswith(path)}
        print(
            f"\n{path}: {sum(own.values())} bytes; pages kept for later: {sum(loaded.values()) - sum(own.values())}"
        )
        assert any(url.endswith("phone.css") for url in own)
        assert sum(own.values()) <= LIMIT, own
    phone.context.close()
    line.close()


def test_nothing_to_press_is_too_small_for_gloves(phone: Pocket) -> None:
    (number,) = dispatched(1)
    phone.sign_in()
    found = {}
    for path in ("/phone/", "/phone/outbox/", f"/phone/{number}/"):
        phone.open(path)
        if small := phone.page.evaluate(SMALL):
            found[path] = small
    for noun in phone_steps.WAYS:
        phone.page.evaluate(
            """(noun) => {
              document.querySelector('#step').hidden = false;
              document.querySelector('#step').replaceChildren(document.getElementById(`form-${noun}`).content.cloneNode(true));
            }""",
            noun,
        )
        if small := phone.page.evaluate(SMALL):
            found[noun] = small
    assert found == {}


def test_the_app_can_be_installed(phone: Pocket) -> None:
    phone.sign_in()
    tools = phone.context.new_cdp_session(phone.page)
    told = tools.send("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["icons"]
    found = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in found if error["errorId"] != "in-incognito"] == []


def test_a_new_version_leaves_what_is_not_sent_alone(phone: Pocket, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = dispatched(1)
    phone.sign_in()
    phone.job(number)
    phone.line.turn("cut")
    phone.save("arrival")
    phone.unsent(1)
    built = phone_app._built
    monkeypatch.setattr(
        phone_app, "_built", lambda name: built(name).replace('{"version":"', '{"version":"next-')
    )
    phone.context.route("**/api/v1/**", lambda route: route.abort())
    phone.line.turn("open")
    phone.job(number)
    expect(phone.page.locator("[data-note=update]")).to_be_visible()
    with phone.page.expect_navigation():
        phone.page.locator("[data-act=update]").click()
    phone.unsent(1)
    names = phone.page.evaluate("() => caches.keys()")
    assert [name.startswith("phone-next-") for name in names] == [True]
    phone.context.unroute_all()
    phone.online()
    phone.unsent(0)
    assert Ticket.objects.get(number=number).on_site

"""Whole visits on a phone whose network, tab and browser are killed in the middle: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from service_center.kernel.models import CommandRecord
from tests.browser.phones import Line, Phone
from tests.browser.pockets import Pocket
from tests.browser.visits import Day, committed, dispatched, lost_and_doubled
from tests.proof.processes import wait_for
from tickets.models import CustomerContact, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def line(site: str) -> Iterator[Line]:
    made = Line(site)
    yield made
    made.close()


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path, line: Line) -> Iterator[Phone]:
    made = Phone(playwright, tmp_path / "profile", line.url, "engineer")
    yield made
    made.kill()


def test_visits_survive_cuts_and_kills(
    phone: Phone, line: Line, request: pytest.FixtureRequest, record_property: object
) -> None:
    """`--visits 200` for the whole proof; the suite plays a few."""
    number, seed = request.config.getoption("--visits"), request.config.getoption("--visits-seed")
    day = Day(phone, line, seed)
    visits = []
    for ticket in dispatched(number):
        visits.append(day.begin(ticket))
        day.go(visits[-1])
    day.end()
    steps = sum(len(visit.saved) for visit in visits)
    print(
        f"\n{number} visits, {steps} steps, {phone.kills} kills, {line.breaks} breaks of the line: {day.met}"
    )
    assert lost_and_doubled(visits) == ([], [])
    numbers = [visit.number for visit in visits]
    assert set(Ticket.objects.filter(number__in=numbers).values_list("status", flat=True)) == {"handled"}
    assert all(ticket.reports.get().content_hash for ticket in Ticket.objects.filter(number__in=numbers))


# -- one answer at a time ---------------------------------------------------------------------------------------------

STEP = """async (outbox, {ticket, noun, body}) => {
  const way = {title: noun, method: 'POST', path: `/api/v1/tickets/${ticket}/${noun}/`, guarded: false, base: 0, after: []};
  return (await outbox.add(await outbox.owner(), {ticket, noun, body, shown: [], values: {}, ...way})).id;
}"""
SENT = "async (outbox) => { await outbox.kick(); return (await outbox.list(await outbox.owner())).map((op) => [op.state, op.receipt?.code ?? '']); }"
REACHED = {"channel": "phone", "outcome": "reached"}


@pytest.fixture
def pocket(browser: Browser, line: Line) -> Iterator[Pocket]:
    made = Pocket(browser, line)
    made.page.goto("/login/?next=/phone/outbox/")
    made.type_in()
    made.page.evaluate("() => navigator.serviceWorker.ready.then(() => {})")
    made.open("/phone/outbox/")
    yield made
    made.context.close()


def problem(status: int, code: str = "x") -> dict[str, Any]:
    body = f'{{"code": "{code}", "detail": "…", "errors": []}}'
    return {"status": status, "content_type": "application/problem+json", "body": body}


SAY_NOTHING = (
    *(problem(status) for status in (401, 403, 408, 425, 429, 500, 502, 503, 504)),
    problem(409, "request_in_progress"),
    {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to our hotel</h1>"},
    {"status": 503, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"},
    {"status": 201, "content_type": "application/json", "body": '{"contacts": {"id"'},
)


def test_an_answer_that_says_nothing_keeps_the_step(pocket: Pocket) -> None:
    (number,) = dispatched(1)
    pocket.run(STEP, {"ticket": number, "noun": "contacts", "body": REACHED})
    for answer in SAY_NOTHING:
        pocket.context.route("**/api/v1/**", lambda route, answer=answer: route.fulfill(**answer))
        assert [state for state, _code in pocket.run(SENT)] == ["waiting"], answer
        pocket.context.unroute_all()
    assert pocket.run(SENT) == [["done", ""]]
    assert Ticket.objects.get(number=number).contacts.count() == 1


@pytest.mark.refused
def test_a_refusal_waits_for_a_person_and_holds_its_own_ticket_only(pocket: Pocket) -> None:
    number, other = dispatched(2)
    done = 0
    for status in (400, 404, 409, 412, 413, 415, 422, 428):
        refusal = problem(status, "no")
        pocket.context.route("**/diagnosis/", lambda route, refusal=refusal: route.fulfill(**refusal))
        for ticket, noun in ((number, "diagnosis"), (number, "contacts"), (other, "contacts")):
            pocket.run(STEP, {"ticket": ticket, "noun": noun, "body": REACHED})
        assert pocket.run(SENT)[done:] == [["refused", "no"], ["waiting", ""], ["done", ""]], status
        pocket.run("async (o, place) => o.discard((await o.list(await o.owner()))[place])", done)
        assert pocket.run(SENT)[done:] == [["done", ""], ["done", ""]], status
        pocket.context.unroute_all()
        done += 2


@pytest.mark.refused
def test_a_step_that_rests_on_a_dropped_one_is_not_sent(pocket: Pocket) -> None:
    (number,) = dispatched(1)
    signed = pocket.run(
        STEP,
        {
            "ticket": number,
            "noun": "signature",
            "body": {"report_hash": "0" * 64, "png": "", "signed_by": "x"},
        },
    )
    pocket.run(STEP, {"ticket": number, "noun": "report", "body": {"signature": f"op:{signed}"}})
    assert [state for state, _code in pocket.run(SENT)] == ["refused", "waiting"]
    pocket.run("async (o) => o.discard((await o.list(await o.owner()))[0])")
    assert pocket.run(SENT) == [["refused", "gone_before"]]


def test_what_was_acknowledged_can_be_sent_again_after_a_restore(pocket: Pocket) -> None:
    """The server is set back to before the step; the phone still has it."""
    (number,) = dispatched(1)
    key = pocket.run(STEP, {"ticket": number, "noun": "contacts", "body": REACHED})
    assert pocket.run(SENT) == [["done", ""]]

    def restore() -> None:
        CommandRecord.objects.filter(key=key).delete()
        CustomerContact.objects.filter(ticket__number=number).delete()

    committed(restore)
    pocket.run("async (o) => o.sendAgain(await o.owner())")
    assert pocket.run(SENT) == [["done", ""]]
    pocket.run("async (o) => o.sendAgain(await o.owner())")
    assert pocket.run(SENT) == [["done", ""]]
    assert Ticket.objects.get(number=number).contacts.count() == 1


def test_the_worker_sends_when_no_page_is_open(pocket: Pocket, line: Line) -> None:
    """Where the browser offers background sync; everything else works without."""
    (number,) = dispatched(1)
    tools = pocket.context.new_cdp_session(pocket.page)
    found: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(r["registrationId"] for r in told["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    line.turn("cut")
    pocket.run(STEP, {"ticket": number, "noun": "contacts", "body": REACHED})
    pocket.page.goto("about:blank")
    line.turn("open")
    told = {"origin": line.url, "registrationId": found[-1], "tag": "outbox", "lastChance": True}
    pocket.context.new_cdp_session(pocket.page).send("ServiceWorker.enable")
    tools.send("ServiceWorker.dispatchSyncEvent", told)
    wait_for(lambda: Ticket.objects.get(number=number).contacts.count() == 1, 10, "the worker to send")

"""The engineer's phone in a real browser: the same with and without a network, and honest when something goes wrong."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, expect

from service_center.kernel import attachments, commands
from staff.models import Person
from tests.browser.phones import Line
from tests.browser.pockets import Pocket
from tests.browser.visits import committed, dispatched
from tickets.actions import visits
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

RAW = """async () => {
  const {store} = await import('/static/outbox.js');
  const db = await store();
  let text = '';
  for (const name of db.objectStoreNames) for (const row of await db.getAll(name)) {
    const boxes = [row.box, row.note?.box].filter(Boolean).map((box) => new TextDecoder().decode(box));
    text += JSON.stringify(row) + boxes.join('');
  }
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) text += request.url;
  return text;
}"""

# The browser's own answer when the disk is full; what this browser is told of its quota it does not keep to.
FULL = """() => {
  window.roomy = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""


@pytest.fixture
def line(site: str) -> Iterator[Line]:
    made = Line(site)
    yield made
    made.close()


@pytest.fixture
def pocket(browser: Browser, line: Line) -> Iterator[Callable[..., Pocket]]:
    """A signed-in phone; no page of it may have seen a script error."""
    made: list[Pocket] = []

    def make(username: str = "engineer", **more: Any) -> Pocket:
        made.append(Pocket(browser, line, **more))
        made[-1].sign_in(username)
        return made[-1]

    yield make
    line.turn("open")
    for one in made:
        one.context.close()
    assert [fault for one in made for fault in one.faults] == []


@pytest.mark.req("APT-02", "RPR-17", "RPR-18")
def test_a_visit_is_read_and_written_without_a_network(pocket: Callable[..., Pocket], line: Line) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    line.turn("cut")
    phone.open("/phone/")
    expect(phone.page.locator("[data-note=kept]")).to_be_visible()
    phone.page.locator(f"a[href='/phone/{number}/']").click()
    phone.save("acceptance", accepted="yes")
    phone.save("contacts", channel="phone", outcome="reached", note="十点到")
    phone.save("arrival")
    phone.save("diagnosis", fault_class="device", cause="启动电容失效", plan="更换电容")
    phone.save("report-preview", work_done="更换启动电容 😀", tested="on", demonstrated="on")
    expect(phone.page.locator("[data-preview]")).to_contain_text("更换启动电容 😀")
    expect(phone.page.locator("[data-preview]")).to_contain_text("启动电容失效")
    phone.sign()
    phone.save("report")
    phone.save("departure")
    phone.unsent(8)
    expect(phone.page.locator("[data-status]")).to_have_text("已处理")
    assert committed(lambda: Ticket.objects.get(number=number).status) == "dispatched"
    phone.online()
    phone.unsent(0)
    ticket = Ticket.objects.get(number=number)
    assert (ticket.status, ticket.on_site, ticket.reports.count()) == ("handled", False, 1)
    phone.open("/phone/outbox/")
    expect(phone.page.locator("[data-list=done] > *")).to_have_count(8)
    expect(phone.page.locator("[data-list=done] [data-state]").first).to_have_text("已生效")


def test_photos_are_made_small_and_arrive_as_they_were_sent(
    pocket: Callable[..., Pocket], line: Line
) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number, "attachments")
    line.turn("cut")
    big = io.BytesIO()
    Image.effect_noise((3000, 1500), 90).convert("RGB").save(big, "JPEG", quality=95)
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": big.getvalue()}
    phone.page.set_input_files("[data-photos] input[name=file]", photo)
    phone.unsent(1)
    phone.page.set_input_files(
        "[data-photos] input[name=more]", {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(phone.page.locator("[data-refusal]")).to_contain_text("没有保存")
    phone.unsent(1)
    kept = phone.run("async (o) => (await o.list(await o.owner()))[0].content.file")
    assert kept["size"] < len(big.getvalue())
    phone.online()
    phone.unsent(0)
    (stored,) = attachments.of(Ticket.objects.get(number=number))
    with Image.open(attachments.path_of(stored.sha256)) as picture:
        assert picture.size == (2000, 1000)


@pytest.mark.refused
@pytest.mark.req("APT-01")
def test_a_conflict_shows_both_versions_and_waits_for_a_choice(
    pocket: Callable[..., Pocket], line: Line
) -> None:
    number, other = dispatched(2)
    phone = pocket()
    line.turn("cut")
    phone.job(number)
    phone.save("appointment", place="客户处")
    phone.save("contacts", channel="phone", outcome="reached", note="约好了")
    phone.job(other)
    phone.save("contacts", channel="sms", outcome="unreachable")

    def agent_moves() -> None:
        start = timezone.now() + timedelta(days=400)
        agent = Person.objects.get(user__username="agent").user
        row = Ticket.objects.get(number=number)
        commands.run(
            visits.appoint,
            row,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            place="门店",
            actor=agent,
        )

    committed(agent_moves)
    phone.online()
    phone.unsent(2)
    assert committed(lambda: Ticket.objects.get(number=other).contacts.count()) == 1
    assert committed(lambda: Ticket.objects.get(number=number).contacts.count()) == 0
    page = phone.open("/phone/outbox/")
    refused = page.locator("[data-list=refused] > *")
    expect(refused).to_have_count(1)
    expect(refused.locator("[data-problem]")).to_contain_text("别人已修改")
    refused.locator(".outbox-mine summary").click()
    expect(refused.locator("[data-mine]")).to_contain_text("客户处")
    refused.locator("[data-now] summary").click()
    expect(refused.locator("[data-standing]")).to_contain_text("门店")
    expect(page.locator("[data-list=waiting] [data-state]")).to_have_text("等前一步")
    refused.locator("[data-act=again]").click()
    phone.unsent(0)
    row = Ticket.objects.get(number=number)
    assert row.visits.get(status="confirmed").place == "客户处"
    assert row.contacts.count() == 1


@pytest.mark.refused
def test_a_refused_step_is_changed_or_dropped_only_when_asked(
    pocket: Callable[..., Pocket], line: Line
) -> None:
    number, other = dispatched(2)
    phone = pocket()
    line.turn("cut")
    for one in (number, other):
        phone.job(one)
        phone.save("arrival")
        phone.save("time-entries", started_at="2031-01-01T08:00", minutes="30")
    phone.online()
    page = phone.open("/phone/outbox/")
    refused = page.locator("[data-list=refused] > *")
    expect(refused).to_have_count(2)
    refused.filter(has_text=other).locator("[data-act=discard]").click()
    page.locator("#discard-question button[value=no]").click()
    phone.unsent(2)
    refused.filter(has_text=other).locator("[data-act=discard]").click()
    page.locator("#discard-question button[value=yes]").click()
    phone.unsent(1)
    refused.locator("[data-edit]").click()
    form = page.locator("#step form[data-step=time-entries][data-op]")
    expect(form.locator("[name=minutes]")).to_have_value("30")
    soon = timezone.localtime() - timedelta(minutes=1)
    phone.save("time-entries", started_at=f"{soon:%Y-%m-%dT%H:%M}", minutes="1")
    phone.unsent(0)
    assert Ticket.objects.get(number=number).work_times.get().minutes == 1
    assert Ticket.objects.get(number=other).work_times.count() == 0


@pytest.mark.refused
def test_who_is_signed_out_in_the_middle_loses_nothing(pocket: Callable[..., Pocket]) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    committed(Session.objects.all().delete)
    phone.save("arrival")
    expect(phone.page.locator("[data-note=signed-out]")).to_be_visible()
    phone.unsent(1)
    phone.page.locator("[data-note=signed-out] a").click()
    phone.type_in()
    phone.unsent(0)
    assert Ticket.objects.get(number=number).on_site


@pytest.mark.refused
@pytest.mark.req("SEC-06")
def test_nothing_of_one_person_is_readable_by_the_next(pocket: Callable[..., Pocket], line: Line) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    line.turn("cut")
    phone.save("contacts", channel="phone", outcome="reached", note="王女士明天在家")
    raw = phone.page.evaluate(RAW)
    assert number in raw
    assert not any(secret in raw for secret in ("王女士", "王芳", "outcome", "<html"))
    assert phone.run("async (o) => (await o.keyOf(await o.owner())).extractable") is False
    line.turn("open")
    phone.page.goto("/account/")
    # A thumb that is quicker than the network: the step is still on the phone when the person signs out.
    phone.context.route("**/api/v1/**", lambda route: route.abort())
    phone.page.locator("header details summary").first.click()
    phone.page.locator("form[action='/logout/'] button").click()
    expect(phone.page.locator("#leaving")).to_be_visible()
    phone.page.locator("#leaving form button").click()
    phone.page.wait_for_url("**/login/**")
    left = phone.page.evaluate(RAW.replace("'/static/outbox.js'", "'/static/outbox.js?again'"))
    assert number in left and '"key"' not in left and "/phone/" not in left.replace("/phone/offline/", "")
    line.turn("cut")
    phone.page.goto("/phone/")
    expect(phone.page.locator("body")).to_contain_text("没有保存在本机")
    line.turn("open")
    phone.sign_in("engineer2")
    phone.unsent(0)
    assert phone.run("async (o) => (await o.list(await o.owner())).length") == 0
    phone.open("/phone/outbox/")
    expect(phone.page.locator("[data-list=waiting] > *")).to_have_count(0)
    phone.context.unroute_all()
    phone.run("(o) => o.kick()")
    assert committed(lambda: Ticket.objects.get(number=number).contacts.count()) == 0
    phone.page.locator(".phone-menu summary").click()
    phone.page.locator(".phone-menu form[action='/logout/'] button").click()
    phone.page.wait_for_url("**/login/**")
    phone.sign_in()
    phone.unsent(0)
    assert Ticket.objects.get(number=number).contacts.get().note == "王女士明天在家"


@pytest.mark.refused
def test_a_full_phone_says_so_and_claims_nothing(pocket: Callable[..., Pocket], line: Line) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    line.turn("cut")
    phone.page.evaluate(FULL)
    phone.fill("contacts", channel="phone", outcome="reached", note="写了很久的话")
    phone.page.locator(".phone-submit button").click()
    expect(phone.page.locator("#toasts")).to_contain_text("没有保存")
    phone.unsent(0)
    expect(phone.page.locator("#step [name=note]")).to_have_value("写了很久的话")
    phone.page.evaluate("() => { IDBObjectStore.prototype.add = window.roomy; }")
    phone.page.locator(".phone-submit button").click()
    phone.unsent(1)
    phone.online()
    phone.unsent(0)
    assert Ticket.objects.get(number=number).contacts.get().note == "写了很久的话"


@pytest.mark.refused
def test_a_store_that_was_emptied_is_told(pocket: Callable[..., Pocket], line: Line) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    line.turn("cut")
    phone.save("arrival")
    phone.unsent(1)
    phone.page.goto("about:blank")
    tools = phone.context.new_cdp_session(phone.page)
    tools.send("Storage.clearDataForOrigin", {"origin": line.url, "storageTypes": "indexeddb"})
    line.turn("open")
    phone.open("/phone/")
    expect(phone.page.locator("[data-note=lost]")).to_contain_text(f"{number} 到达现场")
    phone.page.locator("[data-act=loss-seen]").click()
    phone.open("/phone/")
    expect(phone.page.locator("[data-note=lost]")).to_be_hidden()


@pytest.mark.parametrize("years", [3, -20])
@pytest.mark.req("APT-02")
def test_a_clock_that_is_wrong_by_years_places_nothing_wrongly(
    pocket: Callable[..., Pocket], line: Line, years: int
) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.page.clock.install(time=timezone.now() + timedelta(days=365 * years))
    phone.job(number)
    line.turn("cut")
    phone.save("arrival")
    phone.save("contacts", channel="in_person", outcome="reached")
    phone.unsent(2)
    phone.online()
    phone.unsent(0)
    row = Ticket.objects.get(number=number)
    came = row.visits.get().arrived_at
    assert came is not None
    assert abs((came - timezone.now()).total_seconds()) < 120
    assert abs((row.contacts.get().occurred_at - timezone.now()).total_seconds()) < 120


def test_gloves_press_twice_and_go_back(pocket: Callable[..., Pocket], line: Line) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    phone.fill("contacts", channel="phone", outcome="reached", note="一次")
    phone.page.locator(".phone-submit button").dblclick()
    phone.unsent(0)
    phone.page.go_back()
    phone.save("arrival")
    phone.unsent(0)
    phone.page.go_back()
    expect(phone.page.locator("#step form")).to_have_attribute("data-step", "diagnosis")
    row = Ticket.objects.get(number=number)
    assert (row.contacts.count(), row.visits.count()) == (1, 1)


def test_words_survive_another_language_in_the_middle(pocket: Callable[..., Pocket]) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    phone.fill("contacts", channel="sms", outcome="refused", note="半句话")
    phone.page.wait_for_timeout(300)
    phone.page.locator(".phone-language").click()
    phone.page.wait_for_load_state()
    phone.page.wait_for_selector("#step form[data-op]")
    phone.fill("contacts")
    expect(phone.page.locator("#step [name=note]")).to_have_value("半句话")
    phone.page.locator(".phone-language").click()


def test_what_cannot_be_right_is_told_before_it_is_saved(pocket: Callable[..., Pocket], line: Line) -> None:
    (number,) = dispatched(1)
    phone = pocket()
    phone.job(number)
    line.turn("cut")
    phone.fill("acceptance", accepted="no")
    phone.page.locator(".phone-submit button").click()
    expect(phone.page.locator("#step .invalid-feedback")).to_have_text("拒绝派工时必须填写原因。")
    phone.save("arrival")
    phone.fill("diagnosis", cause=" ", plan="换")
    phone.page.locator(".phone-submit button").click()
    expect(phone.page.locator("#step .invalid-feedback")).to_have_text("请填写此项。")
    phone.save("diagnosis", cause="老化")
    phone.save("report-preview", work_done="换", tested="on", demonstrated="")
    phone.fill("signature")
    phone.page.locator(".phone-submit button").click()
    expect(phone.page.locator("[data-refusal]")).to_have_text("请客户在框内签字。")
    phone.draw()
    phone.save("signature")
    phone.page.locator(".phone-submit button").click()
    expect(phone.page.locator("[data-refusal]")).to_contain_text("测试和演示")
    phone.unsent(4)

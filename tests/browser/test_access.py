"""Every main screen as people with other eyes, hands and screens meet it: axe's rules, narrow screens, whole icons."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from complaints.models import Complaint
from customers.models import Unit
from service_center.kernel import commands
from service_center.kernel.models import Clock, Message
from service_center.portal.actions import cases, links
from staff.models import Person
from surveys.models import FollowUp
from tests.browser.conftest import sweep_all
from tests.tickets.conftest import Story
from tickets.actions import reporting
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HISTORY = True

DESK = (
    "/desk/", "/tickets/", "ticket", "ticket?step", "ticket/edit", "/board/", "/customers/", "/customers/new/",
    "/customers/1/", "/units/1/", "/complaints/", "/complaints/new/", "complaint", "/follow-ups/", "follow-up",
    "/approvals/", "/notifications/", "/account/", "/search/?q=8000", "/products/",
)  # fmt: skip
MANAGEMENT = (
    "/dashboard/", "/reports/sla.solution/", "/rulebook/", "/settings/", "/people/", "/people/engineer/",
    "/people/new/", "/people/import/", "/appraisals/", "/parts/", "/parts/P-1001/", "/issue-desk/",
    "/purchase-proposals/", "/purchase-orders/", "/surveys/", "/rectifications/", "/approvals/", "/wall/", "/jobs/", "clock",
)  # fmt: skip
PHONE = (
    "/phone/",
    "phone-job",
    "phone-job-reach",
    "/phone/outbox/",
    "/phone/offline/",
    "/notifications/",
    "/account/",
)
IN_THE_DARK = (
    "/tickets/", "ticket", "/dashboard/", "/board/", "/parts/", "/customers/1/", "/wall/", "clock", "/phone/",
)  # fmt: skip

SCREENS = {
    "desk-desktop": ("agent", "/desk/"),
    "ticket-desktop": ("agent", "ticket handled"),
    "board-desktop": ("supervisor", "/board/"),
    "dashboard-desktop": ("manager", "/dashboard/"),
    "jobs-phone": ("engineer", "/phone/"),
    "job-phone": ("engineer", "phone-job"),
}
PICTURES = Path(__file__).parents[2] / "docs" / "screens"
AT_MOST = 250 * 1024

# Colours that are still on their way from one theme to the other.
SETTLED = """() => Promise.all(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished.catch(() => {})),
).then(() => true)"""
# What is wider than the screen and not inside something that scrolls by itself.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (e) => e && e !== document.body && (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    .map((e) => e.tagName + "." + e.className).slice(0, 5);
}"""
# Icons that the page names and the sprite does not have.
LOST_ICONS = """async () => {
  const uses = [...document.querySelectorAll("use")].map((e) => e.getAttribute("href"));
  if (!uses.length) return [];
  const sprite = await (await fetch(uses[0].split("#")[0])).text();
  return uses.map((href) => href.split("#")[1]).filter((name) => !sprite.includes(`id="${name}"`));
}"""


def where(name: str) -> str:
    """The address of a screen that needs a row of the demo company."""
    jobs = Ticket.objects.filter(assignee__user__username="engineer")
    at_work = jobs.filter(status__in=["in_handling", "appointed", "dispatched"]).order_by("-status").first()
    fresh = Ticket.objects.filter(status="registered", branch__code="HZ").order_by("pk").first()
    complaint = Complaint.objects.filter(branch__code="HZ").exclude(status="closed").order_by("pk").first()
    call = FollowUp.objects.filter(branch__code="HZ", status="due").order_by("-pk").first()
    handled = Ticket.objects.filter(status="handled", branch__code="HZ").order_by("-pk").first()
    late = Clock.objects.late().filter(subject_type="tickets.ticket", kind="solution").order_by("-pk").first()
    assert at_work and fresh and complaint and call and handled and late
    return {
        "ticket": f"/tickets/{at_work.number}/",
        "ticket handled": f"/tickets/{handled.number}/",
        "ticket?step": f"/tickets/{fresh.number}/?step=verification",
        "ticket/edit": f"/tickets/{fresh.number}/edit/",
        "clock": f"/clocks/{late.pk}/",
        "complaint": f"/complaints/{complaint.number}/",
        "follow-up": f"/follow-ups/{call.pk}/",
        "phone-job": f"/phone/{at_work.number}/",
    }.get(name, name)


def faults(page: Page) -> list[str]:
    """Serious and critical findings of axe, things too wide, lost icons: none of them may be."""
    page.wait_for_load_state("networkidle")
    page.evaluate(SETTLED)
    found = [
        f"{finding['id']}: {[node['target'] for node in finding['nodes']][:4]}"
        for finding in Axe().run(page).response["violations"]
        if finding["impact"] in {"serious", "critical"}
    ]
    found += [f"too wide: {wide}" for wide in page.evaluate(TOO_WIDE)]
    return found + [f"no icon {name}" for name in page.evaluate(LOST_ICONS)]


def walk(page: Page, names: tuple[str, ...]) -> dict[str, list[str]]:
    found = {}
    for name in names:
        if name == "phone-job-reach":
            page.goto(where("phone-job"))
            with page.expect_navigation():
                page.click("button[value=call]")
        else:
            answer = page.goto(where(name))
            assert answer is not None
            assert answer.status == 200, name
        if wrong := faults(page):
            found[name] = wrong
    return found


@pytest.mark.req("GEN-20")
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "narrow"])
def test_the_desk_is_open_to_everybody(someone: Callable[..., Page], phone: bool) -> None:
    assert walk(someone("agent", phone=phone), DESK) == {}


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "narrow"])
def test_management_is_open_to_everybody(someone: Callable[..., Page], phone: bool) -> None:
    assert walk(someone("manager", phone=phone), MANAGEMENT) == {}


def test_the_engineers_phone_is_open_to_everybody(someone: Callable[..., Page]) -> None:
    assert walk(someone("engineer", phone=True), PHONE) == {}


def test_doors_of_strangers_and_customers_are_open_to_everybody(
    someone: Callable[..., Page], api: object
) -> None:
    stranger = someone(phone=True)
    assert walk(stranger, ("/login/", "/account/reset/")) == {}


def doors_of_customers() -> dict[str, str]:
    """The addresses sent after a job that waits for the customer's word and signature, and after one that has ended."""
    people = {who: Person.objects.get(user__username=who) for who in ("agent", "engineer", "manager")}
    unit = Unit.objects.filter(customer__name="王芳", product_model__line__code="AC").earliest("pk")
    story = Story(**people, unit=unit, line=unit.product_model.line)
    story.slot = 24 * (20 + Ticket.objects.count() % 200)
    job, ended = story.diagnosed(), story.closed()
    engineer = people["engineer"].user
    commands.run(cases.offer, job, plan="更换启动电容", amount=Decimal(180), actor=engineer)
    done = {"work_done": "更换启动电容并清洗滤网", "tested": True, "demonstrated": True}
    commands.run(reporting.draft, job, **done, actor=engineer)
    sweep_all()
    found = {"sign": f"/phone/{job.number}/?step=signature", "dead": "/s/nobody-has-this/"}
    found["survey"] = Message.objects.filter(template="survey.invitation").latest("pk").links[0]
    for name, ticket in (("case", job), ("case ended", ended)):
        commands.run(links.send, ticket, actor=people["agent"].user)
        found[name] = Message.objects.filter(template="portal.case").latest("pk").links[0]
    return {
        name: urlsplit(address)._replace(scheme="", netloc="").geturl() for name, address in found.items()
    }


@pytest.mark.req("GEN-20", "SUR-02")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_customers_read_answer_and_sign_is_open_to_everybody(
    someone: Callable[..., Page], behind: Callable[..., dict[str, str]], language: str, scheme: str
) -> None:
    """Also with wrong answers, with everything unfolded, and thanked; the language is one press away."""
    doors, found = behind(doors_of_customers), {}
    customer = someone(phone=True, language=language, color_scheme=scheme)
    for name in ("case", "case ended"):
        customer.goto(doors[name])
        found[f"door of {name}"] = faults(customer)
        customer.click("main .btn-primary")
        for more in customer.locator("summary").all():
            more.click()
        found[name] = faults(customer)
    customer.goto(doors["survey"])
    found["survey"] = faults(customer)
    customer.check("[name='service.quality'][value='9']", force=True)
    customer.click(".customer-send")
    found["survey, half filled"] = faults(customer)
    assert customer.locator(".customer-wrong").count() == 1
    for mark in customer.locator("fieldset[id] label:last-child input").all():
        mark.check(force=True)
    customer.click(".customer-send")
    found["thanks"] = faults(customer)
    customer.goto(doors["dead"])
    found["dead"] = faults(customer)
    customer.click("header button[name=language]")
    assert (customer.get_attribute("html", "lang") or "")[:2] != language[:2]
    engineer = someone("engineer", phone=True, language=language, color_scheme=scheme)
    engineer.goto(doors["sign"])
    assert engineer.locator("canvas.signature-pad").is_visible()
    found["signing"] = faults(engineer)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_the_dark_is_readable(someone: Callable[..., Page]) -> None:
    manager = someone("manager", color_scheme="dark")
    assert walk(manager, IN_THE_DARK[:-1]) == {}
    assert walk(someone("engineer", phone=True, color_scheme="dark"), ("/phone/", "phone-job")) == {}


def test_english_fits_the_narrow_screen(someone: Callable[..., Page]) -> None:
    manager = someone("manager", phone=True, language="en")
    found = {}
    for name in (*DESK, *MANAGEMENT):
        manager.goto(where(name))
        if wide := manager.evaluate(TOO_WIDE):
            found[name] = wide
    assert found == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pictures_of_the_readme_can_be_taken(
    someone: Callable[..., Page],
    settle: Callable[[], None],
    language: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """`./dev test tests/browser/test_access.py -k pictures --write-screens` renews docs/screens."""
    settle()
    writing = request.config.getoption("--write-screens")
    home = PICTURES if writing else tmp_path
    for name, (username, place) in list(SCREENS.items())[: None if writing else 2]:
        page = someone(username, phone=name.endswith("phone"), language=language, color_scheme="light")
        page.goto(where(place))
        if place == "/desk/":
            page.fill("#id_phone", "8000")
            page.wait_for_selector(".caller-file")
        page.wait_for_load_state("networkidle")
        picture = home / f"{name}-{language}.png"
        page.screenshot(path=picture, animations="disabled")
        assert 10_000 < picture.stat().st_size < AT_MOST, name

"""Bad input on the pages: a message beside the field, the text typed still there, nothing half done."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions as crm
from customers.models import Contact, Customer, ProductModel, Unit
from parts.models import Reservation
from service_center.kernel import commands
from staff.models import Booking, Branch
from tests.badinput.conftest import Story, complaints_of, form_in, is_chinese, nothing_written, text_of
from tests.tickets.conftest import PNG
from tests.tickets.test_nouns_api import ENGINEERS, at_state, body_of
from tickets.models import FaultyPart, Handover, PartLine, Report, Ticket
from tickets.states import Status
from tickets.web import nouns

pytestmark = pytest.mark.django_db
TYPED = "客户说的原话 «typed» 0571"


def local(instant: datetime) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def call(model: ProductModel) -> dict[str, Any]:
    """The desk's form for a new caller with a contact person and a new machine."""
    return {
        "customer": "",
        "unit": "",
        "channel": "phone",
        "phone": "139 0013 9000",
        "name": "李雷",
        "province": "浙江",
        "city": "杭州",
        "district": "西湖区",
        "zone": "suburb",
        "detail": "龙井路 9 号",
        "contact": "韩梅",
        "contact_phone": "0571-88001234",
        "product_model": model.code,
        "serial": "AB-77",
        "purchased_on": "2026-01-05",
        "proof": "invoice",
        "subject": "室内机滴水",
        "symptom": "滴水",
        "description": TYPED,
        "demand": "repair",
        "promised_at": "",
        "command_key": "desk-1",
    }


# -- the desk ------------------------------------------------------------------------------------------------------


@pytest.mark.req("TKT-04", "TKT-05")
def test_new_caller_with_contact_person_and_machine(call: dict[str, Any], agent: Any, web: Any) -> None:
    assert web(agent).get("/desk/").status_code == 200
    done = web(agent).post("/desk/", call)
    ticket = Ticket.objects.get()
    assert done["Location"] == f"/tickets/{ticket.number}/"
    assert (ticket.customer.name, ticket.customer.phone) == ("李雷", "+8613900139000")
    assert ticket.contact is not None
    assert (ticket.contact.name, ticket.contact.phone) == ("韩梅", "+8657188001234")
    assert (ticket.unit.serial, ticket.description) == ("AB-77", TYPED)


@pytest.mark.req("TKT-04")
def test_known_caller_with_known_machine(call: dict[str, Any], unit: Unit, agent: Any, web: Any) -> None:
    browser = web(agent)
    page = browser.get(f"/desk/?customer={unit.customer_id}&unit={unit.pk}")
    assert page.context["chosen"].pk == unit.customer_id
    known = {"phone": "", "name": "", "contact": "", "contact_phone": "", "product_model": "", "serial": ""}
    browser.post("/desk/", call | known | {"customer": unit.customer_id, "unit": unit.pk})
    ticket = Ticket.objects.get()
    assert (ticket.customer_id, ticket.unit_id) == (unit.customer_id, unit.pk)
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138001", "+8613800138001"),
        ("１３８００１３８００１", "+8613800138001"),
        ("0086 138 0013 8001", "+8613800138001"),
        ("0571-88001234", "+8657188001234"),
        ("0571 8800 1234", "+8657188001234"),
        ("(0571)88001234", "+8657188001234"),
        ("010-62551234", "+861062551234"),
        ("+86 571 8800 1234", "+8657188001234"),
        ("+1 650-253-0000", "+16502530000"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
@pytest.mark.req("TKT-04")
def test_telephone_as_people_write_it(
    typed: str, kept: str, call: dict[str, Any], agent: Any, web: Any
) -> None:
    assert web(agent).post("/desk/", call | {"phone": typed}).status_code == 302
    assert Customer.objects.get().phone == kept


@pytest.mark.refused
@pytest.mark.req("TKT-04")
@pytest.mark.parametrize(
    "typed",
    [
        "12345",
        "1380013800",
        "138001380011",
        "23800138000",
        "88001234",
        "0571-123",
        "0571-88001234-805",
        "0571-88001234转805",
        "+999 123456",
        "+1 555",
        "1-800-FLOWERS",
        "没有电话",
        "😀",
        "' OR 1=1 --",
        "13800138000,13900139000",
    ],
)
def test_wrong_telephone_is_refused_beside_its_field(
    typed: str, call: dict[str, Any], agent: Any, web: Any
) -> None:
    with nothing_written():
        answer = web(agent).post("/desk/", call | {"phone": typed})
    assert answer.status_code == 422
    (said,) = complaints_of(answer, "phone")
    assert is_chinese(said)
    assert set(form_in(answer).errors) == {"phone"}
    shown = text_of(answer)
    assert all(word in shown for word in (typed, TYPED, "李雷", "AB-77", "龙井路 9 号", "韩梅"))


@pytest.mark.refused
@pytest.mark.req("TKT-04", "TKT-05")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contact_phone": "12"}, "contact_phone"),
        ({"contact_phone": ""}, "contact_phone"),
        ({"name": ""}, "name"),
        ({"city": ""}, "city"),
        ({"subject": ""}, "subject"),
        ({"subject": "长" * 121}, "subject"),
        ({"description": "  \n "}, "description"),
        ({"description": "长" * 10_001}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"name": "a\x00b"}, "name"),
        ({"serial": "x" * 61}, "serial"),
        ({"serial": "a"}, "serial"),
        ({"purchased_on": "2999-01-01"}, "purchased_on"),
        ({"purchased_on": "05/01/2026"}, "purchased_on"),
        ({"promised_at": "2020-01-01T08:00"}, "promised_at"),
        ({"promised_at": "tomorrow"}, "promised_at"),
        ({"channel": "smoke"}, "channel"),
        ({"demand": "magic"}, "demand"),
        ({"zone": "moon"}, "zone"),
        ({"product_model": "NONE"}, "product_model"),
        ({"product_model": ""}, "product_model"),
        ({"customer": "99999"}, None),
        ({"customer": "9" * 40}, None),
        ({"customer": "abc"}, None),
    ],
)
def test_bad_field_is_refused_beside_itself(
    change: dict[str, str], field: str | None, call: dict[str, Any], agent: Any, web: Any
) -> None:
    with nothing_written():
        answer = web(agent).post("/desk/", call | change)
    assert answer.status_code == 422
    shown = text_of(answer)
    if field is not None:
        assert complaints_of(answer, field)
    for said in complaints_of(answer, field):
        assert said in shown
    kept = {"subject": call["subject"], "contact": "韩梅", "description": TYPED} | change
    assert kept["subject"][:50] in shown
    assert "韩梅" in shown
    assert kept["description"].strip()[:50] in shown


@pytest.mark.refused
@pytest.mark.req("TKT-05")
def test_serial_of_another_model_or_customer_is_refused_beside_the_serial(
    call: dict[str, Any], unit: Unit, line: Any, agent: Any, web: Any
) -> None:
    ProductModel.objects.create(
        code="RF-1", name_zh="冰箱", name_en="Fridge", line=line, category="terminal", serial_prefix="RF26"
    )
    with nothing_written():
        other = web(agent).post("/desk/", call | {"serial": "RF26-000123"})
        taken = web(agent).post("/desk/", call | {"serial": unit.serial})
    assert "RF-1" in complaints_of(other, "serial")[0]
    assert complaints_of(taken, "serial")
    assert (other.status_code, taken.status_code) == (422, 422)
    assert TYPED in text_of(other)


@pytest.mark.refused
def test_machine_of_another_customer_is_refused(
    call: dict[str, Any], unit: Unit, agent: Any, hz: Branch, web: Any
) -> None:
    other = commands.run(crm.open_file, name="李四", phone="13700137000", actor=agent.user)
    with nothing_written():
        answer = web(agent).post("/desk/", call | {"customer": other.pk, "unit": unit.pk})
    assert answer.status_code == 422
    assert complaints_of(answer)
    assert TYPED in text_of(answer)


@pytest.mark.refused
def test_file_of_another_branch_is_refused(
    call: dict[str, Any], customer: Customer, person: Any, sh: Branch, web: Any
) -> None:
    stranger = person("agent", branch=sh)
    with nothing_written():
        answer = web(stranger).post("/desk/", call | {"customer": customer.pk})
    assert answer.status_code == 422
    assert customer.name not in text_of(answer)


def test_refusals_speak_the_readers_language(call: dict[str, Any], agent: Any, web: Any) -> None:
    browser = web(agent)
    browser.post(reverse("language"), {"language": "en"})
    for change in (
        {"phone": "12"},
        {"subject": "x" * 121},
        {"serial": "a"},
        {"promised_at": "2020-01-01T08:00"},
    ):
        answer = browser.post("/desk/", call | change)
        said = re.findall(r'class="invalid-feedback[^>]*>([^<]+)<', text_of(answer))
        assert (change, len(said)) == (change, 1)
        assert not is_chinese(said[0])


# -- twice ---------------------------------------------------------------------------------------------------------


@pytest.mark.refused
def test_the_same_form_twice_is_one_ticket_and_another_text_under_its_key_is_refused(
    call: dict[str, Any], agent: Any, web: Any
) -> None:
    browser = web(agent)
    first, again = browser.post("/desk/", call), browser.post("/desk/", call)
    assert (first.status_code, again.status_code) == (302, 302)
    assert first["Location"] == again["Location"]
    assert (Ticket.objects.count(), Customer.objects.count(), Contact.objects.count()) == (1, 1, 1)
    with nothing_written():
        other = browser.post("/desk/", call | {"subject": "另一件事"})
    assert other.status_code == 422
    assert complaints_of(other)
    assert "另一件事" in text_of(other)


def test_the_same_form_from_two_windows_is_one_ticket(call: dict[str, Any], agent: Any, web: Any) -> None:
    """Without the session's memory of the first click the command's key alone keeps it one."""
    assert web(agent).post("/desk/", call)["Location"] == web(agent).post("/desk/", call)["Location"]
    assert Ticket.objects.count() == 1


def test_second_clicks_of_steps_lead_where_the_first_did(
    story: Story, part: Any, supervisor: Any, person: Any, web: Any
) -> None:
    """Steps whose form would not find any more what the first click changed."""
    ticket = story.diagnosed()
    PartLine.objects.create(
        ticket=ticket, part=part, quantity=1, status="issued", source="store", at=timezone.now()
    )
    heir, field, desk = person("agent"), web(story.engineer), web(story.agent)
    for browser, noun, body in (
        (field, "faulty-parts", {"part_line": PartLine.objects.get().pk, "disposition": "customer"}),
        (desk, "handover", {"owner": heir.pk}),
    ):
        path, sent = f"/tickets/{ticket.number}/{noun}/", body | {"command_key": noun}
        first, again = browser.post(path, sent), browser.post(path, sent)
        assert (noun, first.status_code, again.status_code) == (noun, 302, 302)
        assert first["Location"] == again["Location"]
    assert (FaultyPart.objects.count(), Handover.objects.count()) == (1, 1)


def test_report_is_filed_once_by_two_clicks(story: Story, web: Any) -> None:
    ticket, browser = story.diagnosed(), web(story.engineer)
    words = {"work_done": "更换", "tested": "on", "demonstrated": "on", "customer_comment": ""}
    assert browser.post(f"/tickets/{ticket.number}/report-preview/", words).status_code == 302
    shown = browser.get(f"/tickets/{ticket.number}/?step=signature").context["preview_hash"]
    drawn = "data:image/png;base64," + base64.b64encode(PNG).decode()
    signed = {"png": drawn, "signed_by": "王芳", "report_hash": shown}
    assert browser.post(f"/tickets/{ticket.number}/signature/", signed).status_code == 302
    for _ in range(2):
        assert browser.post(f"/tickets/{ticket.number}/report/", {"command_key": "r"}).status_code == 302
    assert Report.objects.count() == 1


# -- steps -----------------------------------------------------------------------------------------------------------


def form_of(noun: str, story: Story, heir: Any) -> dict[str, Any]:
    """What a browser would send for a noun."""
    if noun in {"hold-undo", "assignment-undo", "closure", "report", "arrival", "departure"}:
        return {}
    if noun == "appointment-undo":
        return {"reason": TYPED, "customer_absent": "on"}
    if noun == "report-preview":
        return {"work_done": TYPED, "tested": "on", "demonstrated": "on", "customer_comment": ""}
    if noun == "attachments":
        return {"kind": "photo"}
    body = body_of(noun)
    if noun == "hold":
        return {"reason": "customer", "notice_channel": "phone", "notice_text": TYPED}
    for name, value in body.items():
        if name in {"expected_at", "starts_at", "ends_at", "started_at"}:
            body[name] = local(datetime.fromisoformat(value))
        elif isinstance(value, bool):
            body[name] = "yes" if value else "no"
        elif name in {"reason", "note", "text", "cause", "place", "signed_by"}:
            body[name] = TYPED
    people = {"engineer": story.engineer.pk, "owner": heir.pk}
    return body | {name: people[name] for name in people if name in body}


@pytest.mark.refused
@pytest.mark.req("TKT-14", "GEN-16")
@pytest.mark.parametrize("state", [str(state) for state in Status])
def test_every_step_the_state_forbids_is_refused_and_keeps_the_text(
    state: str, story: Story, part: Any, supervisor: Any, person: Any, web: Any
) -> None:
    heir = person("agent")
    ticket = Ticket.objects.get(pk=at_state(story, state).pk)
    desk, field = web(story.agent), web(story.engineer)
    allowed = nouns.open_nouns(ticket)
    with nothing_written():
        for step in nouns.STEPS:
            engineers = step.noun in ENGINEERS | {"report-preview"}
            if step.noun in allowed or (engineers and not ticket.assignee_id):
                continue
            browser = field if engineers else desk
            sent = form_of(step.noun, story, heir) | {"command_key": f"{state}-{step.noun}"}
            answer = browser.post(f"/tickets/{ticket.number}/{step.noun}/", sent)
            assert (step.noun, answer.status_code) == (step.noun, 409)
            assert complaints_of(answer), step.noun
            shown = text_of(answer)
            assert all(said in shown for said in complaints_of(answer))
            assert (TYPED in shown) == (TYPED in sent.values()), step.noun


@pytest.mark.req("TKT-14")
@pytest.mark.parametrize("state", [str(state) for state in Status])
def test_every_step_offered_shows_its_form(
    state: str, story: Story, part: Any, supervisor: Any, web: Any
) -> None:
    """On the desk and on the phone; a step that is not offered shows no error either."""
    ticket = Ticket.objects.get(pk=at_state(story, state).pk)
    for who in (story.agent, supervisor, story.manager, story.engineer):
        if not Ticket.objects.visible_to(who.user).filter(pk=ticket.pk).exists():
            continue
        browser = web(who)
        page = browser.get(f"/tickets/{ticket.number}/")
        for step in page.context["steps"]:
            answer = browser.get(f"/tickets/{ticket.number}/?step={step.noun}")
            assert (step.noun, answer.status_code) == (step.noun, 200)
            assert f'action="/tickets/{ticket.number}/{step.noun}/"' in text_of(answer)
    browser = web(story.engineer if ticket.assignee_id else story.agent)
    for step in nouns.STEPS:
        for path in ("tickets", "phone") if step.noun in ENGINEERS else ("tickets",):
            answer = browser.get(f"/{path}/{ticket.number}/?step={step.noun}")
            assert (step.noun, answer.status_code) == (step.noun, 200)


def test_links_of_a_refused_page_lead_on(story: Story, web: Any) -> None:
    """After a refusal the page stands at the step's address; its step buttons must not be relative to that."""
    ticket = story.registered()
    answer = web(story.agent).post(f"/tickets/{ticket.number}/triage/", {})
    assert answer.status_code == 409
    assert 'href="?' not in text_of(answer)


# -- whose, and may one ----------------------------------------------------------------------------------------------


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_anothers_ticket_is_not_there(story: Story, person: Any, sh: Branch, web: Any) -> None:
    number = story.in_handling().number
    strangers = person("agent", branch=sh), person("engineer"), person("engineer", branch=sh)
    with nothing_written():
        for who in strangers:
            browser = web(who)
            for path in ("", "edit/", "live/", "clocks/1/"):
                assert browser.get(f"/tickets/{number}/{path}").status_code == 404
            assert browser.get(f"/phone/{number}/").status_code == 404
            assert browser.post(f"/phone/{number}/reach/", {"how": "call"}).status_code == 404
            for noun in ("verification", "attachments", "contacts", "report"):
                assert browser.post(f"/tickets/{number}/{noun}/", {"note": "x"}).status_code == 404
            assert browser.post(f"/tickets/{number}/edit/", {"subject": "x"}).status_code == 404
        assert web(story.agent).get("/tickets/T-2026-999999/").status_code == 404
        assert web(story.agent).post(f"/tickets/{number}/nonsense/", {}).status_code == 404


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_missing_right_is_403_and_keeps_the_text(
    story: Story, supervisor: Any, person: Any, web: Any
) -> None:
    ticket, keeper = story.in_handling(), person("storekeeper")
    with nothing_written():
        for who, noun in (
            (story.agent, "diagnosis"),
            (story.engineer, "handover"),
            (story.engineer, "cancellation"),
            (supervisor, "signature"),
        ):
            sent = form_of(noun, story, supervisor)
            answer = web(who).post(f"/tickets/{ticket.number}/{noun}/", sent)
            assert (noun, answer.status_code) == (noun, 403)
            assert complaints_of(answer)
            assert (TYPED in text_of(answer)) == (TYPED in sent.values())
        assert web(story.engineer).get("/desk/").status_code == 403
        assert web(keeper).get("/board/").status_code == 403


@pytest.mark.refused
@pytest.mark.req("DSP-03")
def test_a_complex_job_is_not_the_agents_to_give(story: Story, web: Any) -> None:
    ticket = story.classified(complexity="complex")
    with nothing_written():
        answer = web(story.agent).post(
            f"/tickets/{ticket.number}/assignment/", form_of("assignment", story, story.agent)
        )
    assert answer.status_code == 403


# -- time, stock, other editors --------------------------------------------------------------------------------------


@pytest.mark.refused
@pytest.mark.req("DSP-02", "APT-01")
def test_one_engineer_is_not_in_two_places(story: Story, web: Any) -> None:
    when = timezone.now() + timedelta(hours=50)
    first, second = story.classified(), story.classified()
    body = {"engineer": story.engineer.pk, "expected_at": local(when)}
    desk, field = web(story.agent), web(story.engineer)
    assert desk.post(f"/tickets/{first.number}/assignment/", body).status_code == 302
    with nothing_written():
        clash = desk.post(f"/tickets/{second.number}/assignment/", body)
    assert clash.status_code == 409
    assert complaints_of(clash, "expected_at")
    assert local(when) in text_of(clash)
    later = {"engineer": story.engineer.pk, "expected_at": local(when + timedelta(hours=9))}
    assert desk.post(f"/tickets/{second.number}/assignment/", later).status_code == 302
    slot = {"starts_at": local(when), "ends_at": local(when + timedelta(hours=1)), "place": TYPED}
    with nothing_written():
        visit = field.post(f"/tickets/{second.number}/appointment/", slot)
    assert visit.status_code == 409
    assert complaints_of(visit, "starts_at")
    assert TYPED in text_of(visit)
    assert Booking.objects.live().count() == 2


@pytest.mark.refused
def test_times_turned_round_or_long_past_are_refused(story: Story, web: Any) -> None:
    now = timezone.now()
    ticket, browser = story.dispatched(), web(story.engineer)
    turned = {"starts_at": local(now + timedelta(hours=9)), "ends_at": local(now), "place": TYPED}
    with nothing_written():
        answer = browser.post(f"/tickets/{ticket.number}/appointment/", turned)
        assert (answer.status_code, bool(complaints_of(answer, "ends_at"))) == (422, True)
        assert TYPED in text_of(answer)
    ticket = story.in_handling()
    long_ago = {"category": "free", "started_at": "2020-01-01T08:00", "minutes": "30"}
    soon = local(now + timedelta(days=2))
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "started_at"),
        ({"started_at": soon}, "minutes"),
        ({"started_at": "soon"}, "started_at"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "x"}, "minutes"),
    ]
    with nothing_written():
        for change, field in wrong:
            answer = browser.post(f"/tickets/{ticket.number}/time-entries/", long_ago | change)
            assert (change, answer.status_code) == (change, 422)
            assert complaints_of(answer, field), change


@pytest.mark.refused
@pytest.mark.req("PRT-07", "RPR-20")
def test_part_not_in_stock_waits_and_cannot_be_issued(story: Story, part: Any, person: Any, web: Any) -> None:
    ticket, field = story.diagnosed(), web(story.engineer)
    line = {"part": part.code, "quantity": "6", "serials": "", "source": "store"}
    with nothing_written():
        for change, where in (
            ({"quantity": "0"}, "quantity"),
            ({"quantity": "many"}, "quantity"),
            ({"part": "P-NONE"}, "part"),
            ({"serials": "S-1"}, "serials"),
        ):
            answer = field.post(f"/tickets/{ticket.number}/part-lines/", line | change)
            assert (change, answer.status_code) == (change, 422)
            assert complaints_of(answer, where), change
    assert field.post(f"/tickets/{ticket.number}/part-lines/", line).status_code == 302
    short = Reservation.objects.get()
    assert (short.status, PartLine.objects.get().status) == ("short", "short")
    keeper = web(person("storekeeper"))
    with nothing_written():
        answer = keeper.post(f"/reservations/{short.pk}/issue/", {})
    assert answer.status_code == 422
    assert answer.context["refusals"][0] in text_of(answer)


@pytest.mark.refused
def test_the_loser_of_a_stale_edit_keeps_the_text_and_may_send_again(story: Story, web: Any) -> None:
    ticket, browser = story.registered(), web(story.agent)
    page = browser.get(f"/tickets/{ticket.number}/edit/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    done = browser.post(f"/tickets/{ticket.number}/edit/", form | {"subject": "先改的"})
    assert done.status_code == 302
    with nothing_written():
        stale = browser.post(f"/tickets/{ticket.number}/edit/", form | {"subject": "后改的"})
    assert stale.status_code == 412
    shown = text_of(stale)
    assert "先改的" in shown
    assert "后改的" in shown
    again = {name: form_in(stale)[name].value() or "" for name in form_in(stale).fields}
    assert browser.post(f"/tickets/{ticket.number}/edit/", again).status_code == 302
    assert Ticket.objects.get().subject == "后改的"


def test_an_edit_changes_only_what_was_changed(story: Story, web: Any) -> None:
    """Seconds a field does not show and line ends a browser rewrites are no changes."""
    promised = timezone.now() + timedelta(hours=30)
    ticket = story.registered(promised_at=promised, description="一\n二")
    browser = web(story.agent)
    page = browser.get(f"/tickets/{ticket.number}/edit/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    sent = form | {"description": "一\r\n二", "subject": "新的"}
    assert browser.post(f"/tickets/{ticket.number}/edit/", sent).status_code == 302
    after = Ticket.objects.get()
    assert (after.subject, after.description, after.promised_at) == ("新的", "一\n二", promised)


@pytest.mark.refused
def test_dissatisfied_without_reason_is_refused_beside_the_reason(story: Story, web: Any) -> None:
    ticket = story.handled()
    with nothing_written():
        answer = web(story.agent).post(
            f"/tickets/{ticket.number}/result-call/", {"outcome": "reached", "satisfied": "no", "reason": ""}
        )
    assert answer.status_code == 422
    assert complaints_of(answer, "reason")


@pytest.mark.refused
def test_a_signature_without_a_drawing_says_so_in_plain_words(story: Story, web: Any) -> None:
    ticket = story.diagnosed()
    with nothing_written():
        for png in (
            "",
            "data:image/png;base64,",
            "data:image/png;base64,!!",
            "data:image/png;base64,aGVsbG8=",
        ):
            answer = web(story.engineer).post(
                f"/tickets/{ticket.number}/signature/",
                {"png": png, "signed_by": TYPED, "report_hash": "0" * 64},
            )
            assert (png, answer.status_code in {409, 415, 422}) == (png, True)
            shown = text_of(answer)
            assert TYPED in shown
            assert "(Hidden field" not in shown
            assert "隐藏字段" not in shown


@pytest.mark.refused
def test_odd_addresses_are_no_server_error(story: Story, supervisor: Any, web: Any) -> None:
    story.registered()
    browser = web(supervisor)
    for path in (
        "/tickets/?q=%00",
        "/tickets/?after=%00",
        "/tickets/?after=nonsense",
        "/tickets/?after=cD1hYmM%3D",
        "/tickets/?status=%00&tier=x&corner=y",
        "/tickets/%00/",
        "/tickets/%F0%9F%98%80/",
        "/customers/?q=%00",
        "/customers/?after=cD1hYmM%3D",
        "/customers/99999999999999999999/",
        "/units/9223372036854775808/",
        "/search/?q=%00",
        "/desk/caller/?phone=%00%00",
        "/desk/?customer=99999999999999999999",
        "/desk/file/99999999999999999999/",
        "/parts/?q=%00&part_class=%00",
        "/parts/%00/",
        "/people/?q=%00&branch=%00&role=%00",
        "/complaints/?q=%00&after=x",
        "/complaints/new/?customer=99999999999999999999",
        "/complaints/new/?ticket=%00",
        "/follow-ups/?after=x",
        "/surveys/?since=%00&until=9999-12-31",
        "/approvals/?after=x",
        "/s/%00/",
        "/c/nonsense/",
    ):
        assert (path, browser.get(path).status_code < 500) == (path, True)

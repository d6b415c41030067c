"""Bad input on the pages: a message beside the field, the text typed still there, nothing half done."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from customers import actions as crm
from customers.models import Contact, Customer, ProductModel, Unit
from service_center.kernel import commands
from staff.models import Branch
from tests.badinput.conftest import Story, complaints_of, form_in, is_chinese, nothing_written, text_of
from tests.tickets.conftest import PNG
from tickets.models import FaultyPart, Handover, PartLine, Report, Ticket

pytestmark = pytest.mark.django_db
TYPED = "客户说的原话 «typed» 0571"


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

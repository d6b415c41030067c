"""Texts as people write them: kept byte for byte through both doors, harmless in what is exported."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from customers import actions as crm
from service_center.kernel import commands
from tests.badinput.conftest import Story, complaints_of, form_in, nothing_written, problem, text_of
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
TEXTS = {
    "emoji": "👨‍👩‍👧‍👦 🇨🇳 空调不凉 😀",
    "right to left": "مرحبا \u202eabc\u202c עברית",
    "marks": "e\u0301 ﷽ Z\u0351\u0489 \u200b\ufeff",
    "beyond the first plane": "𠮷野家 𝒳 \U0010ffff",
    "lines": "一\r\n二\n三\r四\t五",
    "blanks around": "  \u3000前后都有空格\u00a0 ",
    "control": "a\x01b\x0bc\x7f",
    "markup": "<script>alert('&amp;')</script> {{ 7*7 }} {% now %} %(x)s ${x}",
    "formula": '=HYPERLINK("http://x","x")',
    "ten thousand": "字" * 10_000,
    "ten thousand wide": "😀" * 10_000,
}


def body_of(story: Story, text: str) -> dict[str, Any]:
    return {
        "channel": "phone",
        "customer": {"id": story.unit.customer_id},
        "unit": {"id": story.unit.pk},
        "subject": "x",
        "description": text,
        "demand": "repair",
    }


@pytest.mark.req("TKT-04")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_sent_by_rest_comes_back_by_rest_and_stands_on_the_page(
    text: str, story: Story, api: Any, web: Any
) -> None:
    door, browser = api(story.agent), web(story.agent)
    made = door.post("tickets/", body_of(story, text))
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    assert door.get(f"tickets/{number}/").json()["description"] == text
    assert Ticket.objects.get().description == text
    page = browser.get(f"/tickets/{number}/")
    assert text in text_of(page) or "\r" in text
    assert "<script>alert(" not in page.content.decode()
    edit = browser.get(f"/tickets/{number}/edit/")
    assert edit.context["form"]["description"].value() == text
    noted = door.post(f"tickets/{number}/verification/", {"confirmed": True, "note": text})
    assert noted.status_code == 201
    assert noted.json()["verification"]["note"] == text
    assert door.get(f"tickets/{number}/timeline/").status_code == 200


@pytest.mark.req("TKT-04")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_sent_by_the_page_comes_back(text: str, story: Story, api: Any, web: Any) -> None:
    browser, door = web(story.agent), api(story.agent)
    sent = {
        "customer": story.unit.customer_id,
        "unit": story.unit.pk,
        "channel": "phone",
        "zone": "city",
        "proof": "none",
        "subject": "x",
        "symptom": text,
        "description": text,
        "demand": "repair",
    }
    assert browser.post("/desk/", sent).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.description, ticket.symptom) == (text, text)
    assert door.get(f"tickets/{ticket.number}/").json()["symptom"] == text
    page = browser.get(f"/tickets/{ticket.number}/edit/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    changed = browser.post(f"/tickets/{ticket.number}/edit/", form | {"subject": "y"})
    assert changed.status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.description, ticket.symptom) == ("y", text, text)


@pytest.mark.refused
@pytest.mark.req("TKT-04")
@pytest.mark.parametrize(
    "text", ["字" * 10_001, "a\x00b", "", " \u3000\n"], ids=["long", "nul", "none", "blank"]
)
def test_texts_nobody_can_keep_are_refused_and_stay_on_the_page(
    text: str, story: Story, api: Any, web: Any
) -> None:
    ticket, browser, door = story.registered(), web(story.agent), api(story.agent)
    path = f"tickets/{ticket.number}/"
    with nothing_written():
        answer = browser.post(f"/{path}answer/", {"text": text})
        assert (answer.status_code, len(complaints_of(answer, "text"))) == (422, 1)
        assert form_in(answer)["text"].value() == text
        assert problem(door.post(f"{path}answer/", {"text": text})) == (400, "invalid", "text")
        version = door.get(path).json()["version"]
        edited = door.patch(path, {"description": text}, version=version)
        assert problem(edited) == (400, "invalid", "description")


@pytest.mark.refused
@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", " =1+1", "\r=1"]
)
def test_an_exported_name_or_subject_is_no_formula(
    text: str, story: Story, web: Any, supervisor: Any
) -> None:
    commands.run(crm.open_file, name=f"x{text}", phone="13700137000", actor=story.agent.user)
    made = commands.run(crm.open_file, name=text, phone="13700137001", actor=story.agent.user)
    story.registered(subject=text)
    browser = web(supervisor)
    for path in ("/customers/", "/tickets/"):
        lines = list(
            csv.reader(io.StringIO(read(browser.get(f"{path}?format=csv")).decode("utf-8-sig"), newline=""))
        )
        cells = [cell for line in lines for cell in line]
        assert len(lines) >= 2
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+@＝＋＠") and cell]
        book = load_workbook(io.BytesIO(read(browser.get(f"{path}?format=xlsx"))))
        kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
        assert "f" not in kinds
    assert made.name == text.strip()


def read(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.refused
@pytest.mark.req("SEC-09")
def test_an_export_without_the_right_leaves_nothing(story: Story, web: Any) -> None:
    story.registered()
    with nothing_written():
        for path in ("/customers/", "/tickets/"):
            answer = web(story.agent).get(f"{path}?format=xlsx")
            assert (path, answer.status_code) == (path, 403)

"""Lists, pages below a ticket, who sees what, and how many queries it costs."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from service_center.kernel import sweep
from tests.tickets.conftest import Story, hours
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def numbers(answer: Any) -> list[str]:
    return [row["number"] for row in answer.json()["results"]]


@pytest.mark.req("DSP-13", "TKT-26")
def test_filters_and_order(story: Story, api: Callable[..., Any]) -> None:
    desk = api(story.agent)
    old = story.registered(reported_at=hours(-30))
    told = story.verified(reported_at=hours(-0.1))
    job, done = story.dispatched(story.classified(told, tier="urgent")), story.answered()
    for query, wanted in {
        "": [done, job, old],
        "status=registered": [old],
        "status=registered&status=answered": [done, old],
        "tier=urgent": [job],
        "assignee=engineer": [job],
        "owner=nobody": [],
        "late=true": [old],
        "open=false": [done],
        "branch=SH": [],
        f"unit={story.unit.pk}&open=true": [job, old],
        f"customer={story.unit.customer_id}": [done, job, old],
        "ordering=reported_at": [old, job, done],
    }.items():
        assert (query, numbers(desk.get(f"tickets/?{query}"))) == (query, [row.number for row in wanted])
    for bad in ("colour=red", "status=flying", "ordering=owner", "page_size=0", "page_size=1000"):
        assert (bad, desk.get(f"tickets/?{bad}").status_code) == (bad, 400)


def test_pages_by_cursor(story: Story, api: Callable[..., Any]) -> None:
    made = [story.registered().number for _ in range(5)]
    first = api(story.agent).get("tickets/?page_size=3").json()
    rest = api(story.agent).get(first["next"].replace("http://testserver", "")).json()
    assert [row["number"] for row in first["results"] + rest["results"]] == made[::-1]
    assert (first["previous"], rest["next"]) == (None, None)


@pytest.mark.req("TKT-18")
def test_search_finds_two_characters_serial_and_number(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.registered(subject="压缩机噪音大")
    story.registered(subject="显示屏不亮")
    sweep.subscriptions.sweep()
    desk = api(story.agent)
    for text in ("噪音", "压缩机", ticket.number, ticket.number.rpartition("-")[2]):
        assert (text, numbers(desk.get(f"tickets/?search={text}"))) == (text, [ticket.number])
    assert len(numbers(desk.get("tickets/?search=王芳"))) == 2
    assert len(numbers(desk.get("tickets/?search=SN-1"))) == 2
    assert numbers(desk.get("tickets/?search=冰箱")) == []


def test_list_and_page_cost_the_same_for_one_and_three(
    story: Story, api: Callable[..., Any], query_count: Callable[..., int]
) -> None:
    desk, story_ticket = api(story.agent), story.dispatched()
    desk.get("tickets/")
    one = query_count(lambda: desk.get("tickets/"))
    story.dispatched()
    story.registered()
    three = query_count(lambda: desk.get("tickets/"))
    page = query_count(lambda: desk.get(f"tickets/{story_ticket.number}/"))
    timeline = query_count(lambda: desk.get(f"tickets/{story_ticket.number}/timeline/"))
    assert one == three
    assert max(three, page, timeline) <= 12


@pytest.mark.req("DSP-13")
@pytest.mark.parametrize(
    ("role", "other_branch", "sees"),
    [
        ("agent", False, True), ("agent", True, False), ("supervisor", False, True), ("supervisor", True, False),
        ("manager", True, True), ("quality", True, True), ("analyst", True, True), ("director", True, True),
        ("engineer", False, False), ("expert", False, False), ("trainer", False, False),
        ("storekeeper", False, False), ("parts", False, False), ("buyer", False, False),
        ("accountant", False, False), ("inspector", False, False), ("admin", False, False),
    ],
)  # fmt: skip
def test_who_sees_a_ticket(
    role: str,
    other_branch: bool,
    sees: bool,
    story: Story,
    sh: Any,
    person: Callable[..., Any],
    api: Callable[..., Any],
) -> None:
    ticket = story.registered()
    door = api(person(role, branch=sh if other_branch else None))
    assert door.get(f"tickets/{ticket.number}/").status_code == (200 if sees else 404)
    assert numbers(door.get("tickets/")) == ([ticket.number] if sees else [])
    for below in ("timeline", "clocks", "attachments", "suggestions", "contacts", "report-preview"):
        assert door.get(f"tickets/{ticket.number}/{below}/").status_code == (200 if sees else 404)


def test_stranger_is_asked_to_sign_in(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.registered()
    assert api(None).get(f"tickets/{ticket.number}/").status_code == 401


@pytest.mark.req("TKT-26")
def test_timeline_tells_facts_in_the_readers_language(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.dispatched()
    rows = api(story.agent).get(f"tickets/{ticket.number}/timeline/").json()["results"]
    names = [row["name"] for row in rows]
    assert names[0] == "ticket.assigned"
    assert names[-1] == "ticket.registered"
    assert rows[0]["actor"] == "agent"
    assert {link["kind"] for link in rows[0]["links"]} >= {
        "tickets.ticket",
        "customers.unit",
        "customers.customer",
    }
    assert "13800138000" not in str(rows)
    unit = api(story.agent).get(f"units/{story.unit.pk}/timeline/")
    assert unit.status_code in {200, 404}


def image(kind: str = "JPEG") -> bytes:
    picture = Image.new("RGB", (20, 20), "red")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 16.0, 0.0)}
    out = BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def upload(door: Any, url: str, name: str, content: bytes, **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return door.client.post(
        f"/api/v1/{url}", {"file": file, **fields}, HTTP_IDEMPOTENCY_KEY=f"up-{name}-{len(content)}"
    )


@pytest.mark.req("TKT-26", "RPR-17")
def test_photo_is_kept_without_its_position(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/attachments/"
    answer = upload(field, url, "a.jpg", image(), kind="photo")
    assert answer.status_code == 201, answer.content
    assert answer.json()["attachments"]["content_type"] == "image/jpeg"
    again = upload(field, url, "a.jpg", image(), kind="photo")
    assert again["Idempotency-Replayed"] == "true"
    rows = field.get(url).json()["results"]
    assert [row["kind"] for row in rows] == ["photo"]
    content = b"".join(field.client.get(rows[0]["href"]).streaming_content)
    assert Image.open(BytesIO(content)).getexif().get_ifd(0x8825) == {}


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("a.jpg", b"MZ\x90\x00 not an image", 415), ("a.pdf", b"<html>x</html>", 415), ("a.jpg", b"", 400)],
)
def test_disguised_upload_is_refused(
    name: str, content: bytes, status: int, story: Story, api: Callable[..., Any]
) -> None:
    ticket = story.registered()
    answer = upload(api(story.agent), f"tickets/{ticket.number}/attachments/", name, content)
    assert (answer.status_code, Ticket.objects.get().version) == (status, ticket.version)
    assert api(story.agent).get(f"tickets/{ticket.number}/attachments/").json()["results"] == []

"""The phone's pages and what they tell the phone, so that it can go on without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework import serializers

from staff.models import Person
from tests.tickets.conftest import Story
from tickets.api import inputs
from tickets.api.nouns import NOUNS
from tickets.api.views import AttachmentInput
from tickets.queries import report as reports
from tickets.web import nouns, phone_steps

pytestmark = pytest.mark.django_db
BODIES = {door.noun: door.input for door in NOUNS} | {"attachments": AttachmentInput}
CODED = {
    "signature": {"png", "report_hash"}, "attachments": {"kind", "sha256"},
    "report": {"work_done", "tested", "demonstrated", "customer_comment", "signature"},
}  # fmt: skip
"""What the phone puts into a body by itself."""


def paths(shape: serializers.BaseSerializer[Any], before: str = "", required: bool = False) -> set[str]:
    """Fields of a body, dotted; with `required` only those it cannot do without."""
    found: set[str] = set()
    for name, field in shape.fields.items():  # type: ignore[attr-defined]  # a serializer with fields
        if isinstance(field, serializers.Serializer):
            found |= paths(field, f"{name}.", required)
        elif field.required or not required:
            found.add(before + name)
    return found


@pytest.mark.parametrize("step", phone_steps.machine(), ids=lambda step: step["noun"])
def test_every_step_of_the_phone_fits_its_door(step: dict[str, Any]) -> None:
    undone = step["method"] == "DELETE"
    shape = {"appointment-undo": inputs.DropInput}.get(step["noun"]) or (
        None if undone else BODIES[step["door"]]
    )
    known = paths(shape()) if shape is not None else set()
    asked = {field["path"] for field in step["fields"] if field["kind"] != "nothing"}
    sent = asked | CODED.get(step["noun"], set()) | ({"at"} if step["dated"] else set())
    assert sent <= known, f"{sent - known} is unknown to the door"
    if shape is not None:
        assert paths(shape(), required=True) <= sent
        assert step["dated"] == ("at" in known)


def test_the_phone_has_every_step_an_engineer_may_take(story: Story) -> None:
    row = story.dispatched()
    offered = set(phone_steps.may(row, story.engineer.user))
    others = {"verification"}  # before there is a job
    assert offered == {step.noun for step in nouns.STEPS if step.may(story.engineer.user, row)} - others


@pytest.mark.req("RPR-18")
def test_the_page_of_a_job_carries_what_the_phone_goes_on_with(
    story: Story, web: Callable[..., Client]
) -> None:
    row = story.diagnosed()
    page = web(story.engineer).get(f"/phone/{row.number}/")
    told = json.loads(
        page.content.decode().split('<script id="job-data" type="application/json">')[1].split("</script>")[0]
    )
    assert (told["number"], told["version"], told["status"], told["on_site"]) == (
        row.number,
        row.version,
        "in_handling",
        True,
    )
    assert reports.digest(told["record"]) == reports.preview(row, None)[1]
    assert page["Phone-Owner"] == str(story.engineer.user.pk)
    assert page["Phone-Version"] == str(row.version)
    assert "+8613800138000" not in page.content.decode()


@pytest.mark.refused
def test_pages_of_strangers_are_not_there(
    story: Story, person: Callable[..., Person], web: Callable[..., Client]
) -> None:
    number = story.dispatched().number
    stranger = web(person("engineer"))
    assert stranger.get(f"/phone/{number}/").status_code == 404
    assert stranger.get(f"/phone/{number}/now/").status_code == 404
    assert web(story.agent).get("/phone/").status_code == 403


def test_a_page_costs_the_same_for_one_job_and_for_three(
    story: Story, web: Callable[..., Client], query_count: Callable[..., int]
) -> None:
    phone = web(story.engineer)
    story.dispatched()
    phone.get("/phone/")
    one = query_count(lambda: phone.get("/phone/"))
    story.appointed()
    story.in_handling()
    assert query_count(lambda: phone.get("/phone/")) == one


@pytest.mark.req("SEC-06")
def test_the_secret_of_the_store_is_the_persons_own(story: Story, web: Callable[..., Client]) -> None:
    first, again = web(story.engineer).get("/phone/session/"), web(story.engineer).get("/phone/session/")
    other = web(story.agent).get("/phone/session/")
    assert first.json()["secret"] == again.json()["secret"] != other.json()["secret"]
    assert first.json()["user"] == story.engineer.user.pk
    assert len(bytes.fromhex(first.json()["secret"])) == 32
    assert "no-store" in first["Cache-Control"]


@pytest.mark.refused
@pytest.mark.req("SEC-06")
def test_the_secret_is_refused_to_strangers(client: Client) -> None:
    assert client.get("/phone/session/").status_code == 401


def test_the_app_is_described_in_both_languages(client: Client) -> None:
    zh, en = (
        client.get("/manifest.webmanifest?language=zh-hans"),
        client.get("/manifest.webmanifest?language=en"),
    )
    assert zh["Content-Type"] == "application/manifest+json"
    assert zh.json()["lang"] != en.json()["lang"]
    icons = {(icon["sizes"], icon["purpose"]) for icon in zh.json()["icons"]}
    assert icons == {(size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")}
    for icon in zh.json()["icons"]:
        assert b"".join(client.get(icon["src"]).streaming_content)[:4] == b"\x89PNG"  # type: ignore[attr-defined]


def test_the_worker_names_files_that_are_there(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Service-Worker-Allowed"] == "/"
    told = json.loads(answer.content.decode().split("self.SHELL = ", 1)[1].split(";\n", 1)[0])
    for url in [*told["files"], *told["later"], told["offline"]]:
        assert client.get(url).status_code == 200, url


def test_what_stands_on_the_server_is_told_beside_a_refused_step(
    story: Story, web: Callable[..., Client]
) -> None:
    row = story.appointed()
    before = row.version
    story.reached(row)
    page = (
        web(story.engineer).get(f"/phone/{row.number}/now/?noun=appointment&since={before}").content.decode()
    )
    assert f'data-version="{before + 1}"' in page
    assert "文三路 1 号" in page
    assert page.count("<li>") == 1
    for noun in phone_steps.WAYS:
        assert web(story.engineer).get(f"/phone/{row.number}/now/?noun={noun}&since=x").status_code == 200


@pytest.mark.req("APT-02")
def test_the_number_and_the_way_are_shown_once_asked(story: Story, web: Callable[..., Client]) -> None:
    row = story.dispatched()
    phone = web(story.engineer)
    called = phone.post(f"/phone/{row.number}/reach/", {"how": "call"}).content.decode()
    assert 'href="tel:+8613800138000"' in called
    android = phone.post(f"/phone/{row.number}/reach/", {"how": "map"}).content.decode()
    apple = phone.post(
        f"/phone/{row.number}/reach/", {"how": "map"}, HTTP_USER_AGENT="iPhone"
    ).content.decode()
    assert "geo:0,0?q=" in android
    assert "maps://?q=" in apple

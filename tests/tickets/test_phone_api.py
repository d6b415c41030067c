"""What REST keeps for phones: a step on the version its sender has seen, and a photo as it was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from service_center.kernel import attachments
from tests.tickets.conftest import PNG, Story, hours
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SEEN = {"channel": "phone", "outcome": "reached"}


def span(story: Story) -> dict[str, str]:
    return {"starts_at": hours(90).isoformat(), "ends_at": hours(91).isoformat(), "place": "门店"}


def test_a_step_is_taken_on_the_version_its_sender_saw(story: Story, api: Callable[..., Any]) -> None:
    row = story.dispatched()
    answer = api(story.engineer)(
        "POST", f"tickets/{row.number}/appointment/", span(story), **{"If-Match": f'"{row.version}"'}
    )
    assert answer.status_code == 201
    undone = api(story.engineer)(
        "DELETE",
        f"tickets/{row.number}/appointment/",
        {"reason": "不在"},
        **{"If-Match": str(row.version + 1)},
    )
    assert undone.status_code == 204


@pytest.mark.refused
@pytest.mark.parametrize("seen", ["0", '"99999"', "x", ""])
def test_a_step_on_a_stale_version_is_refused_and_leaves_nothing(
    story: Story, api: Callable[..., Any], seen: str
) -> None:
    row = story.appointed()
    door = api(story.engineer)
    moved = door("POST", f"tickets/{row.number}/appointment/", span(story), **{"If-Match": seen})
    dropped = door("DELETE", f"tickets/{row.number}/appointment/", {"reason": "不在"}, **{"If-Match": seen})
    assert [
        (answer.status_code, answer.json()["code"], answer.json()["current"]) for answer in (moved, dropped)
    ] == [(412, "stale", row.version)] * 2
    assert Ticket.objects.get(pk=row.pk).version == row.version
    assert row.visits.get().place != "门店"


def test_a_stale_step_sent_again_under_the_same_key_is_taken(story: Story, api: Callable[..., Any]) -> None:
    """A refusal uses no key up: the phone sends the same step on the version it has seen now."""
    row = story.appointed()
    door, path = api(story.engineer), f"tickets/{row.number}/appointment/"
    assert door("POST", path, span(story), key="op-1", **{"If-Match": "0"}).status_code == 412
    body = span(story)
    first = door("POST", path, body, key="op-2", **{"If-Match": str(row.version)})
    again = door("POST", path, body, key="op-2", **{"If-Match": str(row.version)})
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert Ticket.objects.get(pk=row.pk).version == row.version + 1


def test_without_a_version_a_step_is_taken_on_whatever_stands(story: Story, api: Callable[..., Any]) -> None:
    row = story.dispatched()
    assert api(story.engineer).post(f"tickets/{row.number}/contacts/", SEEN).status_code == 201


def send(client: Client, row: Ticket, digest: str, key: str) -> Any:
    file = SimpleUploadedFile("a.png", PNG, content_type="image/png")
    return client.post(
        f"/api/v1/tickets/{row.number}/attachments/", {"file": file, "kind": "photo", "sha256": digest},
        HTTP_IDEMPOTENCY_KEY=key,
    )  # fmt: skip


def test_a_photo_is_kept_as_it_was_sent(story: Story, web: Callable[..., Client]) -> None:
    row = story.in_handling()
    digest = hashlib.sha256(PNG).hexdigest()
    assert send(web(story.engineer), row, digest, "k1").status_code == 201
    assert send(web(story.engineer), row, digest, "k1")["Idempotency-Replayed"] == "true"
    assert attachments.of(row).count() == 1


@pytest.mark.refused
def test_a_photo_that_changed_on_its_way_is_refused(story: Story, web: Callable[..., Client]) -> None:
    row = story.in_handling()
    answer = send(web(story.engineer), row, "0" * 64, "k1")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "digest_mismatch")
    assert attachments.of(row).count() == 0
    assert send(web(story.engineer), row, hashlib.sha256(PNG).hexdigest(), "k1").status_code == 201

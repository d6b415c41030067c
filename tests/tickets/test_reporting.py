"""The report: shown, signed as shown, filed; parts leave the stock with it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from parts.models import Balance, Part
from service_center.kernel.models import Attachment, Notification
from staff.models import Booking
from tests.tickets.conftest import PNG, Story
from tickets.models import PartLine, Report, Signature, Ticket, Voucher

pytestmark = pytest.mark.django_db

WORDS = {"work_done": "更换主板，试机正常", "tested": True, "demonstrated": True, "customer_comment": "满意"}
STROKE = base64.b64encode(PNG).decode()


def sign(door: Any, url: str, digest: str | None = None) -> Any:
    digest = digest or door.get(f"{url}/report-preview/").json()["report_hash"]
    return door.post(f"{url}/signature/", {"png": STROKE, "signed_by": "王芳", "report_hash": digest})


@pytest.mark.req("RPR-16", "RPR-17", "RPR-18", "RPR-20", "RPR-24", "TKT-26")
def test_report_as_signed_issues_parts_and_voucher(story: Story, part: Part, api: Callable[..., Any]) -> None:
    ticket, field = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    line = field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 2}).json()["part_lines"]
    field.post(f"{url}/faulty-parts/", {"part_line": line["id"], "disposition": "customer"})
    drafted = field.post(f"{url}/report-preview/", WORDS).json()["report_preview"]
    assert drafted["content"]["work_done"] == WORDS["work_done"]
    assert drafted["content"]["parts"] == [
        {"part": "P-1", "quantity": 2, "serials": [], "old_part": "customer"}
    ]
    signed = sign(field, url, drafted["report_hash"])
    assert (signed.status_code, signed.json()["signature"]["report_hash"]) == (201, drafted["report_hash"])
    answer = field.post(f"{url}/report/", WORDS | {"signature": signed.json()["signature"]["id"]})
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "handled")
    assert answer.json()["report"]["content_hash"] == drafted["report_hash"]
    balance = Balance.objects.get(part=part, location__kind="store")
    assert (balance.on_hand, balance.reserved) == (3, 0)
    used = PartLine.objects.get()
    assert (used.status, used.warranty_until is not None) == ("used", True)
    voucher = Voucher.objects.get()
    assert (voucher.returned_at is not None, voucher.archived_at, answer.json()["report"]["voucher"]) == (
        True,
        None,
        voucher.number,
    )
    assert Notification.objects.filter(user=story.agent.user, template="ticket.reported").count() == 1
    assert not Booking.objects.live().exists()
    assert Attachment.objects.get().kind == "signature"


@pytest.mark.req("RPR-18")
def test_what_changes_after_the_signature_must_be_signed_anew(
    story: Story, part: Part, api: Callable[..., Any]
) -> None:
    ticket, field = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    wrong = sign(field, url, "0" * 64)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "report_changed")
    assert wrong.json()["report_hash"] == field.get(f"{url}/report-preview/").json()["report_hash"]
    field.post(f"{url}/report-preview/", WORDS)
    signature = sign(field, url).json()["signature"]["id"]
    other = field.post(f"{url}/report/", WORDS | {"work_done": "另一种说法", "signature": signature})
    assert (other.status_code, other.json()["code"]) == (409, "report_changed")
    field.post(f"{url}/diagnosis/", {"fault_class": "software", "cause": "固件", "plan": "升级"})
    stale = field.post(f"{url}/report/", WORDS | {"signature": signature})
    assert stale.json()["code"] == "report_changed"
    assert (Ticket.objects.get().status, Report.objects.count()) == ("in_handling", 0)
    fresh = sign(field, url).json()["signature"]["id"]
    assert field.post(f"{url}/report/", WORDS | {"signature": fresh}).status_code == 201


@pytest.mark.parametrize("gap", ["tested", "demonstrated", "diagnosis"])
@pytest.mark.req("RPR-01", "RPR-16")
def test_untested_or_undiagnosed_is_not_repaired(gap: str, story: Story, api: Callable[..., Any]) -> None:
    ticket = story.in_handling() if gap == "diagnosis" else story.diagnosed()
    field, url = api(story.engineer), f"tickets/{ticket.number}"
    signature = sign(field, url).json()["signature"]["id"]
    body = WORDS | {"signature": signature} | ({} if gap == "diagnosis" else {gap: False})
    answer = field.post(f"{url}/report/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_repaired")


@pytest.mark.req("RPR-22", "RPR-23")
def test_every_old_part_needs_its_disposition(story: Story, part: Part, api: Callable[..., Any]) -> None:
    ticket, field = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1})
    signature = sign(field, url).json()["signature"]["id"]
    answer = field.post(f"{url}/report/", WORDS | {"signature": signature})
    assert (answer.status_code, answer.json()["code"]) == (409, "disposition_missing")
    balance = Balance.objects.get(part=part, location__kind="store")
    assert (balance.on_hand, balance.reserved, Voucher.objects.count()) == (5, 1, 0)


def test_part_still_waited_for_is_let_go_with_the_report(
    story: Story, part: Part, api: Callable[..., Any]
) -> None:
    ticket, field = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 50})
    signature = sign(field, url).json()["signature"]["id"]
    assert field.post(f"{url}/report/", WORDS | {"signature": signature}).status_code == 201
    assert PartLine.objects.get().status == "released"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"png": "AAAA"}, "png"),
        ({"png": "%%%"}, "png"),
        ({"report_hash": "abc"}, "report_hash"),
        ({"signed_by": " "}, "signed_by"),
    ],
)
def test_signature_refuses_bad_fields(
    changes: dict[str, str], field: str, story: Story, api: Callable[..., Any]
) -> None:
    ticket = story.diagnosed()
    body = {"png": STROKE, "signed_by": "王芳", "report_hash": "0" * 64} | changes
    answer = api(story.engineer).post(f"tickets/{ticket.number}/signature/", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert not Signature.objects.exists()


def test_anothers_signature_is_refused(story: Story, api: Callable[..., Any]) -> None:
    first, second = story.diagnosed(), story.diagnosed()
    answer = api(story.engineer).post(
        f"tickets/{second.number}/report/", WORDS | {"signature": story.signed(first)}
    )
    assert answer.json()["errors"][0]["field"] == "signature"


def test_signature_twice_with_one_key_is_one(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    body = {
        "png": STROKE, "signed_by": "王芳", "report_hash": field.get(f"{url}/report-preview/").json()["report_hash"],
    }  # fmt: skip
    first = field.post(f"{url}/signature/", body, key="stroke")
    again = field.post(f"{url}/signature/", body, key="stroke")
    assert (first.json(), Signature.objects.count()) == (again.json(), 1)

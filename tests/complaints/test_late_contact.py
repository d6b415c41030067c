"""A contact with the customer of a complaint that is told late: what a supervisor has to confirm first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from complaints import actions
from complaints.models import Complaint, ComplaintContact
from customers.models import Customer
from service_center.kernel import commands, journal, sweep
from service_center.kernel.models import Approval, Clock
from staff.models import Person
from tests.complaints.conftest import SAID

pytestmark = pytest.mark.django_db


def ago(hours: float, off: timedelta | None = None) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours) + (off or timedelta())).isoformat()


@pytest.fixture
def late(customer: Customer, agent: Person) -> Complaint:
    """Two days old; nobody has spoken to the customer, as far as the server knows."""
    with commands.as_of(datetime.now(UTC) - timedelta(hours=48)):
        complaint = commands.run(actions.register, customer=customer, **SAID, actor=agent.user)
    sweep.fire_all()
    return complaint


def response(complaint: Complaint) -> str:
    clock = Clock.objects.get(kind="response", subject_type="complaints.complaint", subject_id=complaint.pk)
    return clock.state


def call(client: Any, complaint: Complaint, off: timedelta | None, at: str | None = None) -> Any:
    body = {"at": at or ago(40, off), "channel": "phone", "outcome": "reached", "note": "已致歉"}
    headers = {} if off is None else {"Device-Time": ago(0, off)}
    return client.post(f"complaints/{complaint.number}/contacts/", body, **headers)


@pytest.mark.req("SLA-17")
def test_contact_told_by_a_right_clock_retracts_the_breach(
    late: Complaint, agent: Person, api: Callable[..., Any]
) -> None:
    assert response(late) == "breached"
    assert call(api(agent), late, timedelta(seconds=30)).status_code == 201
    assert (response(late), Approval.objects.exists()) == ("met", False)


@pytest.mark.req("SLA-17")
@pytest.mark.parametrize("off", [None, timedelta(hours=1)], ids=["not-measured", "wrong"])
def test_contact_in_doubt_waits_for_the_supervisor(
    off: timedelta | None, late: Complaint, agent: Person, supervisor: Person, api: Callable[..., Any]
) -> None:
    assert call(api(agent), late, off).status_code == 201
    assert response(late) == "breached"
    request = Approval.objects.get()
    url = f"approvals/{request.pk}/decision/"
    assert api(agent).post(url, {"approve": True}).status_code == 403
    assert api(supervisor).post(url, {"approve": True}).status_code == 201
    assert response(late) == "met"
    told = datetime.fromisoformat(request.payload["told_at"])
    assert ComplaintContact.objects.get().occurred_at == told
    names = [event.name for event in journal.timeline(late)]
    assert {"complaint.time_confirmed", "clock.retracted"} <= set(names)


@pytest.mark.req("SLA-17")
@pytest.mark.parametrize("hours", [60, -1])
def test_absurd_contact_is_refused(
    hours: float, late: Complaint, agent: Person, api: Callable[..., Any]
) -> None:
    answer = call(api(agent), late, None, ago(hours))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "at")
    assert not ComplaintContact.objects.exists()


def test_the_supervisor_reads_what_to_weigh(
    late: Complaint, agent: Person, supervisor: Person, api: Callable[..., Any], web: Callable[..., Any]
) -> None:
    call(api(agent), late, timedelta(hours=3))
    page = web(supervisor).get(f"/approvals/{Approval.objects.get().pk}/").content.decode()
    assert "联系投诉客户" in page and "快 3 小时" in page
    assert f'href="/complaints/{late.number}/"' in page

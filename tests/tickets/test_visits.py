"""Appointments, arrivals and departures: moved, dropped, late told, a second visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel import commands
from service_center.kernel.models import Event, Message
from staff import actions as people
from staff.models import Booking
from tests.tickets.conftest import Story, hours
from tickets.models import Ticket, Visit

pytestmark = pytest.mark.django_db


def span(start: float, length: float = 2, place: str = "文三路 1 号") -> dict[str, Any]:
    return {
        "starts_at": hours(start).isoformat(),
        "ends_at": hours(start + length).isoformat(),
        "place": place,
    }


@pytest.mark.req("APT-01", "APT-02")
def test_appointment_books_moves_and_tells_the_customer(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.dispatched(), api(story.engineer)
    url = f"tickets/{ticket.number}/appointment/"
    answer = field.post(url, span(20))
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "appointed")
    assert answer.json()["appointment"]["sequence"] == 1
    moved = field.post(url, span(26))
    assert (moved.json()["ticket"]["status"], moved.json()["appointment"]["sequence"]) == ("appointed", 1)
    assert [visit["status"] for visit in field.get(url).json()["results"]] == ["confirmed", "moved"]
    assert Booking.objects.live().get().starts_at == Visit.objects.get(status="confirmed").starts_at
    assert Message.objects.filter(template="ticket.appointment").count() == 2
    names = Event.objects.filter(subject_id=ticket.pk, name__startswith="visit.").order_by("id")
    assert [event.name for event in names] == ["visit.appointed", "visit.moved"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (span(20, -1), "ends_at"),
        (span(-9), "starts_at"),
        (span(20) | {"starts_at": "2026-12-01T09:00"}, "starts_at"),
    ],
)
def test_appointment_refuses_bad_times(
    body: dict[str, Any], field: str, story: Story, api: Callable[..., Any]
) -> None:
    ticket = story.dispatched()
    answer = api(story.engineer).post(f"tickets/{ticket.number}/appointment/", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert Ticket.objects.get().status == "dispatched"


@pytest.mark.req("APT-01")
def test_appointment_in_taken_hours_is_refused_whole(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.dispatched()
    commands.run(
        people.block,
        story.engineer,
        starts_at=hours(19),
        ends_at=hours(22),
        kind="training",
        actor=story.manager.user,
    )
    before = Booking.objects.live().count()
    refused = api(story.agent).post(f"tickets/{ticket.number}/appointment/", span(20))
    assert (refused.status_code, refused.json()["code"]) == (409, "double_booked")
    assert (Visit.objects.count(), Booking.objects.live().count()) == (0, before)
    assert not Message.objects.filter(template="ticket.appointment").exists()


@pytest.mark.req("APT-01", "APT-02")
def test_absent_customer_drops_the_appointment(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.appointed(), api(story.engineer)
    url = f"tickets/{ticket.number}/appointment/"
    silent = field.delete(url)
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (400, "reason")
    assert field.delete(url, {"reason": "无人应门"}).status_code == 204
    ticket.refresh_from_db()
    visit = ticket.visits.get()
    assert (ticket.status, visit.status, visit.customer_absent, visit.drop_reason) == (
        "dispatched",
        "dropped",
        True,
        "无人应门",
    )
    assert not Booking.objects.live().exists()
    assert field.post(url, span(40)).json()["appointment"]["sequence"] == 2


@pytest.mark.req("APT-02", "APT-03", "SLA-09")
def test_arrival_and_departure_keep_time_and_a_rounded_place(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.appointed(), api(story.engineer)
    at = hours(-0.01).isoformat()
    body = {"at": at, "latitude": "30.274085", "longitude": "120.155070"}
    answer = field.post(f"tickets/{ticket.number}/arrival/", body)
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "in_handling")
    visit = Visit.objects.get()
    assert (str(visit.arrived_latitude), str(visit.arrived_longitude)) == ("30.274", "120.155")
    told = Event.objects.get(name="visit.arrived")
    assert "latitude" not in told.data
    assert told.occurred_at == visit.arrived_at
    assert "30.27" not in str(answer.json())
    clocks = {c["kind"]: c["state"] for c in field.get(f"tickets/{ticket.number}/clocks/").json()["results"]}
    assert (clocks["arrival"], clocks["response"]) == ("met", "met")
    again = field.post(f"tickets/{ticket.number}/arrival/", {})
    assert (again.status_code, again.json()["code"]) == (409, "transition_not_allowed")
    left = field.post(f"tickets/{ticket.number}/departure/", {})
    assert (left.status_code, left.json()["departure"]["status"]) == (201, "done")
    assert not Booking.objects.live().exists()


@pytest.mark.parametrize("when", [2.0, -2.0])
def test_arrival_refuses_impossible_times(when: float, story: Story, api: Callable[..., Any]) -> None:
    """Neither later than now nor before the job was given."""
    ticket = story.dispatched()
    answer = api(story.engineer).post(f"tickets/{ticket.number}/arrival/", {"at": hours(when).isoformat()})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "at")


def test_arrival_tolerates_a_clock_that_is_a_little_fast(story: Story, api: Callable[..., Any]) -> None:
    ticket = story.dispatched()
    answer = api(story.engineer).post(
        f"tickets/{ticket.number}/arrival/", {"at": hours(90 / 3600).isoformat()}
    )
    assert answer.status_code == 201
    assert Visit.objects.get().arrived_at == Event.objects.get(name="visit.arrived").at


@pytest.mark.req("APT-02", "RPR-14")
def test_second_visit_after_departure(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    assert field.post(f"{url}/appointment/", span(50)).status_code == 409
    assert field.post(f"{url}/departure/", {}).status_code == 201
    planned = field.post(f"{url}/appointment/", span(50))
    assert (planned.json()["ticket"]["status"], planned.json()["appointment"]["sequence"]) == (
        "in_handling",
        2,
    )
    assert field.delete(f"{url}/appointment/", {"reason": "客户改期"}).status_code == 204
    assert field.post(f"{url}/arrival/", {}).json()["arrival"]["sequence"] == 3
    assert field.post(f"{url}/departure/", {}).status_code == 201


def test_another_engineer_neither_sees_nor_comes(
    story: Story, engineer2: Any, api: Callable[..., Any]
) -> None:
    ticket = story.dispatched()
    assert api(engineer2).post(f"tickets/{ticket.number}/arrival/", {}).status_code == 404
    assert api(story.manager).post(f"tickets/{ticket.number}/arrival/", {}).status_code == 403

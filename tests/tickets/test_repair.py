"""Finding, consent, waiting, parts and their old ones, working time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from parts import actions as stock
from parts.models import Balance, Part, PurchaseProposal, Reservation
from parts.states import Kind
from service_center.kernel import commands, sweep
from service_center.kernel.models import Event
from staff.models import TimeEntry
from tests.tickets.conftest import Story, hours, put_in_store
from tickets.models import Charge, CustomerContact, FaultyPart, PartLine, Ticket

pytestmark = pytest.mark.django_db

DIAGNOSIS = {
    "fault_class": "device", "fault_code": "E1", "cause": "主板损坏", "plan": "更换主板", "readings": {"电压": "0 V"},
}  # fmt: skip
CONSENT = {"plan": "更换主板", "amount": "180.00", "method": "signature", "signed_by": "王芳"}
HOLD = {"reason": "part", "notice": {"channel": "phone", "text": "配件需订货，约一周"}}


def states_of(ticket: Ticket, door: Any) -> dict[str, str]:
    return {c["kind"]: c["state"] for c in door.get(f"tickets/{ticket.number}/clocks/").json()["results"]}


@pytest.mark.req("RPR-01", "RPR-04", "GEN-18")
def test_diagnosis_stands_apart_from_the_statement(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/diagnosis/"
    answer = field.post(url, DIAGNOSIS)
    assert (answer.status_code, answer.json()["diagnosis"]["readings"]) == (201, {"电压": "0 V"})
    shown = field.get(f"tickets/{ticket.number}/").json()
    assert shown["description"] == "开机后不制冷"
    found = states_of(ticket, field)
    assert (found["diagnosis"], found["plan"]) == ("met", "met")
    wrong = field.post(url, DIAGNOSIS | {"fault_class": "ghost"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "fault_class")


@pytest.mark.parametrize(
    ("category", "mode"), [("paid", "onsite"), ("free", "mailin"), ("contract", "bringin")]
)
@pytest.mark.req("RPR-07", "RPR-08", "TKT-15")
def test_charge_or_take_away_needs_consent_first(
    category: str, mode: str, story: Story, part: Part, api: Callable[..., Any]
) -> None:
    ticket = story.in_handling(service_category=category, mode=mode)
    field, url = api(story.engineer), f"tickets/{ticket.number}"
    refused = field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1, "source": "store"})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")
    assert not PartLine.objects.exists()
    assert field.post(f"{url}/consent/", CONSENT | {"amount": "-1"}).status_code == 400
    agreed = field.post(f"{url}/consent/", CONSENT)
    assert (agreed.status_code, agreed.json()["consent"]["amount"]) == (201, "180.00")
    field.post(f"{url}/consent/", CONSENT | {"amount": "200.00"})
    assert [str(row.amount) for row in Charge.objects.filter(voided_at=None)] == ["200.00"]
    assert field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1}).status_code == 201


def test_free_work_on_site_needs_no_consent(story: Story, part: Part, api: Callable[..., Any]) -> None:
    ticket = story.in_handling()
    answer = api(story.engineer).post(f"tickets/{ticket.number}/part-lines/", {"part": "P-1", "quantity": 2})
    assert (answer.status_code, answer.json()["part_lines"]["status"]) == (201, "reserved")
    assert Balance.objects.get(part=part, location__kind="store").reserved == 2


@pytest.mark.req("PRT-07", "RPR-20")
def test_storekeeper_draws_for_the_branch_and_sees_the_number_only(
    story: Story, part: Part, person: Callable[..., Any], sh: Any, api: Callable[..., Any]
) -> None:
    ticket, keeper = story.in_handling(), person("storekeeper")
    url = f"tickets/{ticket.number}/part-lines/"
    answer = api(keeper).post(url, {"part": "P-1", "quantity": 1})
    assert answer.json()["ticket"] == {
        "number": ticket.number,
        "status": "in_handling",
        "version": ticket.version + 1,
    }
    assert api(keeper).get(f"tickets/{ticket.number}/").status_code == 404
    assert api(person("storekeeper", branch=sh)).post(url, {"part": "P-1", "quantity": 1}).status_code == 404
    assert api(story.agent).post(url, {"part": "P-1", "quantity": 1}).status_code == 403
    wrong = api(keeper).post(url, {"part": "P-404", "quantity": 0})
    assert {error["field"] for error in wrong.json()["errors"]} == {"part", "quantity"}


@pytest.mark.req("SLA-13", "PRT-03", "PRT-07")
def test_short_part_holds_and_its_arrival_goes_on(
    story: Story, part: Part, hz: Any, api: Callable[..., Any]
) -> None:
    ticket, field = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    line = field.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 9}).json()["part_lines"]
    assert line["status"] == "short"
    held = field.post(f"{url}/hold/", HOLD)
    assert (held.status_code, held.json()["ticket"]["status"]) == (201, "on_hold")
    found = states_of(ticket, field)
    assert (found["solution"], found["outer_solution"], found["part_cycle"]) == (
        "paused",
        "paused",
        "running",
    )
    cycle = next(c for c in field.get(f"{url}/clocks/").json()["results"] if c["kind"] == "part_cycle")
    assert (cycle["target"], cycle["unit"]) == (7, "working_day")
    put_in_store(part, hz, 20)
    commands.run(_sweep, actor=None)
    sweep.subscriptions.sweep()
    shown = field.get(f"{url}/").json()
    assert (shown["status"], PartLine.objects.get().status) == ("in_handling", "reserved")
    assert states_of(ticket, field)["solution"] == "running"
    assert CustomerContact.objects.filter(note=HOLD["notice"]["text"]).count() == 1
    sweep.subscriptions.sweep()
    assert Event.objects.filter(name="ticket.resumed").count() == 1


def _sweep(*, actor: Any, at: Any) -> None:
    """Stock counted in goes to those who wait."""
    part = Part.objects.get(code="P-1")
    for reservation in Reservation.objects.filter(part=part, status="short"):
        stock.fill_waiting(part, reservation.location, actor=None, at=at)


@pytest.mark.req("SLA-14", "TKT-19")
def test_hold_needs_the_customers_notice(story: Story, api: Callable[..., Any]) -> None:
    ticket, field = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/hold/"
    silent = field.post(url, {"reason": "part"})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (400, "notice")
    empty = field.post(url, {"reason": "part", "notice": {"channel": "phone", "text": " "}})
    assert empty.json()["errors"][0]["field"] == "notice.text"
    assert field.post(url, HOLD).status_code == 201
    assert api(story.agent).delete(url).status_code == 204
    assert api(story.agent).delete(url).status_code == 409
    assert Ticket.objects.get().status == "in_handling"


@pytest.mark.req("RPR-22", "RPR-23")
def test_old_part_goes_to_custody_once(story: Story, part: Part, api: Callable[..., Any]) -> None:
    ticket, field = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/faulty-parts/"
    line = field.post(f"tickets/{ticket.number}/part-lines/", {"part": "P-1", "quantity": 1}).json()[
        "part_lines"
    ]
    first = field.post(url, {"part_line": line["id"], "disposition": "customer"})
    assert first.status_code == 201
    kept = field.post(url, {"part_line": line["id"], "disposition": "custody"})
    assert kept.json()["faulty_parts"]["keep_until"] is not None
    assert Balance.objects.get(part=part, location__kind=Kind.CUSTODY).on_hand == 1
    again = field.post(url, {"part_line": line["id"], "disposition": "disposed"})
    assert again.json()["errors"][0]["field"] == "part_line"
    assert field.post(url, {"part_line": 10**9, "disposition": "disposed"}).status_code == 400
    assert FaultyPart.objects.get().disposition == "custody"


@pytest.mark.req("RPR-17", "TKT-26")
def test_time_goes_to_staffs_ledger(story: Story, api: Callable[..., Any]) -> None:
    told = story.verified(reported_at=hours(-2))
    ticket, field = story.in_handling(story.dispatched(story.classified(told))), api(story.engineer)
    url = f"tickets/{ticket.number}/time-entries/"
    late = field.post(url, {"category": "free", "started_at": hours(-3).isoformat(), "minutes": 30})
    assert late.json()["errors"][0]["field"] == "started_at"
    long = field.post(url, {"category": "free", "started_at": hours(-0.5).isoformat(), "minutes": 90})
    assert long.json()["errors"][0]["field"] == "minutes"
    done = field.post(url, {"category": "free", "started_at": hours(-1).isoformat(), "minutes": 30})
    assert (done.status_code, done.json()["time_entries"]["minutes"]) == (201, 30)
    entry = TimeEntry.objects.get()
    assert (entry.person, entry.minutes, entry.source_type) == (story.engineer, 30, "tickets.worktime")


@pytest.mark.req("TKT-06")
def test_nothing_is_booked_before_the_work_has_begun(
    story: Story, part: Part, api: Callable[..., Any]
) -> None:
    ticket, field = story.dispatched(), api(story.engineer)
    for noun, body in {
        "time-entries": {"category": "free", "started_at": hours(0).isoformat(), "minutes": 1},
        "part-lines": {"part": "P-1", "quantity": 1},
    }.items():
        answer = field.post(f"tickets/{ticket.number}/{noun}/", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "transition_not_allowed")
    assert not (
        TimeEntry.objects.exists() or Reservation.objects.exists() or PurchaseProposal.objects.exists()
    )

"""At the customer's and after: appointment, diagnosis, consent, parts, report, result, closing, as they are refused."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from parts.models import Balance, PurchaseProposal, StockMove
from service_center.kernel import commands
from staff.models import Person
from tests.tickets.conftest import PNG, Story, hours, put_in_store
from tickets.actions import visits
from tickets.models import Consent, Diagnosis, FaultyPart, PartLine, Report, Ticket, Visit, Voucher

pytestmark = pytest.mark.django_db

Api = Callable[..., Any]
WORDS = {"work_done": "更换主板", "tested": True, "demonstrated": True, "customer_comment": "满意"}
DIAGNOSIS = {"fault_class": "device", "fault_code": "E1", "cause": "主板损坏", "plan": "更换主板"}
CONSENT = {"plan": "更换主板", "amount": "180.00", "method": "signature", "signed_by": "王芳"}
HOLD = {"reason": "part", "notice": {"channel": "phone", "text": "配件缺货，到货后联系您"}}
STROKE = base64.b64encode(PNG).decode()


def fields(answer: Any, status: int = 400) -> set[str]:
    assert answer.status_code == status, answer.content
    return {error["field"] for error in answer.json()["errors"]}


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content


def clocks(door: Any, ticket: Ticket) -> dict[str, Any]:
    return {c["kind"]: c for c in door.get(f"tickets/{ticket.number}/clocks/").json()["results"]}


def span(start: float, length: float = 2) -> dict[str, Any]:
    return {
        "starts_at": hours(start).isoformat(), "ends_at": hours(start + length).isoformat(), "place": "文三路 1 号",
    }  # fmt: skip


def sign(door: Any, url: str) -> int:
    digest = door.get(f"{url}/report-preview/").json()["report_hash"]
    stroke = {"png": STROKE, "signed_by": "王芳", "report_hash": digest}
    signed: int = door.post(f"{url}/signature/", stroke).json()["signature"]["id"]
    return signed


# -- appointment and arrival ---------------------------------------------------------------------------------------


@pytest.mark.req("SLA-09", "APT-02")
def test_an_arrival_is_refused_to_others_too_early_and_in_the_future(
    story: Story, engineer2: Person, api: Api
) -> None:
    ticket, field = story.dispatched(), api(story.engineer)
    url = f"tickets/{ticket.number}/arrival/"
    assert api(engineer2).post(url, {}).status_code == 404
    assert api(story.agent).post(url, {}).status_code == 403
    assert fields(field.post(url, {"at": hours(2).isoformat()})) == {"at"}
    assert fields(field.post(url, {"at": hours(-9).isoformat()})) == {"at"}
    assert fields(field.post(url, {"latitude": "91"})) == {"latitude"}
    assert clocks(field, ticket)["arrival"]["state"] == "running"
    assert not Visit.objects.exists()


@pytest.mark.req("APT-02")
def test_an_appointment_without_place_or_with_wrong_times_is_refused(story: Story, api: Api) -> None:
    ticket, field = story.dispatched(), api(story.engineer)
    url = f"tickets/{ticket.number}/appointment/"
    assert fields(field.post(url, span(20, -1))) == {"ends_at"}
    assert fields(field.post(url, span(20) | {"place": ""})) == {"place"}
    assert fields(field.post(url, {"place": "文三路"})) == {"starts_at", "ends_at"}
    assert not Visit.objects.exists()


@pytest.mark.req("APT-03")
@pytest.mark.parametrize(("ends", "punctual"), [(2.0, True), (-1.0, False)])
def test_punctuality_is_measured_against_the_agreed_time(
    ends: float, punctual: bool, story: Story, api: Api
) -> None:
    agreed = {"starts_at": hours(ends - 2), "ends_at": hours(ends), "place": "文三路 1 号"}
    with commands.as_of(hours(-5)):
        ticket = story.dispatched()
        commands.run(visits.appoint, ticket, actor=story.engineer.user, **agreed)
    field, url = api(story.engineer), f"tickets/{ticket.number}"
    assert field.post(f"{url}/arrival/", {}).json()["arrival"]["punctual"] is punctual
    assert field.post(f"{url}/departure/", {}).status_code == 201
    visit = field.get(f"{url}/appointment/").json()["results"][0]
    assert (visit["punctual"], visit["departed_at"] is not None) == (punctual, True)
    told = field.get(f"{url}/timeline/").json()["results"]
    assert "visit.arrived" in [item["name"] for item in told]


@pytest.mark.req("APT-03")
def test_a_departure_without_arrival_or_before_it_is_refused(story: Story, api: Api) -> None:
    field = api(story.engineer)
    waiting = story.appointed()
    refused(field.post(f"tickets/{waiting.number}/departure/", {}), 409, "transition_not_allowed")
    there = story.in_handling()
    assert fields(field.post(f"tickets/{there.number}/departure/", {"at": hours(-3).isoformat()})) == {"at"}
    assert api(story.agent).post(f"tickets/{there.number}/departure/", {}).status_code == 403
    assert Visit.objects.get(ticket=there).departed_at is None


# -- diagnosis and consent -----------------------------------------------------------------------------------------


@pytest.mark.req("RPR-01", "RPR-04")
@pytest.mark.parametrize(
    ("field", "value"), [("fault_class", "magic"), ("cause", " "), ("plan", ""), ("fault_class", None)]
)
def test_a_diagnosis_without_class_cause_or_plan_is_refused(
    field: str, value: Any, story: Story, api: Api
) -> None:
    ticket, door = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/diagnosis/"
    assert fields(door.post(url, DIAGNOSIS | {field: value})) == {field}
    assert fields(door.post(url, {k: v for k, v in DIAGNOSIS.items() if k != field})) == {field}
    assert api(story.agent).post(url, DIAGNOSIS).status_code == 403
    assert not Diagnosis.objects.exists()


@pytest.mark.req("RPR-04")
@pytest.mark.parametrize("fault", ["device", "software", "environment"])
def test_a_fault_is_of_one_of_three_classes(fault: str, story: Story, api: Api) -> None:
    ticket, door = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/diagnosis/"
    assert door.post(url, DIAGNOSIS | {"fault_class": fault}).json()["diagnosis"]["fault_class"] == fault
    assert door.get(url).json()["results"][0]["cause"] == DIAGNOSIS["cause"]


@pytest.mark.req("RPR-01", "RPR-16")
@pytest.mark.parametrize("gap", ["tested", "demonstrated", "diagnosis"])
def test_a_report_without_diagnosis_test_or_demonstration_is_refused(
    gap: str, story: Story, api: Api
) -> None:
    ticket = story.in_handling() if gap == "diagnosis" else story.diagnosed()
    door, url = api(story.engineer), f"tickets/{ticket.number}"
    said = WORDS if gap == "diagnosis" else WORDS | {gap: False}
    refused(door.post(f"{url}/report/", said | {"signature": sign(door, url)}), 409, "not_repaired")
    assert (Ticket.objects.get().status, Report.objects.count()) == ("in_handling", 0)


@pytest.mark.req("RPR-07", "RPR-08")
def test_work_begins_after_plan_and_price_are_agreed(story: Story, part: Any, api: Api) -> None:
    ticket, door = story.in_handling(service_category="paid"), api(story.engineer)
    url = f"tickets/{ticket.number}"
    agreed = door.post(f"{url}/consent/", CONSENT).json()["consent"]
    assert {name: agreed[name] for name in CONSENT} == CONSENT
    assert door.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1}).status_code == 201
    told = [item["name"] for item in door.get(f"{url}/timeline/").json()["results"]]
    assert "ticket.consented" in told
    assert door.get(f"{url}/consent/").json()["results"][0]["signed_by"] == "王芳"


@pytest.mark.req("RPR-07", "RPR-08")
@pytest.mark.parametrize(("category", "mode"), [("paid", "onsite"), ("free", "bringin")])
def test_work_without_the_customers_consent_is_refused(
    category: str, mode: str, story: Story, part: Any, api: Api
) -> None:
    ticket, door = story.in_handling(service_category=category, mode=mode), api(story.engineer)
    url = f"tickets/{ticket.number}"
    refused(door.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1}), 409, "consent_required")
    door.post(f"{url}/diagnosis/", DIAGNOSIS)
    refused(door.post(f"{url}/report/", WORDS | {"signature": sign(door, url)}), 409, "consent_required")
    assert fields(door.post(f"{url}/consent/", CONSENT | {"signed_by": ""})) == {"signed_by"}
    assert fields(door.post(f"{url}/consent/", CONSENT | {"method": "nod"})) == {"method"}
    assert api(story.agent).post(f"{url}/consent/", CONSENT).status_code == 403
    assert not (PartLine.objects.exists() or Consent.objects.exists())


@pytest.mark.req("RPR-15")
def test_progress_told_by_another_engineer_or_after_the_end_is_refused(
    story: Story, engineer2: Person, api: Api
) -> None:
    body = {"channel": "in_person", "outcome": "reached", "note": "已拆机"}
    assert api(engineer2).post(f"tickets/{story.in_handling().number}/contacts/", body).status_code == 404
    ended = story.closed()
    late = api(story.engineer).post(f"tickets/{ended.number}/contacts/", body)
    refused(late, 409, "transition_not_allowed")


# -- parts ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("RPR-20", "PRT-07")
def test_a_part_that_is_unknown_or_drawn_elsewhere_is_refused(
    story: Story, part: Any, person: Callable[..., Person], sh: Any, api: Api
) -> None:
    url = f"tickets/{story.in_handling().number}/part-lines/"
    door = api(story.engineer)
    assert fields(door.post(url, {"part": "P-404", "quantity": 1})) == {"part"}
    assert fields(door.post(url, {"part": "P-1", "quantity": 0})) == {"quantity"}
    assert api(person("storekeeper", branch=sh)).post(url, {"part": "P-1", "quantity": 1}).status_code == 404
    assert api(story.agent).post(url, {"part": "P-1", "quantity": 1}).status_code == 403
    assert not PartLine.objects.exists()
    reserved = door.post(url, {"part": "P-1", "quantity": 1}).json()["part_lines"]
    issue = f"reservations/{PartLine.objects.get(pk=reserved['id']).reservation_id}/issue/"
    assert api(story.engineer).post(issue, {}).status_code == 403
    assert api(person("storekeeper", branch=sh)).post(issue, {}).status_code == 404
    assert not StockMove.objects.filter(kind="issue").exists()


@pytest.mark.req("RPR-22", "RPR-23")
def test_a_report_without_a_word_on_the_old_part_is_refused(story: Story, part: Any, api: Api) -> None:
    ticket, door = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    line = door.post(f"{url}/part-lines/", {"part": "P-1", "quantity": 1}).json()["part_lines"]["id"]
    refused(door.post(f"{url}/report/", WORDS | {"signature": sign(door, url)}), 409, "disposition_missing")
    old = f"{url}/faulty-parts/"
    assert fields(door.post(old, {"part_line": line, "disposition": "lost"})) == {"disposition"}
    assert fields(door.post(old, {"part_line": line + 999, "disposition": "custody"})) == {"part_line"}
    assert api(story.agent).post(old, {"part_line": line, "disposition": "custody"}).status_code == 403
    assert not FaultyPart.objects.exists()
    assert Balance.objects.get(part=part, location__kind="store").on_hand == 5


@pytest.mark.req("SLA-13")
def test_waiting_for_a_part_without_telling_the_customer_is_refused(
    story: Story, part: Any, api: Api
) -> None:
    ticket, door = story.in_handling(), api(story.engineer)
    url = f"tickets/{ticket.number}/hold/"
    assert fields(door.post(url, {"reason": "part"})) == {"notice"}
    assert fields(door.post(url, HOLD | {"reason": "weather"})) == {"reason"}
    found = clocks(door, ticket)
    assert ("part_cycle" in found, found["solution"]["state"]) == (False, "running")
    refused(api(story.agent).delete(url), 409, "transition_not_allowed")


@pytest.mark.req("PRT-03")
def test_a_reorder_point_is_refused_to_others_and_out_of_order(
    story: Story, part: Any, hz: Any, person: Callable[..., Person], api: Api
) -> None:
    store = Balance.objects.get(part=part, location__kind="store").location
    body = {"location": store.code, "safety_stock": 2, "reorder_point": 6, "reorder_quantity": 10}
    url = "parts/P-1/stock-policy/"
    for role in ("storekeeper", "engineer", "agent"):
        assert api(person(role)).post(url, body).status_code == 403
    door = api(person("parts"))
    assert fields(door.post(url, body | {"reorder_quantity": 0})) == {"reorder_quantity"}
    assert door.post(url, body | {"safety_stock": 9}).status_code == 400
    assert not PurchaseProposal.objects.exists()
    assert door.post(url, body).status_code == 201
    put_in_store(part, hz, -1)
    put_in_store(part, hz, -1)
    assert PurchaseProposal.objects.count() == 1


@pytest.mark.req("PRT-01")
def test_a_part_without_or_of_an_unknown_class_is_refused(
    part: Any, person: Callable[..., Person], api: Api
) -> None:
    body = {
        "code": "N-1",
        "name_zh": "滤网",
        "name_en": "Filter",
        "part_class": "E-R-H",
        "unit_price": "12.50",
    }
    door = api(person("parts"))
    assert fields(door.post("parts/", body | {"part_class": "NONE"})) == {"part_class"}
    assert fields(door.post("parts/", {k: v for k, v in body.items() if k != "part_class"})) == {"part_class"}
    assert fields(door.get("parts/?function=magic")) == {"function"}
    assert api(person("storekeeper")).post("parts/", body).status_code == 403
    assert door.get("parts/N-1/").status_code == 404


@pytest.mark.req("PRT-02")
def test_stock_is_refused_to_strangers_and_written_by_no_edit(
    part: Any, person: Callable[..., Person], sh: Any, api: Api
) -> None:
    for path in ("parts/P-1/", "stock-movements/", "parts/"):
        assert api(None).get(path).status_code == 401
    door = api(person("parts"))
    assert fields(door.patch("parts/P-1/", {"on_hand": 99}, version=part.version)) == {"on_hand"}
    assert fields(door.get("stock-movements/?colour=red")) == {"colour"}
    move = door.get("stock-movements/").json()["results"][0]
    assert api(person("storekeeper", branch=sh)).get(f"stock-movements/{move['id']}/").status_code == 404
    assert door.patch(f"stock-movements/{move['id']}/", {"quantity": 1}, version=0).status_code == 405
    assert door.get("parts/P-1/").json()["on_hand"] == 5


@pytest.mark.req("PRT-02")
def test_movements_show_at_once_in_figures_and_ledger(story: Story, part: Any, hz: Any, api: Api) -> None:
    door = api(story.engineer)
    before = door.get("parts/P-1/").json()
    put_in_store(part, hz, 3)
    url = f"tickets/{story.in_handling().number}/part-lines/"
    door.post(url, {"part": "P-1", "quantity": 2})
    after = door.get("parts/P-1/").json()
    assert (after["on_hand"] - before["on_hand"], after["reserved"]) == (3, 2)
    assert len(door.get("stock-movements/?part=P-1").json()["results"]) == 2


# -- result and closing --------------------------------------------------------------------------------------------


@pytest.mark.req("RPR-18")
def test_a_report_without_the_customers_signature_is_refused(story: Story, api: Api) -> None:
    ticket, door = story.diagnosed(), api(story.engineer)
    url = f"tickets/{ticket.number}"
    assert fields(door.post(f"{url}/report/", WORDS)) == {"signature"}
    assert fields(door.post(f"{url}/report/", WORDS | {"signature": 10**9})) == {"signature"}
    forged = {"png": STROKE, "signed_by": "王芳", "report_hash": "0" * 64}
    refused(door.post(f"{url}/signature/", forged), 409, "report_changed")
    assert fields(door.post(f"{url}/signature/", forged | {"signed_by": ""})) == {"signed_by"}
    door.post(f"{url}/report-preview/", WORDS)
    signature = sign(door, url)
    for word, other in {"work_done": "没做什么", "customer_comment": "非常满意"}.items():
        changed = door.post(f"{url}/report/", WORDS | {word: other, "signature": signature})
        refused(changed, 409, "report_changed")
    assert not Report.objects.exists()


@pytest.mark.req("TKT-21")
def test_satisfaction_nobody_stated_is_refused(story: Story, api: Api) -> None:
    ticket, desk = story.handled(), api(story.agent)
    url = f"tickets/{ticket.number}/result-call/"
    assert fields(desk.post(url, {"outcome": "unreachable", "satisfied": True})) == {"satisfied"}
    assert fields(desk.post(url, {"outcome": "reached"})) == {"satisfied"}
    assert api(story.engineer).post(url, {"outcome": "reached", "satisfied": True}).status_code == 403
    assert Ticket.objects.get().status == "handled"


@pytest.mark.req("TKT-21", "TKT-25")
def test_closing_without_satisfaction_or_voucher_is_refused(story: Story, agent2: Person, api: Api) -> None:
    ticket, desk = story.handled(), api(story.agent)
    url = f"tickets/{ticket.number}/closure/"
    refused(desk.post(url), 409, "transition_not_allowed")
    desk.post(f"tickets/{ticket.number}/result-call/", {"outcome": "reached", "satisfied": True})
    assert api(agent2).post(url).status_code == 404
    assert api(story.engineer).post(url).status_code == 403
    Voucher.objects.update(returned_at=None)
    refused(desk.post(url), 409, "steps_missing")
    assert (Ticket.objects.get().status, Voucher.objects.get().archived_at) == ("result_told", None)
    Voucher.objects.update(returned_at=datetime.now().astimezone())
    assert desk.post(url).status_code == 201
    assert Voucher.objects.get().archived_at is not None

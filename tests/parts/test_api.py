"""The REST doors of parts, as storekeeper, engineer, parts supervisor, buyer and inspector use them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from parts import actions as stock
from parts.models import PurchaseProposal, StockMove
from tests.parts.conftest import PASSED, run

FIGURES = ("on_hand", "reserved", "on_order", "position", "reorder_point")


@pytest.mark.req("PRT-02")
def test_part_shows_its_figures(board, job, store, api, person):
    run(stock.plan_stock, board, location=store, safety_stock=1, reorder_point=2, reorder_quantity=6)
    job.reserve(board)
    answer = api(person("engineer")).get("parts/B-1/")

    assert answer.status_code == 200
    body = answer.json()
    assert {name: body[name] for name in FIGURES} == {
        "on_hand": 5,
        "reserved": 1,
        "on_order": 0,
        "position": 4,
        "reorder_point": 2,
    }
    assert (body["function"], body["use"], body["frequency"], body["shelf"]) == (
        "electronic",
        "repair",
        "high",
        "A-01",
    )
    assert answer["ETag"] == '"0"'


def test_strangers_and_unknown_parts(board, api, person):
    assert api(None).get("parts/B-1/").status_code == 401
    assert api(person("engineer")).get("parts/NONE/").status_code == 404


@pytest.mark.req("PRT-01")
def test_parts_are_found_by_class_code_and_two_characters(board, motor, api, person):
    client = api(person("agent"))

    def codes(query: str) -> list[str]:
        return [p["code"] for p in client.get(f"parts/?{quote(query, safe='=&')}").json()["results"]]

    assert codes("search=主板") == ["B-1"]
    assert codes("search=M-1") == ["M-1"]
    assert codes("search=compressor") == ["M-1"]
    assert codes("search=没有") == []
    assert codes("part_class=EL-R-H") == ["B-1", "M-1"]
    assert codes("function=electronic&use=repair&frequency=low") == []
    assert client.get("parts/?colour=red").status_code == 400
    assert client.get("parts/?function=magic").status_code == 400


@pytest.mark.req("PRT-01")
def test_registering_a_part_under_its_class(part_class, api, person):
    body = {
        "code": "N-1",
        "name_zh": "滤网",
        "name_en": "Filter",
        "part_class": "EL-R-H",
        "unit_price": "12.50",
    }
    assert api(person("storekeeper")).post("parts/", body).status_code == 403

    client = api(person("parts"))
    made = client.post("parts/", body, key="one")
    assert (made.status_code, made["Location"]) == (201, "/api/v1/parts/N-1/")
    again = client.post("parts/", body, key="one")
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    taken = client.post("parts/", body)
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (400, "code")
    assert client.post("parts/", body | {"code": "N-2", "colour": "red"}).status_code == 400
    assert client.post("parts/", body | {"code": "N-2", "part_class": "NONE"}).status_code == 400


@pytest.mark.req("PRT-10")
def test_price_changes_need_the_version_read_and_are_told(board, api, person):
    client = api(person("parts"))
    assert client.patch("parts/B-1/", {"unit_price": "99.00"}, version=0).status_code == 200
    stale = client.patch("parts/B-1/", {"unit_price": "98.00"}, version=0)
    assert (stale.status_code, stale.json()["current"]) == (412, 1)
    assert api(person("engineer")).patch("parts/B-1/", {"unit_price": "1"}, version=1).status_code == 403
    items = client.get("parts/B-1/timeline/").json()["results"]
    assert items[0]["name"] == "part.revised"
    assert "120.00 → 99.00" in items[0]["text"]


@pytest.mark.req("PRT-03")
def test_below_reorder_and_the_proposal_behind_it(board, motor, job, store, api, person):
    client = api(person("parts"))
    body = {"location": store.code, "safety_stock": 2, "reorder_point": 4, "reorder_quantity": 6}
    assert api(person("storekeeper")).post("parts/B-1/stock-policy/", body).status_code == 403
    assert client.post("parts/B-1/stock-policy/", body).status_code == 201
    assert client.get("parts/?below_reorder=true").json()["results"] == []
    job.reserve(board)

    assert [p["code"] for p in client.get("parts/?below_reorder=true").json()["results"]] == ["B-1"]
    assert [p["code"] for p in client.get("parts/?below_reorder=false").json()["results"]] == ["M-1"]
    found = client.get("purchase-proposals/?part=B-1&status=proposed").json()["results"]
    assert [(p["quantity"], p["location"], p["calculation"]["position"]) for p in found] == [
        (6, "HZ-STORE", 4)
    ]


@pytest.mark.req("PRT-07")
def test_issuing_against_a_job(motor, job, api, person, sh):
    reservation = job.reserve(motor)
    url = f"reservations/{reservation.pk}/issue/"
    assert api(person("agent")).post(url, {"serials": ["S-1"]}).status_code == 403
    assert api(person("storekeeper", branch=sh)).post(url, {"serials": ["S-1"]}).status_code == 404

    keeper = api(person("storekeeper", username="keeper"))
    missing = keeper.post(url, {})
    assert (missing.status_code, missing.json()["code"]) == (400, "serials_needed")
    wrong = keeper.post(url, {"serials": ["S-9"]})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "out_of_stock")
    done = keeper.post(url, {"serials": ["S-1"]}, key="k")
    assert done.status_code == 201
    assert (done.json()["issue"]["status"], done.json()["reservation"]["version"]) == ("issued", 1)
    assert done.json()["reservation"]["issued_by"] == "keeper"
    replay = keeper.post(url, {"serials": ["S-1"]}, key="k")
    assert (replay.status_code, replay["Idempotency-Replayed"]) == (201, "true")
    twice = keeper.post(url, {"serials": ["S-2"]})
    assert (twice.status_code, twice.json()["allowed"]) == (409, ["consumption", "return"])
    assert StockMove.objects.filter(kind="issue").count() == 1


def test_the_issue_desk_list_and_its_filters(board, job, api, person, sh):
    job.reserve(board, 2)
    job.reserve(board, 9)
    client = api(person("storekeeper"))

    def quantities(query: str) -> list[int]:
        return [r["quantity"] for r in client.get(f"reservations/?{query}").json()["results"]]

    assert (quantities("status=short"), quantities("reference=T-1")) == ([9], [9, 2])
    assert api(person("storekeeper", branch=sh)).get("reservations/").json()["results"] == []


def test_using_and_returning(board, job, api, person):
    client = api(person("engineer"))
    first, second = run(stock.issue, job.reserve(board, 2)), run(stock.issue, job.reserve(board))
    back = client.post(f"reservations/{first.pk}/return/", {"quantity": 1})
    assert (back.status_code, back.json()["reservation"]["returned_quantity"]) == (201, 1)
    assert client.post(f"reservations/{first.pk}/return/", {"quantity": 5}).status_code == 400
    assert client.post(f"reservations/{second.pk}/consumption/").status_code == 201
    assert client.post(f"reservations/{second.pk}/release/").status_code == 409


@pytest.mark.req("PRT-05", "PRT-06")
def test_adjusting_asks_for_approval(board, store, api, person):
    body = {"part": "B-1", "location": store.code, "quantity": -1, "reason": "盘亏"}
    assert api(person("engineer")).post("stock-movements/", body).status_code == 403
    keeper, supervisor = api(person("storekeeper")), api(person("parts"))
    asked = keeper.post("stock-movements/", body)
    assert (asked.status_code, asked.json()["approval"]["status"]) == (202, "pending")
    assert supervisor.get("parts/B-1/").json()["on_hand"] == 5

    decision = {"approve": True, "note": ""}
    url = f"approvals/{asked.json()['approval']['id']}/decision/"
    assert keeper.post(url, decision).status_code in {403, 404}
    assert supervisor.post(url, decision).status_code == 201
    assert supervisor.get("parts/B-1/").json()["on_hand"] == 4


def test_adjusting_at_once_by_the_supervisor(board, job, store, api, person):
    client = api(person("parts", username="chief"))
    body = {"part": "B-1", "location": store.code, "quantity": 1, "reason": "盘盈"}
    made = client.post("stock-movements/", body)
    assert made.status_code == 201
    assert made.json()["entries"] == [
        {"part": "B-1", "location": "ADJUST", "quantity": -1, "serial": None},
        {"part": "B-1", "location": "HZ-STORE", "quantity": 1, "serial": None},
    ]
    assert client.get(made["Location"]).json()["actor"] == "chief"
    for wrong in ({"quantity": 0}, {"quantity": 10**9}, {"reason": ""}, {"location": "NONE"}, {"at": "now"}):
        assert client.post("stock-movements/", body | wrong).status_code == 400
    job.reserve(board, 5)
    gone = client.post("stock-movements/", body | {"quantity": -3})
    assert (gone.status_code, gone.json()["code"]) == (409, "out_of_stock")


def test_movements_are_paged_and_filtered(board, motor, store, api, person):
    client = api(person("storekeeper"))
    page = client.get("stock-movements/?page_size=1").json()
    assert (len(page["results"]), page["next"] is not None) == (1, True)
    assert len(client.get("stock-movements/?part=M-1&kind=adjustment").json()["results"]) == 1
    assert client.get("stock-movements/?location=NONE").json()["results"] == []


def test_quarantine_and_clearance(board, store, api, person):
    inspector = api(person("inspector"))
    made = inspector.post(
        "parts/B-1/quarantine/", {"location": store.code, "quantity": 2, "reason": "外观破损"}
    )
    assert (made.status_code, made.json()["part"]["blocked"], made.json()["part"]["on_hand"]) == (201, 2, 3)
    clear = {"branch": "HZ", "quantity": 1, "outcome": "release"}
    assert api(person("storekeeper")).post("parts/B-1/clearance/", clear).status_code == 403
    assert inspector.post("parts/B-1/clearance/", clear).json()["part"]["on_hand"] == 4
    assert inspector.post("parts/B-1/clearance/", clear | {"outcome": "scrap"}).status_code == 202


@pytest.mark.req("PRT-17")
def test_carried_stock(board, api, person):
    engineer = person("engineer", username="carrier")
    body = {"person": "carrier", "quantity": 2}
    assert api(engineer).post("parts/B-1/carried-stock/", body).status_code == 403
    made = api(person("storekeeper")).post("parts/B-1/carried-stock/", body)
    assert (made.status_code, made.json()["part"]["carried"]) == (201, 2)
    places = api(engineer).get("stock-locations/?kind=engineer").json()["results"]
    assert [(p["code"], p["holder"]) for p in places] == [("HZ-E-CARRIER", "carrier")]


@pytest.mark.req("PRT-08", "PRT-11", "PRT-12", "PUR-02", "PUR-03")
def test_buying_from_proposal_to_stock(board, job, store, api, person):
    parts, buyer = api(person("parts")), api(person("buyer"))
    keeper, inspector = api(person("storekeeper")), api(person("inspector"))
    made = parts.post(
        "purchase-proposals/", {"part": "B-1", "location": store.code, "quantity": 8, "reason": "备货"}
    )
    assert made.status_code == 201
    proposal = made.json()["id"]
    decision = f"purchase-proposals/{proposal}/decision/"
    assert buyer.post(decision, {"approve": True}).status_code == 403
    assert parts.post(decision, {"approve": False}).status_code == 400
    planned = parts.post(decision, {"approve": True, "quantity": 10})
    assert (planned.status_code, planned.json()["purchase_proposal"]["status"]) == (201, "planned")
    assert parts.post(decision, {"approve": True}).status_code == 409

    supplier = {"code": "SUP-9", "name_zh": "供应商", "name_en": "Supplier"}
    assert buyer.post("suppliers/", supplier).status_code == 201
    body = {
        "supplier": "SUP-9",
        "lines": [{"proposal": proposal, "unit_price": "80.00"}],
        "due_on": "2030-01-01",
        "quality_standard": "原厂",
        "after_sales_terms": "包换一年",
    }
    early = buyer.post("purchase-orders/", body)
    assert (early.status_code, early.json()["code"]) == (409, "supplier_not_evaluated")
    scores = {"qualification": 90, "reputation": 80, "quality": 85, "price": 70, "delivery": 75}
    assert buyer.post("suppliers/SUP-9/evaluation/", scores).status_code == 201
    assert buyer.post("purchase-orders/", body | {"lines": []}).status_code == 400
    placed = buyer.post("purchase-orders/", body)
    assert placed.status_code == 201
    number = placed.json()["number"]
    assert placed["Location"] == f"/api/v1/purchase-orders/{number}/"

    waiting = job.reserve(board, 12)
    receipt = {"part": "B-1", "quantity": 10, "delivery_note": "DN-1"}
    assert buyer.post(f"purchase-orders/{number}/receipt/", receipt).status_code == 403
    assert keeper.post(f"purchase-orders/{number}/receipt/", receipt).status_code == 201
    verdict = {"part": "B-1", **PASSED, "marking": False, "passed": 8, "failed": 2}
    assert keeper.post(f"purchase-orders/{number}/inspection/", verdict).status_code == 403
    seen = inspector.post(f"purchase-orders/{number}/inspection/", verdict)
    assert (seen.status_code, seen.json()["purchase_order"]["status"]) == (201, "closed")

    waiting.refresh_from_db()
    assert waiting.status == "reserved"
    body = parts.get("parts/B-1/").json()
    assert (body["on_hand"], body["reserved"], body["on_order"], body["blocked"]) == (13, 12, 0, 2)
    cancel = buyer.post(f"purchase-orders/{number}/cancellation/", {"reason": "停产"})
    assert cancel.status_code == 409


def test_purchases_are_not_for_agents(board, store, order, supplier, api, person, sh):
    placed = order(board, 1)
    other = api(person("agent", branch=sh))
    assert other.get("purchase-proposals/").json()["results"] == []
    assert other.get(f"purchase-orders/{placed.number}/").status_code == 404
    assert other.get("suppliers/").json()["results"] == []


@pytest.mark.parametrize(
    "path",
    ["parts/", "stock-movements/", "reservations/", "purchase-proposals/", "purchase-orders/", "suppliers/"],
)
def test_lists_cost_the_same_for_one_row_and_three(
    path, make_part, fill, job, order, supplier, store, api, person, query_count
):
    client = api(person("parts"))
    _one_more(1, make_part, fill, job, order)
    client.get(path)
    one = query_count(lambda: client.get(path))
    for number in (2, 3):
        _one_more(number, make_part, fill, job, order)
    assert query_count(lambda: client.get(path)) == one
    assert PurchaseProposal.objects.count() == 3


def _one_more(number, make_part, fill, job, order):
    part = make_part(f"Q-{number}", tracked="serial")
    fill(part, 1, f"S-{number}")
    job.reserve(part, serials=[f"S-{number}"])
    order(part, 1)
    run(stock.register_supplier, code=f"Q-{number}", name_zh="供应商", name_en="Supplier")

"""The store's pages: catalogue, part, issue desk, proposals, receiving and inspection."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from django.urls import reverse

from parts import actions as stock
from parts.models import PurchaseOrder, PurchaseProposal, StockMove
from tests.parts.conftest import PASSED, figures, run

_keys = itertools.count(1)


def post(client, name, args, **fields):
    return client.post(reverse(name, args=args), fields | {"command_key": f"web-{next(_keys)}"})


def text(answer) -> str:
    return answer.content.decode()


@pytest.mark.req("PRT-02")
def test_the_catalogue_shows_stock_and_finds_parts(board, motor, web, person):
    client = web(person("engineer"))
    page = text(client.get(reverse("parts")))
    assert ("B-1" in page, "M-1" in page, "<meter" in page) == (True, True, True)
    found = text(client.get(reverse("parts"), {"q": "主板"}))
    assert ("B-1" in found, "M-1" in found) == (True, False)
    assert "没有符合条件的配件" in text(client.get(reverse("parts"), {"q": "没有", "part_class": "EL-R-H"}))
    assert "B-1" not in text(client.get(reverse("parts"), {"below_reorder": "1"}))


def test_the_part_page_tells_balances_moves_and_history(motor, job, web, person):
    run(stock.issue, job.reserve(motor, serials=["S-1"]))
    job.reserve(motor, 5)
    page = text(web(person("storekeeper")).get(reverse("part", args=["M-1"])))
    for words in ("HZ-STORE", "HZ-ISSUED", "S-2", "T-1", "缺货等待", "发料 M-1 × 1"):
        assert words in page
    assert web(person("agent")).get(reverse("part", args=["NONE"])).status_code == 404


def test_pages_speak_english(board, web, person):
    keeper = person("storekeeper")
    keeper.user.language = "en"
    keeper.user.save()
    client = web(keeper)
    page = text(client.get(reverse("part", args=["B-1"]), headers={"accept-language": "en"}))
    assert "Main board" in page


@pytest.mark.req("PRT-05", "PRT-06")
def test_a_storekeeper_asks_for_an_adjustment(board, store, web, person):
    client = web(person("storekeeper"))
    assert "盘点调整" in text(client.get(reverse("part", args=["B-1"]) + "?step=adjustment"))
    missing = post(client, "part-noun", ["B-1", "adjustment"], location=store.code, quantity=-1)
    assert missing.status_code == 422
    done = post(client, "part-noun", ["B-1", "adjustment"], location=store.code, quantity=-1, reason="盘亏")
    assert done.status_code == 302
    assert figures(board).on_hand == 5
    assert "已提交审批" in text(client.get(reverse("part", args=["B-1"])))


def test_steps_of_a_part_refuse_beside_the_field(board, store, web, person, job):
    job.reserve(board, 5)
    client = web(person("inspector"))
    refused = post(client, "part-noun", ["B-1", "quarantine"], location=store.code, quantity=1, reason="受潮")
    assert (refused.status_code, "可用库存不足" in text(refused)) == (422, True)
    assert post(client, "part-noun", ["B-1", "magic"]).status_code == 404
    engineer = web(person("engineer"))
    denied = post(
        engineer, "part-noun", ["B-1", "quarantine"], location=store.code, quantity=1, reason="受潮"
    )
    assert "没有执行此操作的权限" in text(denied)
    assert not StockMove.objects.filter(kind="quarantine").exists()


@pytest.mark.req("PRT-03")
def test_the_supervisor_sets_the_reorder_point(board, store, web, person):
    client = web(person("parts"))
    fields = {"location": store.code, "safety_stock": 9, "reorder_point": 4, "reorder_quantity": 6}
    assert "补货点不能低于安全库存" in text(post(client, "part-noun", ["B-1", "stock-policy"], **fields))
    done = post(client, "part-noun", ["B-1", "stock-policy"], **(fields | {"safety_stock": 2}))
    assert (done.status_code, board.policies.get().reorder_point) == (302, 4)


@pytest.mark.req("PRT-07")
def test_the_storekeeper_issues_with_serials(motor, job, web, person):
    reservation = job.reserve(motor)
    client = web(person("storekeeper"))
    assert 'value="S-1"' in text(client.get(reverse("issue-desk")))
    refused = post(client, "reservation-issue", [reservation.pk])
    assert (refused.status_code, "逐件选择在库的序列号" in text(refused)) == (422, True)

    assert post(client, "reservation-issue", [reservation.pk], serials=["S-1"]).status_code == 302
    reservation.refresh_from_db()
    assert (reservation.status, motor.serials.get(serial="S-1").location.kind) == ("issued", "issued")
    assert "T-1" in text(client.get(reverse("issue-desk"), {"status": "issued"}))
    back = post(client, "reservation-return", [reservation.pk], quantity=1, serials="S-1")
    assert (back.status_code, figures(motor).available) == (302, 2)


def test_the_issue_desk_shows_no_button_to_those_who_may_not(board, job, web, person, sh):
    reservation = job.reserve(board)
    page = text(web(person("parts")).get(reverse("issue-desk")))
    assert ("B-1" in page, reverse("reservation-issue", args=[reservation.pk]) in page) == (True, False)
    assert "B-1" not in text(web(person("storekeeper", branch=sh)).get(reverse("issue-desk")))
    refused = post(web(person("agent")), "reservation-issue", [reservation.pk])
    assert "没有执行此操作的权限" in text(refused)


@pytest.mark.req("PUR-01", "PRT-11", "PRT-12")
def test_from_the_proposal_to_stock_by_pages(board, store, supplier, web, person):
    run(stock.plan_stock, board, location=store, safety_stock=2, reorder_point=5, reorder_quantity=6)
    proposal = stock.replenish(board, store, at=_now())
    parts, buyer = web(person("parts")), web(person("buyer"))
    page = text(parts.get(reverse("purchase-proposals")))
    assert ("库存位置 5 ≤ 补货点 5" in page, "000 五(一)3" in page) == (True, True)
    decide = ("purchase-proposal-decision", [proposal.pk])
    assert "需要写明原因" in text(post(parts, *decide, approve="0"))
    assert post(parts, *decide, approve="1", quantity=6).status_code == 302

    contract = {
        "supplier": "SUP-1",
        "due_on": date(2030, 1, 1).isoformat(),
        "quality_standard": "原厂",
        "after_sales_terms": "包换",
    }
    assert "请先勾选" in text(post(buyer, "purchase-orders", [], **contract))
    chosen = contract | {"proposals": [proposal.pk]}
    assert post(buyer, "purchase-orders", [], **chosen, **{f"price-{proposal.pk}": "x"}).status_code == 422
    placed = post(buyer, "purchase-orders", [], **chosen, **{f"price-{proposal.pk}": "80.00"})
    order = PurchaseOrder.objects.get()
    assert placed["Location"] == reverse("purchase-order", args=[order.number])
    assert order.number in text(buyer.get(reverse("purchase-orders")))

    keeper, inspector = web(person("storekeeper")), web(person("inspector"))
    assert "到货登记" in text(keeper.get(reverse("purchase-order", args=[order.number]) + "?step=receipt"))
    receive = ("purchase-order-noun", [order.number, "receipt"])
    assert "到货数量应在" in text(post(keeper, *receive, part="B-1", quantity=7))
    assert post(keeper, *receive, part="B-1", quantity=6).status_code == 302
    verdict = {"part": "B-1", "passed": 5, "failed": 1}
    inspect = ("purchase-order-noun", [order.number, "inspection"])
    assert "指出不合格的项目" in text(post(inspector, *inspect, **verdict, **PASSED))
    found = dict.fromkeys(("appearance", "size", "performance"), "on")
    assert post(inspector, *inspect, **verdict, **found).status_code == 302
    assert (figures(board).on_hand, figures(board).blocked) == (10, 1)
    assert "采购订单" in text(inspector.get(reverse("purchase-order", args=[order.number])))


def test_purchases_are_hidden_from_strangers(board, order, web, person, sh):
    placed = order(board, 1)
    client = web(person("agent", branch=sh))
    assert client.get(reverse("purchase-order", args=[placed.number])).status_code == 404
    assert "B-1" not in text(client.get(reverse("purchase-proposals")))


@pytest.mark.parametrize("name", ["parts", "issue-desk", "purchase-proposals", "purchase-orders"])
def test_pages_cost_the_same_for_one_row_and_three(
    name, make_part, fill, job, order, store, web, person, query_count
):
    client = web(person("manager"))

    def one_more(number):
        part = make_part(f"Q-{number}", tracked="serial")
        fill(part, 1, f"S-{number}")
        job.reserve(part)
        order(part, 1)
        run(stock.propose, part, location=store, quantity=1, reason="备货")

    one_more(1)
    client.get(reverse(name))
    one = query_count(lambda: client.get(reverse(name)))
    one_more(2)
    one_more(3)
    assert query_count(lambda: client.get(reverse(name))) == one
    assert PurchaseProposal.objects.open().count() == 3


def _now():
    from service_center.kernel.commands import now

    return now()

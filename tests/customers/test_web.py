"""The customers' pages, as a browser asks for them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from customers import actions
from customers.models import Customer, Unit
from service_center.kernel.models import Event
from staff.models import Branch

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "王芳", "kind": "person", "phone": "138-0013-8000", "province": "浙江省", "city": "杭州市",
    "district": "西湖区", "zone": "city", "detail": "文三路 100 号",
}  # fmt: skip


@pytest.mark.req("TKT-01")
@pytest.mark.parametrize("text", ["13800138000", "8000", "王芳", "AC35-0001", "0001"])
def test_list_looks_up(text: str, person: Any, web: Any, run: Any, file_of: Any, model: Any) -> None:
    customer = file_of()
    run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-0001")
    file_of("赵敏", "13911112222")

    page = web(person("agent")).get("/customers/", {"q": text}).content.decode()

    assert ("王芳" in page, "赵敏" in page, "138****8000" in page) == (True, False, True)


def test_list_costs_the_same_for_one_and_three(
    person: Any, web: Any, run: Any, file_of: Any, model: Any, query_count: Any
) -> None:
    browser = web(person("agent"))
    run(actions.register_unit, customer=file_of(), product_model=model(), serial="AC35-1")
    browser.get("/customers/")  # the first request opens the session
    one = query_count(lambda: browser.get("/customers/"))
    for number in (2, 3):
        customer = file_of("赵敏", f"1391111222{number}")
        run(actions.register_unit, customer=customer, product_model=model(), serial=f"AC35-{number}")

    assert query_count(lambda: browser.get("/customers/")) == one


@pytest.mark.req("CRM-02")
def test_new_file_keeps_what_was_typed_on_refusal(person: Any, web: Any) -> None:
    browser = web(person("agent"))

    refused = browser.post("/customers/new/", {**TYPED, "phone": "12", "command_key": "a"})
    done = browser.post(
        "/customers/new/",
        {**TYPED, "contact_name": "李雷", "contact_phone": "13700137000", "command_key": "b"},
    )
    twice = browser.post(
        "/customers/new/",
        {**TYPED, "contact_name": "李雷", "contact_phone": "13700137000", "command_key": "b"},
    )

    assert (refused.status_code, 'value="文三路 100 号"' in refused.content.decode()) == (422, True)
    assert (done.status_code, twice["Location"], Customer.objects.count()) == (302, done["Location"], 1)
    assert Customer.objects.get().contacts.get().name == "李雷"
    assert web(person("engineer")).get("/customers/new/").status_code == 403


@pytest.mark.req("CRM-01", "CRM-14")
def test_file_shows_units_and_timeline_masked(
    person: Any, web: Any, run: Any, file_of: Any, model: Any
) -> None:
    customer = file_of(address={"city": "杭州市", "detail": "文三路 100 号 5-301"}, email="wang@example.com")
    run(
        actions.register_unit,
        customer=customer,
        product_model=model(),
        serial="AC35-1",
        purchased_on=date(2026, 1, 1),
        proof="card",
    )

    page = web(person("agent")).get(f"/customers/{customer.pk}/").content.decode()

    assert all(
        word in page for word in ("138****8000", "AC35-1", "保修期内", "建立客户档案", "登记机器 KFR-35GW")
    )
    assert not any(secret in page for secret in ("13800138000", "5-301", "wang@"))


def test_file_of_another_branch_is_404(person: Any, web: Any, file_of: Any, sh: Branch) -> None:
    customer = file_of()
    browser = web(person("agent", branch=sh))

    codes = {
        browser.get(f"/customers/{customer.pk}/{part}").status_code for part in ("", "edit/", "units/new/")
    }

    assert codes == {404}


@pytest.mark.req("SEC-06")
def test_reveal_shows_once_with_a_reason(person: Any, web: Any, file_of: Any) -> None:
    customer, browser = file_of(), web(person("agent"))
    address = f"/customers/{customer.pk}/reveal/"

    mute = browser.post(address, {"field": "phone", "reason": " ", "command_key": "a"})
    shown = browser.post(address, {"field": "phone", "reason": "客户要求回电", "command_key": "b"})
    later = browser.get(f"/customers/{customer.pk}/").content.decode()

    assert (mute.status_code, "13800138000" in mute.content.decode()) == (422, False)
    assert (shown.status_code, "13800138000" in shown.content.decode(), shown["Cache-Control"]) == (
        200, True, "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip
    assert ("13800138000" in later, "客户要求回电" in later) == (False, True)
    refused = web(person("director")).post(address, {"field": "phone", "reason": "看看", "command_key": "c"})
    assert (refused.status_code, Event.objects.filter(name="personal_data.revealed").count()) == (403, 1)


def test_stale_edit_keeps_the_text_and_shows_what_stands(
    person: Any, web: Any, run: Any, file_of: Any
) -> None:
    customer, browser = file_of(), web(person("agent"))
    run(actions.edit_file, customer, name="王方")
    typed = {"name": "王芳芳", "kind": "person", "level": "ordinary", "zone": "city", "version": 0}

    stale = browser.post(f"/customers/{customer.pk}/edit/", {**typed, "command_key": "a"})
    page = stale.content.decode()
    again = browser.post(f"/customers/{customer.pk}/edit/", {**typed, "version": 1, "command_key": "b"})

    assert (stale.status_code, 'value="王芳芳"' in page, "王方 ·" in page, 'name="version" value="1"' in page) == (
        422, True, True, True,
    )  # fmt: skip
    fresh = Customer.objects.get(pk=customer.pk)
    assert (again.status_code, fresh.name, fresh.phone) == (302, "王芳芳", "+8613800138000")


def test_contact_through_the_page(person: Any, web: Any, file_of: Any) -> None:
    customer, browser = file_of(), web(person("agent"))

    bad = browser.post(
        f"/customers/{customer.pk}/contacts/", {"name": "李雷", "phone": "1", "command_key": "a"}
    )
    browser.post(
        f"/customers/{customer.pk}/contacts/", {"name": "李雷", "phone": "13700137000", "command_key": "b"}
    )

    assert (bad.status_code, customer.contacts.get().name) == (422, "李雷")


@pytest.mark.req("WTY-06", "WTY-08")
def test_unit_pages_register_correct_and_transfer(person: Any, web: Any, file_of: Any, model: Any) -> None:
    customer, other, browser = file_of(), file_of("赵敏", "13911112222"), web(person("agent"))
    split = model()
    model("BCD-260", prefix="RF26", line="RF")
    typed = {"product_model": split.pk, "serial": "RF26-1", "purchased_on": "2026-01-01", "proof": "invoice"}

    foreign = browser.post(f"/customers/{customer.pk}/units/new/", {**typed, "command_key": "a"})
    made = browser.post(
        f"/customers/{customer.pk}/units/new/", {**typed, "serial": "AC35-1", "command_key": "b"}
    )
    unit = Unit.objects.get()
    page = browser.get(made["Location"]).content.decode()

    assert (foreign.status_code, "此序列号属于型号 BCD-260" in foreign.content.decode()) == (422, True)
    assert all(word in page for word in ("AC35-1", "保修期内", "002-5 1.1.1.3"))
    change = {**typed, "serial": "AC35-1", "proof": "none", "status": "in_use"}
    stale = browser.post(f"/units/{unit.pk}/edit/", {**change, "version": 9, "command_key": "c"})
    browser.post(f"/units/{unit.pk}/edit/", {**change, "version": 0, "command_key": "d"})
    assert (stale.status_code, "没有购买凭证" in browser.get(f"/units/{unit.pk}/").content.decode()) == (
        422,
        True,
    )
    nobody = browser.post(f"/units/{unit.pk}/transfer/", {"to": 999999, "command_key": "e"})
    browser.post(f"/units/{unit.pk}/transfer/", {"to": other.pk, "command_key": "f"})
    assert (nobody.status_code, Unit.objects.get().customer) == (422, other)


def test_unit_of_other_work_is_404_to_an_engineer(
    person: Any, web: Any, run: Any, file_of: Any, model: Any
) -> None:
    customer, engineer = file_of(), person("engineer")
    unit = run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-1")
    browser = web(engineer)

    assert browser.get(f"/units/{unit.pk}/").status_code == 404
    run(actions.grant_access, engineer, customer, unit=unit)
    assert browser.get(f"/units/{unit.pk}/").status_code == 200


def test_products_and_one_product(person: Any, web: Any, run: Any, model: Any) -> None:
    run(actions.set_warranty_term, model(), months=84, sold_from=date(2026, 1, 1))
    browser = web(person("agent"))

    assert "KFR-35GW" in browser.get("/products/").content.decode()
    assert "84 个月" in browser.get("/products/KFR-35GW/").content.decode()


def test_search_box_finds_customers_and_units(
    person: Any, web: Any, run: Any, file_of: Any, model: Any
) -> None:
    customer, browser = file_of(), web(person("agent"))
    run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-0001")

    by_name = browser.get("/search/?q=王芳")
    by_serial = browser.get("/search/?q=AC35-0001").content.decode()

    assert by_name["Location"] == f"/customers/{customer.pk}/"
    assert ("王芳" in by_serial, "AC35-0001" in by_serial) == (True, True)


@pytest.mark.req("SEC-09")
def test_export_leaves_masked_and_with_its_own_right(person: Any, web: Any, file_of: Any) -> None:
    file_of("=cmd()", "13800138000")

    sheet = b"".join(web(person("supervisor")).get("/customers/?format=csv").streaming_content).decode()
    refused = web(person("agent")).get("/customers/?format=csv")

    assert ("'=cmd()" in sheet, "138****8000" in sheet, refused.status_code) == (True, True, 403)
    assert Event.objects.get(name="data.exported").data["count"] == 1

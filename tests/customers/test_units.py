"""Units, products and the terms promised with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from customers import actions, queries
from customers.models import ProductModel, Unit, WarrantyTerm
from service_center.kernel.errors import Forbidden, Invalid, Stale
from service_center.kernel.models import EventLink
from staff.models import Branch

pytestmark = pytest.mark.django_db


@pytest.mark.req("WTY-12", "CRM-14")
def test_register_unit_computes_the_term(person: Any, run: Any, file_of: Any, model: Any, told: Any) -> None:
    customer = file_of()

    unit = run(
        actions.register_unit, customer=customer, product_model=model(months=72), serial=" ac35 0001 ",
        purchased_on=date(2024, 2, 29), proof="invoice", by=person("agent"),
    )  # fmt: skip

    fresh = Unit.objects.get(pk=unit.pk)
    assert (fresh.serial, fresh.warranty_until) == ("AC350001", date(2030, 2, 28))
    assert (fresh.warranty(date(2026, 1, 1)).covers, fresh.warranty(date(2026, 1, 1), human_damage=True).covers) == (
        True, False,
    )  # fmt: skip
    assert told(fresh) == ["unit.registered"]
    assert EventLink.objects.filter(kind="customers.customer", object_id=customer.pk).count() == 2


def test_register_unit_again_finds_the_same(person: Any, run: Any, file_of: Any, model: Any) -> None:
    given = {"customer": file_of(), "product_model": model(), "by": person("agent")}

    first = run(actions.register_unit, **given, serial="AC35-1")
    again = run(actions.register_unit, **given, serial="ac35-1")

    assert (first, Unit.objects.count()) == (again, 1)


def test_register_unit_allows_one_serial_per_model(person: Any, run: Any, file_of: Any, model: Any) -> None:
    customer = file_of()

    for code in ("X-1", "X-2"):
        run(
            actions.register_unit,
            customer=customer,
            product_model=model(code, prefix=""),
            serial="777",
            by=person("agent"),
        )

    assert Unit.objects.filter(serial="777").count() == 2


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"serial": "RF26-00001"}, "unit.serial", "serial_of_other_model"),
        ({"serial": "AC35-TAKEN"}, "unit.serial", "serial_taken"),
        ({"serial": " a "}, "unit.serial", "invalid"),
        ({"purchased_on": date(2999, 1, 1)}, "unit.purchased_on", "invalid"),
        ({"proof": "oath"}, "unit.proof", "invalid"),
    ],
)
def test_register_unit_refuses_bad_input(
    change: dict[str, Any], field: str, code: str, person: Any, run: Any, file_of: Any, model: Any
) -> None:
    model("BCD-260", prefix="RF26", line="RF")
    run(
        actions.register_unit,
        customer=file_of("赵敏", "13911112222"),
        product_model=model(),
        serial="AC35-TAKEN",
    )
    given = {"customer": file_of(), "product_model": model(), "serial": "AC35-9"} | change

    with pytest.raises(Invalid) as refusal:
        run(actions.register_unit, **given, by=person("agent"))

    assert (refusal.value.field, refusal.value.code, Unit.objects.count()) == (field, code, 1)


def test_register_unit_is_for_desk_and_the_engineer_at_work(
    person: Any, run: Any, file_of: Any, model: Any, sh: Branch
) -> None:
    customer, engineer = file_of(), person("engineer")
    given = {"customer": customer, "product_model": model(), "serial": "AC35-1"}

    for who in (engineer, person("agent", branch=sh), person("analyst"), person("storekeeper")):
        with pytest.raises(Forbidden):
            run(actions.register_unit, **given, by=who)
    run(actions.grant_access, engineer, customer)
    run(actions.register_unit, **given, by=engineer)

    assert Unit.objects.count() == 1


def test_edit_unit_computes_the_term_anew(person: Any, run: Any, file_of: Any, model: Any, told: Any) -> None:
    agent = person("agent")
    unit = run(actions.register_unit, customer=file_of(), product_model=model(months=12), serial="AC35-1")
    before = unit.warranty(date(2026, 1, 1)).reason

    run(actions.edit_unit, unit, expected=0, purchased_on=date(2025, 5, 1), proof="card", by=agent)

    fresh = Unit.objects.get(pk=unit.pk)
    assert (before, fresh.warranty_until, fresh.version) == ("no_proof", date(2026, 5, 1), 1)
    assert told(fresh) == ["unit.registered", "unit.edited"]


def test_edit_unit_refuses_stale_foreign_and_taken(
    person: Any, run: Any, file_of: Any, model: Any, sh: Branch
) -> None:
    customer, agent = file_of(), person("agent")
    unit = run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-1")
    run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-2")

    with pytest.raises(Stale):
        run(actions.edit_unit, unit, expected=5, proof="card", by=agent)
    with pytest.raises(Forbidden):
        run(actions.edit_unit, unit, proof="card", by=person("agent", branch=sh))
    with pytest.raises(Invalid) as taken:
        run(actions.edit_unit, unit, serial="AC35-2", by=agent)

    assert (taken.value.field, Unit.objects.get(pk=unit.pk).version) == ("serial", 0)


def test_transfer_unit_keeps_the_history(person: Any, run: Any, file_of: Any, model: Any, told: Any) -> None:
    old, new, agent = file_of(), file_of("赵敏", "13911112222"), person("agent")
    unit = run(actions.register_unit, customer=old, product_model=model(), serial="AC35-1")

    with pytest.raises(Forbidden):
        run(actions.transfer_unit, unit, to=new, by=person("engineer"))
    run(actions.transfer_unit, unit, to=new, by=agent)
    with pytest.raises(Invalid):
        run(actions.transfer_unit, unit, to=new, by=agent)

    assert (Unit.objects.get(pk=unit.pk).customer, told(unit)) == (
        new,
        ["unit.registered", "unit.transferred"],
    )


@pytest.mark.req("WTY-01")
def test_set_warranty_term_counts_for_what_is_sold_from_then_on(
    person: Any, run: Any, file_of: Any, model: Any
) -> None:
    boss, split, customer = person("manager"), model(months=12), file_of()
    run(actions.set_warranty_term, split, months=24, sold_from=date(2024, 1, 1), by=boss)
    run(actions.set_warranty_term, split, months=36, sold_from=date(2025, 1, 1), by=boss)

    ends = {}
    for year in (2023, 2024, 2025):
        unit = run(
            actions.register_unit, customer=customer, product_model=split, serial=f"AC35-{year}",
            purchased_on=date(year, 6, 1), proof="invoice",
        )  # fmt: skip
        ends[year] = (unit.warranty_until, queries.warranty_on(unit, date(2025, 7, 1)).covers)

    assert ends == {
        2023: (date(2024, 6, 1), False), 2024: (date(2026, 6, 1), True), 2025: (date(2028, 6, 1), True),
    }  # fmt: skip


def test_set_warranty_term_refuses_the_past_and_strangers(person: Any, run: Any, model: Any) -> None:
    boss, split = person("manager"), model()
    run(actions.set_warranty_term, split, months=24, sold_from=date(2024, 1, 1), by=boss)

    with pytest.raises(Invalid) as early:
        run(actions.set_warranty_term, split, months=24, sold_from=date(2024, 1, 1), by=boss)
    with pytest.raises(Invalid) as months:
        run(actions.set_warranty_term, split, months=0, sold_from=date(2025, 1, 1), by=boss)
    with pytest.raises(Forbidden):
        run(actions.set_warranty_term, split, months=24, sold_from=date(2025, 1, 1), by=person("agent"))

    assert (early.value.field, months.value.field, WarrantyTerm.objects.count()) == ("sold_from", "months", 1)


def test_add_and_edit_model(person: Any, run: Any, told: Any) -> None:
    boss = person("manager")
    names = {"name_zh": "冰箱", "name_en": "Refrigerator"}

    line = run(actions.add_line, code="RF", **names, by=boss)
    fridge = run(actions.add_model, code="BCD-260", **names, line=line, warranty_months=36, by=boss, key="m")
    run(actions.add_model, code="BCD-260", **names, line=line, warranty_months=36, by=boss, key="m")
    run(actions.edit_model, fridge, expected=0, is_active=False, by=boss)

    assert (fridge.line_id, ProductModel.objects.on_sale().exists()) == ("RF", False)
    assert told(fridge) == ["product_model.added", "product_model.edited"]


def test_add_model_refuses_taken_codes_and_strangers(person: Any, run: Any, model: Any) -> None:
    split, names = model(), {"name_zh": "x", "name_en": "x"}

    with pytest.raises(Invalid):
        run(actions.add_model, code=split.code, **names, line=split.line)
    with pytest.raises(Invalid):
        run(actions.add_line, code="AC", **names)
    with pytest.raises(Forbidden):
        run(actions.add_line, code="RF", **names, by=person("agent"))
    with pytest.raises(Stale):
        run(actions.edit_model, split, expected=7, name_zh="y", by=person("admin"))

    assert ProductModel.objects.count() == 1

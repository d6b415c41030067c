"""Opening, finding, changing and revealing customers' files."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from customers import actions, queries
from customers.models import Contact, Customer, SearchDoc
from service_center.kernel.errors import Forbidden, Invalid, Stale
from service_center.kernel.models import Event
from service_center.kernel.privacy import ReasonRequired
from staff.models import Branch

pytestmark = pytest.mark.django_db
ADDRESS = {
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "zone": "city",
    "detail": "文三路 100 号 5-301",
}
WANG = {"name": "王芳", "phone": "138 0013 8000", "address": ADDRESS}


@pytest.mark.req("CRM-02")
def test_open_file_belongs_to_the_agents_branch(person: Any, run: Any, hz: Branch, told: Any) -> None:
    customer = run(
        actions.open_file, **WANG, contact={"name": "李雷", "phone": "0571-88001234"}, by=person("agent")
    )

    fresh = Customer.objects.get(pk=customer.pk)
    assert (fresh.branch, fresh.phone, fresh.masked_phone) == (hz, "+8613800138000", "138****8000")
    assert (fresh.address_detail, fresh.masked_address) == (ADDRESS["detail"], "文三路 ****")
    assert (fresh.region, fresh.contacts.get().phone) == ("浙江省杭州市西湖区", "+8657188001234")
    assert told(fresh) == ["customer.opened"]


@pytest.mark.req("SEC-01")
def test_open_file_leaves_nothing_personal_in_the_clear(file_of: Any) -> None:
    customer = file_of(address=ADDRESS, email="wang@example.com")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM customers_customer c WHERE id = %s", [customer.pk])
        stored = cursor.fetchone()[0]
    facts = " ".join(str(event.data) for event in Event.objects.all())
    for secret in ("13800138000", "文三路", "wang@example.com"):
        assert secret not in stored + facts


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "customer.name"),
        ({"phone": "12345"}, "customer.phone"),
        ({"phone": "13800138000转8"}, "customer.phone"),
        ({"email": "no-at"}, "customer.email"),
        ({"address": {"zone": "moon"}}, "customer.address.zone"),
        ({"contact": {"name": "李雷", "phone": "1"}}, "customer.contact.phone"),
        ({"contact": {"name": "", "phone": "13900139000"}}, "customer.contact.name"),
    ],
)
def test_open_file_refuses_bad_input_and_leaves_nothing(
    change: dict[str, Any], field: str, person: Any, run: Any
) -> None:
    with pytest.raises(Invalid) as refusal:
        run(actions.open_file, **{**WANG, **change}, by=person("agent"))

    assert refusal.value.field == field
    assert not (Customer.objects.exists() or SearchDoc.objects.exists() or Event.objects.exists())


def test_open_file_is_for_the_desk(person: Any, run: Any) -> None:
    for role in ("engineer", "storekeeper", "analyst", "accountant", "admin"):
        with pytest.raises(Forbidden):
            run(actions.open_file, **WANG, by=person(role))
    with pytest.raises(Invalid) as no_branch:
        run(actions.open_file, **WANG)

    assert (no_branch.value.field, Customer.objects.exists()) == ("customer.branch", False)


def test_open_file_twice_with_one_key_opens_once(person: Any, run: Any) -> None:
    agent = person("agent")

    first = run(actions.open_file, **WANG, by=agent, key="k")
    again = run(actions.open_file, **WANG, by=agent, key="k")

    assert (first, Customer.objects.count()) == (again, 1)


def test_find_or_open_makes_no_second_file(person: Any, run: Any, sh: Branch) -> None:
    agent = person("agent")

    first = run(actions.find_or_open, **WANG, by=agent)
    same = run(actions.find_or_open, name="王芳 ", phone="+86 138-0013-8000", by=agent)
    family = run(actions.find_or_open, name="王刚", phone=WANG["phone"], by=agent)
    elsewhere = run(actions.find_or_open, **WANG, by=person("agent", branch=sh))

    assert (same, len({first.pk, family.pk, elsewhere.pk})) == (first, 3)


def test_edit_file_changes_what_is_given(person: Any, run: Any, file_of: Any, told: Any) -> None:
    customer = file_of(address=ADDRESS)

    changes = {"name": "王方", "phone": "13900139000", "address": {"detail": "文二路 1 号", "zone": "suburb"}}
    run(actions.edit_file, customer, expected=0, **changes, by=person("agent"))

    fresh = Customer.objects.get(pk=customer.pk)
    assert (fresh.name, fresh.masked_phone, fresh.city, fresh.zone) == (
        "王方",
        "139****9000",
        "杭州市",
        "suburb",
    )
    assert (fresh.address_detail, fresh.version, told(fresh)) == (
        "文二路 1 号", 1, ["customer.opened", "customer.edited"],
    )  # fmt: skip
    assert list(Customer.objects.matching("王方")) == [customer]
    assert not Customer.objects.matching("王芳").exists()
    assert list(Customer.objects.with_last4("9000")) == [customer]


def test_edit_file_refuses_stale_foreign_and_bad_input(
    person: Any, run: Any, file_of: Any, sh: Branch
) -> None:
    customer, agent = file_of(), person("agent")

    with pytest.raises(Stale):
        run(actions.edit_file, customer, expected=4, name="x", by=agent)
    with pytest.raises(Forbidden):
        run(actions.edit_file, customer, name="x", by=person("agent", branch=sh))
    with pytest.raises(Invalid) as phone:
        run(actions.edit_file, customer, phone="1", by=agent)
    with pytest.raises(Invalid) as level:
        run(actions.edit_file, customer, level="king", by=person("manager"))

    assert (phone.value.field, level.value.field) == ("phone", "level")
    assert Customer.objects.get(pk=customer.pk).version == 0


@pytest.mark.req("CRM-03")
def test_edit_file_level_is_the_supervisors(person: Any, run: Any, file_of: Any) -> None:
    customer = file_of()

    with pytest.raises(Forbidden):
        run(actions.edit_file, customer, level="vip", by=person("agent"))
    run(actions.edit_file, customer, level="vip", by=person("supervisor"))

    assert Customer.objects.get(pk=customer.pk).level == "vip"


def test_add_contact_is_found_and_counted(person: Any, run: Any, file_of: Any, told: Any, sh: Branch) -> None:
    customer, agent = file_of(), person("agent")

    contact = run(
        actions.add_contact, customer, name="韩梅梅", phone="13700137000", relation="女儿", by=agent, key="c"
    )
    again = run(
        actions.add_contact, customer, name="韩梅梅", phone="13700137000", relation="女儿", by=agent, key="c"
    )
    with pytest.raises(Forbidden):
        run(actions.add_contact, customer, name="x", phone="13700137000", by=person("agent", branch=sh))
    with pytest.raises(Invalid):
        run(actions.add_contact, customer, name="x", phone="1", by=agent)

    assert (contact, Contact.objects.count(), told(customer)[-1]) == (again, 1, "customer.contact_added")
    assert list(Customer.objects.matching("梅梅")) == [customer]
    assert list(queries.find_by_phone("7000", agent.user)) == [customer]


@pytest.mark.req("TKT-01")
@pytest.mark.parametrize(
    "text", ["13800138000", "+86 138 0013 8000", "8000", "王芳", "芳", "王", "0571-88001234", "1234"]
)
def test_look_up_finds_by_number_last_digits_and_name(text: str, person: Any, file_of: Any) -> None:
    customer = file_of(contact={"name": "李雷", "phone": "0571-88001234"})
    file_of("赵敏", "13911112222")

    assert queries.look_up(text, person("agent").user) == [customer]


def test_look_up_finds_by_serial_and_its_end(person: Any, run: Any, file_of: Any, model: Any) -> None:
    customer, agent = file_of(), person("agent")
    run(actions.register_unit, customer=customer, product_model=model(), serial="AC35-2025-00017")

    for text in ("ac35-2025-00017", "00017"):
        assert queries.look_up(text, agent.user) == [customer]
    assert queries.look_up("AC35-2025-0001", agent.user) == []


def test_look_up_shows_no_other_branch(person: Any, file_of: Any, sh: Branch) -> None:
    file_of()

    agent = person("agent", branch=sh)
    assert [queries.look_up(text, agent.user) for text in ("13800138000", "8000", "王芳")] == [[], [], []]


def test_look_up_costs_the_same_for_one_and_three(person: Any, file_of: Any, query_count: Any) -> None:
    agent = person("agent")
    file_of("王芳", "13800138000")
    one = query_count(lambda: queries.look_up("8000", agent.user))
    file_of("王刚", "13900138000")
    file_of("王强", "13700138000")

    assert query_count(lambda: queries.look_up("8000", agent.user)) == one


def test_visible_to_follows_branch_work_and_post(
    person: Any, run: Any, file_of: Any, model: Any, sh: Branch
) -> None:
    here, there = file_of(), file_of("赵敏", "13911112222", branch=sh)
    unit = run(actions.register_unit, customer=there, product_model=model(), serial="AC35-1")
    run(actions.register_unit, customer=there, product_model=model(), serial="AC35-2")
    engineer = person("engineer")
    run(actions.grant_access, engineer, there, unit=unit)
    run(actions.grant_access, engineer, there, unit=unit)
    run(actions.grant_access, engineer, there)

    def seen(who: Any) -> set[str]:
        return {customer.name for customer in Customer.objects.visible_to(who.user)}

    assert (seen(engineer), [u.serial for u in engineer_units(engineer)]) == ({"赵敏"}, ["AC35-1"])
    assert seen(person("agent")) == seen(person("supervisor")) == {here.name}
    for role in ("manager", "quality", "analyst", "director"):
        assert seen(person(role)) == {"王芳", "赵敏"}
    for role in ("storekeeper", "parts", "buyer", "accountant", "inspector", "admin", "engineer"):
        assert seen(person(role)) == set()


def engineer_units(engineer: Any) -> Any:
    from customers.models import Unit

    return Unit.objects.visible_to(engineer.user)


@pytest.mark.req("SEC-06")
@pytest.mark.parametrize(
    ("field", "column", "value"),
    [("phone", "phone", "+8613800138000"), ("email", "email", "w@example.com"), ("address", "address_detail", "文三路 100 号 5-301")],
)  # fmt: skip
def test_reveal_needs_a_reason_and_leaves_a_fact(
    field: str, column: str, value: str, person: Any, run: Any, file_of: Any
) -> None:
    customer, agent = file_of(address=ADDRESS, email="w@example.com"), person("agent")

    with pytest.raises(ReasonRequired):
        run(actions.reveal, customer, field=field, reason=" ", by=agent)
    row = run(actions.reveal, customer, field=field, reason="客户要求回电", by=agent)

    fact = Event.objects.get(name="personal_data.revealed")
    assert (getattr(row, column), fact.actor, fact.data["field"]) == (value, agent.user, column)


def test_reveal_is_for_those_who_call_and_see(person: Any, run: Any, file_of: Any, sh: Branch) -> None:
    customer = file_of()

    for who in (person("analyst"), person("director"), person("engineer"), person("agent", branch=sh)):
        with pytest.raises(Forbidden):
            run(actions.reveal, customer, field="phone", reason="看看", by=who)
    with pytest.raises(Invalid):
        run(actions.reveal, customer, field="phone_index", reason="看看", by=person("agent"))

    assert not Event.objects.filter(name="personal_data.revealed").exists()


def test_reveal_of_a_contact(person: Any, run: Any, file_of: Any) -> None:
    agent = person("agent")
    customer = file_of(contact={"name": "李雷", "phone": "13700137000"})
    other = file_of("赵敏", "13911112222", contact={"name": "甲", "phone": "13600136000"})

    row = run(
        actions.reveal,
        customer,
        field="phone",
        contact=customer.contacts.get().pk,
        reason="联系家属",
        by=agent,
    )
    with pytest.raises(Invalid):
        run(
            actions.reveal,
            customer,
            field="phone",
            contact=other.contacts.get().pk,
            reason="联系家属",
            by=agent,
        )

    assert row.phone == "+8613700137000"

"""The demo world's people, products and customers, as contract B names them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from customers import actions, demo, queries
from customers.models import Contact, Customer, ProductLine, ProductModel, SearchDoc, Unit
from service_center.kernel import commands, journal
from staff import demo as staff_demo
from staff.models import Person

pytestmark = pytest.mark.django_db
LOG_INS = (
    "agent agent2 supervisor manager engineer engineer2 engineer3 expert trainer parts buyer storekeeper "
    "inspector accountant quality analyst director admin"
).split()


@dataclass
class World:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    customers: int = 41
    units: int = 62


@pytest.fixture
def world(db: None) -> World:
    made = World()
    staff_demo.seed(made)
    demo.seed(made)
    return made


def test_seed_makes_the_company_of_the_contract(world: World) -> None:
    people = {
        person.user.username: person for person in Person.objects.select_related("user", "branch", "team")
    }

    assert set(LOG_INS) <= set(people)
    for username in LOG_INS:
        person = people[username]
        assert person.user.check_password(f"demo-{person.role}")
        assert not person.user.must_change_password
    assert {people[name].branch.code for name in ("agent2", "engineer3")} == {"SH"}
    assert people["engineer"].team == people["engineer2"].team != people["engineer3"].team

    found = queries.look_up("13800138000", people["agent"].user)
    assert [customer.name for customer in found] == ["王芳"]
    assert queries.look_up("8000", people["agent"].user) == found
    decisions = {unit.warranty(timezone.localdate()).covers for unit in found[0].units.all()}
    assert (decisions, found[0].units.count()) == ({True, False}, 2)
    assert (Customer.objects.count(), Unit.objects.count()) == (41, 62)
    assert Person.objects.count() == 30
    engineer: Any = people["engineer"]
    assert engineer.licensed_for(
        Unit.objects.select_related("product_model").first().product_model, world.now
    )


def test_the_crowd_is_as_the_verbs_would_leave_it(world: World) -> None:
    """A file and a machine of the crowd, made again by the verbs from what they say of themselves."""
    drafted = Unit.objects.exclude(customer__name="王芳").select_related("customer__branch").latest("pk")
    owner, opened = drafted.customer, drafted.customer.opened_at
    with commands.as_of(opened):
        file = commands.run(
            actions.open_file, name=owner.name, phone=owner.phone, kind=owner.kind, branch=owner.branch,
            address={"province": owner.province, "city": owner.city, "district": owner.district, "zone": owner.zone,
                     "detail": owner.address_detail},
        )  # fmt: skip
        unit = commands.run(
            actions.register_unit, customer=file, product_model=drafted.product_model, serial=f"{drafted.serial}9",
            purchased_on=drafted.purchased_on, proof=drafted.proof,
        )  # fmt: skip

    own = {"id", "customer", "serial", "level"}
    assert _values(file, own) == _values(owner, own)
    assert _values(unit, own) == _values(drafted, own)
    words = dict(SearchDoc.objects.filter(customer__in=[file, owner]).values_list("customer", "words"))
    assert words[file.pk] == words[owner.pk]
    for made, meant in ((file, owner), (unit, drafted)):
        (said,), (stands,) = ([*journal.timeline(row).order_by("id")[:1]] for row in (made, meant))
        assert (said.name, said.at, set(said.data)) == (stands.name, stands.at, set(stands.data))
        assert said.links.count() == stands.links.count()
    assert set(Customer.objects.matching(owner.name)) >= {owner, file}


def _values(row: Model, without: set[str]) -> dict[str, object]:
    values = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value for name, value in values.items() if name not in without}


def test_seed_is_the_same_for_the_same_seed(world: World) -> None:
    """The second time in the same database, after the first was taken away; staff throws the dice first."""
    names = list(Customer.objects.order_by("pk").values_list("name", "district", "level"))
    serials = list(Unit.objects.order_by("pk").values_list("serial", "proof"))
    for table in (Unit, Contact, SearchDoc, Customer, ProductModel, ProductLine):
        table.objects.all().delete()
    again = World(now=world.now)
    for _ in range(3 * Person.objects.with_role("agent", "engineer").count()):
        again.dice.randint(72, 98)

    demo.seed(again)

    assert list(Customer.objects.order_by("pk").values_list("name", "district", "level")) == names
    assert list(Unit.objects.order_by("pk").values_list("serial", "proof")) == serials

"""The demo company's stock holds its promised facts (contract B)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from parts import demo, queries
from parts.models import Balance, Part, PurchaseOrder, PurchaseProposal, Serial
from service_center.kernel.management.commands.demo import World
from staff.models import Person


def _world() -> World:
    return World(timezone.now(), 7, print)


def test_the_demo_stock_holds_its_facts(hz, sh, person):
    for role in ("engineer", "parts", "buyer", "storekeeper", "inspector"):
        person(role, username=role)
    demo.seed(_world())

    part = Part.objects.get(code="P-1001")
    seen = queries.figures([part.pk])[part.pk]
    assert (seen.on_hand, seen.position, seen.reorder_point) == (6, 6, 5)
    assert list(Balance.objects.filter(part=part).values_list("location__code", flat=True)) == ["HZ-STORE"]
    pieces = Serial.objects.filter(part__code="P-2001").order_by("serial")
    assert [(s.serial, s.location.code) for s in pieces] == [("S-1", "HZ-STORE"), ("S-2", "HZ-STORE")]
    assert 55 <= Part.objects.count() <= 65
    assert Balance.objects.filter(location__holder=Person.objects.get(user__username="engineer")).exists()
    assert set(PurchaseOrder.objects.values_list("status", flat=True)) == {"ordered", "arrived", "closed"}
    assert set(PurchaseProposal.objects.values_list("status", flat=True)) >= {
        "proposed",
        "planned",
        "ordered",
    }


def test_the_demo_stock_is_the_same_for_the_same_seed(hz, sh, person):
    person("engineer", username="engineer")

    def once() -> list[tuple[str, str, int]]:
        before = transaction.savepoint()
        demo.seed(_world())
        found = sorted(Balance.objects.values_list("part__code", "location__code", "on_hand"))
        transaction.savepoint_rollback(before)
        return found

    assert once() == once()

"""The demo world's tickets: the facts of the contract, the same for the same seed."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from customers import demo as customers_demo
from service_center.kernel import sweep
from service_center.kernel.management.commands.demo import World
from staff import demo as staff_demo
from tickets.demo import world as demo
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_demo_has_an_open_an_at_risk_and_a_broken_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "ENDS", tuple((state, 1) for state, _count in demo.ENDS))
    call_command("seed_rules", demo=True, verbosity=0)
    world = World(timezone.now(), 7, StringIO().write, customers=60, units=90, tickets=30)
    staff_demo.seed(world)
    customers_demo.seed(world)
    demo.seed(world)
    while sweep.fire_due():
        pass
    wang = Ticket.objects.filter(status="registered")
    assert wang.count() == 3
    assert (wang.late().count(), wang.at_risk().count()) == (1, 1)
    reached = set(Ticket.objects.values_list("status", flat=True))
    assert reached == {"registered", *(str(state) for state, _count in demo.ENDS)}
    assert not Ticket.objects.filter(registered_at__gt=world.now).exists()

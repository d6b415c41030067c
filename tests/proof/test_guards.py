"""Each guard with its negative control: the same scene with the guard holds, without it goes wrong.

Here: permission, visibility, row lock, unique rung, ledger checks, idempotency, exclusion constraint. More controls of the
kind stand beside what they guard: tests/kernel/test_sweep.py (a rung fires twice without its constraint),
tests/kernel/test_commands.py (advisory lock, append-only trigger), tests/parts/test_races.py (the last piece sold often),
tests/proof/test_matrix.py (a view that shows everybody's rows).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from customers.models import Customer
from parts.models import Balance, Part
from service_center.kernel import clocks, commands, firing_in_sets, sweep
from service_center.kernel.errors import TransitionNotAllowed
from service_center.kernel.models import Clock, CommandRecord, Event, RungFiring
from staff.models import Branch, Person
from staff.models.bookings import DoubleBooked
from tests.tickets.conftest import Story, hours
from tickets.actions import dispatch, triage
from tickets.models import Assignment, Ticket, Verification
from tickets.models.ticket_queryset import TicketQuerySet

pytestmark = pytest.mark.django_db


@contextmanager
def dropped(table: str, *constraints: str) -> Iterator[None]:
    """The table without these constraints; everything inside is undone."""
    point = transaction.savepoint()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for constraint in constraints:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        yield
    finally:
        transaction.savepoint_rollback(point)


# -- permission -------------------------------------------------------------------------------------------------------


def engineer_triages(api: Callable[[Any], Any], story: Story) -> int:
    """Classifying is the agent's; an engineer who had the job sees the ticket and does it."""
    ticket = story.verified()
    Assignment.objects.create(
        ticket=ticket, engineer=story.engineer, expected_at=hours(1), status="withdrawn", at=hours(0)
    )
    body = {
        "nature": "fault", "product_line": "AC", "tier": "general", "complexity": "simple", "service_category": "free",
        "mode": "onsite",
    }  # fmt: skip
    return int(api(story.engineer).post(f"tickets/{ticket.number}/triage/", body).status_code)


@pytest.mark.req("SEC-01")
def test_permission_refuses_the_wrong_role(api: Callable[[Any], Any], story: Story) -> None:
    assert engineer_triages(api, story) == 403


def test_control_without_permission_the_wrong_role_does_it(
    api: Callable[[Any], Any], story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "require", lambda *_: None)
    assert engineer_triages(api, story) == 201


# -- visibility -------------------------------------------------------------------------------------------------------


def stranger_reads(api: Callable[[Any], Any], story: Story, person: Callable[..., Person], sh: Branch) -> int:
    other = person("agent", branch=sh)
    return int(api(other).get(f"tickets/{story.registered().number}/").status_code)


def test_visibility_hides_the_other_branch(api: Any, story: Story, person: Any, sh: Branch) -> None:
    assert stranger_reads(api, story, person, sh) == 404


def test_control_without_visibility_the_other_branch_reads(
    api: Any, story: Story, person: Any, sh: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TicketQuerySet, "visible_to", lambda self, user: self)
    assert stranger_reads(api, story, person, sh) == 200


# -- row lock ---------------------------------------------------------------------------------------------------------


def two_verify_at_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], int, int]:
    """Both agents read the ticket, think, and verify: outcomes, verifications on record, versions gained."""
    ticket, lock = story.registered(), TicketQuerySet.lock

    def slowly(self: TicketQuerySet, pk: int) -> Ticket:
        row = lock(self, pk)
        time.sleep(0.4)
        return row

    outcomes: list[str] = []

    def verify() -> None:
        try:
            commands.run(triage.verify, ticket, confirmed=True, actor=story.agent.user)
            outcomes.append("done")
        except TransitionNotAllowed:
            outcomes.append("refused")
        finally:
            connections.close_all()

    with monkeypatch.context() as patch:
        patch.setattr(TicketQuerySet, "lock", slowly)
        both = [threading.Thread(target=verify) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    after = Ticket.objects.get(pk=ticket.pk)
    return (
        sorted(outcomes),
        Verification.objects.filter(ticket=ticket).count(),
        after.version - ticket.version,
    )


@pytest.mark.django_db(transaction=True)
def test_row_lock_lets_one_of_two_through(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_verify_at_once(story, monkeypatch) == (["done", "refused"], 1, 1)


@pytest.mark.django_db(transaction=True)
def test_control_without_row_lock_both_write_and_one_version_is_lost(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        TicketQuerySet, "lock", lambda self, pk: self.select_related("customer", "unit").get(pk=pk)
    )
    assert two_verify_at_once(story, monkeypatch) == (["done", "done"], 2, 1)


# -- unique rung ------------------------------------------------------------------------------------------------------


def ring_twice(story: Story) -> tuple[int, int]:
    """A cache that says nothing has rung yet, after everything has: breaches told and noted of one clock."""
    with commands.as_of(hours(-100)):
        ticket = story.registered()
    clock = next(clock for clock in clocks.for_subject(ticket) if clock.kind == "response")
    spoilt = {"schedule": clock.schedule, "next_at": clock.next_at, "next_rung": clock.next_rung}
    sweep.fire_all()
    Clock.objects.filter(pk=clock.pk).update(state="running", breached_at=None, **spoilt)
    sweep.fire_all()
    told = Event.objects.filter(name="clock.breached", data__clock=clock.pk).count()
    return told, RungFiring.objects.filter(clock=clock, rung="due").count()


@pytest.mark.req("SLA-23")
def test_a_rung_is_unique(story: Story) -> None:
    assert ring_twice(story) == (1, 1)


def test_control_without_the_unique_rung_it_is_told_twice(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    clause = "ON CONFLICT (clock_id, cycle, rung, generation) DO NOTHING"
    monkeypatch.setattr(firing_in_sets, "STATEMENT", firing_in_sets.STATEMENT.replace(clause, ""))
    with dropped("kernel_rungfiring", "rung_once"):
        assert ring_twice(story) == (2, 2)


# -- ledger checks ----------------------------------------------------------------------------------------------------


def take_more_than_there_is(part: Part) -> int:
    """Somebody writes a balance past the verbs: pieces on hand afterwards."""
    with transaction.atomic():
        Balance.objects.filter(part=part, on_hand__gt=0).update(on_hand=-1)
    return Balance.objects.filter(part=part).order_by("on_hand").values_list("on_hand", flat=True)[0]


def test_ledger_check_refuses_a_negative_balance(part: Part) -> None:
    with pytest.raises(IntegrityError, match="on_hand"):
        take_more_than_there_is(part)


def test_control_without_the_ledger_check_stock_is_negative(part: Part) -> None:
    with dropped("parts_balance", "balance_on_hand_not_negative", "balance_reserved_is_there"):
        assert take_more_than_there_is(part) == -1


# -- idempotency ------------------------------------------------------------------------------------------------------


def send_twice(api: Any, story: Story, customer: Customer) -> tuple[int, int]:
    """The same request with the same key twice: tickets made, status of the second answer."""
    body = {"channel": "phone", "customer": {"id": customer.pk}, "unit": None, "subject": "不制冷", "description": "不制冷",
            "demand": "repair"}  # fmt: skip
    client = api(story.agent)
    client.client.raise_request_exception = False
    client.post("tickets/", body, key="once")
    second = client.post("tickets/", body, key="once")
    return Ticket.objects.count(), int(second.status_code)


def test_idempotency_makes_one_of_two_sends(api: Any, story: Story, customer: Customer) -> None:
    assert send_twice(api, story, customer) == (1, 201)


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commands, "_claim", lambda key: commands.now())
    patch.setattr(commands, "_remember", lambda *_: None)


@pytest.mark.django_db(transaction=True)
def test_with_the_record_gone_the_unique_column_still_makes_one(
    api: Any, story: Story, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restore to before the key was noted: the created row itself remembers (R8)."""
    forget_keys(monkeypatch)
    made, status = send_twice(api, story, customer)
    assert (made, status >= 400, CommandRecord.objects.count()) == (1, True, 0)


def test_control_without_idempotency_two_are_made(
    api: Any, story: Story, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_keys(monkeypatch)
    monkeypatch.setattr(commands, "origin_key", lambda: None)
    assert send_twice(api, story, customer) == (2, 201)


# -- exclusion constraint ---------------------------------------------------------------------------------------------


def book_one_slot_twice(story: Story) -> int:
    """Two jobs for one engineer at one hour: how many got it."""
    jobs, slot = [story.classified(), story.classified()], hours(20)
    given = 0
    for job in jobs:
        try:
            commands.run(
                dispatch.assign, job, engineer=story.engineer, expected_at=slot, actor=story.agent.user
            )
            given += 1
        except DoubleBooked:
            continue
    return given


@pytest.mark.req("DSP-13")
def test_exclusion_constraint_gives_one_slot_once(story: Story) -> None:
    assert book_one_slot_twice(story) == 1


def test_control_without_the_exclusion_constraint_it_is_given_twice(story: Story) -> None:
    with dropped("staff_booking", "booking_no_overlap"):
        assert book_one_slot_twice(story) == 2

"""The sums by day follow every fact: what a row adds now, less what it added before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from service_center.kernel import approvals, commands
from service_center.kernel.models import Approval, Delivery
from service_center.reports.actions import sums as actions
from service_center.reports.queries import rollups
from service_center.reports.queries.figures import Sums
from service_center.reports.queries.parts import SOURCES
from service_center.reports.queries.scope import Scope
from staff.models import Person
from tests.reports.conftest import differences, month, of, settle
from tests.tickets.conftest import Story, hours
from tickets.actions import closing, contacts
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_force(db: None) -> None:
    """Sums that readers use: a test that emptied the database before took them along."""
    actions.rebuild(at=commands.now())
    assert rollups.in_force()


@pytest.mark.req("KPI-01", "KPI-04")
def test_sums_follow_a_ticket_fact_by_fact(story: Story) -> None:
    """Registered, answered to, reopened, cancelled: the sums move at once, and back."""
    scope = month(story.manager)
    with commands.as_of(hours(-30)):
        ticket = story.registered()
    settle()
    assert of(scope, "tickets.reported") == Sums(1, 1)
    assert of(scope, "service.coverage") == Sums(0, 1)
    story.reached(ticket)
    settle()
    assert of(scope, "service.coverage") == Sums(1, 1)
    closed = story.closed(story.in_handling(story.dispatched(story.classified(story.verified(ticket)))))
    settle()
    assert of(scope, "tickets.ended") == Sums(1, 1)
    assert of(scope, "service.first_time_fix") == Sums(1, 1)
    commands.run(closing.reopen, closed, reason="又坏了", actor=story.agent.user)
    settle()
    assert of(scope, "tickets.ended") == Sums(0, 0), "the day it had been closed loses it"
    assert differences() == []


@pytest.mark.req("KPI-01")
def test_a_later_visit_takes_back_an_earlier_first_time_fix(story: Story) -> None:
    scope = month(story.manager)
    with commands.as_of(hours(-24 * 5)):
        story.closed()
    settle()
    assert of(scope, "service.first_time_fix") == Sums(1, 1)
    again = story.in_handling()
    settle()
    assert of(scope, "service.first_time_fix") == Sums(0, 1)
    assert again.number != Ticket.objects.order_by("pk")[0].number
    assert differences() == []


def test_sums_move_with_a_ticket_to_its_line_and_engineer(story: Story, engineer2: Person) -> None:
    def of_line_and_engineer() -> tuple[int, int, int]:
        scope = month(story.manager)
        narrowed = [
            Scope(scope.user, scope.since, scope.until, **asked)
            for asked in (
                {"line_id": story.line.pk},
                {"person_id": story.engineer.pk},
                {"person_id": engineer2.pk},
            )
        ]
        first, second, third = (of(one, "tickets.reported").denominator for one in narrowed)
        return first, second, third

    ticket = story.verified()
    settle()
    assert of_line_and_engineer() == (0, 0, 0)
    story.dispatched(story.classified(ticket))
    settle()
    assert of_line_and_engineer() == (1, 1, 0)
    assert differences() == []


def test_a_fact_on_its_way_is_no_difference(story: Story) -> None:
    story.registered()
    assert Delivery.objects.filter(subscriber="reports.count_ticket").exists()
    assert differences() == []
    Delivery.objects.all().delete()
    assert differences() == [f"ticket {Ticket.objects.get().pk}: 1 counted otherwise"]
    settle()
    list(actions.check(at=commands.now(), fix=True))
    assert differences() == []


def test_one_fact_costs_one_round_trip_whatever_the_day(
    story: Story, query_count: Callable[..., int]
) -> None:
    ticket = story.closed()
    settle()

    def again() -> None:
        with transaction.atomic():
            actions.count(SOURCES[Ticket], [ticket.pk])

    again()
    assert query_count(again) <= 3, "the savepoint's two and the one that counts"


def test_a_time_confirmed_late_is_counted(story: Story, supervisor: Person) -> None:
    """The customer was reached on the day of the call, said two days later and agreed by the supervisor."""
    scope = month(story.manager)
    with commands.as_of(hours(-50)):
        ticket = story.registered()
    commands.run(
        contacts.note, ticket, channel="phone", outcome="reached", occurred_at=hours(-49), actor=story.agent.user
    )  # fmt: skip
    settle()
    assert round(of(scope, "service.response_hours").numerator) == 50
    commands.run(approvals.decide, Approval.objects.get(), approve=True, note="", actor=supervisor.user)
    settle()
    assert round(of(scope, "service.response_hours").numerator) == 1
    assert differences() == []

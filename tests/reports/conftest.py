"""A small company with something behind every figure, and the readers of figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from complaints import actions as complaints
from customers import actions as crm
from customers.models import Unit
from parts import actions as stock
from parts.models import StockPolicy
from service_center.kernel import commands, sweep
from service_center.kernel.models import User
from service_center.reports.actions import sums
from service_center.reports.queries import totals
from service_center.reports.queries.figures import Sums
from service_center.reports.queries.periods import Span
from service_center.reports.queries.scope import Scope, last_days
from staff.models import Branch, Person
from surveys.actions import follow_ups, invitations
from surveys.models import FollowUp, Invitation
from tests.journeys.conftest import morning
from tests.tickets.conftest import (
    Story,
    agent,
    customer,
    engineer,
    engineer2,
    hours,
    line,
    manager,
    model,
    part,
    story,
    supervisor,
    unit,
)
from tickets.actions import intake, triage, visits
from tickets.models import Ticket

__all__ = [
    "agent",
    "customer",
    "engineer",
    "engineer2",
    "line",
    "manager",
    "model",
    "morning",
    "part",
    "story",
    "supervisor",
    "unit",
]

SAID = {"channel": "hotline", "content": "修了两次还不凉", "apology": "给您添麻烦了。"}
FOUR = {"polite": True, "satisfied": True}


def settle() -> None:
    """Let clocks fire and every pending fact reach its subscribers."""
    while sweep.once():
        pass


def of(scope: Scope, code: str) -> Sums:
    """One figure of the scope, as the dashboard reads it."""
    found = totals.totals(scope, [Span(scope.since, scope.until)], whole=1)[code][0]
    assert found is not None
    return found


def month(who: Person) -> Scope:
    """The last thirty days as somebody sees them."""
    return last_days(who.user, now=commands.now())


def differences() -> list[str]:
    """What a recomputation of the sums finds wrong."""
    return list(sums.check(at=commands.now(), fix=False))


def window(before: float = 24 * 20, after: float = 24 * 5) -> str:
    """`since` and `until` around now, in hours, as query text."""
    now = datetime.now(UTC)
    since, until = now - timedelta(hours=before), now + timedelta(hours=after)
    return f"since={since:%Y-%m-%dT%H:%M:%SZ}&until={until:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def filled(morning: None, django_db_blocker: Any) -> None:
    """The demo company with something behind every figure, made once for the module."""
    with django_db_blocker.unblock():
        _fill()


@pytest.fixture
def busy(filled: None, db: None) -> SimpleNamespace:
    """The filled company's people, as they are when this test begins."""
    return SimpleNamespace(
        **{name: _who(name) for name in ("manager", "supervisor", "supervisor2", "engineer")}
    )


def _who(username: str) -> Person:
    return Person.objects.select_related("user", "branch").get(user__username=username)


def _fill() -> None:
    """Tickets in every state of interest, calls, surveys and complaints, in two branches."""
    unit = Unit.objects.filter(customer__name="王芳").order_by("pk")[0]
    story = Story(_who("agent"), _who("engineer"), _who("manager"), unit, unit.product_model.line)
    sh = Branch.objects.get(code="SH")
    user = User.objects.create_user("supervisor2", "demo-password")
    Person.objects.create(user=user, name="沈主任", branch=sh, role="supervisor")
    with commands.as_of(hours(-24 * 6)):
        late = story.registered()
    with commands.as_of(hours(-3.7)):
        story.registered()
    _closed_ones(story)
    story.reached(story.registered(reported_at=hours(-2)))
    story.answered()
    story.answered()
    story.dispatched()
    _abroad(_who("agent2"))
    settle()
    _calls(story)
    _complaints(story, late)
    _opinions(story)
    _use_up("P-1001", story.agent.branch)
    settle()


def _closed_ones(story: Story) -> None:
    """Two on one machine, the second after the first; one that took two visits; a machine of its own; no visit."""
    with commands.as_of(hours(-60)):
        story.closed()
    with commands.as_of(hours(-50)):
        story.closed()
    with commands.as_of(hours(-40)):
        twice = story.in_handling()
        commands.run(visits.depart, twice, actor=story.engineer.user)
        commands.run(visits.arrive, twice, actor=story.engineer.user)
        story.closed(twice)
    with commands.as_of(hours(-30)):
        other = commands.run(
            crm.register_unit, customer=story.unit.customer, product_model=story.unit.product_model,
            serial="SN-2", actor=story.agent.user,
        )  # fmt: skip
        absent = story.appointed(story.dispatched(story.classified(story.verified(unit={"id": other.pk}))))
        commands.run(visits.drop, absent, reason="客户不在家", actor=story.engineer.user)
        commands.run(visits.arrive, absent, actor=story.engineer.user)
        story.closed(Ticket.objects.get(pk=absent.pk))


def _abroad(agent: Person) -> None:
    file = commands.run(crm.open_file, name="李雷", phone="13900139009", actor=agent.user)
    body = {"channel": "phone", "customer": {"id": file.pk}, "demand": "consult", "subject": "咨询"}
    commands.run(intake.register, actor=agent.user, description="怎么清洗", **body)
    second = commands.run(intake.register, actor=agent.user, description="怎么收氟", **body)
    commands.run(triage.answer, second, text="请上门检查", actor=agent.user)


def _use_up(code: str, branch: Branch) -> None:
    """The part lies at its reorder point."""
    policy = StockPolicy.objects.select_related("part").get(part__code=code, location__branch=branch)
    place = {"location": policy.location, "reason": "盘亏", "actor": None}
    commands.run(stock.adjust, policy.part, quantity=-1, **place)


def _calls(story: Story) -> None:
    """One solved, one not, one tried because the customer asked, one asked for and not tried, the rest owed."""
    who = story.agent.user
    rows = list(FollowUp.objects.filter(branch=story.agent.branch).order_by("pk"))
    commands.run(follow_ups.complete, rows[0], solved=True, score=9, **FOUR, actor=who)
    commands.run(follow_ups.complete, rows[1], solved=False, score=4, **FOUR, actor=who)
    for row in rows[2:4]:
        commands.run(follow_ups.request, row.ticket, actor=who)
    commands.run(follow_ups.attempt, rows[2], channel="phone", outcome="reached", actor=who)


def _complaints(story: Story, late: Ticket) -> None:
    said = {"customer": story.unit.customer, "actor": story.agent.user} | SAID
    commands.run(complaints.register, ticket=late, **said)
    commands.run(complaints.register, simple="已当场解释", **said)
    groundless = commands.run(complaints.register, **said)
    commands.run(complaints.grade, groundless, gravity="general", complexity="simple", actor=story.agent.user)
    commands.run(complaints.verify, groundless, founded=False, evidence="录音", actor=story.agent.user)


def _opinions(story: Story) -> None:
    rows = Invitation.objects.filter(branch=story.agent.branch, answered_at=None).order_by("pk")
    for row, mark in zip(rows, (10, 7, 8), strict=False):
        marks = {"service": {"quality": mark, "effect": mark, "speed": 6}}
        commands.run(invitations.enter, row, channel="phone", marks=marks, actor=story.agent.user)

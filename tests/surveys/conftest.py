"""Tickets that end, through the tickets' own story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel.models import Message
from service_center.kernel.subscriptions import sweep
from staff.models import Person
from tests.tickets.conftest import (
    Story,
    agent,
    customer,
    engineer,
    line,
    manager,
    model,
    part,
    story,
    supervisor,
    unit,
)
from tickets.models import Ticket

__all__ = ["agent", "customer", "engineer", "line", "manager", "model", "part", "story", "supervisor", "unit"]


@pytest.fixture
def closed(story: Story) -> Callable[..., Ticket]:
    """`closed()`: a ticket that has ended, its news delivered."""

    def make(**changes: Any) -> Ticket:
        ticket = story.closed(**changes)
        deliver()
        return Ticket.objects.get(pk=ticket.pk)

    return make


@pytest.fixture
def agent2(person: Callable[..., Person], sh: Any) -> Person:
    return person("agent", username="agent2", branch=sh)


def deliver() -> None:
    """Let every pending fact reach its subscribers."""
    while sweep():
        pass


def survey_path() -> str:
    """The path of the newest survey link, as the customer's SMS has it."""
    message = Message.objects.filter(template="survey.invitation").latest("pk")
    return "/s/" + message.links[0].split("/s/")[1]

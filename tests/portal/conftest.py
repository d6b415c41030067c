"""A customer with a ticket and the link to it."""

from __future__ import annotations

import pytest
from django.test import Client

from service_center.kernel.models import Message
from tests.surveys.conftest import deliver
from tests.tickets.conftest import (
    Story,
    agent,
    customer,
    engineer,
    line,
    manager,
    model,
    story,
    supervisor,
    unit,
)
from tickets.models import Ticket

__all__ = ["agent", "customer", "engineer", "line", "manager", "model", "story", "supervisor", "unit"]


def case_path() -> str:
    """The path of the newest case link, as the customer's SMS has it."""
    message = Message.objects.filter(template="portal.case").latest("pk")
    return "/c/" + message.links[0].split("/c/")[1]


@pytest.fixture
def ticket(story: Story) -> Ticket:
    """A registered ticket whose customer got the link."""
    row = story.registered()
    deliver()
    return row


@pytest.fixture
def customers_phone(ticket: Ticket, client: Client) -> Client:
    """The browser that opened the link."""
    assert client.post(case_path()).status_code == 302
    return client

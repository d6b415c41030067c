"""The people, machines and tickets of the rooms, for tests that go by requirement."""

from tests.complaints.conftest import walk
from tests.surveys.conftest import agent2, closed
from tests.tickets.conftest import (
    agent,
    customer,
    engineer,
    engineer2,
    line,
    manager,
    model,
    part,
    story,
    supervisor,
    unit,
)

__all__ = [
    "agent", "agent2", "closed", "customer", "engineer", "engineer2", "line", "manager", "model", "part", "story",
    "supervisor", "unit", "walk",
]  # fmt: skip

"""The proofs borrow the tickets' company: people, a customer with a machine, a story told by verbs."""

from tests.tickets.conftest import (  # noqa: F401 - pytest finds fixtures by name
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

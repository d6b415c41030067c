"""A ticket's columns while its life is computed, by the names the model gives them."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from customers.models import Customer, ProductModel, Unit
from staff.models import Branch, Person


class Case:
    """A ticket's columns while its life is computed, by the names the model gives them."""

    pk: int
    number: str
    customer: Customer
    unit: Unit | None
    machine: Unit
    product_model: ProductModel | None
    channel: str
    subject: str
    symptom: str
    zone: str
    owner: Person
    reported_at: datetime
    registered_at: datetime
    promised_at: datetime | None
    mode = service_category = complexity = nature = ""
    tier = "ordinary"
    status = "registered"
    version = reopen_count = 0
    is_critical = on_site = consented = diagnosed = False
    first_time_fix: bool | None = None
    product_line_id: str | None = None
    assignee: Person | None = None
    assigned_at: datetime | None = None
    expected_at: datetime | None = None
    verified_at: datetime | None = None
    responded_at: datetime | None = None
    classified_at: datetime | None = None
    appointed_at: datetime | None = None
    arrived_at: datetime | None = None
    handled_at: datetime | None = None
    result_told_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def branch(self) -> Branch:
        return self.customer.branch

    @property
    def engineer(self) -> Person:
        assert self.assignee is not None
        return self.assignee


COLUMNS = (
    "status", "version", "reopen_count", "mode", "service_category", "complexity", "nature", "tier", "is_critical",
    "on_site", "consented", "diagnosed", "first_time_fix", "product_line_id", "assigned_at", "expected_at",
    "verified_at", "responded_at", "classified_at", "appointed_at", "arrived_at", "handled_at", "result_told_at",
    "closed_at", "archived_at", "promised_at",
)  # fmt: skip
"""What changes on a ticket after its registration."""
columns_of = attrgetter(*COLUMNS)

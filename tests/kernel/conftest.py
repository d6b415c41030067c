"""Rules and subjects for the tests of clocks: any row can have clocks, here it is a document."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from service_center.kernel import calendars, clock_audit, subscriptions
from service_center.kernel.models import Calendar, Clause, Document, Rule
from tests.kernel.ticking import at

_serial = itertools.count(1)
LADDER = [
    {"name": "warn", "percent": 80, "role": "assignee"},
    {"name": "due", "percent": 100, "role": "supervisor"},
    {"name": "escalate1", "after": 1, "unit": "hour", "role": "manager"},
]


@pytest.fixture
def hours(db: None) -> dict[str, Calendar]:
    """The four shipped calendars."""
    with transaction.atomic():
        return calendars.seed(at=timezone.now())


@pytest.fixture
def rule(hours: dict[str, Calendar]) -> Callable[..., Rule]:
    """`rule("4", "hour", "24x7", pausing=["part"])`: a rule of its own, with a clause."""

    def make(value: str = "4", unit: str = "hour", calendar: str = "24x7", **fields: Any) -> Rule:
        number = next(_serial)
        document = Document.objects.get_or_create(
            code="T-1", defaults={"name_zh": "规程", "name_en": "Rules"}
        )[0]
        clause = Clause.objects.create(
            document=document, article=f"test {number}", title_zh="限时", title_en="Limit"
        )
        return Rule.objects.create(
            key=f"test.rule {number}",
            code="test.rule",
            value=Decimal(value),
            unit=unit,
            calendar=hours[calendar],
            clause=clause,
            rungs=fields.pop("rungs", LADDER),
            pausing_reasons=fields.pop("pausing", ["part", "customer"]),
            **fields,
        )

    return make


@pytest.fixture
def subject(db: None) -> Document:
    """What the clocks belong to."""
    return Document.objects.create(code=f"S-{next(_serial)}", name_zh="对象", name_en="Subject")


@pytest.fixture
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The subscribers of the apps above are away: the kernel alone."""
    monkeypatch.setattr(subscriptions, "_by_event", defaultdict(list))
    monkeypatch.setattr(subscriptions, "_by_name", {})


@pytest.fixture
def manager(person: Callable[..., Any]) -> Any:
    """Who keeps the rulebook."""
    return person("manager")


@pytest.fixture
def director(person: Callable[..., Any]) -> Any:
    """The second pair of eyes."""
    return person("director")


@pytest.fixture
def people(person: Callable[..., Any]) -> dict[str, Any]:
    """One of each post that asks or decides."""
    return {role: person(role) for role in ("agent", "manager", "director", "supervisor", "engineer")}


@pytest.fixture
def agreeing(db: None) -> Iterator[None]:
    """After the test each clock equals its events, and no rung is missing or unjustified."""
    yield
    assert list(clock_audit.check(at=at(0), fix=False)) == []

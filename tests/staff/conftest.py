from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_center.kernel import commands
from service_center.kernel.models import Event

START = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Hangzhou


@pytest.fixture
def hours() -> Callable[[int, int], dict[str, datetime]]:
    """`hours(0, 2)`: starts_at and ends_at, counted in hours from a fixed morning."""

    def make(first: int, last: int) -> dict[str, datetime]:
        return {"starts_at": START + timedelta(hours=first), "ends_at": START + timedelta(hours=last)}

    return make


@pytest.fixture
def run() -> Callable[..., Any]:
    """`run(verb, ..., by=person)`: as the door does, as that person."""

    def call(
        verb: Callable[..., Any], *args: Any, by: Any = None, key: str | None = None, **kwargs: Any
    ) -> Any:
        stamp = commands.Key(f"user:{by.user_id}", key, "same") if key else None
        return commands.run(verb, *args, actor=getattr(by, "user", None), key=stamp, **kwargs)

    return call


@pytest.fixture
def told() -> Callable[[Any], list[str]]:
    """Names of the facts about a row, oldest first."""

    def names(row: Any) -> list[str]:
        facts = Event.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
        return list(facts.order_by("id").values_list("name", flat=True))

    return names

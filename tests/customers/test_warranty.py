"""The warranty decision: pure arithmetic, no database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from customers.models.warranty import decide, term_end

BOUGHT = date(2025, 1, 15)
GIVEN: dict[str, Any] = {
    "on": date(2025, 6, 1), "purchased_on": BOUGHT, "proof": "invoice", "manufactured_on": None, "months": 12,
}  # fmt: skip


@pytest.mark.req("WTY-06", "WTY-07", "WTY-08", "WTY-09", "WTY-10")
@pytest.mark.parametrize(
    ("change", "decision", "reason", "clause"),
    [
        ({}, "in_warranty", "within_term", "002-5 1.1.1.3"),
        ({"proof": "card"}, "in_warranty", "within_term", "002-5 1.1.1.3"),
        ({"on": date(2026, 1, 15)}, "in_warranty", "within_term", "002-5 1.1.1.3"),
        ({"on": date(2026, 1, 16)}, "out_of_warranty", "term_over", "002-5 1.1.1.3"),
        ({"proof": "none"}, "out_of_warranty", "no_proof", "002-5 1.1.1.2"),
        ({"human_damage": True}, "out_of_warranty", "human_damage", "002-5 1.5.1.2"),
        ({"human_damage": True, "proof": "none"}, "out_of_warranty", "human_damage", "002-5 1.5.1.2"),
        ({"purchased_on": None}, "out_of_warranty", "no_date", "002-5 1.1.1.3"),
        (
            {"purchased_on": None, "manufactured_on": date(2024, 6, 1)},
            "in_warranty",
            "within_term",
            "002-5 1.1.1.3",
        ),
        (
            {"purchased_on": None, "manufactured_on": date(2024, 5, 31)},
            "out_of_warranty",
            "term_over",
            "002-5 1.1.1.3",
        ),
        ({"manufactured_on": date(2020, 1, 1)}, "in_warranty", "within_term", "002-5 1.1.1.3"),
    ],
)
def test_decide(change: dict[str, Any], decision: str, reason: str, clause: str) -> None:
    found = decide(**{**GIVEN, **change})

    assert (found.decision, found.reason, found.clause) == (decision, reason, clause)
    assert found.covers == (decision == "in_warranty")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 1, 15), 12, date(2026, 1, 15)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 1), 36, date(2028, 12, 1)),
        (None, 12, None),
    ],
)
def test_term_end_is_the_corresponding_day_or_the_months_end(
    start: date | None, months: int, end: date | None
) -> None:
    assert term_end(start, months) == end

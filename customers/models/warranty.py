"""The warranty decision, as pure arithmetic on days (WTY-06 to WTY-10)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from customers.states import Decision, Proof, WarrantyReason

CLAUSES: Final = {
    WarrantyReason.WITHIN_TERM: "002-5 1.1.1.3",
    WarrantyReason.TERM_OVER: "002-5 1.1.1.3",
    WarrantyReason.NO_DATE: "002-5 1.1.1.3",
    WarrantyReason.NO_PROOF: "002-5 1.1.1.2",
    WarrantyReason.HUMAN_DAMAGE: "002-5 1.5.1.2",
}


@dataclass(frozen=True)
class Warranty:
    """A decision with its reason; `until` is the last day of the term, None when it cannot be computed."""

    decision: Decision
    reason: WarrantyReason
    until: date | None

    @property
    def clause(self) -> str:
        """The article the decision rests on."""
        return CLAUSES[self.reason]

    @property
    def covers(self) -> bool:
        return self.decision is Decision.IN_WARRANTY


def decide(
    *,
    on: date,
    purchased_on: date | None,
    proof: str,
    manufactured_on: date | None,
    months: int,
    human_damage: bool = False,
) -> Warranty:
    """Whether a unit is in warranty on a day.

    The term runs from the purchase (WTY-09) or, where that day is unknown, from the day its serial number
    tells (WTY-08), for `months` months. Without proof of purchase (WTY-07) or after human damage (WTY-10)
    it is out.
    """
    until = term_end(purchased_on or manufactured_on, months)
    return judge(on=on, until=until, proof=proof, human_damage=human_damage)


def judge(*, on: date, until: date | None, proof: str, human_damage: bool = False) -> Warranty:
    """As `decide`, for a term whose last day is known."""
    if human_damage:
        return Warranty(Decision.OUT_OF_WARRANTY, WarrantyReason.HUMAN_DAMAGE, until)
    if proof == Proof.NONE:
        return Warranty(Decision.OUT_OF_WARRANTY, WarrantyReason.NO_PROOF, until)
    if until is None:
        return Warranty(Decision.OUT_OF_WARRANTY, WarrantyReason.NO_DATE, None)
    if on > until:
        return Warranty(Decision.OUT_OF_WARRANTY, WarrantyReason.TERM_OVER, until)
    return Warranty(Decision.IN_WARRANTY, WarrantyReason.WITHIN_TERM, until)


def term_end(start: date | None, months: int) -> date | None:
    """The last day of a term: the corresponding day of the last month, or that month's end (Civil Code art.
    202).
    """
    if start is None:
        return None
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))

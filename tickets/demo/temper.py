"""How a company works: how often things take which turn, and how long people take."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.states import Status

Ends = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Temper:
    """Chances in percent. `pace` stretches every wait; with `office` nobody but the customer acts at night."""

    confirmed: int = 95
    promised: int = 40
    late_report: int = 3
    reached: int = 96
    told_late: int = 25
    critical: int = 6
    complex: int = 20
    again: int = 6
    """The job goes to another engineer."""
    accepted: int = 94
    appointed: int = 85
    moved: int = 9
    dropped: int = 4
    consent_anyway: int = 10
    parts: int = 38
    second_part: int = 15
    short: int = 6
    unused: int = 6
    issued: int = 40
    escalated: int = 4
    handed_over: int = 3
    held: int = 9
    given_up_late: int = 30
    timed: int = 96
    drafted: int = 85
    departed: int = 95
    missed: int = 12
    """The customer does not answer the call about the result."""
    dissatisfied: int = 4
    reopened: int = 4
    pace: float = 0.4
    office: bool = True
    ends: Ends = (
        (Status.CLOSED, 74), (Status.ANSWERED, 10), (Status.RESULT_TOLD, 1), (Status.HANDLED, 1), (Status.ON_HOLD, 3),
        (Status.IN_HANDLING, 1), (Status.APPOINTED, 1), (Status.DISPATCHED, 1), (Status.CLASSIFIED, 1),
        (Status.VERIFIED, 1), (Status.REGISTERED, 1), (Status.CANCELLED, 3), (Status.REFUSED, 2),
    )  # fmt: skip
    """What tickets come to, and how often of a hundred; those of long ago have all ended."""


CALM = Temper()
WILD = Temper(
    confirmed=80, promised=50, late_report=30, reached=75, told_late=40, critical=25, complex=33, again=30, accepted=75,
    appointed=60, moved=25, dropped=15, parts=70, second_part=40, short=25, unused=20, issued=50, escalated=30,
    handed_over=25, held=35, given_up_late=50, timed=80, drafted=70, departed=75, missed=25, dissatisfied=20,
    reopened=30, pace=1.0, office=False,
)  # fmt: skip
"""Every turn often, around the clock: for comparisons rather than for stories."""

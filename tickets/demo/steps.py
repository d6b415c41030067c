"""A script: what people did to one ticket, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tickets.states import Status

if TYPE_CHECKING:
    from customers.models import Unit
    from service_center.kernel.models import User

ENDED = (Status.CLOSED, Status.ANSWERED, Status.CANCELLED, Status.REFUSED)
LONG_AGO = timedelta(days=16)
"""Tickets that came in earlier have ended."""


class Step(NamedTuple):
    """One verb by one person (None: the system) at one instant."""

    verb: str
    at: datetime
    by: User | None
    body: dict[str, Any]


@dataclass(slots=True)
class Script:
    """The life of one ticket so far. `grants` are the steps (in ticks) by which somebody comes to see a file."""

    unit: Unit
    steps: list[Step] = field(default_factory=list)
    grants: set[int] = field(default_factory=set)

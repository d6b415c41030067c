"""Clocks as the pages show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service_center.kernel import clocks, pausing
from service_center.kernel.languages import amount
from service_center.kernel.models import Clock
from tickets.states import CLOCK_KINDS


def drawn(clock: Clock, now: datetime) -> dict[str, Any]:
    """The REST shape of the clock together with its row and its words."""
    shown = clocks.as_dict(clock, now)
    target = "" if clock.target is None else amount(clock.target, clock.rule.unit)
    return shown | {
        "row": clock,
        "label": CLOCK_KINDS.get(clock.kind, clock.kind),
        "limit": target,
        "at_risk": clock.warned_at is not None and shown["state"] == Clock.State.RUNNING,
        "open": clock.stopped_at is None,
        "waits": pausing.waits(clock.pause_reason) if clock.paused_at else "",
    }

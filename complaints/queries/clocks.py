"""Clocks as pages show them, for complaints and the apps above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from service_center.kernel import clocks
from service_center.kernel.languages import amount
from service_center.kernel.models import Clock

if TYPE_CHECKING:
    from django.db.models import Model

KINDS = {
    "response": _("响应"),
    "verification": _("初步核实"),
    "reply": _("答复"),
    "visit": _("主任走访"),
    "follow_up": _("回访"),
    "cause": _("原因分析"),
    "rectification": _("整改"),
}
_ORDER = {"breached": 0, "running": 1, "paused": 2, "met": 3, "cancelled": 4}


def drawn(clock: Clock, now: datetime, url: str = "") -> dict[str, Any]:
    """The REST shape of the clock together with its row, its words and the address of its explanation."""
    shown = clocks.as_dict(clock, now)
    limit = "" if clock.target is None else amount(clock.target, clock.rule.unit)
    return shown | {
        "row": clock,
        "url": url,
        "label": KINDS.get(clock.kind, clock.kind),
        "limit": limit,
        "at_risk": clock.warned_at is not None and shown["state"] == Clock.State.RUNNING,
    }


def of(subject: Model, now: datetime, url: Callable[[Clock], str]) -> list[dict[str, Any]]:
    """The subject's clocks, the most pressing first."""
    shown = [drawn(clock, now, url(clock)) for clock in clocks.for_subject(subject)]
    return sorted(shown, key=lambda c: (_ORDER.get(c["state"], 9), str(c["due_at"] or "9")))


def pressing(model: type[Model], ids: Sequence[int], now: datetime) -> dict[int, dict[str, Any]]:
    """For each row its most pressing open clock, in one query for the page."""
    found: dict[int, dict[str, Any]] = {}
    for pk, mine in clocks.for_subjects(model, ids).items():
        if living := [drawn(clock, now) for clock in mine if clock.stopped_at is None]:
            found[pk] = min(living, key=lambda c: (c["state"] != "breached", str(c["due_at"] or "9")))
    return found

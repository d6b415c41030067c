"""Which step moves which clock (contract C, last paragraph of the nouns; CF-01 to CF-07). Called by verbs only.

`on` is the book the clocks are kept in: the database's, or one in memory where a history is generated.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service_center.kernel import clocks, rulebook
from service_center.kernel.clock_book import Book
from service_center.kernel.models import Rule
from tickets.models import Ticket
from tickets.states import HoldReason, Mode

RESPONSE = ("response", "outer_response", "critical")
SOLUTION = ("solution", "outer_solution", "promise")
PROMISED = ("response", "solution", "outer_response", "outer_solution")
ENGINEER = ("acknowledge", "diagnosis", "plan")
ARRIVAL = ("arrival", "acknowledge", *RESPONSE)
"""What being there meets: the first response at the latest, and the acceptance of the job, too."""


def facts(ticket: Ticket) -> dict[str, Any]:
    """What the conditions of rules may ask of a ticket; None for what is not decided yet."""
    model = ticket.product_model
    return {
        "tier": ticket.tier,
        "mode": ticket.mode or None,
        "zone": ticket.zone,
        "channel": ticket.channel,
        "service_category": ticket.service_category or None,
        "category": model.category or None if model is not None else None,
        "level": ticket.customer.level,
        "branch": ticket.branch.code,
    }


def _rule(code: str, ticket: Ticket, at: datetime, on: Book) -> Rule:
    return on.rule(code, facts(ticket), at=at)


def registered(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """Everything the customer was promised counts from the report, whatever the triage will find."""
    rules = {kind: _rule(f"ticket.{kind}", ticket, at, on) for kind in PROMISED}
    on.start_each(ticket, rules, started_at=ticket.reported_at, at=at)
    if ticket.promised_at is not None:
        promised(ticket, at=at, on=on)


def promised(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """The time told to the customer is a clock of its own; another promise moves it (TKT-10, TKT-12)."""
    if ticket.promised_at is None:
        on.cancel(ticket, at=at, kinds=["promise"])
        return
    rule = _rule("ticket.promise", ticket, at, on)
    if on.retarget(ticket, "promise", rule=rule, due_at=ticket.promised_at, at=at) is None:
        on.start(
            ticket, "promise", rule=rule, due_at=ticket.promised_at, started_at=ticket.reported_at, at=at
        )


def _start(ticket: Ticket, kind: str, *, at: datetime, on: Book = clocks) -> None:
    on.start(ticket, kind, rule=_rule(f"ticket.{kind}", ticket, at, on), started_at=ticket.reported_at, at=at)


def classified(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """Tier and mode decide the targets, consumed time stays; on site adds arrival, a critical problem its 24 h."""
    for kind in ("response", "solution"):
        on.retarget(ticket, kind, rule=_rule(f"ticket.{kind}", ticket, at, on), at=at)
    if ticket.mode == Mode.ONSITE:
        _start(ticket, "arrival", at=at, on=on)
    if ticket.is_critical:
        _start(ticket, "critical", at=at, on=on)
        if ticket.responded_at is not None:
            on.stop(ticket, "critical", at=at, occurred_at=ticket.responded_at)


def answered(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """An answer at the first contact is response and solution in one."""
    on.stop_each(ticket, (*RESPONSE, *SOLUTION), at=at)
    on.cancel(ticket, at=at)


def responded(ticket: Ticket, *, at: datetime, occurred_at: datetime, on: Book = clocks) -> None:
    """The customer was reached; while goods are at the factory the next report to them is due from here (SLA-16)."""
    on.stop_each(ticket, RESPONSE, at=at, occurred_at=occurred_at)
    if on.stop(ticket, "factory_inquiry", at=at) is not None:
        on.start(ticket, "factory_inquiry", rule=_rule("ticket.factory_inquiry", ticket, at, on), at=at)


def handed_to_engineer(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """The engineer's own limits count from the work order's receipt (SLA-08, CF-03)."""
    rules = {kind: _rule(f"engineer.{kind}", ticket, at, on) for kind in ENGINEER}
    on.start_each(ticket, rules, at=at)


def acknowledged(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    on.stop(ticket, "acknowledge", at=at)


def taken_from_engineer(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """What the next engineer gets starts anew."""
    on.cancel(ticket, at=at, kinds=ENGINEER)


def arrived(ticket: Ticket, *, at: datetime, occurred_at: datetime, on: Book = clocks) -> None:
    """Being there meets what it meets; the promised repair time of this mode counts from here (SLA-12)."""
    been_there(ticket, at=at, occurred_at=occurred_at, on=on)
    on.start(ticket, "repair", rule=_rule("ticket.repair", ticket, at, on), at=at, started_at=occurred_at)


def been_there(ticket: Ticket, *, at: datetime, occurred_at: datetime, on: Book = clocks) -> None:
    """An arrival, told when it happened or confirmed later."""
    on.stop_each(ticket, ARRIVAL, at=at, occurred_at=occurred_at)


def diagnosed(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """The diagnosis carries the plan."""
    on.stop_each(ticket, ("diagnosis", "plan"), at=at)


def held(ticket: Ticket, *, reason: str, at: datetime, on: Book = clocks) -> None:
    """Clocks whose rule names the reason stand still; waiting for a part or the factory has a cycle of its own."""
    on.pause(ticket, reason=reason, at=at)
    if reason == HoldReason.PART:
        on.start(ticket, "part_cycle", rule=_rule("ticket.part_cycle", ticket, at, on), at=at)
    if reason == HoldReason.FACTORY:
        kinds = ("factory_cycle", "factory_inquiry")
        on.start_each(ticket, {kind: _rule(f"ticket.{kind}", ticket, at, on) for kind in kinds}, at=at)


def resumed(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """What stood still counts on; the factory's cycle ends when the goods are back, the part's with the repair."""
    on.resume(ticket, at=at)
    on.stop_each(ticket, ("factory_cycle", "factory_inquiry"), at=at)


def repaired(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """The report meets the repair's limits, the cycle of a part included (SLA-13)."""
    on.stop_each(ticket, ("repair", "part_cycle", *ENGINEER), at=at)
    on.start(ticket, "result_call", rule=_rule("ticket.result_call", ticket, at, on), at=at)


def result_told(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    on.stop(ticket, "result_call", at=at)


def dissatisfied(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """The solution was none: its clock was never stopped; the repair's goes on."""
    on.stop(ticket, "result_call", at=at)
    on.reopen(ticket, "repair", policy="continue", at=at)


def closed(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """Closing meets solution and promise; nothing is left running."""
    on.stop_each(ticket, (*SOLUTION, "result_call"), at=at)
    on.cancel(ticket, at=at)


def reopened(ticket: Ticket, *, closed_at: datetime, at: datetime, on: Book = clocks) -> bool:
    """Within the window the clocks go on as if never stopped, later a new cycle starts. True when they go on.

    A promise that was kept is not broken by a later wish: it stays as it is.
    """
    window = timedelta(days=int(on.rule("ticket.reopen.continue", {}, at=at).value))
    goes_on = at - closed_at <= window
    later = rulebook.setting("ticket.reopen.later", at=at)
    for kind in ("solution", "outer_solution"):
        on.reopen(ticket, kind, policy="continue" if goes_on or later != "new_cycle" else "new_cycle", at=at)
    return goes_on


def ended(ticket: Ticket, *, at: datetime, on: Book = clocks) -> None:
    """Cancelled or refused: no clock has a verdict to give."""
    on.cancel(ticket, at=at)

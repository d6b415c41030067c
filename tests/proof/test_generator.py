"""The generator against the verbs: the same scripts give the same rows, and the clocks of both fold to the same columns."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction

from parts import events as part_events
from service_center.kernel import (
    attachments,
    chores,
    clock_events,
    commands,
    numbering,
    rulebook_events,
    sweep,
)
from service_center.kernel.journal import EventType
from service_center.kernel.models import Delivery
from staff import events as staff_events
from tests.worlds import SMALL
from tickets import events
from tickets.demo import by_verbs, in_bulk
from tickets.demo.scripts import Script, Scripts
from tickets.demo.temper import WILD
from tickets.models import Ticket
from tickets.states import Status

pytestmark = pytest.mark.django_db
TICKETS = 50
ROWS = (
    *(model._meta.label_lower for model in apps.get_app_config("tickets").get_models()),
    "staff.booking", "staff.timeentry", "customers.access", "kernel.attachment", "kernel.approval",
    "kernel.approvaldecision", "kernel.clock", "kernel.clockevent", "kernel.rungfiring", "kernel.event",
    "parts.reservation", "parts.stockmove", "parts.stockentry", "parts.balance", "parts.location",
    "parts.purchaseproposal",
)  # fmt: skip
"""Everything the verbs write about a ticket, but news and messages: a generated history speaks to nobody."""
TELLING = (clock_events.PASSED_ON, clock_events.TASK_OPENED)
"""Facts that come of telling a rung to people."""
FACTS = (
    *(fact.name for fact in vars(events).values() if isinstance(fact, EventType)),
    *(fact.name for fact in vars(part_events).values() if isinstance(fact, EventType)),
    *(fact.name for fact in vars(clock_events).values() if isinstance(fact, EventType) and fact not in TELLING),
    *(fact.name for fact in vars(rulebook_events).values() if isinstance(fact, EventType)),
    attachments.STORED.name, staff_events.BOOKED.name, staff_events.BOOKING_RELEASED.name, staff_events.TIME_LOGGED.name,
)  # fmt: skip
"""What apps above tell on a ticket's timeline is theirs to generate."""
WRITING = {"kernel.rungfiring": {"fired_at"}}
"""When something was written, where it says no more than how late the sweep was."""
NAMED = {
    "assignment": "tickets.assignment", "visit": "tickets.visit", "contact": "tickets.customercontact",
    "diagnosis": "tickets.diagnosis", "consent": "tickets.consent", "hold": "tickets.hold",
    "signature": "tickets.signature", "report": "tickets.report", "result_call": "tickets.resultcall",
    "attachment": "kernel.attachment", "approval": "kernel.approval", "clock": "kernel.clock",
    "booking": "staff.booking", "entry": "staff.timeentry", "part_line": "tickets.partline",
    "escalation": "tickets.escalation",
}  # fmt: skip
"""Keys of a fact's data that hold the key of a row."""


class Books:
    """The rows of a world in comparable form: every key replaced by how many of its table came before."""

    def __init__(self) -> None:
        self.tables = {label: list(self._rows(apps.get_model(label))) for label in ROWS}
        self.order = {
            (label, row.pk): number for label, rows in self.tables.items() for number, row in enumerate(rows)
        }

    def _rows(self, model: type[models.Model]) -> models.QuerySet[Any]:
        rows = model._default_manager.order_by("pk")
        if model._meta.label_lower == "kernel.clock":
            return rows.filter(subject_type="tickets.ticket")
        if model._meta.label_lower in {"kernel.clockevent", "kernel.rungfiring"}:
            return rows.filter(clock__subject_type="tickets.ticket")
        if model._meta.label_lower == "kernel.event":
            others = ("staff.person", "parts.reservation", "parts.part")
            about = models.Q(links__kind="tickets.ticket") | models.Q(subject_type__in=others)
            return rows.filter(about, name__in=FACTS).distinct().prefetch_related("links")
        return rows

    def told(self) -> dict[str, list[str]]:
        """Each table's rows as sorted lines of text."""
        return {label: sorted(map(self._line, rows)) for label, rows in self.tables.items()}

    def _line(self, row: Any) -> str:
        label = row._meta.label_lower
        known = {"id", *WRITING.get(label, ())}
        values = {f.attname: self._value(row, f) for f in row._meta.concrete_fields if f.attname not in known}
        if label == "kernel.event":
            links = row.links.all()
            values["links"] = sorted(str(self._named(link.kind, link.object_id)) for link in links)
            values["data"] = {key: self._told(key, row.data) for key in row.data}
            if row.name.startswith("clock."):
                del values["at"]
        return repr(values)

    def _told(self, key: str, data: dict[str, Any]) -> Any:
        label = data["source_type"] if key == "source_id" else NAMED.get(key)
        return data[key] if label is None else self._named(label, data[key])

    def _value(self, row: models.Model, field: models.Field[Any, Any]) -> Any:
        value = getattr(row, field.attname)
        if field.is_relation and field.related_model is not None:
            return self._named(field.related_model._meta.label_lower, value)
        for kind in ("subject", "source", "owner", "object"):
            if field.attname == f"{kind}_id":
                return self._named(getattr(row, f"{kind}_type"), value)
        return value

    def _named(self, label: str, key: Any) -> Any:
        return f"{label} {self.order[label, key]}" if (label, key) in self.order else (label, key)


@contextmanager
def forgotten() -> Iterator[None]:
    """A world that is told of and then never was."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def settle() -> None:
    while sweep.once():
        pass


@pytest.fixture
def company(db: None) -> None:
    call_command("demo", bare=True, stdout=io.StringIO(), **SMALL)


def scripts(number: int, seed: int) -> list[Script]:
    """Every end a ticket can come to, by turns, and between them the one with the longest way."""
    ends = [state for end, _ in WILD.ends for state in (end, Status.CLOSED)]
    return list(Scripts(now=commands.now(), seed=seed, moods=lambda at: WILD).write(number, ends))


@pytest.fixture
def books(company: None) -> Callable[[Callable[[list[Script]], Any], int], dict[str, list[str]]]:
    """`books(make, seed)`: what is written when the scripts of the seed are played that way and everything settled."""
    settle()

    def told(make: Callable[[list[Script]], Any], seed: int) -> dict[str, list[str]]:
        with forgotten():
            make(scripts(TICKETS, seed))
            settle()
            return Books().told()

    return told


def by_people(some: list[Script]) -> None:
    for script in some:
        by_verbs.perform(script)


def at_once(some: list[Script]) -> None:
    in_bulk.generate(some, now=commands.now())


def test_fifty_random_tickets_are_the_same_by_verbs_and_in_bulk(books: Callable[..., Any]) -> None:
    seed = int(os.environ.get("GENERATOR_SEED", "1"))
    people, bulk = books(by_people, seed), books(at_once, seed)
    differing: dict[str, Any] = defaultdict(list)
    for label in ROWS:
        differing[label] = [line for line in people[label] if line not in set(bulk[label])][:3]
        differing[label] += ["bulk:", *[line for line in bulk[label] if line not in set(people[label])][:3]]
    assert people == bulk, "\n".join(
        f"{label}: {lines}" for label, lines in differing.items() if len(lines) > 1
    )
    assert len(people["tickets.ticket"]) == TICKETS
    assert {label for label in ROWS if not people[label]} <= EMPTY


EMPTY = {"tickets.ticketlink", "tickets.texttemplate"}
"""Tables the scripts do not reach."""


def test_the_comparison_sees_a_clock_that_is_a_second_off(
    books: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = books(at_once, 3)

    def shifted(some: list[Script]) -> None:
        at_once(some)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE kernel_clock SET due_at = due_at + interval '1 second' WHERE id = (SELECT max(id) FROM kernel_clock WHERE due_at IS NOT NULL)"
            )

    assert books(shifted, 3) != plain


def test_generated_tickets_leave_nothing_owed_and_nothing_to_mend(company: None) -> None:
    settle()
    output = io.StringIO()
    call_command("generate", tickets=60, seed=5, set=25, workers=0, stdout=output)
    assert output.getvalue().startswith("60 tickets in ")
    assert Ticket.objects.count() == 60
    assert not Delivery.objects.exists()
    assert sweep.fire_all() == []
    assert {
        name: lines for name, lines in chores.differences(at=commands.now(), fix=False).items() if lines
    } == {}
    number = numbering.next_number("T", at=commands.now())
    assert not Ticket.objects.filter(number=number).exists()

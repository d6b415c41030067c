"""Registering a ticket over REST, against the same rows in hand-written SQL and against a minimal create of three rows."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

import psycopg2
from django.db import connection
from psycopg2.extras import Json, execute_values

from bench.doors import bare, product
from bench.measuring import Line, at_least
from customers.models import Unit
from service_center.kernel.models import Rule
from staff.models import Person

ROWS = {
    "tickets_ticket": "id = %(ticket)s",
    "kernel_clock": "subject_type = 'tickets.ticket' AND subject_id = %(ticket)s",
    "kernel_clockevent": "clock_id IN (SELECT id FROM kernel_clock WHERE subject_type = 'tickets.ticket' AND subject_id = %(ticket)s)",
    "kernel_message": "subject_type = 'tickets.ticket' AND subject_id = %(ticket)s",
    "kernel_event": "subject_type = 'tickets.ticket' AND subject_id = %(ticket)s",
    "kernel_eventlink": "event_id IN (SELECT id FROM kernel_event WHERE subject_type = 'tickets.ticket' AND subject_id = %(ticket)s)",
    "kernel_delivery": "subject_type = 'tickets.ticket' AND subject_id = %(ticket)s",
    "kernel_commandrecord": "result_type = 'tickets.ticket' AND result_id = %(ticket)s",
}
"""What one registration writes, in the order it is written."""
POINTS = {
    "subject_id": "tickets_ticket",
    "object_id": "tickets_ticket",
    "result_id": "tickets_ticket",
    "clock_id": "kernel_clock",
    "event_id": "kernel_event",
}
"""Columns that may hold a key written just before, and where it was written."""
UNIQUE = {"number", "origin_key", "dedupe_key", "key"}
COUNTER = "UPDATE kernel_counter SET value = value + 1 WHERE series LIKE 'T-%%' RETURNING value"


def main() -> list[Line]:
    ours, minimal = product("agent"), bare()
    unit = Unit.objects.filter(customer__branch__code="HZ").order_by("pk")[0]
    request = {"channel": "phone", "subject": "不制冷", "description": "开机后不制冷", "demand": "repair"}
    body = request | {"customer": {"id": unit.customer_id}, "unit": {"id": unit.pk}}
    numbers = itertools.count()
    three = request | {
        "customer": unit.customer_id, "unit": unit.pk, "rule": Rule.objects.filter(code="ticket.response")[0].pk,
        "owner": Person.objects.get(user__username="agent").pk,
    }  # fmt: skip

    def register() -> None:
        ours.post("/api/v1/tickets/", body)

    def create_three() -> None:
        minimal.post("/minimal/three/", three | {"number": f"B-{uuid.uuid4().hex[:8]}-{next(numbers)}"})

    by_hand = Copy(json.loads(ours.post("/api/v1/tickets/", body))["number"])
    return [
        at_least("REST create", register, by_hand.write, against=by_hand.told, share=0.25),
        at_least(
            "REST create", register, create_three, against="minimal DRF create of three rows", share=0.4
        ),
    ]


class Copy:
    """Writes the rows of one registration again, one statement a table, in a transaction of its own."""

    def __init__(self, number: str) -> None:
        self.connection = psycopg2.connect(**connection.get_connection_params())
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("SELECT id FROM tickets_ticket WHERE number = %s", [number])
            self.ticket = {"ticket": cursor.fetchone()[0]}
            self.tables = {table: self._read(cursor, table, where) for table, where in ROWS.items()}
        rows = sum(len(rows) for _, _, rows in self.tables.values())
        self.told = f"the same {rows} rows in {len(ROWS) + 1} statements through psycopg2, one commit"

    def _read(self, cursor: Any, table: str, where: str) -> tuple[str, list[str], list[tuple[Any, ...]]]:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY id", self.ticket)
        columns = [column.name for column in cursor.description]
        names = [name for name in columns if name != "id"]
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES %s RETURNING id"
        return insert, columns, cursor.fetchall()

    def write(self) -> None:
        keys: dict[Any, Any] = {}
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(COUNTER)
            mark = f"B{cursor.fetchone()[0]}{uuid.uuid4().hex[:6]}"
            for table, (insert, columns, rows) in self.tables.items():
                new = [
                    [
                        _value(name, value, mark, keys)
                        for name, value in zip(columns, row, strict=True)
                        if name != "id"
                    ]
                    for row in rows
                ]
                ids = execute_values(cursor, insert, new, fetch=True)
                keys |= {(table, row[columns.index("id")]): pk for row, (pk,) in zip(rows, ids, strict=True)}


def _value(name: str, value: Any, mark: str, keys: dict[Any, Any]) -> Any:
    """The value of a new row: its own key, or what the row it points to was given."""
    if name in UNIQUE and value is not None:
        return f"{mark}"[:20] if name == "number" else f"{mark}{value}"[:90]
    if name in POINTS:
        return keys.get((POINTS[name], value), value)
    return Json(value) if isinstance(value, dict | list) else value

"""Rows made without verbs: a history is put together in memory and inserted in sets.

Every row has its key from the start, taken from the table's own sequence in blocks, so that facts and other rows can
name it before anything is written. Deferred foreign keys make the order of the inserts free. Nobody is told of a
drafted fact: no delivery, no message, no news.
"""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models

from service_center.kernel import journal

if TYPE_CHECKING:
    from service_center.kernel.models import User

Row = TypeVar("Row", bound=models.Model)
BATCH = 1000


class Draft:
    """Rows and facts waiting to be written in one transaction."""

    def __init__(self, *, keys_ahead: int = 200) -> None:
        self._ahead = keys_ahead
        self._keys: dict[type[models.Model], deque[int]] = defaultdict(deque)
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self._facts: list[journal.Prepared] = []

    def new(self, model: type[Row], **values: Any) -> Row:
        """A row of the model, to be inserted with its present values when `write` is called."""
        return self.add(model(**values))

    def add(self, row: Row) -> Row:
        """The same for a row made elsewhere; one without a key gets its key."""
        if row.pk is None:
            row.pk = self._key(type(row))
        self._rows[type(row)].append(row)
        return row

    def tell(
        self,
        kind: journal.EventType,
        subject: models.Model,
        /,
        *,
        actor: User | None,
        at: datetime,
        occurred_at: datetime | None = None,
        links: tuple[models.Model | None, ...] = (),
        **data: Any,
    ) -> None:
        """A fact about the subject as it is now (`journal.record`)."""
        self._facts.append(
            journal.fact(kind, subject, actor=actor, at=at, occurred_at=occurred_at, links=links, **data)
        )

    def note(self, fact: journal.Prepared) -> None:
        """A fact prepared elsewhere."""
        self._facts.append(fact)

    def write(self) -> int:
        """Insert everything, facts in the order they were recorded; returns how many rows. In a transaction only."""
        for model, rows in self._rows.items():
            model._default_manager.bulk_create(rows, batch_size=BATCH)
        journal.record_many(sorted(self._facts, key=lambda fact: fact.event.at), deliver=False)
        written = sum(map(len, self._rows.values())) + len(self._facts)
        self._rows.clear()
        self._facts.clear()
        return written

    def _key(self, model: type[models.Model]) -> int:
        keys = self._keys[model]
        if not keys:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                    [model._meta.db_table, model._meta.pk.column, self._ahead],
                )
                keys.extend(key for (key,) in cursor.fetchall())
        return keys.popleft()

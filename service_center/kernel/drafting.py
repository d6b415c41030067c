"""Rows made without verbs: a history is put together in memory and copied into its tables in sets.

Every row has its key from the start, taken from the table's own sequence in blocks, so that facts and other rows can
name it before anything is written. References are the drafter's to get right: while the rows are copied PostgreSQL is
asked not to follow each of them (where it allows that: to superusers), since the rows they name come with them. Nobody is
told of a drafted fact: no delivery, no message, no news.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from operator import attrgetter, itemgetter
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db import connection, models

from service_center.kernel import copying
from service_center.kernel.copying import Sheet
from service_center.kernel.models import Event, EventLink
from service_center.kernel.worktime import ticks

if TYPE_CHECKING:
    from service_center.kernel.journal import EventType
    from service_center.kernel.models import User

Model = TypeVar("Model", bound=models.Model)
Link = tuple[bytes, int]
"""A timeline: what `link` made of its kind, and the object's key."""


class Row(dict[str, Any]):
    """A row to be: its columns by the names of their attributes; `pk` is its key. It may change until it is written."""

    __slots__ = ("pk",)
    pk: Any


class Table:
    """How rows of one model are made and written."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        self.key = model._meta.pk.attname
        self.sheet = Sheet(model, [str(field.column) for field in fields])
        self.names = [field.attname for field in fields]
        self.encoders = [copying.encoder(field) for field in fields]
        made = {f.attname: f.default for f in fields if f.has_default() and callable(f.default)}
        self.plain = {f.attname: f.get_default() for f in fields if f.attname not in made}
        self.fresh = list(made.items())
        self.relations = {f.name: f.attname for f in fields if f.attname != f.name}
        self.rows: list[Row] = []
        self.instances: list[models.Model] = []

    def row(self, values: dict[str, Any]) -> Row:
        row = Row(self.plain)
        for name, default in self.fresh:
            if name not in values:
                row[name] = default()
        row.update(values)
        for name in self.relations.keys() & values.keys():
            other = row.pop(name)
            row[self.relations[name]] = None if other is None else other.pk
        return row

    def encode(self) -> None:
        """Turn the rows into bytes."""
        start, encoders, put = self.sheet.start, self.encoders, self.sheet.rows.append
        of_row, of_instance = itemgetter(*self.names), attrgetter(*self.names)
        every = [*map(of_row, self.rows), *map(of_instance, self.instances)]
        for values in every:
            put(start + b"".join([encode(value) for encode, value in zip(encoders, values, strict=True)]))
        self.rows, self.instances = [], []


class Told(NamedTuple):
    """A fact waiting for its key, which it gets in the order of time."""

    at: int
    order: int
    head: bytes
    middle: bytes
    occurred_at: int
    data: bytes
    links: tuple[Link, ...]


_EVENT = (
    "name",
    "schema",
    "subject_type",
    "subject_id",
    "version",
    "actor_id",
    "at",
    "occurred_at",
    "id",
    "data",
)
_event = Struct(">iqiqiqiB").pack
_link = Struct(">iqiqiq").pack


def link(kind: str) -> bytes:
    """What the rows of a timeline of that kind begin with: `link(Ticket._meta.label_lower), ticket.pk` is a link."""
    return b"\x00\x04" + copying.text(kind)


class Draft:
    """Rows and facts waiting to be written in one transaction."""

    def __init__(self, *, keys_ahead: int = 200) -> None:
        self._ahead = keys_ahead
        self._keys: dict[type[models.Model], deque[int]] = defaultdict(deque)
        self._tables: dict[type[models.Model], Table] = {}
        self._sheets: list[Sheet] = []
        self._told: list[Told] = []
        self._heads: dict[tuple[str, str], bytes] = {}
        self._links: dict[str, bytes] = {}
        self._order = count()
        self._changes: list[tuple[str, list[Any]]] = []

    # -- rows ------------------------------------------------------------------------------------------------------

    def row(self, model: type[models.Model], /, **values: Any) -> Row:
        """A row of the model with its key, unnamed columns at their defaults."""
        table = self._table(model)
        row = table.row(values)
        row.pk = row[table.key]
        if row.pk is None:
            row.pk = row[table.key] = self.key(model)
        table.rows.append(row)
        return row

    def new(self, model: type[Model], **values: Any) -> Model:
        """An instance of the model, to be inserted with its values of then when `write` is called."""
        return self.add(model(**values))

    def add(self, row: Model) -> Model:
        """The same for an instance made elsewhere; one without a key gets its key."""
        if row.pk is None:
            row.pk = self.key(type(row))
        self._table(type(row)).instances.append(row)
        return row

    def sheet(self, model: type[models.Model], columns: tuple[str, ...]) -> Sheet:
        """A sheet for somebody who writes the bytes of rows."""
        made = Sheet(model, columns)
        self._sheets.append(made)
        return made

    def change(self, statement: str, values: list[Any]) -> None:
        """A statement to be run after the rows are there."""
        self._changes.append((statement, values))

    def _table(self, model: type[models.Model]) -> Table:
        table = self._tables.get(model)
        if table is None:
            table = self._tables[model] = Table(model)
        return table

    def key(self, model: type[models.Model]) -> int:
        """The next key of the model's table."""
        keys = self._keys[model]
        if not keys:
            keys.extend(block(model, self._ahead))
        return keys.popleft()

    # -- facts -----------------------------------------------------------------------------------------------------

    def tell(
        self,
        kind: EventType,
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
        self.say(
            self.head(kind, subject._meta.label_lower),
            subject.pk,
            version=getattr(subject, "version", None),
            actor=None if actor is None else actor.pk,
            at=ticks(at),
            occurred_at=None if occurred_at is None else ticks(occurred_at),
            data=data,
            links=tuple(
                (self.link(each._meta.label_lower), each.pk) for each in (subject, *links) if each is not None
            ),
        )

    def say(
        self,
        head: bytes,
        subject_id: int,
        *,
        version: int | None,
        actor: int | None,
        at: int,
        occurred_at: int | None,
        data: Any,
        links: tuple[Link, ...],
    ) -> None:
        """The same for those who have everything at hand; the subject's own timeline is the first link."""
        middle = copying.bigint(subject_id) + copying.integer(version) + copying.bigint(actor)
        raw = copying.json_text(data).encode()
        self._told.append(
            Told(at, next(self._order), head, middle, at if occurred_at is None else occurred_at, raw, links)
        )

    def head(self, kind: EventType, subject_type: str) -> bytes:
        """What the rows of a kind of fact begin with."""
        head = self._heads.get((kind.name, subject_type))
        if head is None:
            head = (
                b"\x00\x0a"
                + copying.text(kind.name)
                + copying.smallint(kind.schema)
                + copying.text(subject_type)
            )
            self._heads[kind.name, subject_type] = head
        return head

    def link(self, kind: str) -> bytes:
        """`link`, remembered."""
        known = self._links.get(kind)
        if known is None:
            known = self._links[kind] = link(kind)
        return known

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self) -> int:
        """Copy everything, facts in the order they were recorded; returns how many rows. In a transaction only."""
        if not connection.in_atomic_block:
            raise RuntimeError("a draft is written inside a transaction only")
        for table in self._tables.values():
            table.encode()
        sheets = [*(table.sheet for table in self._tables.values()), *self._sheets, *self._journal()]
        with unfollowed():
            written = sum(sheet.copy() for sheet in sheets)
            with connection.cursor() as cursor:
                for statement, values in self._changes:
                    cursor.execute(statement, values)
        self._told, self._changes = [], []
        for cache in _caches:
            cache.distrust()
        return written

    def _journal(self) -> tuple[Sheet, Sheet]:
        """The facts as rows, with their links."""
        events, links = Sheet(Event, _EVENT), Sheet(EventLink, ("kind", "object_id", "event_id", "id"))
        told = sorted(self._told)
        event_keys = iter(block(Event, len(told)))
        link_keys = iter(block(EventLink, sum(len(set(fact.links)) for fact in told)))
        put, put_link, y2k = events.rows.append, links.rows.append, copying.Y2K
        for at, _, head, middle, occurred_at, data, timelines in told:
            key = next(event_keys)
            put(head + middle + _event(8, at - y2k, 8, occurred_at - y2k, 8, key, len(data) + 1, 1) + data)
            for kind, object_id in dict.fromkeys(timelines):
                put_link(kind + _link(8, object_id, 8, key, 8, next(link_keys)))
        return events, links


class Cache(NamedTuple):
    """What subscribers keep up to date and drafted rows therefore leave behind."""

    distrust: Callable[[], None]
    rebuild: Callable[[datetime], None]


_caches: list[Cache] = []


def keep(cache: Cache) -> None:
    """From now on every draft makes the cache distrusted, in the transaction that writes the draft."""
    _caches.append(cache)


def rebuild_caches(at: datetime) -> None:
    """After the last draft: build anew what was distrusted, rather than wait until a periodic job does."""
    for cache in _caches:
        cache.rebuild(at)


def block(model: type[models.Model], number: int) -> range | list[int]:
    """So many keys of the model's table, in ascending order."""
    if not number:
        return []
    statement = """
        SELECT min(key), max(key), CASE WHEN max(key) - min(key) + 1 <> count(*) THEN array_agg(key) END
        FROM (SELECT nextval(pg_get_serial_sequence(%s, %s)) AS key FROM generate_series(1, %s)) AS keys
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [model._meta.db_table, model._meta.pk.column, number])
        first, last, scattered = cursor.fetchone()
    return range(first, last + 1) if scattered is None else sorted(scattered)


@contextmanager
def unfollowed() -> Iterator[None]:
    """Foreign keys and other triggers rest meanwhile, where the database lets us: the rows come whole."""
    _play("replica")
    yield
    _play("origin")


def _play(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('session_replication_role', %s, true) FROM pg_roles"
            " WHERE rolname = current_user AND rolsuper",
            [role],
        )

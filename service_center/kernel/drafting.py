"""Rows made without verbs: a history is put together in memory and copied into its tables in sets.

Every row has its key from the start, taken from the table's own sequence in blocks, so that facts and other rows can
name it before anything is written. References are the drafter's to get right: while the rows are copied PostgreSQL is
asked not to follow each of them (where it allows that: to superusers), since the rows they name come with them. Nobody is
told of a drafted fact: no delivery, no message, no news.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
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
        if not self.relations.keys().isdisjoint(values):
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


_EVENT = (
    "name", "schema", "subject_type", "subject_id", "version", "actor_id", "at", "occurred_at", "data", "id",
)  # fmt: skip
_about = Struct(">iqiiiq").pack
_times = Struct(">iqiqiB").pack
_key = Struct(">iq").pack


def about(subject_id: int, version: int | None, actor_id: int | None) -> bytes:
    """What a fact says of its subject and of who did it."""
    if version is None or actor_id is None:
        return _key(8, subject_id) + copying.integer(version) + copying.bigint(actor_id)
    return _about(8, subject_id, 4, version, 8, actor_id)


class Form:
    """Rows of one model that name the same columns and never change: the others are the same in every row."""

    def __init__(self, model: type[models.Model], names: tuple[str, ...]) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        key = fields.pop(model._meta.pk.attname)
        named = [fields.pop(name) for name in names]
        columns = [*fields.values(), key, *named]
        self.sheet = Sheet(model, [str(field.column) for field in columns])
        same = [copying.encoder(field)(field.get_default()) for field in fields.values()]
        self.head = self.sheet.start + b"".join(same)
        self.encoders = [copying.encoder(field) for field in named]

    def put(self, key: int, values: Iterable[Any]) -> None:
        encoded = [encode(value) for encode, value in zip(self.encoders, values, strict=True)]
        self.sheet.rows.append(self.head + _key(8, key) + b"".join(encoded))


class Draft:
    """Rows and facts waiting to be written in one transaction."""

    def __init__(self, *, keys_ahead: int = 200) -> None:
        self._ahead = keys_ahead
        self._keys: dict[type[models.Model], deque[int]] = defaultdict(deque)
        self._tables: dict[type[models.Model], Table] = {}
        self._forms: dict[tuple[Any, ...], Form] = {}
        self._sheets: list[Sheet] = []
        self._told: list[tuple[int, bytes, tuple[bytes, ...]]] = []
        self._heads: dict[tuple[str, str], bytes] = {}
        self._links: dict[str, bytes] = {}
        self._changes: list[tuple[str, list[Any]]] = []

    # -- rows ------------------------------------------------------------------------------------------------------

    def row(self, model: type[models.Model], /, **values: Any) -> Row:
        """A row of the model with its key, unnamed columns at their defaults."""
        table = self._tables.get(model) or self._table(model)
        row = table.row(values)
        row.pk = row[table.key]
        if row.pk is None:
            row.pk = row[table.key] = self.key(model)
        table.rows.append(row)
        return row

    def put(self, model: type[models.Model], /, **values: Any) -> int:
        """The same for a row that will not change, its columns named by their attributes; returns its key."""
        asked = (model, *values)
        form = self._forms.get(asked)
        if form is None:
            form = self._forms[asked] = Form(model, tuple(values))
        key = self.key(model)
        form.put(key, values.values())
        return key

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
        return self._tables.get(model) or self._tables.setdefault(model, Table(model))

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
        timelines = [
            self.timeline(each._meta.label_lower, each.pk) for each in (subject, *links) if each is not None
        ]
        when, actor_id = ticks(at), None if actor is None else actor.pk
        self.say(
            self.head(kind, subject._meta.label_lower),
            about(subject.pk, getattr(subject, "version", None), actor_id),
            when,
            when if occurred_at is None else ticks(occurred_at),
            data,
            tuple(dict.fromkeys(timelines)),
        )

    def say(
        self, head: bytes, about: bytes, at: int, occurred_at: int, data: Any, timelines: tuple[bytes, ...]
    ) -> None:
        """The same for those who have everything at hand (`head`, `about`, `timeline`; `data` may be JSON already)."""
        raw = data if type(data) is bytes else copying.json_text(data).encode()
        body = head + about + _times(8, at - copying.Y2K, 8, occurred_at - copying.Y2K, len(raw) + 1, 1) + raw
        self._told.append((at, body, timelines))

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

    def timeline(self, kind: str, object_id: int) -> bytes:
        """A timeline on which a fact appears."""
        known = self._links.get(kind)
        if known is None:
            known = self._links[kind] = b"\x00\x03" + copying.text(kind)
        return known + _key(8, object_id)

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self, turn: Callable[[], None] = lambda: None) -> int:
        """Copy everything, facts in the order they were recorded; returns how many rows. In a transaction only.

        `turn` is called before the statements that follow the rows, which others must not overtake.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("a draft is written inside a transaction only")
        for table in self._tables.values():
            table.encode()
        sheets = [each.sheet for each in self._tables.values()] + [
            each.sheet for each in self._forms.values()
        ]
        sheets += [*self._sheets, *self._journal()]
        with unfollowed():
            written = sum(sheet.copy() for sheet in sheets)
            turn()
            with connection.cursor() as cursor:
                for statement, values in self._changes:
                    cursor.execute(statement, values)
        self._told, self._changes = [], []
        for cache in _caches:
            cache.distrust()
        return written

    def _journal(self) -> tuple[Sheet, Sheet]:
        """The facts as rows, with their links, which get their keys from the table."""
        events, links = Sheet(Event, _EVENT), Sheet(EventLink, ("kind", "object_id", "event_id"))
        keys = block(Event, len(self._told))
        put, put_links = events.rows.append, links.rows.extend
        for key, (_, body, timelines) in zip(keys, sorted(self._told, key=itemgetter(0)), strict=True):
            raw = _key(8, key)
            put(body + raw)
            put_links([timeline + raw for timeline in timelines])
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
    count_rows()
    for cache in _caches:
        cache.rebuild(at)


def count_rows() -> None:
    """Let PostgreSQL look at rows written in sets; it would go on planning for empty tables otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def block(model: type[models.Model], number: int) -> range | list[int]:
    """So many keys of the model's table, in ascending order."""
    if not number:
        return []
    with connection.cursor() as cursor:
        asked: list[Any] = [_sequence(model._meta.db_table, str(model._meta.pk.column)), number]
        cursor.execute(f"SELECT min(key), max(key) FROM ({_KEYS}) AS keys", asked)  # noqa: S608 - a constant
        first, last = cursor.fetchone()
        if last - first + 1 == number:
            return range(first, last + 1)
        cursor.execute(_KEYS, asked)
        return [key for (key,) in cursor.fetchall()]


_KEYS = "SELECT nextval(%s::regclass) AS key FROM generate_series(1, %s)"


@lru_cache(maxsize=256)
def _sequence(table: str, column: str) -> str:
    """The name of the sequence that gives the column its values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
        name: str = cursor.fetchone()[0]
        return name


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

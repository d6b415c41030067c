"""The journal: one append-only row for every fact. Audit log, timeline, outbox and base of reports in one table.

`record` runs inside a verb's transaction and nowhere else. Facts are declared once per app in `events.py`; `data` holds
ids and plain values, never personal data. Deliveries for the subscribers known now are written with the fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import Jsonb
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django_stubs_ext import StrPromise

from service_center.kernel import subscriptions
from service_center.kernel.languages import english, listed
from service_center.kernel.models import Event, User


@dataclass(frozen=True)
class EventType:
    """A kind of fact: `noun.past_participle`, and the sentence a timeline shows, with %(key)s of the data.

    `words` names the choices whose labels stand for the codes under a key of the data.
    """

    name: str
    sentence: StrPromise
    schema: int = 1
    words: Mapping[str, type[models.TextChoices]] = field(default_factory=dict)


TYPES: dict[str, EventType] = {}
COMMON: dict[str, list[type[models.TextChoices]]] = {}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def define(
    name: str, sentence: StrPromise, *, schema: int = 1, **words: type[models.TextChoices]
) -> EventType:
    """Declare a kind of fact once; `tier=Tier` shows the code under `tier` by its label.

    Raises ValueError when two apps claim one name.
    """
    if name in TYPES:
        raise ValueError(f"event {name} is declared twice")
    TYPES[name] = EventType(name, sentence, schema, words)
    return TYPES[name]


def name_codes(key: str, choices: type[models.TextChoices]) -> None:
    """Show the codes under `key` by their labels in every sentence that does not name choices of its own."""
    COMMON.setdefault(key, []).append(choices)


@dataclass(frozen=True)
class Prepared:
    """A fact ready to be written, alone or in bulk; links are (kind, object id) of further timelines."""

    event: Event
    links: tuple[tuple[str, int], ...] = field(default=())


def prepare(
    kind: EventType,
    subject_type: str,
    subject_id: int,
    *,
    at: datetime,
    version: int | None = None,
    actor: User | None = None,
    occurred_at: datetime | None = None,
    links: Iterable[tuple[str, int]] = (),
    data: dict[str, Any] | None = None,
) -> Prepared:
    """Build a fact without writing it; the subject's own timeline is always among the links."""
    event = Event(
        name=kind.name,
        schema=kind.schema,
        subject_type=subject_type,
        subject_id=subject_id,
        version=version,
        actor=actor,
        at=at,
        occurred_at=occurred_at or at,
        data=data or {},
    )
    return Prepared(event, tuple(dict.fromkeys([(subject_type, subject_id), *links])))


def fact(
    kind: EventType,
    subject: models.Model,
    /,
    *,
    actor: User | None,
    at: datetime,
    links: Sequence[models.Model | None] = (),
    occurred_at: datetime | None = None,
    **data: Any,
) -> Prepared:
    """Build a fact about `subject` as it is now, on the timelines of `links` too (None among them is ignored)."""
    return prepare(
        kind,
        subject._meta.label_lower,
        subject.pk,
        at=at,
        version=getattr(subject, "version", None),
        actor=actor,
        occurred_at=occurred_at,
        links=[(link._meta.label_lower, link.pk) for link in links if link is not None],
        data=data,
    )


def record(
    kind: EventType,
    subject: models.Model,
    /,
    *,
    actor: User | None,
    at: datetime,
    links: Sequence[models.Model | None] = (),
    occurred_at: datetime | None = None,
    **data: Any,
) -> Event:
    """Write one fact about `subject` and put it on the timelines of `links` too (None among them is ignored).

    The event's version is the locked subject's. Raises RuntimeError outside a transaction.
    """
    told = fact(kind, subject, actor=actor, at=at, links=links, occurred_at=occurred_at, **data)
    return _write(told)


_WRITE = """
    WITH fact AS (
        INSERT INTO kernel_event
            (name, schema, subject_type, subject_id, version, actor_id, at, occurred_at, data)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id, subject_type, subject_id
    ), link AS (
        INSERT INTO kernel_eventlink (event_id, kind, object_id)
        SELECT id, kind, object_id FROM fact, unnest(%s::text[], %s::bigint[]) AS links(kind, object_id)
    ), delivery AS (
        INSERT INTO kernel_delivery
            (event_id, subscriber, subject_type, subject_id, attempts, next_try_at, last_error)
        SELECT id, subscriber, subject_type, subject_id, 0, transaction_timestamp(), ''
        FROM fact, unnest(%s::text[]) AS subscribers(subscriber))
    SELECT id FROM fact
"""


def _write(told: Prepared) -> Event:
    """One fact with its links and deliveries, in one statement: most verbs write just one."""
    _require_transaction()
    event = told.event
    kinds, ids = zip(*told.links, strict=True)
    row: list[Any] = [
        event.name,
        event.schema,
        event.subject_type,
        event.subject_id,
        event.version,
        event.actor_id,
    ]
    row += [event.at, event.occurred_at, Jsonb(event.data)]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE, [*row, list(kinds), list(ids), subscriptions.listeners(event.name, event.subject_type)]
        )
        event.pk = cursor.fetchone()[0]
    event._state.adding, event._state.db = False, connection.alias
    return event


_WRITE_MANY = """
    WITH fact AS MATERIALIZED (
        SELECT nextval('kernel_event_id_seq') AS id, told.*
        FROM json_to_recordset(%s::json) AS told(n integer, name text, schema smallint, subject_type text,
            subject_id bigint, version integer, actor_id bigint, at timestamptz, occurred_at timestamptz, data jsonb,
            kinds text[], objects bigint[])
    ), event AS (
        INSERT INTO kernel_event
            (id, name, schema, subject_type, subject_id, version, actor_id, at, occurred_at, data)
        SELECT id, name, schema, subject_type, subject_id, version, actor_id, at, occurred_at, data FROM fact
    ), link AS (
        INSERT INTO kernel_eventlink (event_id, kind, object_id)
        SELECT fact.id, link.kind, link.object_id FROM fact, unnest(fact.kinds, fact.objects) AS link(kind, object_id)
    ), delivery AS (
        INSERT INTO kernel_delivery
            (event_id, subscriber, subject_type, subject_id, attempts, next_try_at, last_error)
        SELECT fact.id, listener.subscriber, subject_type, subject_id, 0, transaction_timestamp(), ''
        FROM fact JOIN unnest(%s::text[], %s::text[], %s::text[]) AS listener(name, subject_type, subscriber)
            USING (name, subject_type) ORDER BY fact.id)
    SELECT id FROM fact ORDER BY n
"""
CHUNK = 1000


def record_many(facts: Sequence[Prepared], *, deliver: bool = True) -> list[Event]:
    """Write facts with their links and deliveries, a thousand a statement. Raises RuntimeError outside a transaction.

    `deliver=False` is for generated history: its effects are written beside it, nobody is told.
    """
    _require_transaction()
    for start in range(0, len(facts), CHUNK):
        _write_many(facts[start : start + CHUNK], deliver)
    return [written.event for written in facts]


def _write_many(facts: Sequence[Prepared], deliver: bool) -> None:
    kinds = sorted({(told.event.name, told.event.subject_type) for told in facts}) if deliver else []
    owed = [(*kind, subscriber) for kind in kinds for subscriber in subscriptions.listeners(*kind)]
    rows = json.dumps([_row(n, told) for n, told in enumerate(facts)], default=datetime.isoformat)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_MANY, [rows, *([each[i] for each in owed] for i in range(3))])
        for told, (pk,) in zip(facts, cursor.fetchall(), strict=True):
            told.event.pk = pk
            told.event._state.adding, told.event._state.db = False, connection.alias


def _row(n: int, told: Prepared) -> dict[str, Any]:
    kinds, objects = zip(*told.links, strict=True)
    row: dict[str, Any] = dict(zip(_COLUMNS, _values(told.event), strict=True))
    return row | {"n": n, "kinds": kinds, "objects": objects}


_COLUMNS = (
    "name", "schema", "subject_type", "subject_id", "version", "actor_id", "at", "occurred_at", "data",
)  # fmt: skip
_values = attrgetter(*_COLUMNS)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("the journal is written inside a verb's transaction only (commands.run)")


def timeline(subject: models.Model) -> models.QuerySet[Event]:
    """Every fact linked to the object, newest first; a page of it costs two queries at any length."""
    return (
        Event.objects.filter(links__kind=subject._meta.label_lower, links__object_id=subject.pk)
        .select_related("actor__person")
        .order_by("-id")
    )


def sentence(event: Event, names: Mapping[str, str] | None = None) -> str:
    """The fact in the reader's language: codes by their labels, instants in local time, usernames as `names` says.

    An unknown or older kind shows its name rather than nothing.
    """
    kind = TYPES.get(event.name)
    if kind is None:
        return event.name
    return str(kind.sentence) % _Words(event.data, kind.words, names or {})


def in_words(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Facts with their sentences, the latest first, people by name: one query for the page."""
    page = sorted(events, key=lambda event: (event.at, event.pk), reverse=True)
    mentioned = {
        value
        for event in page
        for value in event.data.values()
        if isinstance(value, str) and len(value) <= 40
    }
    known = User.objects.filter(username__in=mentioned).values_list("username", "person__name")
    names = {username: name for username, name in known if name}
    return [(event, sentence(event, names)) for event in page]


class _Words(dict[str, Any]):
    """The data as people read them: codes by their labels, instants in local time, yes and no, names in English too.

    Old facts may lack a key that today's sentence names: leave a dash, never fail a timeline.
    """

    def __init__(
        self, data: dict[str, Any], labels: Mapping[str, type[models.TextChoices]], names: Mapping[str, str]
    ) -> None:
        super().__init__(data)
        self.labels, self.names = labels, names

    def __getitem__(self, key: str) -> Any:
        value = (english() and self.get(f"{key}_en")) or self.get(key)
        if value is None:
            return "–"
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, list):
            return listed(self._word(key, item) for item in value)
        return self._word(key, value)

    def _word(self, key: str, value: Any) -> Any:
        for choices in [self.labels[key]] if key in self.labels else COMMON.get(key, ()):
            if value in choices.values:
                return choices(value).label
        if not isinstance(value, str):
            return value
        return _local(value) if _INSTANT.match(value) else self.names.get(value, value)


def _local(stamp: str) -> str:
    """An instant of the data in the reader's zone; what only looks like one stays as it is."""
    try:
        moment = parse_datetime(stamp)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return stamp
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")

"""Keeping the sums by day: after one fact, and all of them anew.

What a row adds to the figures is computed from the row as it is now and set against what it added before (`Tally`); the
sums move by the difference. So a change costs the same at any size, whatever day it concerns, and may be counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from django.db import connection, transaction

from service_center.reports.models import Built
from service_center.reports.queries import rollups
from service_center.reports.queries.parts import SOURCES, Source, parts

BATCH = 5000
SHOWN = 5
Progress = Callable[[str, int], None]

_FRESH = """
    dims(id, branch_id, line_id, engineer_id) AS ({dims}),
    share(id, part, day, amount) AS ({shares}),
    fresh AS (
        SELECT dims.*, coalesce(own.shares, '{{}}') AS shares
        FROM dims LEFT JOIN (
            SELECT id, jsonb_object_agg(part, jsonb_build_array(day, amount)) AS shares FROM share GROUP BY id
        ) AS own USING (id))
"""
_LEVELS = """LATERAL (VALUES ('whole', 0, 0), ('line', coalesce(line_id, 0), 0),
        ('engineer', coalesce(line_id, 0), coalesce(engineer_id, 0))) AS levels(level, line, engineer)"""
_COUNT = """
    WITH {fresh}, moved AS (
        INSERT INTO reports_tally AS t (source, subject_id, branch_id, line_id, engineer_id, shares)
        SELECT '{source}', id, branch_id, line_id, engineer_id, shares FROM fresh ORDER BY id
        ON CONFLICT (source, subject_id) DO UPDATE SET branch_id = excluded.branch_id, line_id = excluded.line_id,
            engineer_id = excluded.engineer_id, shares = excluded.shares
        WHERE (t.branch_id, t.line_id, t.engineer_id, t.shares)
            IS DISTINCT FROM (excluded.branch_id, excluded.line_id, excluded.engineer_id, excluded.shares)
        RETURNING old.branch_id AS b0, old.line_id AS l0, old.engineer_id AS e0, old.shares AS s0,
            new.branch_id AS b1, new.line_id AS l1, new.engineer_id AS e1, new.shares AS s1
    ), change(branch_id, line_id, engineer_id, part, share, sign) AS (
        SELECT b0, l0, e0, key, value, -1 FROM moved, jsonb_each(s0)
        UNION ALL SELECT b1, l1, e1, key, value, 1 FROM moved, jsonb_each(s1)
    )
    INSERT INTO reports_daysum AS s (level, day, branch_id, line_id, engineer_id, part, count, amount)
    SELECT level, (share->>0)::date, branch_id, line, engineer, part, sum(sign), sum(sign * (share->>1)::numeric)
    FROM change, {levels}
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(sign) <> 0 OR sum(sign * (share->>1)::numeric) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (level, day, branch_id, line_id, engineer_id, part)
        DO UPDATE SET count = s.count + excluded.count, amount = s.amount + excluded.amount
"""
_LOCK = """
    SET LOCAL plan_cache_mode = force_generic_plan;
    SELECT FROM reports_tally WHERE source = %s AND subject_id = ANY(%s) ORDER BY subject_id FOR UPDATE;
"""
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def count(source: Source, ids: Iterable[int]) -> None:
    """Count these rows of the source as they are now; harmless twice. Inside a transaction, in one round trip."""
    if wanted := sorted(set(ids)):
        _run(_COUNT, source, wanted, first=(_LOCK, [source.name, wanted]))


def _run(
    template: str, source: Source, ids: list[int], first: tuple[str, list[Any]] = ("", [])
) -> list[tuple[Any, ...]]:
    """Execute a statement over the rows of a source, planned once per connection: planning costs more than doing."""
    name = f"reports_{'count' if template is _COUNT else 'stale'}_{source.name}"
    with connection.cursor() as cursor:
        known = _prepared.setdefault(connection.connection, set())
        if name not in known:
            cursor.execute(f"PREPARE {name}(bigint[]) AS {_text(cursor, template, source)}")
            known.add(name)
        cursor.execute(f"{first[0]} EXECUTE {name}(%s::bigint[])", [*first[1], ids])
        return cursor.fetchall() if cursor.description else []


def _text(cursor: Any, template: str, source: Source) -> str:
    """The statement with everything in its place but the ids."""
    dims, params = source.sql()
    pieces = []
    for part, piece in parts().of_source(source.name).items():
        pieces.append(f"SELECT id, %s, day, amount FROM ({piece.sql}) AS p(id, day, amount)")  # noqa: S608 - our own
        params += [part, *piece.params]
    sql = template.format(
        fresh=_FRESH.format(dims=dims, shares=" UNION ALL ".join(pieces)),
        levels=_LEVELS,
        source=source.name,
        label=source.rows.model._meta.label_lower,
    )
    text: bytes = cursor.mogrify(sql, params)
    return text.decode()


def distrust() -> None:
    """The sums are not those of the rows any more; until they are built anew readers read the rows."""
    Built.objects.all().delete()


def rebuild(*, at: datetime, told: Progress = lambda source, counted: None) -> None:
    """Count everything anew in batches, between which facts are counted as ever; `told(source, rows so far)` each batch.

    Until the end readers find no sums in force and read the rows; so they do after it when the sums were distrusted
    meanwhile.
    """
    mine = f"building {uuid4()}"
    with transaction.atomic(), connection.cursor() as cursor:
        Built.objects.all().delete()
        Built.objects.create(fingerprint=mine, at=at)
        cursor.execute("TRUNCATE reports_tally, reports_daysum")
    for source in SOURCES.values():
        counted = 0
        for ids in _batches(source):
            with transaction.atomic():
                _hold()
                count(source, ids)
            counted += len(ids)
            told(source.name, counted)
    Built.objects.filter(fingerprint=mine).update(fingerprint=parts().fingerprint)


def check(*, at: datetime, fix: bool) -> Iterator[str]:
    """One line for each batch of rows counted otherwise than they are, and for each day whose sums are not those of its rows.

    Rows with a fact still on its way are no difference. Sums that were never built, or for other formulas, differ from
    nothing: `fix` builds them.
    """
    if not rollups.in_force():
        if fix:
            rebuild(at=at)
        return
    for source in SOURCES.values():
        for ids in _batches(source):
            stale = _stale(source, ids)
            if stale:
                yield f"{source.name} {', '.join(map(str, stale[:SHOWN]))}: {len(stale)} counted otherwise"
            if fix and stale:
                with transaction.atomic():
                    _hold()
                    count(source, stale)
    yield from _check_sums(fix)


_STALE = """
    WITH {fresh}
    SELECT fresh.id FROM fresh LEFT JOIN reports_tally AS t ON t.source = '{source}' AND t.subject_id = fresh.id
    WHERE (t.branch_id, t.line_id, t.engineer_id, coalesce(t.shares, '{{}}'))
            IS DISTINCT FROM (fresh.branch_id, fresh.line_id, fresh.engineer_id, fresh.shares)
        AND (fresh.shares <> '{{}}' OR t.shares <> '{{}}')
        AND NOT EXISTS (SELECT FROM kernel_delivery WHERE subscriber LIKE 'reports.%%' AND subject_type = '{label}'
            AND subject_id = fresh.id)
    ORDER BY fresh.id
"""
_SUMS = f"""
    SELECT level, (value->>0)::date AS day, branch_id, line AS line_id, engineer AS engineer_id, key AS part,
        count(*)::integer AS count, sum((value->>1)::numeric) AS amount
    FROM reports_tally, jsonb_each(shares), {_LEVELS} GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - our own constants
_WRONG_DAYS = f"""
    WITH due AS ({_SUMS}), kept AS (SELECT * FROM reports_daysum WHERE count <> 0 OR amount <> 0)
    SELECT day, count(*)
    FROM due FULL JOIN kept USING (level, day, branch_id, line_id, engineer_id, part)
    WHERE (due.count, due.amount) IS DISTINCT FROM (kept.count, kept.amount) GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - our own constants


def _stale(source: Source, ids: list[int]) -> list[int]:
    return [pk for (pk,) in _run(_STALE, source, ids)]


def _check_sums(fix: bool) -> Iterator[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        if fix:
            _hold()
        cursor.execute(_WRONG_DAYS)
        wrong = cursor.fetchall()
        yield from (f"{day}: {sums} sums are not those of their rows" for day, sums in wrong)
        if fix and wrong:
            cursor.execute("DELETE FROM reports_daysum")
            cursor.execute(
                f"INSERT INTO reports_daysum (level, day, branch_id, line_id, engineer_id, part, count, amount) {_SUMS}"
            )


def _hold() -> None:
    """Let no other transaction count until this one ends: what it sees is then not older than what it writes."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE reports_tally IN SHARE ROW EXCLUSIVE MODE")


def _batches(source: Source) -> Iterator[list[int]]:
    last = 0
    while ids := list(source.rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]
